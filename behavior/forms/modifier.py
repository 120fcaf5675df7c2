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

A draw stands for `every` seconds, and comes from the seed, the character and the place in the tree alone
(`chance.uniform`): as likely at 30 ticks a second as at 120, the same in any company.
"""

import numpy as np
from numpy.typing import NDArray

from mien.behavior.chance import uniform
from mien.behavior.columns import Bools, Rows
from mien.behavior.forms.group import Group, Int64, Tick, pending
from mien.behavior.predicates import FOREVER
from mien.bridge.messages import UInt32


class Inverts(Group):
    """Swap success and failure."""

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        success, running = tick.success[self.below], tick.running[self.below]
        tick.success[self.at] = ~(success | running)
        tick.running[self.at] = running
        self.pass_on(tick)


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
        self.lengths: Int64 = lengths[:, None]
        self.own = own
        """Rows of `Memory.ready`."""

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        self.gate(tick, tick.was[self.at] | (tick.memory.ready[self.own] <= tick.t))

    def keep(self, tick: Tick, runs: Bools) -> None:
        """Note when the child ended."""
        ended = tick.was[self.at] & ~runs[self.at]
        np.copyto(tick.memory.ready[self.own], tick.t + self.lengths, where=ended)

    def wake(self, tick: Tick, runs: Bools) -> Int64:
        """Wake when the child may begin again."""
        return pending(tick.memory.ready[self.own], tick.t, ~runs[self.at])


class Timeouts(_Gates):
    """Fail once the child has run for so long."""

    def __init__(self, at: slice, below: Rows, lengths: NDArray[np.int64], own: slice) -> None:
        super().__init__(at, below, 1)
        self.lengths: Int64 = lengths[:, None]
        self.own = own
        """Rows of `Memory.since`."""

    def is_over(self, tick: Tick, within: int, column: int) -> bool:
        """Return whether time is over for one node and character."""
        age = tick.t - tick.memory.since[self.own][within, column]
        return bool(tick.was[self.at][within, column] and age >= self.lengths[within, 0])

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        late = tick.was[self.at] & (tick.t - tick.memory.since[self.own] >= self.lengths)
        self.gate(tick, np.logical_not(late, out=late))

    def keep(self, tick: Tick, runs: Bools) -> None:
        """Note when the child began."""
        begun = runs[self.at] & ~tick.was[self.at]
        np.copyto(tick.memory.since[self.own], tick.t, where=begun)

    def wake(self, tick: Tick, runs: Bools) -> Int64:
        """Wake when the time of a running child is over."""
        return pending(tick.memory.since[self.own] + self.lengths, tick.t, runs[self.at])


class Chances(_Gates):
    """Let the child begin with some probability."""

    def __init__(
        self,
        at: slice,
        below: Rows,
        probabilities: NDArray[np.float64],
        every: NDArray[np.int64],
        keys: NDArray[np.int64],
        seed: int,
        own: slice,
    ) -> None:
        super().__init__(at, below, 1)
        self.probabilities = probabilities
        self.every = every
        self.keys = keys
        """What tells apart the draws of two nodes: their number in the tree."""
        self.seed = seed
        self.own = own
        """Rows of `Memory.allowed` and `Memory.drawn`."""

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        allowed, drawn = tick.memory.allowed[self.own], tick.memory.drawn[self.own]
        row, character = np.nonzero(drawn <= tick.t)
        if row.size:
            ids, every, ends = tick.ids[character], self.every[row], drawn[row, character]
            if not ends.all():
                ends = np.where(ends > 0, ends, first_draw(self.seed, ids, every))
            ends = ends + np.maximum((tick.t - ends) // every + 1, 0) * every
            allowed[row, character] = draw(self.seed, ids, self.keys[row], ends) < self.probabilities[row]
            drawn[row, character] = ends
        self.gate(tick, allowed | tick.was[self.at])

    def wake(self, tick: Tick, runs: Bools) -> Int64:
        """Wake for the next draw where it matters."""
        return np.where(runs[self.at], FOREVER, tick.memory.drawn[self.own])


def first_draw(seed: int, ids: UInt32, every: Int64) -> Int64:
    """Return when the first draw of each character stands no longer, in (0, every] microseconds.

    A moment of each character's own, so that a crowd does not change its mind all at once.
    """
    return 1 + (uniform(seed, ids, _FIRST, np.zeros(len(ids), np.int64)) * every).astype(np.int64)


def draw(seed: int, ids: UInt32, keys: Int64, ends: Int64) -> NDArray[np.float64]:
    """Return the numbers in (0, 1) that chance modifiers draw for the time up to `ends` microseconds."""
    return uniform(seed, ids, _CHANCE, ends * (1 << 16) + keys)


_FIRST, _CHANCE = 1, 2
