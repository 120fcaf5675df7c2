"""Ears, and the clothes on the shoulders."""

import numpy as np

from mien.examples.tavern.heads.features import Features
from mien.examples.tavern.heads.mesh import Part, grid, mirrored
from mien.examples.tavern.heads.sculpture import Floats, Sculpture, smooth_step


def make_ears(sculpture: Sculpture) -> list[Part]:
    """Return both ears: flattened balls with a rim and a hollow."""
    f, m = sculpture.features, sculpture.marks
    rows, around = 9, 20
    polar = np.linspace(0.06, np.pi * 0.62, rows)[:, None]
    turn = (np.arange(around) * 2 * np.pi / around)[None]
    r = np.sin(polar)
    flat = np.stack(np.broadcast_arrays(np.cos(polar) + 0 * turn, r * np.sin(turn), r * np.cos(turn)), -1)
    flat = flat.reshape(-1, 3)
    _, up, fore = flat.T
    radius = np.hypot(up, fore)
    rim = np.exp(-(((radius - 0.80) / 0.16) ** 2)) * smooth_step(-fore + 0.9 * np.abs(up - 0.1), -0.35, 0.4)
    hollow = np.exp(-(((up + 0.12) / 0.34) ** 2) - ((fore - 0.12) / 0.30) ** 2)
    out = 0.55 * flat[:, 0] + 0.30 * rim - 0.62 * hollow * smooth_step(flat[:, 0], 0.0, 0.5)
    narrow = 1 - 0.38 * smooth_step(-up, -0.2, 1.0)
    size = f.ears
    local = np.stack((out, 3.05 * size * up, 1.85 * size * fore * narrow + 0.35 * up), -1)
    angle = np.radians(24)
    c, s = np.cos(angle), np.sin(angle)
    turned = np.stack((local[:, 0] * c - local[:, 2] * s, local[:, 1], local[:, 0] * s + local[:, 2] * c), -1)
    at = np.array(((0.0, -1.5 * m.down, -0.4),))
    root = sculpture.cast(at, np.array(((1.0, 0.0, 0.0),)))[0] + (0.42, 0, 0)
    points = turned + root
    tip = points[:around].mean(0, keepdims=True)
    triangles = grid(rows, around, closed=True)
    first = np.arange(around)
    fan = np.stack((first, np.roll(first, -1), np.full(around, rows * around)), -1)
    uv = np.stack((0.11 + 0.09 * fore, 0.075 - 0.07 * up), -1)
    ear = Part(
        "earLeft", "skin", np.concatenate((points, tip)), np.concatenate((triangles, fan)),
        np.concatenate((uv, uv[:around].mean(0, keepdims=True))),
    )  # fmt: skip
    if (ear.normals[:, 0] * flat[:, 0].max()).mean() < 0:
        ear = Part("earLeft", "skin", ear.points, ear.triangles[:, ::-1], ear.uv)
    return [ear, mirrored(ear, "earRight")]


def _rings(profile: Floats, around: int, square: float = 2.0) -> tuple[Floats, int]:
    """Return points of rings (height, half width and depth, middle's depth, droop): superellipses."""
    turn = np.arange(around) * 2 * np.pi / around
    c, s = np.cos(turn), np.sin(turn)
    rings = []
    for y, wide, deep, middle, droop in profile:
        x = wide * np.sign(s) * np.abs(s) ** (2 / square)
        z = middle + deep * np.sign(c) * np.abs(c) ** (2 / square)
        rings.append(np.stack((x, y - droop * np.abs(s) ** 2.2 + 0 * x, z), -1))
    return np.concatenate(rings), len(profile)


def make_clothes(f: Features) -> list[Part]:
    """Return shirt and collar, which stay while the head turns."""
    n, w = f.neck, f.shoulders
    around = 36
    shirt, rows = _rings(
        np.array(
            (
                (-13.6, 5.3 * n, 5.4 * n, -3.2, -0.8),
                (-14.0, 5.9 * n, 6.0 * n, -3.2, -0.6),
                (-14.6, 7.4 * n, 6.7 * n, -3.3, 0.3),
                (-15.2, 10.6 * w, 7.6, -3.4, 1.1),
                (-16.2, 14.6 * w, 8.6, -3.5, 2.0),
                (-18.0, 17.8 * w, 9.5, -3.4, 2.4),
                (-20.8, 19.2 * w, 10.2, -3.2, 2.0),
                (-24.5, 18.8 * w, 10.8, -2.9, 1.0),
                (-29.0, 17.2 * w, 10.8, -2.7, 0.3),
                (-33.0, 16.6 * w, 10.5, -2.7, 0.0),
            )
        ),
        around,
        2.2,
    )
    collar, collar_rows = _rings(
        np.array(
            (
                (-14.6, 4.6 * n, 4.6 * n, -3.1, -0.9),
                (-13.2, 5.2 * n, 5.3 * n, -3.2, -0.9),
                (-12.7, 5.55 * n, 5.7 * n, -3.2, -0.9),
                (-12.9, 6.0 * n, 6.2 * n, -3.2, -0.8),
                (-14.2, 6.9 * n, 7.0 * n, -3.3, -0.2),
                (-14.9, 7.3 * n, 7.3 * n, -3.3, 0.2),
                (-15.1, 6.9 * n, 6.9 * n, -3.3, 0.3),
            )
        ),
        around,
    )
    return [
        Part("shirt", "cloth", shirt, grid(rows, around, closed=True), joint="chest"),
        Part("collar", "collar", collar, grid(collar_rows, around, closed=True), joint="chest"),
    ]
