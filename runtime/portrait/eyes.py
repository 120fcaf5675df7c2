"""Eyes with lids and gaze, and the brows above them."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from mien.runtime.portrait.canvas import Canvas, Points, mix, smooth, swell
from mien.runtime.portrait.look import Look
from mien.runtime.portrait.pose import Pose

SIDES: Final = (("Left", 1.0), ("Right", -1.0))
"""The character's sides, and where they lie: its left is on the viewer's right, x > 0."""

_EYE_Y: Final = -0.04
_GAZE: Final = (0.60, 0.45)
"""Radians that a look weight of 1 turns the eye, sideways and up or down."""
_ALONG: Final = np.array((-1.0, -0.58, 0.0, 0.58, 1.0))
"""Places of the control points of a lid, from the inner corner to the outer one."""
_LENSES: Final = np.array(((-0.34, -0.38, 0.30), (0.36, 0.34, 0.14)))
"""Reflections on the iris: place and radius in iris radii."""


def _stronger(weight: float, angle: float) -> float:
    """Return whichever turns further: weights and rotations tell the same gaze twice."""
    return weight if abs(weight) >= abs(angle) else angle


def _gaze(w: Mapping[str, float], side: str, sign: float) -> tuple[float, float]:
    outward = w[f"eyeLookOut{side}"] - w[f"eyeLookIn{side}"]
    down = w[f"eyeLookDown{side}"] - w[f"eyeLookUp{side}"]
    eye = side.lower()
    yaw = _stronger(sign * outward * _GAZE[0], w[f"{eye}EyeYaw"])
    pitch = _stronger(down * _GAZE[1], w[f"{eye}EyePitch"])
    return 0.7 * float(np.tanh(yaw / 0.7)), 0.7 * float(np.tanh(pitch / 0.7))


def paint_eye(canvas: Canvas, pose: Pose, look: Look, w: Mapping[str, float], side: str, sign: float) -> None:
    """Paint one eye: white, iris, lids, lashes."""
    blink, wide, squint = w[f"eyeBlink{side}"], w[f"eyeWide{side}"], w[f"eyeSquint{side}"]
    cheek, frown = w[f"cheekSquint{side}"], w[f"browDown{side}"] * (1 - w["browInnerUp"])
    worry = max(w["browInnerUp"] - w[f"browOuterUp{side}"], 0.0)
    yaw, pitch = _gaze(w, side, sign)
    half, center_x = 0.180 * look.eye, 0.288 * look.gap
    x = sign * (center_x + half * _ALONG)
    corner = _EYE_Y + 0.012 - 0.022 * _ALONG
    rise = np.array(
        (0.0, 0.80 * (1 - 0.42 * frown + 0.08 * worry), 1 - 0.20 * frown, 0.88 - 0.22 * worry, 0.0)
    )
    sink = np.array((0.0, 0.72, 1.0, 0.90, 0.0))
    upper_height = 0.142 * look.eye * (1 + 0.36 * wide - 0.20 * squint - 0.08 * cheek) - 0.07 * pitch
    lower_height = 0.090 * look.eye * (1 + 0.16 * wide - 0.62 * squint - 0.55 * cheek) + 0.03 * pitch
    open_upper = corner - upper_height * rise
    lower = corner + lower_height * sink
    shut = corner + (lower_height * 0.75 + 0.012) * sink
    upper = open_upper + (shut - open_upper) * blink
    lower = np.maximum(lower, upper)

    upper_line = smooth(np.stack((x, upper), 1), samples=5)
    lower_line = smooth(np.stack((x, lower), 1), samples=5)
    hole = pose.on_face(np.concatenate((upper_line, lower_line[::-1])))
    count = len(upper_line)
    edge, lower_edge = hole[:count], hole[: count - 1 : -1]
    socket = pose.on_face(smooth(np.stack((x * 1.01, np.minimum(open_upper, upper) - 0.03), 1), samples=5))
    unit = pose.unit
    canvas.fill(np.concatenate((socket, edge[::-1])), mix(look.skin, look.shade, 0.35))

    if float((lower - upper).max()) > 0.012:
        iris = pose.spot(sign * center_x + 0.185 * yaw, _EYE_Y + 0.004 + 0.19 * pitch)
        radius = 0.113 * look.eye * unit

        def paint(patch: Canvas) -> None:
            patch.flood((250, 250, 252))
            patch.disk(iris, radius, mix(look.iris, look.ink, 0.62))
            patch.disk(iris, radius * 0.86, look.iris)
            patch.disk(
                iris + radius * np.array((0, 0.30)), radius * 0.52, mix(look.iris, (225, 250, 255), 0.38)
            )
            patch.disk(iris, radius * 0.50, look.ink)
            for dx, dy, size in _LENSES.tolist():
                patch.disk(iris + radius * np.array((dx, dy)), radius * size, (255, 255, 255))
            shadow = np.concatenate((edge, (edge + np.array((0, 0.030 * unit)))[::-1]))
            patch.fill(shadow, look.ink, 0.28)

        canvas.clipped(hole, paint)

    canvas.stroke(lower_edge, max(0.012 * unit, 0.8), look.crease, taper=0.6)
    steps = np.linspace(-1, 1, count)
    wing = edge[-1] + (edge[-1] - edge[-3]) * 0.9 + (0, -0.012 * unit)
    lash_line: Points = np.concatenate((edge, wing[None]))
    widths = np.append(0.030 + 0.010 * steps, 0.004) * unit
    canvas.ribbon(lash_line, np.maximum(widths, 1.0), look.ink)
    canvas.stroke(socket[3:-1], 0.013 * unit, look.crease, taper=0.9)
    strain = max(squint, 0.8 * cheek)
    if strain > 0.02:
        bag = pose.on_face(
            smooth(np.stack((x * 0.98, corner + (0.075 + 0.02 * cheek) * sink + 0.018), 1), samples=4)
        )
        canvas.ribbon(
            bag[3:-1], 0.018 * unit * np.linspace(0.3, 1.2, len(bag) - 4), look.crease, 0.75 * strain
        )


def paint_brow(
    canvas: Canvas, pose: Pose, look: Look, w: Mapping[str, float], side: str, sign: float
) -> None:
    """Paint one brow, and the furrows that its movement folds."""
    down, inner, outer = w[f"browDown{side}"], w["browInnerUp"], w[f"browOuterUp{side}"]
    sneer = w[f"noseSneer{side}"]
    sinking = down * (1 - 0.8 * inner)  # raised and drawn together, as in fear, a brow is straight and high
    x = np.array((0.115, 0.225, 0.370, 0.505)) * look.gap
    x = x - np.array((0.042, 0.03, 0.012, 0.0)) * down - np.array((0.018, 0.008, 0.0, 0.0)) * inner
    y = np.array((-0.290, -0.330, -0.342, -0.268))
    y = y + np.array((0.118, 0.092, 0.046, 0.004)) * sinking + np.array((0.026, 0.016, 0.0, 0.0)) * sneer
    y = y - np.array((0.135, 0.080, 0.008, -0.034)) * inner - np.array((0.022, 0.070, 0.118, 0.100)) * outer
    line = pose.on_face(smooth(np.stack((sign * x, y), 1), samples=5), 0.03)
    thickness = np.interp(np.linspace(0, 3, len(line)), (0, 0.35, 1.2, 3), (0.042, 0.074, 0.070, 0.016))
    unit = pose.unit
    if down > 0.02:
        furrow = pose.on_face(
            smooth(((sign * 0.045, -0.27), (sign * 0.034, -0.21), (sign * 0.046, -0.155))), 0.04
        )
        canvas.ribbon(furrow, 0.020 * unit * swell(len(furrow)), look.crease, 0.9 * down)
    canvas.ribbon(line, np.maximum(thickness * look.brow_weight * unit, 1.2), look.brow)


def paint_forehead(canvas: Canvas, pose: Pose, look: Look, w: Mapping[str, float]) -> None:
    """Paint the furrows of raised brows."""
    unit = pose.unit
    inner, outer_left, outer_right = w["browInnerUp"], w["browOuterUpLeft"], w["browOuterUpRight"]
    for y, reach in ((-0.475, 0.17), (-0.535, 0.13)):
        control = np.array(
            ((-reach, y + 0.012), (-reach / 2, y), (0, y + 0.006), (reach / 2, y), (reach, y + 0.012))
        )
        line = pose.on_face(smooth(control), 0.02)
        if inner > 0.05:
            canvas.ribbon(line, 0.015 * unit * swell(len(line)), look.crease, 0.55 * inner)
    for sign, outer in ((1, outer_left), (-1, outer_right)):
        if outer > 0.05:
            line = pose.on_face(
                smooth(((sign * 0.24, -0.50), (sign * 0.34, -0.52), (sign * 0.45, -0.475))), 0.02
            )
            canvas.ribbon(line, 0.015 * unit * swell(len(line)), look.crease, 0.5 * outer)
