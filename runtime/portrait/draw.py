"""One face, 61 values, to one picture."""

from typing import Final

import cv2
import numpy as np

from mien.bridge.faces import FACE, SHAPES
from mien.bridge.messages import Float32, UInt8
from mien.runtime.portrait import eyes, hair, head, mouth
from mien.runtime.portrait.canvas import Canvas, mix
from mien.runtime.portrait.look import Look
from mien.runtime.portrait.pose import Pose

SIZES: Final = range(16, 2049)
"""Picture sizes that can be drawn."""


_EMPHASIS: Final = 0.72
"""Exponent on weights: a few lines must make more of a slight expression than skin does."""
_LITERAL: Final = ("eyeBlink", "eyeLook", "jaw", "head", "left", "right")
"""Columns by the beginning of their names that are drawn as they are."""


def draw(face: Float32, look: Look, size: int) -> UInt8:
    """Draw a face, `faces.FACE` values as in `FaceFrame.face`, as a picture (size, size, 3) of B, G, R.

    Gaze is what turns an eye further, its rotation or its look weights, since both tell the same; the roll of
    an eye is not drawn. The same values, look and size give the same bytes. Raises `ValueError`, naming the
    column, for a weight outside [0, 1], a rotation outside [-π, π] and anything that is not a number; and for
    another length than 61 or a size outside `SIZES`.
    """
    weights = _checked(face)
    if size not in SIZES:
        raise ValueError(f"size is {size}; a picture is {SIZES.start} to {SIZES.stop - 1} pixels wide")
    scale = max(2, min(4, 240 // size)) if size <= 640 else 1
    pixels = np.empty((size * scale, size * scale, 3), np.uint8)
    canvas = Canvas(pixels)
    pose = Pose(size * scale, weights["headYaw"], weights["headPitch"], weights["headRoll"])
    canvas.flood(look.backdrop)
    canvas.disk(pose.body(((0.0, -0.02),))[0], 1.08 * pose.unit, mix(look.backdrop, (255, 255, 255), 0.45))
    hair.paint_back(canvas, pose, look)
    head.paint_body(canvas, pose, look)
    head.paint_head(canvas, pose, look, weights)
    eyes.paint_forehead(canvas, pose, look, weights)
    for side, sign in eyes.SIDES:
        eyes.paint_eye(canvas, pose, look, weights, side, sign)
    head.paint_nose(canvas, pose, look, weights)
    mouth.paint_mouth(canvas, pose, look, weights)
    hair.paint_front(canvas, pose, look)
    for side, sign in eyes.SIDES:  # over the hair: a brow says too much to hide
        eyes.paint_brow(canvas, pose, look, weights, side, sign)
    if scale > 1:
        pixels = np.asarray(cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
    return pixels


def _checked(face: Float32) -> dict[str, float]:
    if face.shape != (len(FACE),):
        raise ValueError(f"a face has {len(FACE)} values, not the shape {face.shape}")
    values: list[float] = face.tolist()
    for column, (name, value) in enumerate(zip(FACE, values, strict=True)):
        low, high = (0.0, 1.0) if column < len(SHAPES) else (-np.pi, np.pi)
        if not low <= value <= high + 1e-6:
            raise ValueError(f"{name} is {value:g}, outside [{low:g}, {high:g}]")
    return {
        name: value if name.startswith(_LITERAL) else max(value, 0.0) ** _EMPHASIS
        for name, value in zip(FACE, values, strict=True)
    }
