"""Reading a face: the interface that every face network has, ours and those that others bring.

What one network does not say, the next one does: a foreign network that knows only emotions is laid over
ours, which goes on giving blend weights and the turn of the head.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from mien.bridge.messages import Float32, UInt8
from mien.models.align import Box, Gray, crop
from mien.models.fusion import softmax
from mien.models.network import Network


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as networks want it: in color, rows × columns × (blue, green, red), and in gray."""

    pixels: UInt8
    gray: Gray


@dataclass(frozen=True, slots=True)
class Reading:
    """What one network says of one face; None where it says nothing."""

    emotion: Float32 | None = None
    """Probability of each of `EMOTIONS`, (7,)."""
    blend: Float32 | None = None
    """ARKit blend weights, (52,)."""
    turn: Float32 | None = None
    """Yaw and pitch of the head, radians, (2,)."""


class FaceReader(Protocol):
    """Whatever reads faces."""

    def read(self, picture: Picture, boxes: Sequence[Box]) -> list[Reading]:
        """Return one reading per box; the boxes lie on faces, as `align` describes."""


class FaceNetwork:
    """The network that ships: emotions, blend weights and the turn of the head.

    Raises:
        WeightsError: the file is missing, broken, or made for something else.
    """

    def __init__(self, file: Path) -> None:
        self._net = Network(file, "face", inputs=1, outputs=3)
        self._side = self._net.shape(0)[-1]
        blank = np.zeros((1, 1, self._side, self._side), np.float32)
        self._net.check([blank], [(1, 7), (1, 52), (1, 2)])

    def read(self, picture: Picture, boxes: Sequence[Box]) -> list[Reading]:
        """Return complete readings."""
        if not boxes:
            return []
        crops = np.stack([crop(picture.gray, box, self._side) for box in boxes])
        logits, blends, turns = self._net.run(crops[:, None].astype(np.float32))
        return [Reading(softmax(e), b, h) for e, b, h in zip(logits, blends, turns, strict=True)]


class Overlaid:
    """Two readers as one: what `upper` does not say, `lower` does."""

    def __init__(self, upper: FaceReader, lower: FaceReader) -> None:
        self._upper = upper
        self._lower = lower

    def read(self, picture: Picture, boxes: Sequence[Box]) -> list[Reading]:
        """Return one reading per box."""
        above, below = self._upper.read(picture, boxes), self._lower.read(picture, boxes)
        return [
            Reading(
                low.emotion if up.emotion is None else up.emotion,
                low.blend if up.blend is None else up.blend,
                low.turn if up.turn is None else up.turn,
            )
            for up, low in zip(above, below, strict=True)
        ]
