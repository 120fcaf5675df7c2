"""Where a character looks: directions as (yaw, pitch) in radians, left and down positive, heading = 0."""

from typing import Final

import numpy as np

from mien.bridge.messages import Float32

CAMERA_FIELD: Final = (1.05, 0.80)
"""Radians that the camera's picture is taken to span, across and down (60° × 46°, a usual webcam)."""


def towards(position: Float32, heading: Float32, target: Float32) -> Float32:
    """Return the direction (N, 2) of `target` (N, 3) as seen from `position` (N, 3).

    Positions are meters, x forward, y right, z up; `heading` (N,) is radians about z from x towards y.
    """
    x, y, z = np.moveaxis(target - position, -1, 0)
    to_the_right = np.arctan2(y, x) - heading
    to_the_right = (to_the_right + np.pi) % (2 * np.pi) - np.pi
    return np.stack((-to_the_right, -np.arctan2(z, np.hypot(x, y))), axis=-1).astype(np.float32)


def in_picture(box: Float32) -> Float32:
    """Return the direction (2,) of a face in the camera's picture, for a character behind the camera.

    Args:
        box: (4,) left, top, width, height as fractions of the picture.
    """
    left, top, width, height = box
    right, down = left + width / 2 - 0.5, top + height / 2 - 0.5
    return np.array((-right * CAMERA_FIELD[0], down * CAMERA_FIELD[1]), np.float32)
