"""Parallel: its children at the same time, until enough of them have succeeded or failed.

A child that has succeeded is done and rests until the parallel ends (if it never succeeds, `success: never`,
the child begins again). A child that fails is asked again at the next tick. Law 3: where children would run
rules of opposite orientation, the strongest rule decides (one held in its minimum duration before any other,
then by priority, then one that already runs, then the leftmost); the children on the other side are held
back: they neither run nor count until nothing opposes them.

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

CLAIM = 1 << 14
"""Claims of rules lie below; multiplied by `PLACES` to make room for the child's place."""
PLACES = 1 << 16


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
        reached = np.ones_like(success)
        if tick.plus is not None and tick.minus is not None:
            reached = self._allowed(self.children(tick.plus), self.children(tick.minus))
        at = self.at
        failed = ~(success | running)
        if self.enough < NEVER:
            done = tick.memory.done[self.own].reshape(success.shape)
            success = success | done
            failed &= ~done
            reached &= ~done
        np.greater_equal(_count(success), self.enough, out=tick.success[at])
        ended = tick.success[at] | (_count(failed) >= self.too_many)
        np.logical_not(ended, out=tick.running[at])
        self.reach(tick, reached & tick.running[at])

    def keep(self, tick: Tick, runs: Bools) -> None:
        """Remember which children are done."""
        if self.enough < NEVER:
            done = tick.memory.done[self.own].reshape(self.width, self.size, -1)
            done |= self.children(tick.success)
            done &= runs[self.at]

    def _allowed(self, plus: Int32, minus: Int32) -> Bools:
        """Return which children may run beside each other, (width, nodes, N)."""
        place = np.arange(self.width, 0, -1, dtype=np.int32)[:, None, None]
        strongest_plus = np.maximum.reduce(np.where(plus > 0, plus * PLACES + place, 0), axis=0)
        strongest_minus = np.maximum.reduce(np.where(minus > 0, minus * PLACES + place, 0), axis=0)
        lost: Bools = (plus > 0) & (strongest_plus < strongest_minus)
        lost |= (minus > 0) & (strongest_minus < strongest_plus)
        return np.logical_not(lost, out=lost)


def _count(plane: Bools) -> Int32:
    counted: Int32 = np.add.reduce(plane, axis=0, dtype=np.int32)
    return counted
