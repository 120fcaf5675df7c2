"""Filter: its child only while a predicate over mood and emotion holds.

The predicate is read anew at every tick, for a running child too; hysteresis in it keeps the filter from
fluttering.

| predicate | child    | the filter |
|-----------|----------|------------|
| holds     | succeeds | succeeds   |
| holds     | runs     | runs       |
| holds     | fails    | fails      |
| fails     | (halted) | fails      |
"""

import numpy as np

from mien.behavior.columns import Rows
from mien.behavior.forms.group import Group, Tick


class Filters(Group):
    """Filters."""

    def __init__(self, at: slice, below: Rows, predicates: Rows) -> None:
        super().__init__(at, below, 1)
        self.predicates = predicates

    def up(self, tick: Tick) -> None:
        """See the truth table."""
        open_ = tick.holds[self.predicates]
        np.logical_and(open_, tick.success[self.below], out=tick.success[self.at])
        np.logical_and(open_, tick.running[self.below], out=tick.running[self.at])
        self.reach(tick, open_[None])
