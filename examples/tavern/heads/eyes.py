"""Eyeballs, the light in them, and lashes."""

import numpy as np

from mien.bridge.faces import SHAPES
from mien.examples.tavern.heads.features import Features
from mien.examples.tavern.heads.lids import Lids
from mien.examples.tavern.heads.mesh import Ints, Part, grid, mirrored
from mien.examples.tavern.heads.sculpture import Floats, Landmarks
from mien.examples.tavern.heads.shapes import STIRS


def _dome(rings: Floats, around: int) -> tuple[Floats, Floats, Ints]:
    """Return unit directions about +z at those polar angles, their angle round it, and triangles."""
    turn = np.arange(around) * (2 * np.pi / around)
    polar, turn = np.meshgrid(rings, turn, indexing="ij")
    points = np.stack((np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)), -1)
    triangles = grid(len(rings), around, closed=True)
    fan = np.arange(around)
    tip = np.full(around, len(rings) * around)
    triangles = np.concatenate((triangles, np.stack((fan, np.roll(fan, -1), tip), -1)))
    return np.concatenate((points.reshape(-1, 3), [(0, 0, 1)])), np.append(polar.ravel(), 0.0), triangles


def make_eyes(marks: Landmarks) -> list[Part]:
    """Return both eyeballs, which turn with their joints, and the light on them, which does not."""
    out, polar, triangles = _dome(np.radians((8, 16, 24, 32, 40, 52, 66, 82, 100)), 28)
    flat = np.where(polar < np.radians(26), 0.985, 1.0)  # the iris lies a little deeper than the white
    turn = np.arctan2(out[:, 1], out[:, 0])
    uv = 0.5 + 0.5 * (polar / np.radians(104))[:, None] * np.stack((np.cos(turn), -np.sin(turn)), -1)
    ball = Part("eyeLeft", "eye", np.array(marks.eye) + marks.eyeball * flat[:, None] * out, triangles, uv)
    ball.joint = "eyeLeft"
    glint, _, fan = _dome(np.radians((3.0, 6.0)), 12)
    glints = []
    for size, azimuth, elevation in ((1.0, -11, 12), (0.5, 8, -10)):
        a, e = np.radians((azimuth, elevation))
        toward = np.array((np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)))
        right = np.array((np.cos(a), 0.0, -np.sin(a)))
        up = np.cross(toward, right)
        flat_disk = glint * (size, size, 1) @ np.stack((right, up, toward))
        glints += [
            Part("glint", "glint", np.array(marks.eye) * (s, 1, 1) + (marks.eyeball + 0.02) * flat_disk, fan)
            for s in (1, -1)
        ]
    return [ball, mirrored(ball, "eyeRight"), *glints]


def make_lashes(marks: Landmarks, features: Features) -> list[Part]:
    """Return the upper lashes of both eyes, which follow the rim of the lid."""
    lids = Lids(marks, features)
    turn = np.linspace(0.04, 0.96, 19) * np.pi
    long = 0.10 + 0.32 * features.lashes * np.clip(np.sin(turn), 0, 1) ** 0.5 * (0.75 + 0.45 * np.cos(turn))

    def rows(stir: str | None) -> Floats:
        what = STIRS[stir] if stir else None
        center = np.array(marks.eye)
        root = lids.points(1, turn, 0.0, 0.04, what)
        under = lids.points(1, turn, 0.0, -0.3, what)
        lidward = lids.points(1, turn, 0.14 + 0.10 * np.sin(turn), 0.03, what)
        out = root - center
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        lift = 0.55 if stir != "eyeBlink" else -0.35
        tip = root + long[:, None] * (out * 0.75 + np.array((0.25, lift, 0)) * np.array((1, 1, 1)))
        return np.concatenate((lidward, tip, under))

    rest = rows(None)
    deltas = np.zeros((len(SHAPES), len(rest), 3))
    for stem in STIRS:
        for column in (k for k, name in enumerate(SHAPES) if name == stem + "Left"):
            deltas[column] = rows(stem) - rest
    triangles = grid(3, len(turn))[:, ::-1]  # turn runs from the outer corner to the inner one
    left = Part("lashesLeft", "lashes", rest, triangles, deltas=deltas)
    return [left, mirrored(left, "lashesRight")]
