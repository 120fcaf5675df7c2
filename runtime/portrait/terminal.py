"""Pictures in a terminal: two pixels a character cell, by way of half blocks in true color."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import numpy as np
from rich.color import Color
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

from mien.bridge.messages import UInt8

_UPPER_HALF: Final = "▀"
_STEP: Final = 4
"""Colors are rounded to multiples of this: nobody sees it, and equal neighbors need one escape sequence."""


@lru_cache(maxsize=1 << 14)
def _style(upper: int, lower: int) -> Style:
    return Style.from_color(
        Color.from_rgb(upper & 255, upper >> 8 & 255, upper >> 16),
        Color.from_rgb(lower & 255, lower >> 8 & 255, lower >> 16),
    )


class HalfBlocks:
    """A rich renderable that shows a picture (H, W, 3) of B, G, R in W × H / 2 cells.

    Raises `ValueError` when H is odd or the array is not such a picture.
    """

    def __init__(self, picture: UInt8) -> None:
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
            raise ValueError(f"a picture is (H, W, 3) bytes, not {picture.shape} of {picture.dtype}")
        if picture.shape[0] % 2:
            raise ValueError(f"a picture in half blocks has an even height, not {picture.shape[0]}")
        self._width = picture.shape[1]
        rounded = np.minimum((picture.astype(np.uint32) + _STEP // 2) // _STEP * _STEP, 255)
        packed = rounded[..., 2] | rounded[..., 1] << 8 | rounded[..., 0] << 16
        self._lines = [list(self._runs(packed[row], packed[row + 1])) for row in range(0, len(packed), 2)]

    @staticmethod
    def _runs(upper: np.ndarray, lower: np.ndarray) -> Iterator[Segment]:
        changes = np.flatnonzero((np.diff(upper) != 0) | (np.diff(lower) != 0)) + 1
        starts = [0, *changes.tolist()]
        for start, end in zip(starts, [*starts[1:], len(upper)], strict=True):
            yield Segment(_UPPER_HALF * (end - start), _style(int(upper[start]), int(lower[start])))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the cells, line by line."""
        for line in self._lines:
            yield from line
            yield Segment.line()

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return the width in cells, which does not give."""
        return Measurement(self._width, self._width)
