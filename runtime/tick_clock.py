"""When the director ticks: an ideal grid of deadlines, and how well it is held."""

from typing import Final

import numpy as np

from mien.bridge.messages import Micros

WINDOW: Final = 600
"""Ticks over which lateness is summed up: ten seconds at 60 Hz."""


class TickClock:
    """Ticks at `start + k · period`; a tick that is late by a whole period is dropped, never queued."""

    def __init__(self, start: Micros, rate: int) -> None:
        """Begin at `start`, with `rate` ticks a second."""
        self.start = start
        self.rate = rate
        self.ticks = 0
        """Ticks that ran."""
        self.dropped = 0
        """Ticks that were due and did not run."""
        self._next = 0
        self._late = np.zeros(WINDOW, np.int32)

    def wait(self, now: Micros) -> Micros:
        """Return how long to wait for the next tick, in microseconds; 0 if it is due."""
        return max(0, self._due(self._next) - now)

    def tick(self, now: Micros) -> Micros:
        """Run the next tick that is due and not too late at `now`; return its time on the grid."""
        newest = (now - self.start) * self.rate // 1_000_000
        if newest > self._next:
            self.dropped += newest - self._next
            self._next = newest
        due = self._due(self._next)
        self._late[self.ticks % WINDOW] = now - due
        self._next += 1
        self.ticks += 1
        return due

    def lateness(self) -> tuple[float, float]:
        """Return median and 99th percentile of the lateness of the last ticks, milliseconds."""
        if not self.ticks:
            return 0.0, 0.0
        median, high = np.percentile(self._late[: min(self.ticks, WINDOW)], (50, 99)) / 1000
        return float(median), float(high)

    def _due(self, tick: int) -> Micros:
        return self.start + tick * 1_000_000 // self.rate
