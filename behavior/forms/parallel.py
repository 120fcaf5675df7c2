"""Parallel: its children at the same time, until enough of them have succeeded or failed.

A child that has succeeded is done and rests until the parallel ends (if it never succeeds, `success: never`,
the child begins again). A child that fails is asked again at the next tick. Where children would run rules of
opposite orientation, those on the weaker side are held back (law 3, see `forms.orientation`).

| successes so far      | failures now          | the parallel | its running children |
|-----------------------|-----------------------|--------------|----------------------|
| at least `success`    | any                   | succeeds     | halted               |
| fewer                 | at least `failure`    | fails        | halted               |
| fewer                 | fewer                 | runs         | run                  |
"""

import numpy as np

from mien.behavior.columns import Bools, Rows
from mien.behavior.forms.group import Group, Int32, Tick

NEVER = 1 << 30
"""A threshold that no number of children reaches."""


class Parallels(Group):
    """Parallels of equally many children and equal thresholds."""

    def __init__(
        self, at: slice, below: Rows, width: int, success: int | None, failure: int | None, own: slice
    ) -> None:
        super().__init__(at, below, width)
        self.enough = NEVER if success is None else success or width
        self.too_many = NEVER if failure is None else failure or width
        self.own = own
        """Rows of `Memory.done`, (width * nodes,)."""

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        success, running = self.children(tick.success), self.children(tick.running)
        goes_on = tick.running[self.at]
        goes_on[:] = True
        failed = ~(success | running)
        if self.enough < NEVER:
            done = tick.memory.done[self.own].reshape(success.shape)
            success = success | done
            failed &= ~done
            np.less(_count(success), self.enough, out=goes_on)
            np.logical_not(goes_on, out=tick.success[self.at])
            reached = ~done
        else:
            tick.success[self.at] = False
            reached = np.ones_like(success)
        if self.too_many < NEVER:
            goes_on &= _count(failed) < self.too_many
        reached &= goes_on
        self.reach(tick, reached)

    def keep(self, tick: Tick, runs: Bools) -> None:
        """Remember which children are done."""
        if self.enough < NEVER:
            success = self.children(tick.success)
            done = tick.memory.done[self.own].reshape(success.shape)
            done |= success
            done &= runs[self.at]


def _count(plane: Bools) -> Int32:
    counted: Int32 = np.add.reduce(plane, axis=0, dtype=np.int32)
    return counted
