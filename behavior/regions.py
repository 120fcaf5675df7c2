"""Which characters can have anything new to decide, from how far their feelings have moved.

Predicates change only where a level crosses one of their thresholds. So it is enough to remember, for each
operand of each character, the open interval between thresholds in which it lies: while every level stays in
its interval, no predicate changes.
"""

import numpy as np
from numpy.typing import NDArray

from mien.behavior.columns import Bools, Columns
from mien.bridge.messages import Float32


class Regions:
    """Thresholds of all operands of one library."""

    def __init__(self, columns: Columns) -> None:
        width = max((len(bounds) for bounds in columns.bounds), default=0)
        table = np.full((len(columns.bounds), width), np.nan, np.float32)
        for row, bounds in enumerate(columns.bounds):
            table[row, : len(bounds)] = sorted(bounds)
        self._thresholds = table
        self._compared = np.array(sorted(columns.compared), np.intp)

    def cross(self, levels: Float32, low: Float32, high: Float32, may_be_unknown: bool) -> Bools:
        """Return which characters have a level outside its interval, (N,), and note its new interval.

        An interval is empty where a level is on a threshold, or where it is compared with another level:
        any change counts there.

        Args:
            levels: (operands, N).
            low: (operands, N) Lower ends, changed in place.
            high: (operands, N) Upper ends, changed in place.
            may_be_unknown: whether levels may be NaN.
        """
        outside = levels <= low
        outside |= levels >= high
        if may_be_unknown:
            outside |= np.isnan(levels) != np.isnan(low)
        crossed: Bools = np.logical_or.reduce(outside, axis=0)
        who = np.flatnonzero(crossed)
        if who.size:
            row, at = np.nonzero(outside[:, who])
            column = who[at]
            level = levels[row, column]
            low[row, column], high[row, column] = self._around(row, level)
        if self._compared.size:
            crossed |= (levels[self._compared] != low[self._compared]).any(axis=0)
            low[self._compared] = high[self._compared] = levels[self._compared]
        return crossed

    def _around(self, row: NDArray[np.intp], level: Float32) -> tuple[Float32, Float32]:
        bounds = self._thresholds[row]
        below = np.where(bounds <= level[:, None], bounds, -np.inf).max(axis=1, initial=-np.inf)
        above = np.where(bounds >= level[:, None], bounds, np.inf).min(axis=1, initial=np.inf)
        unknown = np.isnan(level)
        below[unknown] = above[unknown] = np.nan
        return below, above
