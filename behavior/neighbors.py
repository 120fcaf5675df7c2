"""Who is how near to whom: the channel strengths through which feelings spread."""

import numpy as np
from numpy.typing import NDArray

from mien.behavior.affect import EDGE, Float64
from mien.behavior.library import Contagion
from mien.bridge.messages import Float32


class Neighbors:
    """Channel strengths between characters, from their places; linear fall-off to 0 at the range.

    Kept until somebody moves.
    """

    def __init__(self, reach: float) -> None:
        self.reach = reach
        self._moves = -1
        self.channel: Float32 = np.zeros((0, 0), np.float32)
        """(N, N) in [0, 1]: from column to row, 0 on the diagonal and where a place is unknown."""

    def update(self, position: Float32, moves: int) -> None:
        """Bring the channels up to date with places (N, 3), if `moves` says that they have changed."""
        if moves == self._moves and len(self.channel) == len(position):
            return
        self._moves = moves
        known = np.logical_and.reduce(np.isfinite(position), axis=1)
        place = np.where(known[:, None], position, np.float32(0.0))
        squared = np.zeros((len(place), len(place)), np.float32)
        for axis in place.T:
            difference = axis[:, None] - axis
            difference *= difference
            squared += difference
        channel = np.sqrt(squared, out=squared)
        channel *= np.float32(-1.0 / self.reach)
        channel += np.float32(1.0)
        np.maximum(channel, 0.0, out=channel)
        channel[~known] = 0.0
        channel[:, ~known] = 0.0
        np.fill_diagonal(channel, 0.0)
        self.channel = channel

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
