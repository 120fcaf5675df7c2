"""What the forms share: the planes of one tick, and groups of like nodes that are evaluated together.

A tick first asks, from the leaves up, what every node *would* do if its parent ticked it: succeed, run or
fail. Nothing changes meanwhile; a leaf's answer is a pure function of the snapshot. Then, from the root down,
what is running is what would run and is reached. So a node remembers only that it was running (a row of
`was`), and what is not reached forgets by itself.

Rows are nodes, columns are characters. Nodes of one form, height and number of children form a `Group`; their
children stand position by position: all first children, then all second ones, and so on.
"""

from dataclasses import dataclass
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from mien.behavior.columns import Bools, Rows
from mien.behavior.predicates import FOREVER
from mien.bridge.messages import UInt32

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(slots=True)
class Memory:
    """What forms remember, besides which nodes run; rows belong to groups, columns to characters."""

    done: Bools
    """(children of parallels, N) Which have succeeded."""
    allowed: Bools
    """(chances, N) What the last draw said."""
    count: Int64
    """(repeats, N) Successes so far."""
    since: Int64
    """(timeouts, N) When the child began, microseconds."""
    ready: Int64
    """(cool-downs, N) When the child may begin again, microseconds."""
    drawn: Int64
    """(chances, N) When the next draw is due, microseconds."""


@dataclass(slots=True)
class Tick:
    """One tick of V nodes by N characters."""

    t: int
    """Microseconds."""
    ids: UInt32
    """(N,) Characters."""
    memory: Memory
    holds: Bools
    """(predicates, N)"""
    was: Bools
    """(V, N) Which nodes were running before."""
    success: Bools
    """(V, N) Which would succeed; what would neither succeed nor run would fail."""
    running: Bools
    """(V, N) Which would run."""
    reach: Bools
    """(V, N) Which their parent would tick, and let run."""
    held: Bools | None
    """(V, N) Which would run a rule that is still in its minimum duration; None where no rule has one."""


class Group:
    """Nodes of one form with equally many children, evaluated together."""

    exclusive: ClassVar[bool] = False
    """Whether at most one child runs at a time."""

    def __init__(self, at: slice, below: Rows, width: int) -> None:
        self.at = at
        """Rows of the nodes."""
        self.below = below
        """Rows of the children: (width * nodes,), position by position."""
        self.width = width
        self.size = at.stop - at.start

    def children(self, plane: NDArray[Scalar]) -> NDArray[Scalar]:
        """Return (width, nodes, N): the children's rows of a plane; a view where they lie together."""
        return plane[self.below].reshape(self.width, self.size, plane.shape[1])

    def up(self, tick: Tick) -> None:
        """Find what the nodes would do, from what their children would do."""
        raise NotImplementedError

    def keep(self, tick: Tick, runs: Bools) -> None:
        """Remember what the next tick needs; `runs` (V, N) is what runs from now on."""

    def wake(self, tick: Tick, runs: Bools) -> Int64 | None:
        """Return when time alone changes what nodes would do, (nodes, N) microseconds; None: never."""

    def reach(self, tick: Tick, reached: Bools) -> None:
        """Set which children are ticked, (width, nodes, N); pass on what is held."""
        tick.reach[self.below] = reached.reshape(self.width * self.size, reached.shape[2])
        if tick.held is not None:
            np.logical_or.reduce(reached & self.children(tick.held), axis=0, out=tick.held[self.at])

    def pass_on(self, tick: Tick) -> None:
        """Tick the only child of each node whatever happens: `reach` is True to begin with."""
        if tick.held is not None:
            tick.held[self.at] = tick.held[self.below]

    def down(self, runs: Bools) -> None:
        """Take from the children in `runs` (V, N) what their parents do not let run."""
        if isinstance(self.below, slice):
            view = self.children(runs)
            np.logical_and(view, runs[self.at], out=view)
        else:
            allowed = self.children(runs) & runs[self.at]
            runs[self.below] = allowed.reshape(self.width * self.size, runs.shape[1])

    def one_at_a_time(self, was: Bools) -> None:
        """Let only the first of the children that were running have been so."""
        children = self.children(was)
        for i in range(1, self.width):
            children[i] &= ~children[:i].any(axis=0)
        was[self.below] = children.reshape(self.width * self.size, was.shape[1])


def pending(due: Int64, t: int, where: Bools | None = None) -> Int64:
    """Return times that are still to come, `FOREVER` for all others."""
    waits = due > t if where is None else where & (due > t)
    return np.where(waits, due, FOREVER)
