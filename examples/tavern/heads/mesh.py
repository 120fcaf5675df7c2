"""A part of a head: one mesh of one material."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.bridge.faces import SHAPES
from mien.examples.tavern.heads.sculpture import Floats

Ints = NDArray[np.int64]

JOINTS: Final = ("chest", "head", "eyeLeft", "eyeRight")


@dataclass
class Part:
    """One mesh of one material, cm."""

    name: str
    material: str
    points: Floats
    """(n, 3)"""
    triangles: Ints
    """(t, 3) counter-clockwise from outside."""
    uv: Floats | None = None
    """(n, 2) from the top left."""
    deltas: Floats | None = None
    """(52, n, 3), or None where no shape moves anything."""
    joint: str = "head"
    joints: Floats | None = None
    """(n, 4) shares of the joints, where not all go to `joint`."""
    weld: Ints | None = None
    """(n,) vertices of the same number share their normal."""
    normals: Floats = field(init=False)

    def __post_init__(self) -> None:
        if self.weld is None:
            self.weld = np.arange(len(self.points))
        self.normals = self.normals_of(self.points)

    def normals_of(self, points: Floats) -> Floats:
        """Return unit normals (n, 3), weighted by the triangles' areas."""
        a, b, c = (points[self.triangles[:, k]] for k in range(3))
        face = np.cross(b - a, c - a)
        weld = self.weld
        assert weld is not None  # noqa: S101
        corners = weld[self.triangles]
        size = int(weld.max()) + 1
        sums = np.stack(
            [sum(np.bincount(corners[:, k], face[:, axis], size) for k in range(3)) for axis in range(3)], -1
        )
        length = np.linalg.norm(sums, axis=1, keepdims=True)
        unit: Floats = np.where(length > 1e-12, sums / np.maximum(length, 1e-12), (0.0, 0.0, 1.0))
        return unit[weld]

    def normal_deltas(self) -> Floats:
        """Return (52, n, 3) what each shape adds to the normals."""
        assert self.deltas is not None  # noqa: S101
        return np.stack(
            [
                self.normals_of(self.points + delta) - self.normals if delta.any() else np.zeros_like(delta)
                for delta in self.deltas
            ]
        )

    def weights(self) -> Floats:
        """Return (n, 4) shares of `JOINTS`."""
        if self.joints is not None:
            return self.joints
        return np.tile(np.eye(4)[JOINTS.index(self.joint)], (len(self.points), 1))


def still(count: int) -> Floats:
    """Return shapes that move nothing, for `count` vertices."""
    return np.zeros((len(SHAPES), count, 3))


def grid(rows: int, columns: int, closed: bool = False) -> Ints:
    """Return triangles of a grid of vertices, row by row.

    Counter-clockwise where columns run to the right and rows down; `closed` joins the last to the first.
    """
    j, i = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    a, b = (j * columns + i).ravel(), (j * columns + (i + 1) % columns).ravel()
    return np.concatenate((np.stack((a + columns, b + columns, b), -1), np.stack((a + columns, b, a), -1)))


def mirrored(part: Part, name: str | None = None) -> Part:
    """Return the part on the other side, its one-sided shapes exchanged."""
    deltas = None
    if part.deltas is not None:
        other = [SHAPES.index(_opposite(shape)) for shape in SHAPES]
        deltas = part.deltas[other] * (-1, 1, 1)
    joint = {"eyeLeft": "eyeRight"}.get(part.joint, part.joint)
    return Part(
        name or part.name, part.material, part.points * (-1, 1, 1), part.triangles[:, ::-1], part.uv, deltas,
        joint, part.joints, part.weld,
    )  # fmt: skip


def _opposite(shape: str) -> str:
    if shape.endswith("Left"):
        return shape.removesuffix("Left") + "Right"
    return shape.removesuffix("Right") + "Left" if shape.endswith("Right") else shape


def joined(name: str, parts: list[Part]) -> Part:
    """Return several parts of one material as one."""
    first = parts[0]
    starts = np.cumsum([0] + [len(p.points) for p in parts])
    welds = [np.arange(len(p.points)) if p.weld is None else p.weld for p in parts]
    groups = np.cumsum([0] + [int(weld.max()) + 1 for weld in welds])
    return Part(
        name,
        first.material,
        np.concatenate([p.points for p in parts]),
        np.concatenate([p.triangles + start for p, start in zip(parts, starts, strict=False)]),
        np.concatenate([np.zeros((len(p.points), 2)) if p.uv is None else p.uv for p in parts]),
        None
        if first.deltas is None
        else np.concatenate([still(len(p.points)) if p.deltas is None else p.deltas for p in parts], 1),
        first.joint,
        np.concatenate([p.weights() for p in parts]),
        np.concatenate([weld + group for weld, group in zip(welds, groups, strict=False)]),
    )
