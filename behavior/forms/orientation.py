"""Law 3: behaviors of opposite orientation never run side by side.

Only a parallel runs several rules at once. Where its children would run rules of opposite orientation, the
strongest rule decides: one in its minimum duration before any other, then by priority, then one that already
runs, then the leftmost child. The children on the other side are held back: nothing below them runs, and they
count neither as successes nor as failures.

Holding back never changes what any node answers, only what runs: a child that is held back would run, and
for its parallel that is neither success nor failure. So it can be done last, from the leaves up, and only for
those characters in whom opposites would meet.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.behavior.columns import Bools
from mien.behavior.forms.group import Int32, Tick

HELD: Final = 1 << 13
"""What minimum duration adds to a rule's claim: more than any priority."""
PLACES: Final = 1 << 16
"""Claims are multiplied by it, to make room for the place of a child."""


def claim(priority: int) -> int:
    """Return the claim of a rule of a priority in [-1000, 1000] that does not run yet: even, and positive."""
    return (priority + 1001) * 2


class Opposites:
    """One parallel below which opposite orientations may meet.

    Args:
        children: rows of everything below each of its children, the child itself first.
        leaves: how many rows are leaves.
        orientation: (L,) of each leaf.
        claims: (L,) of each leaf.
    """

    def __init__(
        self,
        children: Sequence[Sequence[int]],
        leaves: int,
        orientation: NDArray[np.int8],
        claims: Int32,
    ) -> None:
        own = [[row for row in rows if row < leaves] for rows in children]
        self._leaves = np.array([row for rows in own for row in rows], np.intp)
        self._starts = np.cumsum([0] + [len(rows) for rows in own[:-1]])
        self._nodes = np.array([row for rows in children for row in rows], np.intp)
        self._child = np.repeat(np.arange(len(children)), [len(rows) for rows in children])
        self._tops = np.array([rows[0] for rows in children], np.intp)
        self._plus, self._minus = (orientation[self._leaves, None] == sign for sign in (1, -1))
        self._claims = claims[self._leaves, None]
        self._place = np.arange(len(children), 0, -1, dtype=np.int32)[:, None]

    def hold_back(self, tick: Tick, runs: Bools, torn: NDArray[np.intp]) -> None:
        """Take from `runs` (V, N), for the characters `torn`, what opposes their strongest rule."""
        at = np.ix_(self._leaves, torn)
        claims = self._claims + tick.was[at]
        if tick.held is not None:
            claims += HELD * tick.held[at]
        claims *= runs[at]
        plus = self._by_child(claims * self._plus)
        minus = self._by_child(claims * self._minus)
        strongest_plus, strongest_minus = plus.max(axis=0), minus.max(axis=0)
        lost = (plus > 0) & (strongest_plus < strongest_minus)
        lost |= (minus > 0) & (strongest_minus < strongest_plus)
        if lost.any():
            runs[np.ix_(self._nodes, torn)] &= ~lost[self._child]
            tick.reach[np.ix_(self._tops, torn)] &= ~lost

    def _by_child(self, claims: Int32) -> Int32:
        """Return the strongest claim below each child, told apart by place, (children, torn); 0 for none."""
        strongest = np.maximum.reduceat(claims, self._starts, axis=0)
        ranked: Int32 = (strongest * PLACES + self._place) * (strongest > 0)
        return ranked
