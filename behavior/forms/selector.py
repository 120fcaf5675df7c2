"""Selector: the first of its children that does not fail.

Without memory every tick asks from the first child on, so that one further up preempts one further down, but
for a rule that is still in its minimum duration. With memory it stays with the child that runs, and goes
on below it when that child fails.

| child asked                     | the selector |
|---------------------------------|--------------|
| succeeds                        | succeeds     |
| runs                            | runs; a child further down that was running is halted |
| fails                           | asks the next one in the same tick |
| last child fails                | fails        |

| memory                          | asks first |
|---------------------------------|------------|
| no, nothing held                | the first child |
| no, the running child is held   | the running child only |
| yes                             | the running child, else the first |
"""

import numpy as np

from mien.behavior.forms.group import Group, Tick


class Selectors(Group):
    """Selectors of equal length, without memory."""

    exclusive = True

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        success, running = self.children(tick.success), self.children(tick.running)
        reached = np.empty_like(success)
        fails = np.logical_or(success, running)
        np.logical_not(fails, out=fails)
        reached[0] = True
        for i in range(1, self.width):
            np.logical_and(reached[i - 1], fails[i - 1], out=reached[i])
        if tick.held is not None:
            stays = self.children(tick.held) & self.children(tick.was) & running
            reached &= ~np.logical_or.reduce(stays, axis=0)
            reached |= stays
        np.logical_or.reduce(reached & success, axis=0, out=tick.success[self.at])
        np.logical_or.reduce(reached & running, axis=0, out=tick.running[self.at])
        self.reach(tick, reached)


class StickySelectors(Group):
    """Selectors of equal length, with memory."""

    exclusive = True

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        success, running = self.children(tick.success), self.children(tick.running)
        was = self.children(tick.was)
        reached = np.empty_like(success)
        fails = ~(success | running)
        np.logical_not(np.logical_or.reduce(was[1:], axis=0), out=reached[0])
        for i in range(1, self.width):
            reached[i] = reached[i - 1] & fails[i - 1] | was[i]
        np.logical_or.reduce(reached & success, axis=0, out=tick.success[self.at])
        np.logical_or.reduce(reached & running, axis=0, out=tick.running[self.at])
        self.reach(tick, reached)
