"""The mouth: lips, teeth, tongue, and the folds around them."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.runtime.portrait.canvas import Canvas, mix, smooth, swell
from mien.runtime.portrait.eyes import SIDES
from mien.runtime.portrait.look import Look
from mien.runtime.portrait.pose import Pose

_MOUTH_Y: Final = 0.485
_LIFT: Final = 0.03
_FULL: Final = np.array((0.0, 0.88, 0.84, 0.88, 0.0))
"""Fullness of the lips from the right corner to the left one; the dip is Cupid's bow."""
_FULL_LOWER: Final = np.array((0.0, 0.80, 1.0, 0.80, 0.0))
_RIM: Final = np.array((-0.014, 0.0, 0.0, 0.0, 0.014))
"""How far the lips reach beyond the corners of the opening."""
_TEETH: Final = (246, 250, 252)
_CAVITY: Final = (42, 20, 74)
_TONGUE: Final = (118, 104, 222)

Curve = NDArray[np.float64]


def _lips(look: Look, w: Mapping[str, float]) -> tuple[Curve, Curve, Curve, Curve]:
    """Return the edges of the lips: upper outer, upper inner, lower inner, lower outer.

    Each is (5, 2), right corner to left, in face coordinates.
    """
    jaw, close, funnel, pucker = w["jawOpen"], w["mouthClose"], w["mouthFunnel"], w["mouthPucker"]
    jaw_gap = 0.33 * jaw * (1 - 0.93 * close)
    slide = 0.105 * (w["mouthLeft"] - w["mouthRight"])
    jaw_slide = 0.085 * (w["jawLeft"] - w["jawRight"])
    corner_x, corner_y, upper_mid, lower_mid, press = (np.zeros(2) for _ in range(5))
    for row, (side, sign) in enumerate(reversed(SIDES)):
        smile, frown, stretch = w[f"mouthSmile{side}"], w[f"mouthFrown{side}"], w[f"mouthStretch{side}"]
        dimple, press[row] = w[f"mouthDimple{side}"], w[f"mouthPress{side}"]
        half = 0.236 * look.mouth * (1 - 0.22 * jaw - 0.30 * funnel - 0.46 * pucker)
        half += 0.075 * smile + 0.085 * stretch + 0.045 * dimple - 0.020 * press[row] + 0.012 * frown
        corner_x[row] = sign * half + slide + 0.4 * jaw_slide
        corner_y[row] = (
            _MOUTH_Y
            - 0.024
            - 0.126 * smile
            + 0.100 * frown
            + 0.030 * stretch
            - 0.014 * dimple
            + 0.36 * jaw_gap
        )
        upper_mid[row] = (
            -0.070 * w[f"mouthUpperUp{side}"] * (1 - 0.45 * smile) - 0.026 * w[f"noseSneer{side}"]
        )
        lower_mid[row] = 0.078 * w[f"mouthLowerDown{side}"]
    shrug, roll = w["mouthShrugLower"], w["mouthRollLower"]
    smile = min(w["mouthSmileLeft"], w["mouthSmileRight"])
    beam = max(smile - 0.6, 0.0) * (1 - max(press)) * (1 - close)
    rounding = 0.055 * funnel + 0.05 * w["tongueOut"] + 0.11 * beam
    upper_y = (
        _MOUTH_Y - 0.052 * smile * min(jaw_gap / 0.06 + 4 * beam, 1.0) + 0.8 * upper_mid.mean()
        - 0.036 * w["mouthShrugUpper"] - 0.030 * shrug - 0.5 * rounding + 0.02 * w["mouthRollUpper"]
    )  # fmt: skip
    upper_y += 0.06 * close * jaw
    lower_y = (
        _MOUTH_Y + jaw_gap + 0.06 * close * jaw + 0.75 * lower_mid.mean() - 0.040 * shrug - 0.012 * roll
        - 0.014 * close * (1 - jaw) + rounding
    )  # fmt: skip
    lower_y = max(lower_y, upper_y)
    # Corners pull on the lips between them as on a parabola: little near the middle.
    middle = _MOUTH_Y + 0.36 * jaw_gap
    pull = corner_y - middle
    upper_sides = upper_y + 0.40 * pull + upper_mid + 0.23 * (middle - upper_y)
    lower_sides = lower_y + 0.34 * pull + lower_mid - 0.23 * (lower_y - middle)
    lower_sides = np.maximum(lower_sides, upper_sides)
    center_x = slide + (corner_x.sum() - 2 * slide) * 0.2
    x = np.array((1, 0.64, 0, 0, 0)) * corner_x[0] + np.array((0, 0, 0, 0.64, 1)) * corner_x[1]
    x = x + np.array((0, 0.36, 1, 0.36, 0)) * center_x
    lower_x = x + jaw_slide * np.array((0, 0.8, 1, 0.8, 0))
    upper = np.array((corner_y[0], upper_sides[0], upper_y, upper_sides[1], corner_y[1]))
    lower = np.array((corner_y[0], lower_sides[0], lower_y, lower_sides[1], corner_y[1]))

    tight = 1 - 0.62 * np.array((press[0], press[0], press.mean(), press[1], press[1]))
    full = (
        1
        + 0.55 * pucker
        + 0.50 * funnel
        + 0.25 * w["cheekPuff"]
        - 0.10 * (w["mouthSmileLeft"] + w["mouthSmileRight"])
    )
    upper_lip = (
        0.046 * _FULL * tight * full * (1 - 0.86 * w["mouthRollUpper"]) * (1 + 0.3 * w["mouthShrugUpper"])
    )
    lower_lip = (
        0.062
        * _FULL_LOWER
        * tight
        * full
        * (1 - 0.86 * roll)
        * (1 + 0.25 * shrug + 0.2 * w["jawForward"])
        * (1 - 0.5 * close)
    )
    return (
        np.stack((x + _RIM, upper - upper_lip), 1),
        np.stack((x, upper), 1),
        np.stack((lower_x, lower), 1),
        np.stack((lower_x + _RIM, lower + lower_lip), 1),
    )


