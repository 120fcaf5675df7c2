"""Repeat: its child again and again, one round a tick at most.

| `until` holds, or `while` fails | child    | rounds     | the repeat | remembers |
|---------------------------------|----------|------------|------------|-----------|
| yes                             | (halted) |            | succeeds   | nothing   |
| no                              | succeeds | `count`    | succeeds   | nothing   |
| no                              | succeeds | fewer      | runs       | one more  |
| no                              | runs     |            | runs       | as before |
| no                              | fails    |            | fails      | nothing   |
"""

import numpy as np
from numpy.typing import NDArray

from mien.behavior.columns import Bools, Rows
from mien.behavior.forms.group import Group, Tick


class Repeats(Group):
    """Repeats; `ends` are rows of predicates that end them, where any of them has one."""

    def __init__(
        self, at: slice, below: Rows, counts: NDArray[np.int32], ends: Rows | None, own: slice
    ) -> None:
        super().__init__(at, below, 1)
        self.counts = counts[:, None]
        self.ends = ends
        self.own = own
        """Rows of `Memory.count`."""

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        success, running = tick.success[self.below], tick.running[self.below]
        last = success & (tick.memory.count[self.own] + 1 >= self.counts)
        goes_on = running | (success & ~last)
        if self.ends is None:
            tick.success[self.at], tick.running[self.at] = last, goes_on
            self.pass_on(tick)
        else:
            ends = tick.holds[self.ends]
            tick.success[self.at] = ends | last
            tick.running[self.at] = ~ends & goes_on
            self.reach(tick, ~ends[None])

    def keep(self, tick: Tick, runs: Bools) -> None:
        """Count the rounds."""
        count = tick.memory.count[self.own] + tick.success[self.below]
        tick.memory.count[self.own] = count * runs[self.at]
