"""Sequence: its children one after another.

It remembers the child that runs and goes on there; children before it are not asked again (a filter above
does that), but a running rule is aborted by its own trigger all the same (law 4). The next child begins in
the tick in which the one before succeeds.

| from the remembered child on  | the sequence | remembers  |
|-------------------------------|--------------|------------|
| child succeeds, more to come  | asks the next one in the same tick | |
| last child succeeds           | succeeds     | nothing    |
| child runs                    | runs         | that child |
| child fails                   | fails        | nothing    |
"""

import numpy as np

from mien.behavior.forms.group import Group, Tick


class Sequences(Group):
    """Sequences of equal length."""

    exclusive = True

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        success, was = self.children(tick.success), self.children(tick.was)
        reached = np.empty_like(success)
        np.logical_or.reduce(was[1:], axis=0, out=reached[0])
        np.logical_not(reached[0], out=reached[0])
        for i in range(1, self.width):
            np.logical_and(reached[i - 1], success[i - 1], out=reached[i])
            np.logical_or(reached[i], was[i], out=reached[i])
        np.logical_and(reached[-1], success[-1], out=tick.success[self.at])
        np.logical_or.reduce(reached & self.children(tick.running), axis=0, out=tick.running[self.at])
        self.reach(tick, reached)
