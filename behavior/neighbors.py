"""Who is how near to whom: the channel strengths through which feelings spread."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.behavior.affect import EDGE, Float64
from mien.behavior.library import Contagion
from mien.bridge.messages import Float32, UInt32

SHARES: Final = 8
"""While characters move, each tick brings one of so many shares of them up to date."""


class Neighbors:
    """Channel strengths between characters, from their places; linear fall-off to 0 at the range.

    Contagion is slow and a thousand characters have a million channels: while places change at every tick,
    those of one share of the characters (by id, so that it does not matter who else is there) are renewed.

    Args:
        reach: meters.
        ids: (N,) of the characters.
    """

    def __init__(self, reach: float, ids: UInt32) -> None:
        self.reach = reach
        self._shares = [np.flatnonzero(ids % SHARES == share) for share in range(SHARES)]
        self._moves = -1
        self._due: list[int] = []
        self.channel: Float32 = np.zeros((len(ids), len(ids)), np.float32)
        """(N, N) in [0, 1]: from column to row, 0 on the diagonal and where a place is unknown."""

    def update(self, position: Float32, moves: int) -> None:
        """Bring channels up to date with places (N, 3), if `moves` says that they have changed."""
        if moves != self._moves:
            first = self._moves < 0
            self._moves = moves
            self._due += [share for share in range(SHARES) if share not in self._due]
            if first:
                self._renew(np.arange(len(position)), position)
                self._due = []
        if self._due:
            self._renew(self._shares[self._due.pop(0)], position)

    def _renew(self, rows: NDArray[np.intp], position: Float32) -> None:
        squared = np.zeros((len(rows), len(position)), np.float32)
        difference = np.empty_like(squared)
        for axis in np.ascontiguousarray(position.T):
            np.subtract(axis[rows][:, None], axis, out=difference)
            np.multiply(difference, difference, out=difference)
            squared += difference
        channel = np.sqrt(squared, out=squared)
        channel *= np.float32(-1.0 / self.reach)
        channel += np.float32(1.0)
        np.fmax(channel, np.float32(0.0), out=channel)  # and 0 where a place is unknown, which is NaN
        channel[np.arange(len(rows)), rows] = 0.0
        self.channel[rows] = channel

    def caught(
        self, emotion: Float64, expressiveness: Float64, openness: Float64, contagion: Contagion
    ) -> tuple[Float64, Float64]:
        """Return what each character catches (N, m) and how strongly (N, 1) per second.

        ASCRIBE (Bosse et al. 2009): g_BA = eps_B alpha_BA delta_A; q*_A = sum_B g_BA q_B / g_A.

        Args:
            emotion: (N, m) what each feels.
            expressiveness: (N,) eps.
            openness: (N,) delta.
            contagion: range and rate.
        """
        shown = np.concatenate([emotion * expressiveness[:, None], expressiveness[:, None]], axis=1)
        received = (self.channel @ shown.astype(np.float32)).astype(np.float64)
        weight = received[:, -1:]
        caught = received[:, :-1] / np.maximum(weight, EDGE)
        return np.clip(caught, 0.0, 1.0), weight * openness[:, None] * contagion.rate

    def nearest_to(self, character: int) -> int:
        """Return the index of the nearest other character within range, -1 for none."""
        nearest = self.nearest()
        return int(nearest[character]) if len(nearest) else -1

    def nearest(self) -> NDArray[np.intp]:
        """Return the index of the nearest other character within range, (N,); -1 for none."""
        if not len(self.channel):
            return np.zeros(0, np.intp)
        found: NDArray[np.intp] = self.channel.argmax(axis=1)
        found[self.channel.max(axis=1) <= 0.0] = -1
        return found
