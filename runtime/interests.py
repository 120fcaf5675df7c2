"""Which characters leave with which tick: what the games on this director want to hear of, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.bridge.messages import FaceFrame, Interest, Message, Micros, UInt32

EXPIRY: Final = 15_000_000
"""Microseconds that a wish holds: three of a game's repetitions (PROTOCOL.md, section 5)."""
MOST_GAMES: Final = 64
"""Wishes that are kept; the oldest goes first."""
NEVER: Final = 1 << 16
"""More ticks than any wish names: how `Wish.every` has 0, so that the least is what comes most often."""

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wish:
    """What one game wants."""

    since: Micros
    """Time of the tick that took it in."""
    ids: UInt32
    """Ascending."""
    every: Int64
    """At every how many ticks each of them is wanted."""

    @classmethod
    def of(cls, message: Interest, t: Micros) -> "Wish":
        """Return the wish that a message of the tick at `t` states; of an id named twice the last counts."""
        ids, last = np.unique(message.ids[::-1], return_index=True)
        every = message.every[::-1][last].astype(np.int64)
        return cls(t, ids, np.where(every == 0, NEVER, every))

    def every_of(self, ids: UInt32) -> Int64:
        """Return at every how many ticks each of `ids` is wanted: 1 for whom it leaves out."""
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[at] == ids, self.every[at], 1)


@dataclass(slots=True)
class Interests:
    """The wishes in force, and how much was sent and withheld because of them."""

    wishes: dict[int, Wish] = field(default_factory=dict)
    """The newest of each game, the oldest first."""
    sent: int = 0
    """Rows of face frames that left."""
    withheld: int = 0
    """Rows that nobody wanted with their tick."""
    _ids: UInt32 | None = None
    _every: Int64 | None = None

    def take(self, inputs: Sequence[Message], t: Micros) -> None:
        """Note the wishes among what came in for the tick of time `t`."""
        for message in inputs:
            if isinstance(message, Interest):
                self.wishes.pop(message.game, None)
                self.wishes[message.game] = Wish.of(message, t)
                self._every = None
        for game, wish in list(self.wishes.items()):
            if len(self.wishes) <= MOST_GAMES and t - wish.since <= EXPIRY:
                break
            del self.wishes[game]
            self._every = None

    def due(self, frame: FaceFrame) -> FaceFrame:
        """Return the rows of `frame` whose turn it is; the frame itself where all are."""
        count = len(frame.ids)
        due = frame
        if count and self.wishes and all(len(wish.ids) for wish in self.wishes.values()):
            every = self._every_of(frame.ids)
            rows = np.flatnonzero((every < NEVER) & ((np.int64(frame.seq) + frame.ids) % every == 0))
            if len(rows) < count:
                due = replace(frame, ids=frame.ids[rows], affect=frame.affect[rows], face=frame.face[rows])
        self.sent += len(due.ids)
        self.withheld += count - len(due.ids)
        return due

    def _every_of(self, ids: UInt32) -> Int64:
        """Return at every how many ticks some wish wants each of `ids`; kept for the same array."""
        if self._every is None or self._ids is not ids:
            self._ids = ids
            self._every = np.minimum.reduce([wish.every_of(ids) for wish in self.wishes.values()])
        return self._every
