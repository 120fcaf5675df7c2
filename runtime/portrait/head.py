"""The head itself: neck and shoulders, ears, skull and jaw, cheeks, nose."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from mien.runtime.portrait.canvas import Canvas, Points, mix, smooth, swell
from mien.runtime.portrait.eyes import SIDES
from mien.runtime.portrait.hair import STYLES
from mien.runtime.portrait.look import Look
from mien.runtime.portrait.pose import Pose

_HALF_HEAD: Final = np.array(
    (
        (0.0, -0.90, -0.10), (0.37, -0.82, -0.10), (0.585, -0.54, -0.05), (0.640, -0.12, 0.0),
        (0.615, 0.22, 0.04), (0.500, 0.53, 0.12), (0.270, 0.765, 0.24), (0.0, 0.835, 0.30),
    )
)  # fmt: skip
_JAW_SHARE: Final = np.array((0, 0, 0, 0, 0.10, 0.45, 0.92, 1.0))
"""How far each point of the outline goes along with the jaw."""
_PUFF_SHARE: Final = np.array((0, 0, 0, 0.05, 0.75, 1.0, 0.25, 0))
_SHADED: Final = slice(6, 70)
"""Points of the outline, from the temple around the jaw, that light from the upper left does not reach."""
_CHEEKS_INSIDE: Final = 0.2
"""Yaw, radians, up to which nothing painted on the cheeks reaches beyond the face."""
_FRECKLES: Final = ((0.25, 0.14), (0.31, 0.20), (0.37, 0.13), (0.42, 0.19), (0.20, 0.19))


def _head(look: Look, w: Mapping[str, float]) -> Points:
    jaw_side = w["jawLeft"] - w["jawRight"]
    halves = []
    for sign in (1.0, -1.0):
        half = _HALF_HEAD * (look.width, 1, 1)
        half[:, 0] *= 1 + (look.jaw - 1) * _JAW_SHARE
        half[:, 0] += 0.095 * w["cheekPuff"] * _PUFF_SHARE
        half[:, 0] *= 1 + _JAW_SHARE * (0.06 * w["jawForward"] - 0.08 * w["jawOpen"])
        half[:, 0] = sign * half[:, 0] + 0.11 * jaw_side * _JAW_SHARE
        half[:, 1] += (
            0.165 * w["jawOpen"] + 0.035 * w["jawForward"] - 0.02 * w["mouthShrugLower"]
        ) * _JAW_SHARE
        halves.append(half)
    return smooth(np.concatenate((halves[0], halves[1][-2:0:-1])), closed=True)


def _behind(xy: Points) -> Points:
    return np.column_stack((xy, np.full(len(xy), -0.10)))


def paint_body(canvas: Canvas, pose: Pose, look: Look) -> None:
    """Paint neck and shoulders, which do not turn with the head."""
    canvas.fill(pose.body(((-0.25, 0.45), (0.25, 0.45), (0.29, 1.5), (-0.29, 1.5))), look.shade)
    half = ((0.0, 1.12), (0.18, 1.08), (0.30, 0.95), (0.62, 1.02), (1.0, 1.16), (1.16, 1.7))
    shirt = smooth((*half, *((-x, y) for x, y in half[:0:-1])), closed=True)
    canvas.fill(pose.body(shirt), look.shirt)
    collar = smooth(((-0.30, 0.95), (-0.18, 1.08), (0.0, 1.12), (0.18, 1.08), (0.30, 0.95)))
    canvas.stroke(pose.body(collar), 0.05 * pose.unit, mix(look.shirt, (30, 20, 25), 0.3))


def paint_head(canvas: Canvas, pose: Pose, look: Look, w: Mapping[str, float]) -> None:
    """Paint ears, face and its large shadows."""
    unit = pose.unit
    for _, sign in () if STYLES[look.style].covers_ears else SIDES:
        x = sign * 0.655 * look.width
        ear = ((x - sign * 0.05, -0.16), (x + sign * 0.06, -0.17), (x + sign * 0.10, -0.04),
               (x + sign * 0.06, 0.12), (x, 0.20), (x - sign * 0.06, 0.16))  # fmt: skip
        canvas.fill(pose.outline(_behind(smooth(ear, closed=True))), look.skin)
        fold = smooth(
            ((x + sign * 0.01, -0.10), (x + sign * 0.06, -0.08), (x + sign * 0.04, 0.04), (x, 0.10))
        )
        canvas.stroke(pose.outline(_behind(fold)), 0.03 * unit, look.shade, taper=0.8)
    outline = _head(look, w)
    face = pose.outline(outline)
    canvas.fill(face, look.skin)
    rim = face[_SHADED]
    inner = pose.outline(outline[_SHADED] * (0.97, 0.99, 1) + (-0.045, -0.035, 0.02))
    inner = rim + (inner - rim) * np.minimum(3 * swell(len(rim)), 1)[:, None]
    canvas.fill(np.concatenate((rim, inner[::-1])), mix(look.skin, look.shade, 0.62))
    if abs(pose.yaw) < _CHEEKS_INSIDE:
        _paint_cheeks(canvas, pose, look, w)
    else:
        canvas.clipped(face, lambda patch: _paint_cheeks(patch, pose, look, w))
    if w["jawForward"] > 0.02:
        lower = 0.60 + 0.12 * w["jawOpen"]
        chin = smooth(
            (
                (-0.17, lower + 0.05),
                (-0.09, lower - 0.01),
                (0, lower + 0.005),
                (0.09, lower - 0.01),
                (0.17, lower + 0.05),
            )
        )
        canvas.stroke(pose.on_face(chin), 0.03 * unit * w["jawForward"], look.crease, taper=0.9)
        canvas.glow(pose.spot(0, lower + 0.11), (0.15 * unit, 0.09 * unit), look.light, 0.8 * w["jawForward"])


def _paint_cheeks(canvas: Canvas, pose: Pose, look: Look, w: Mapping[str, float]) -> None:
    """Paint blush, raised and puffed cheeks, freckles."""
    unit, puff = pose.unit, w["cheekPuff"]
    for side, sign in SIDES:
        squint, smile = w[f"cheekSquint{side}"], w[f"mouthSmile{side}"]
        raised = 0.05 * squint + 0.03 * smile
        center = pose.spot(sign * 0.385, 0.225 - raised)
        canvas.glow(center, (0.20 * unit, 0.14 * unit), look.blush, 0.55 + 0.30 * squint + 0.10 * smile)
        if puff > 0.02:
            canvas.glow(pose.spot(sign * 0.44, 0.38), (0.19 * unit, 0.19 * unit), look.light, 0.9 * puff)
            fold = smooth(((sign * 0.29, 0.27), (sign * 0.245, 0.40), (sign * 0.29, 0.54)))
            canvas.ribbon(pose.on_face(fold), 0.022 * unit * swell(len(fold)), look.crease, 0.7 * puff)
        if squint > 0.02:
            arc = smooth(
                ((sign * 0.17, 0.135), (sign * 0.27, 0.175), (sign * 0.38, 0.165), (sign * 0.48, 0.10))
            )
            canvas.ribbon(pose.on_face(arc), 0.018 * unit * swell(len(arc)), look.crease, 0.6 * squint)
        if look.freckles:
            for x, y in _FRECKLES:
                canvas.disk(pose.spot(sign * x, y - raised), 0.012 * unit, mix(look.skin, look.crease, 0.55))


def paint_nose(canvas: Canvas, pose: Pose, look: Look, w: Mapping[str, float]) -> None:
    """Paint the nose, its wings raised and wrinkled by a sneer."""
    unit, size = pose.unit, look.nose
    tip_y = 0.13 + 0.075 * size
    bridge = smooth(((0.062, -0.16), (0.050, -0.02), (0.062, tip_y - 0.07), (0.088 * size, tip_y)))
    canvas.ribbon(
        pose.on_face(bridge, 0.06), 0.028 * unit * np.linspace(0.1, 1.2, len(bridge)), look.shade, 0.8
    )
    canvas.glow(pose.spot(0, tip_y, 0.12), (0.095 * size * unit, 0.085 * unit), look.blush, 0.75)
    canvas.disk(pose.spot(-0.022, tip_y - 0.026, 0.14), 0.020 * unit, look.light)
    base = smooth(((-0.062 * size, tip_y + 0.045), (0, tip_y + 0.066), (0.062 * size, tip_y + 0.045)))
    canvas.stroke(pose.on_face(base, 0.09), 0.018 * unit, look.crease, taper=0.8)
    for side, sign in SIDES:
        sneer = w[f"noseSneer{side}"]
        y, x = tip_y - 0.040 * sneer, sign * (0.092 + 0.014 * sneer) * size
        wing = smooth(
            ((x - sign * 0.012, y - 0.035), (x + sign * 0.016, y + 0.010), (x - sign * 0.014, y + 0.046))
        )
        canvas.stroke(pose.on_face(wing, 0.05), (0.018 + 0.010 * sneer) * unit, look.crease, taper=0.7)
        nostril = smooth(
            ((x - sign * 0.058, y + 0.048), (x - sign * 0.034, y + 0.036), (x - sign * 0.016, y + 0.046))
        )
        canvas.stroke(
            pose.on_face(nostril, 0.07),
            (0.022 + 0.010 * sneer) * unit,
            mix(look.crease, look.ink, 0.5),
            taper=0.8,
        )
        if sneer > 0.02:
            for drop in (0.0, 0.055, 0.11):
                crinkle = smooth(
                    (
                        (sign * 0.020, -0.085 + drop),
                        (sign * 0.065, -0.075 + drop),
                        (sign * 0.105, -0.035 + drop),
                    )
                )
                canvas.ribbon(
                    pose.on_face(crinkle, 0.06), 0.018 * unit * swell(len(crinkle)), look.crease, 0.85 * sneer
                )
