"""Where exactly a face lies, and the upright square crop of it that every face network reads.

A box follows the convention of the training crops: eyes at .40 of its height, mouth at .77, centered.
`Aligner` is a small network that looks at a roughly placed box and says how to move it, so that crops look
alike whichever detector proposed them; applied to the last box on the next picture, it tracks.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.models.network import Network

Gray = NDArray[Any]
"""Picture of one channel, 8 bits, rows × columns."""
LOOK: Final = 48
"""Side of the picture that the aligner sees, pixels."""
CROP: Final = 80
"""Side of the crop that the expression net sees, pixels."""


@dataclass(frozen=True, slots=True)
class Box:
    """Square around a face: center and side in pixels, roll in radians (clockwise in the picture)."""

    x: float
    y: float
    side: float
    roll: float = 0.0

    def distance(self, other: "Box") -> float:
        """Return how far apart two boxes are, in sides: position and size together."""
        apart = math.hypot(self.x - other.x, self.y - other.y) / max(self.side, other.side)
        return apart + abs(math.log(self.side / other.side))

    def moved(self, dx: float, dy: float, log_scale: float, roll: float) -> "Box":
        """Return the box moved along its own axes, in sides, then scaled and turned."""
        cos, sin = math.cos(self.roll), math.sin(self.roll)
        return Box(
            self.x + self.side * (cos * dx - sin * dy),
            self.y + self.side * (sin * dx + cos * dy),
            self.side * math.exp(log_scale),
            self.roll + roll,
        )


def crop(gray: Gray, box: Box, size: int) -> Gray:
    """Return the upright (size, size) picture of a box; beyond the border the last pixels repeat.

    Color comes out as it went in: (size, size, 3).
    """
    step = max(box.side, 1.0) / size
    left = top = 0
    if step >= 2:
        # Averaging whole pixels first keeps a large face from turning into aliasing.
        reach = box.side * 0.75 + 2
        height, width = gray.shape[:2]
        left, right = (int(min(max(v, 0), width)) for v in (box.x - reach, box.x + reach + 1))
        top, bottom = (int(min(max(v, 0), height)) for v in (box.y - reach, box.y + reach + 1))
        shrink = int(step)
        part = gray[top:bottom, left:right]
        if min(part.shape[:2]) >= shrink:
            small = (part.shape[1] // shrink, part.shape[0] // shrink)
            part = part[: small[1] * shrink, : small[0] * shrink]
            gray = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
            box = Box((box.x - left) / shrink, (box.y - top) / shrink, box.side / shrink, box.roll)
            step /= shrink
    cos, sin = math.cos(box.roll) * step, math.sin(box.roll) * step
    half = (size - 1) / 2
    # Pixel centers lie at half-integers of the box's coordinates.
    matrix = np.array(
        [
            [cos, -sin, box.x - 0.5 - cos * half + sin * half],
            [sin, cos, box.y - 0.5 - sin * half - cos * half],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    found: Gray = cv2.warpAffine(gray, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return found


class Aligner:
    """The network that moves a box onto a face."""

    def __init__(self, file: Path) -> None:
        self._net = Network(file, "align", inputs=1, outputs=2)
        self._net.check([np.zeros((1, 1, LOOK, LOOK), np.float32)], [(1, 4), (1,)])

    def step(self, gray: Gray, box: Box) -> tuple[Box, float]:
        """Return the better box, and how surely it is on a face, [0, 1]."""
        look = crop(gray, box, LOOK).astype(np.float32)[None, None]
        move, score = self._net.run(look)
        dx, dy, log_scale, roll = (float(value) for value in move[0])
        return box.moved(dx, dy, log_scale, roll), float(score[0])
