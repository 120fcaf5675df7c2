"""Modifier: changes what its child does.

Intensity, tempo, duration and target change the rules below as the tree is compiled, and pass their child's
answer on. The others change the answer:

| kind      | when                                     | child    | the modifier |
|-----------|------------------------------------------|----------|--------------|
| invert    |                                          | succeeds | fails        |
|           |                                          | fails    | succeeds     |
|           |                                          | runs     | runs         |
| cool-down | it ended less than `value` seconds ago   | (halted) | fails        |
| timeout   | it has been running for `value` seconds  | (halted) | fails        |
| chance    | it is not running, and the draw says no  | (halted) | fails        |
| all       | otherwise                                | any      | as the child |

A draw is fixed for `every` seconds (slots since time 0), and comes from the seed, the character and the place
in the tree alone (`chance.uniform`): as likely at 30 ticks a second as at 120, the same in any company.
"""

import numpy as np
from numpy.typing import NDArray

from mien.behavior.chance import uniform
from mien.behavior.columns import Bools, Rows
from mien.behavior.forms.group import Group, Tick
from mien.bridge.messages import UInt32


class Inverts(Group):
    """Swap success and failure."""

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        success, running = tick.success[self.below], tick.running[self.below]
        tick.success[self.at] = ~(success | running)
        tick.running[self.at] = running
        self.reach(tick, np.ones((1, *running.shape), bool))


class _Gates(Group):
    """Pass on what the child would do where it is not blocked."""

    def gate(self, tick: Tick, passes: Bools) -> None:
        np.logical_and(passes, tick.success[self.below], out=tick.success[self.at])
        np.logical_and(passes, tick.running[self.below], out=tick.running[self.at])
        self.reach(tick, passes[None])


class CoolDowns(_Gates):
    """Fail for some time after the child's end."""

    def __init__(self, at: slice, below: Rows, lengths: NDArray[np.int64], own: slice) -> None:
        super().__init__(at, below, 1)
        self.lengths = lengths[:, None]
        self.own = own
        """Rows of `Memory.ready`."""

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        self.gate(tick, tick.was[self.at] | (tick.memory.ready[self.own] <= tick.t))

    def keep(self, tick: Tick, runs: Bools) -> None:
        """Note when the child ended."""
        ended = tick.was[self.at] & ~runs[self.at]
        tick.memory.ready[self.own] = np.where(ended, tick.t + self.lengths, tick.memory.ready[self.own])


class Timeouts(_Gates):
    """Fail once the child has run for so long."""

    def __init__(self, at: slice, below: Rows, lengths: NDArray[np.int64], own: slice) -> None:
        super().__init__(at, below, 1)
        self.lengths = lengths[:, None]
        self.own = own
        """Rows of `Memory.since`."""

    def over(self, tick: Tick) -> Bools:
        """Return whose time is over, (nodes, N)."""
        late: Bools = tick.was[self.at] & (tick.t - tick.memory.since[self.own] >= self.lengths)
        return late

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        self.gate(tick, ~self.over(tick))

    def keep(self, tick: Tick, runs: Bools) -> None:
        """Note when the child began."""
        begun = runs[self.at] & ~tick.was[self.at]
        tick.memory.since[self.own] = np.where(begun, tick.t, tick.memory.since[self.own])


class Chances(_Gates):
    """Let the child begin with some probability."""

    def __init__(
        self,
        at: slice,
        below: Rows,
        probabilities: list[float],
        every: list[int],
        keys: list[int],
        seed: int,
        ids: UInt32,
    ) -> None:
        super().__init__(at, below, 1)
        self.probabilities = probabilities
        self.every = every
        self.keys = keys
        """What tells apart the draws of two nodes: their number in the tree."""
        self.seed = seed
        self.ids = ids
        self._slots: list[int] = [-1] * self.size
        self._allowed: Bools = np.zeros((self.size, len(ids)), bool)

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        for row, every in enumerate(self.every):
            slot = tick.t // every
            if slot != self._slots[row]:
                self._slots[row] = slot
                self._allowed[row] = draw(self.seed, self.ids, self.keys[row], slot) < self.probabilities[row]
        self.gate(tick, self._allowed | tick.was[self.at])


def draw(seed: int, ids: UInt32, key: int, slot: int) -> NDArray[np.float64]:
    """Return the numbers in (0, 1), (N,), that a chance modifier draws in a slot of time."""
    return uniform(seed, ids, key, np.full(len(ids), slot, np.int64))