def paint_mouth(canvas: Canvas, pose: Pose, look: Look, w: Mapping[str, float]) -> None:
    """Paint the folds beside the mouth, its inside, the lips and the tongue."""
    unit = pose.unit
    control = _lips(look, w)
    _paint_folds(canvas, pose, look, w, control[1])
    corner = control[1][2]
    # Two closed curves (right corner, upper edge, left corner, lower edge): corners round as they open.
    outer_loop = np.concatenate((control[0], control[3][3:0:-1]))
    inner_loop = np.concatenate((control[1], control[2][3:0:-1]))
    loops = smooth(np.concatenate((outer_loop, inner_loop), 1), closed=True)
    count = len(loops) // 2 + 1
    upper_outer, lower_outer = _edges(pose.on_face(loops[:, :2], _LIFT), count)
    upper, lower = _edges(pose.on_face(loops[:, 2:], _LIFT), count)
    canvas.fill(np.concatenate((upper_outer, upper[::-1])), look.upper_lip)
    canvas.fill(np.concatenate((lower, lower_outer[::-1])), look.lip)
    shine = lower[count // 3 : -count // 3] * 0.45 + lower_outer[count // 3 : -count // 3] * 0.55
    thickness = float(np.abs(lower_outer - lower).max())
    canvas.ribbon(shine, 0.26 * thickness * swell(len(shine)), look.light, 0.5)

    gap = float((lower[:, 1] - upper[:, 1]).max())
    if gap > 0.008 * unit:
        jaw = 0.33 * w["jawOpen"] * (1 - 0.93 * w["mouthClose"])
        center = pose.spot(0, _MOUTH_Y, _LIFT)
        down = (pose.spot(0, _MOUTH_Y + 0.1, _LIFT) - center) / 0.1
        side = (pose.spot(0.1, _MOUTH_Y, _LIFT) - center) / 0.1
        floor = pose.spot(float(corner[0]), _MOUTH_Y + jaw, _LIFT)

        def band(middle: NDArray[np.float64], half: float, top: float, bottom: float) -> NDArray[np.float64]:
            rim = ((-half, top), (half, top), (half, bottom - 0.02),
                   (half * 0.6, bottom - 0.004), (0.0, bottom), (-half * 0.6, bottom - 0.004),
                   (-half, bottom - 0.02))  # fmt: skip
            return np.array([middle + side * a + down * b for a, b in rim])

        def paint(patch: Canvas) -> None:
            patch.flood(_CAVITY)
            hump = ((-0.13, 0.05), (-0.08, -0.045), (0.0, -0.035), (0.08, -0.045), (0.13, 0.05), (0.0, 0.10))
            tongue = np.array([floor + side * a + down * (b - 0.02 + 0.10 * (jaw < 0.08)) for a, b in hump])
            patch.fill(smooth(tongue, closed=True), mix(_TONGUE, _CAVITY, 0.25))
            lower_teeth = band(floor, 0.24, 0.10, -0.018 + 0.03 * min(jaw / 0.2, 1))
            patch.fill(lower_teeth, mix(_TEETH, _CAVITY, 0.12))
            patch.fill(band(center, 0.26, -0.14, 0.042), _TEETH)
            patch.stroke(band(center, 0.26, -0.14, 0.042)[2:], 0.010 * unit, mix(_TEETH, _CAVITY, 0.45))
            shadow = np.concatenate((upper, (upper + np.array((0, 0.020 * unit)))[::-1]))
            patch.fill(shadow, _CAVITY, 0.35)

        canvas.clipped(np.concatenate((upper, lower[::-1])), paint)
    line = (upper + lower) / 2
    if gap > 0.008 * unit:
        canvas.stroke(upper, 0.014 * unit, look.ink, taper=0.7)
    else:
        canvas.stroke(line, max(0.011 * unit, 1.5), look.ink, taper=0.95)
    if w["tongueOut"] > 0.02:
        _paint_tongue(canvas, pose, w, control[2][2])


def _edges(loop: Curve, count: int) -> tuple[Curve, Curve]:
    """Split a closed curve into its upper and its lower edge, both from the right corner to the left one."""
    return loop[:count], np.concatenate((loop[:1], loop[: count - 2 : -1]))


def _paint_tongue(canvas: Canvas, pose: Pose, w: Mapping[str, float], lip: NDArray[np.float64]) -> None:
    x, y = lip.tolist()
    out = w["tongueOut"]
    half, tip = 0.095, y + 0.02 + 0.17 * out
    rim = ((x - half, y - 0.03), (x + half, y - 0.03), (x + half * 1.02, y + 0.4 * (tip - y)),
           (x + 0.6 * half, tip - 0.02), (x, tip), (x - 0.6 * half, tip - 0.02),
           (x - half * 1.02, y + 0.4 * (tip - y)))  # fmt: skip
    canvas.fill(pose.on_face(smooth(rim, closed=True), _LIFT + 0.03), _TONGUE)
    groove = smooth(((x, y - 0.01), (x, y + 0.5 * (tip - y)), (x, tip - 0.03)))
    canvas.stroke(
        pose.on_face(groove, _LIFT + 0.03), 0.016 * pose.unit, mix(_TONGUE, _CAVITY, 0.4), taper=0.8
    )


def _paint_folds(
    canvas: Canvas, pose: Pose, look: Look, w: Mapping[str, float], upper: NDArray[np.float64]
) -> None:
    """Paint the nasolabial folds, dimples, pressed corners, and chin."""
    unit = pose.unit
    for side, sign in SIDES:
        x, y = upper[-1 if sign > 0 else 0].tolist()
        sneer, smile = w[f"noseSneer{side}"], w[f"mouthSmile{side}"]
        depth = max(0.75 * smile, sneer, 0.85 * w[f"mouthUpperUp{side}"], 0.5 * w[f"mouthStretch{side}"])
        if depth > 0.03:
            start = (sign * 0.125 * look.nose, 0.215 - 0.03 * sneer)
            end = (x + sign * 0.055, y - 0.005)
            middle = ((start[0] + end[0]) / 2 + sign * 0.028, (start[1] + end[1]) / 2 - 0.012)
            fold = pose.on_face(smooth((start, middle, end)), 0.01)
            canvas.ribbon(fold, 0.022 * unit * swell(len(fold)), look.crease, 0.62 * depth**1.5)
        dimple = max(w[f"mouthDimple{side}"], 0.35 * smile)
        if dimple > 0.03:
            mark = pose.on_face(
                smooth(((x + sign * 0.026, y - 0.042), (x + sign * 0.046, y), (x + sign * 0.026, y + 0.042)))
            )
            canvas.ribbon(mark, 0.026 * unit * swell(len(mark)), look.crease, 0.9 * dimple)
        press, frown = w[f"mouthPress{side}"], w[f"mouthFrown{side}"]
        if max(press, frown) > 0.03:
            mark = pose.on_face(
                smooth(
                    (
                        (x + sign * 0.012, y + 0.010),
                        (x + sign * 0.032, y + 0.040),
                        (x + sign * 0.036, y + 0.085),
                    )
                )
            )
            canvas.ribbon(
                mark, 0.022 * unit * np.linspace(1, 0.2, len(mark)), look.crease, 0.75 * max(press, frown)
            )
    drop = 0.20 * w["jawOpen"] * (1 - 0.5 * w["mouthClose"])
    chin_x = 0.10 * (w["jawLeft"] - w["jawRight"])
    under = 0.60 + drop - 0.02 * w["mouthShrugLower"]
    arc = pose.on_face(
        smooth(((chin_x - 0.09, under + 0.012), (chin_x, under), (chin_x + 0.09, under + 0.012)))
    )
    canvas.ribbon(
        arc,
        (0.016 + 0.016 * w["mouthShrugLower"]) * unit * swell(len(arc)),
        look.crease,
        0.45 + 0.4 * w["mouthShrugLower"],
    )
    if w["mouthShrugLower"] > 0.03:
        for px, py in ((-0.05, 0.07), (0.05, 0.07), (0.0, 0.10), (-0.085, 0.10), (0.085, 0.10)):
            canvas.disk(
                pose.spot(chin_x + px, under + py),
                0.013 * unit,
                mix(look.skin, look.crease, 0.6 * w["mouthShrugLower"]),
            )
