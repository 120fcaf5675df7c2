"""What is inside the mouth: teeth, gums and tongue."""

from typing import Final

import numpy as np

from mien.bridge.faces import SHAPES
from mien.examples.tavern.heads.mesh import Part, grid, still
from mien.examples.tavern.heads.sculpture import Floats, Landmarks, smooth_step
from mien.examples.tavern.heads.shapes import open_jaw

_OPEN, _FORWARD, _LEFT, _RIGHT = (SHAPES.index(n) for n in ("jawOpen", "jawForward", "jawLeft", "jawRight"))
_OUT = SHAPES.index("tongueOut")
TEETH: Final = 12
"""In each row."""


def _with_jaw(points: Floats, marks: Landmarks) -> Floats:
    deltas = still(len(points))
    deltas[_OPEN] = open_jaw(points, marks)
    deltas[_FORWARD] = (0, -0.10, 0.75)
    deltas[_LEFT] = (0.85, -0.05, 0)
    deltas[_RIGHT] = (-0.85, -0.05, 0)
    return deltas


def make_teeth(marks: Landmarks, front: float) -> list[Part]:
    """Return both rows of teeth and their gums; `front` is the depth of the upper lip's border, cm."""
    parts = []
    half = marks.mouth[1] * 0.93
    s = np.linspace(-1, 1, 4 * TEETH + 1)
    groove = np.abs(np.sin(np.pi * TEETH / 2 * s))
    for upper in (True, False):
        sign = 1.0 if upper else -1.0
        arch = np.radians(86) * s
        depth = front - (0.95 if upper else 1.12) - 2.7 * (1 - np.cos(arch))
        line = marks.mouth[0] + (-0.42 + 0.25 * s**2 if upper else -0.34 - 0.45 * s**2)
        tall = (1.05 if upper else 0.75) * (1 - 0.25 * s**4)
        notch = 0.07 * (1 - groove**0.5)
        # across each tooth: gum line, belly, edge, and the back of the edge
        heights = (tall, 0.45 * tall, notch + 0.02, notch, tall)
        depths = (-0.05, 0.03, 0.0, -0.22, -0.5)
        bite = 0.07 * (1 - groove**0.6)
        x = half * np.sin(arch) * (1.0 if upper else 0.95)
        rows = [
            np.stack((x, line + sign * h + 0 * s, depth + d - bite * (k < 3)), -1)
            for k, (h, d) in enumerate(zip(heights, depths, strict=True))
        ]
        points = np.concatenate(rows)
        triangles = grid(len(rows), len(s))
        uv = np.stack((np.tile(s / 2 + 0.5, len(rows)), np.repeat((0.0, 0.5, 0.85, 1.0, 1.0), len(s))), -1)
        part = Part("teeth", "teeth", points, triangles if upper else triangles[:, ::-1], uv)
        part.deltas = still(len(points)) if upper else _with_jaw(points, marks)
        parts.append(part)
        gum_rows = [
            np.stack((x * 1.01, line + sign * (tall + up) + 0.06 * groove * sign * (up <= 0), depth + d), -1)
            for up, d in ((-0.10, 0.02), (0.05, 0.10), (0.45, 0.0), (0.9, -0.3))
        ]
        points = np.concatenate(gum_rows)
        triangles = grid(len(gum_rows), len(s))
        gum = Part("gums", "gums", points, triangles[:, ::-1] if upper else triangles)
        gum.deltas = still(len(points)) if upper else _with_jaw(points, marks)
        parts.append(gum)
    return parts


def make_tongue(marks: Landmarks, front: float) -> Part:
    """Return the tongue, which goes along with the jaw and can come out between the lips."""
    rows, around = 12, 14
    u = np.linspace(0, 1, rows)[:, None]
    a = (np.arange(around) * 2 * np.pi / around)[None]
    wide = 0.48 * marks.mouth[1] * np.clip(1 - u**3.5, 0, 1) ** 0.5 * (0.85 + 0.15 * u)
    thick = 0.46 * np.clip(1 - u**6, 0, 1) ** 0.5 * (1.15 - 0.45 * u)
    y = marks.mouth[0] - 1.12 + 0.35 * np.sin(np.pi * u) - 0.05 * u
    z = front - 5.6 + 3.75 * u
    groove = 0.14 * np.exp(-((np.cos(a) / 0.3) ** 2)) * (np.sin(a) > 0)
    points = np.stack(
        np.broadcast_arrays(wide * np.cos(a), y + thick * (np.sin(a) - groove), z + 0 * a), -1
    ).reshape(-1, 3)
    tip = np.array([[0, y[-1, 0], z[-1, 0] + 0.05]])
    points = np.concatenate((points, tip))
    triangles = grid(rows, around, closed=True)
    last = np.arange(around) + (rows - 1) * around
    fan = np.stack((last, np.roll(last, -1), np.full(around, rows * around)), -1)
    part = Part("tongue", "tongue", points, np.concatenate((triangles, fan))[:, ::-1])
    deltas = _with_jaw(points, marks)
    along = np.append(np.repeat(u.ravel(), around), 1.0)
    level = np.append(np.repeat(y.ravel(), around), y[-1, 0])
    forward = 3.7 * smooth_step(along, 0.05, 1.0)
    # Between the lips the tongue is flat and at their height; past them its tip sinks.
    rise = (marks.mouth[0] - 0.24 - level) * smooth_step(along, 0.1, 0.5)
    sink = -1.15 * smooth_step(along, 0.62, 1.0) ** 1.5
    flat = -(points[:, 1] - level) * 0.45 * smooth_step(along, 0.1, 0.5)
    deltas[_OUT] = np.stack(
        (-0.12 * points[:, 0] * smooth_step(along, 0.1, 0.5), rise + sink + flat, forward), -1
    )
    part.deltas = deltas
    return part
