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

Int32 = NDArray[np.int32]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(slots=True)
class Tick:
    """One tick of V nodes by N characters."""

    t: int
    """Microseconds."""
    memory: "Memory"
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
    plus: Int32 | None
    """(V, N) Claim of the strongest rule of positive orientation that would run; 0 for none.

    None where the tree cannot bring opposite orientations together."""
    minus: Int32 | None
    """(V, N) The same for negative orientation."""


@dataclass(slots=True)
class Memory:
    """What forms remember, besides which nodes run; rows belong to groups, columns to characters."""

    done: Bools
    """(children of parallels, N) Which have succeeded."""
    count: NDArray[np.int32]
    """(repeats, N) Successes so far."""
    since: NDArray[np.int64]
    """(timeouts, N) When the child began, microseconds."""
    ready: NDArray[np.int64]
    """(cool-downs, N) When the child may begin again, microseconds."""


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
        return plane[self.below].reshape(self.width, self.size, -1)

    def up(self, tick: Tick) -> None:
        """Find what the nodes would do, from what their children would do."""
        raise NotImplementedError

    def keep(self, tick: Tick, runs: Bools) -> None:
        """Remember what the next tick needs; `runs` (V, N) is what runs from now on."""

    def reach(self, tick: Tick, reached: Bools) -> None:
        """Set which children are ticked, (width, nodes, N); pass on the claims of those that would run."""
        tick.reach[self.below] = reached.reshape(self.width * self.size, -1)
        if tick.held is not None:
            np.logical_or.reduce(reached & self.children(tick.held), axis=0, out=tick.held[self.at])
        if tick.plus is not None and tick.minus is not None:
            for plane in (tick.plus, tick.minus):
                np.maximum.reduce(self.children(plane) * reached, axis=0, out=plane[self.at])

    def one_at_a_time(self, was: Bools) -> None:
        """Let only the first of the children that were running have been so."""
        children = self.children(was)
        for i in range(1, self.width):
            children[i] &= ~children[:i].any(axis=0)
        was[self.below] = children.reshape(self.width * self.size, -1)

    def down(self, runs: Bools) -> None:
        """Take from the children in `runs` (V, N) what their parents do not let run."""
        parents = runs[self.at]
        if isinstance(self.below, slice):
            view = self.children(runs)
            np.logical_and(view, parents, out=view)
        else:
            runs[self.below] &= np.broadcast_to(parents, (self.width, *parents.shape)).reshape(
                self.width * self.size, -1
            )
