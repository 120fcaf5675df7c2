"""Pseudo-3-D: where points of a turned head fall in the picture.

Face coordinates: x to the viewer's right (the character's left), y down, z towards the viewer; the head is
about 1.3 wide and 1.75 high around (0, 0).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.runtime.portrait.canvas import Points

_REACH: Final = 0.43
"""Picture widths per unit of face coordinates."""
_CENTER: Final = (0.5, 0.485)
_SKULL: Final = (0.86, 1.12, 0.56)
"""Half axes of the ellipsoid that carries the features, wider than the head: no feature meets its edge."""
_NECK: Final = np.array((0.0, 0.72))
_MAX_TURN: Final = 0.75
"""Radians that a turn of the head approaches; a flat drawing holds no further."""


def _soft(angle: float) -> float:
    return _MAX_TURN * float(np.tanh(angle / _MAX_TURN))


class Pose:
    """The head in a picture of `size` pixels: yaw to the character's own left, pitch down, roll left."""

    def __init__(self, size: int, yaw: float, pitch: float, roll: float) -> None:
        self.unit = size * _REACH
        """Pixels per unit of face coordinates."""
        self._center = np.array(_CENTER) * size
        yaw, pitch = _soft(yaw), _soft(pitch)
        self.yaw, self.pitch = yaw, pitch
        self._cos = np.array((np.cos(yaw), np.cos(pitch)))
        self._sin = np.array((np.sin(yaw), np.sin(pitch)))
        cos, sin = float(np.cos(roll)), float(np.sin(roll))
        self._roll = np.array(((cos, sin), (-sin, cos)))

    def _rolled(self, xy: Points) -> Points:
        turned: Points = (xy - _NECK) @ self._roll + _NECK
        pixels: Points = turned * self.unit + self._center
        return pixels

    def on_face(self, xy: Sequence[Sequence[float]] | Points, lift: float = 0.0) -> Points:
        """Project points that lie on the front of the head, `lift` above its surface, as a solid turns."""
        flat = np.asarray(xy, np.float64)
        inside = 1 - (flat[:, 0] / _SKULL[0]) ** 2 - (flat[:, 1] / _SKULL[1]) ** 2
        z = _SKULL[2] * np.sqrt(np.maximum(inside, 0.02)) + lift
        return self._rolled(flat * self._cos + z[:, None] * self._sin)

    def spot(self, x: float, y: float, lift: float = 0.0) -> Points:
        """Project one point on the front of the head; returns (2,)."""
        point: Points = self.on_face(((x, y),), lift)[0]
        return point

    def outline(self, xyz: Sequence[Sequence[float]] | NDArray[np.float64]) -> Points:
        """Project points of a silhouette: a round thing seen from another side keeps its width."""
        solid = np.asarray(xyz, np.float64)
        shifted: Points = solid[:, :2] + solid[:, 2:] * self._sin
        return self._rolled(shifted)

    def body(self, xy: Sequence[Sequence[float]] | Points) -> Points:
        """Place points that do not turn with the head."""
        pixels: Points = np.asarray(xy, np.float64) * self.unit + self._center
        return pixels
