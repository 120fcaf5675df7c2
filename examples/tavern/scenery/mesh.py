"""Meshes by formula: rounded boxes, turned shapes and cards, as nodes of Panda3D."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import (
    Geom,
    GeomNode,
    GeomTriangles,
    GeomVertexArrayFormat,
    GeomVertexData,
    GeomVertexFormat,
    InternalName,
    Material,
    NodePath,
)

Floats = NDArray[np.float32]
Color = tuple[float, float, float]
Point = tuple[float, float, float]


def linear(rgb: str) -> Color:
    """Return the linear color of an sRGB `rrggbb`."""
    values = np.array([int(rgb[i : i + 2], 16) for i in (0, 2, 4)]) / 255
    r, g, b = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return float(r), float(g), float(b)


@cache
def material(color: Color, *, roughness: float = 0.8, glow: Color = (0, 0, 0)) -> Any:
    """Return a material of a linear base color and what it emits; the same one for the same look."""
    made = Material()
    made.base_color = (*color, 1)
    made.roughness = roughness
    made.emission = (*glow, 1)
    return made


def node(name: str, positions: Floats, normals: Floats, uv: Floats, triangles: NDArray[np.uint32]) -> Any:
    """Return a node that draws a mesh.

    Args:
        name: of the node.
        positions: (V, 3) meters, x right, y away, z up.
        normals: (V, 3) of length 1.
        uv: (V, 2) texture coordinates.
        triangles: (T, 3) rows of the above, counterclockwise from outside.
    """
    data = GeomVertexData(name, _format(), Geom.UHStatic)
    data.unclean_set_num_rows(len(positions))
    columns = np.hstack((positions, normals, uv)).astype(np.float32)
    memoryview(data.modify_array(0)).cast("B")[:] = columns.tobytes()
    drawn = GeomTriangles(Geom.UHStatic)
    drawn.set_index_type(Geom.NTUint32)
    indices = drawn.modify_vertices()
    indices.unclean_set_num_rows(triangles.size)
    memoryview(indices).cast("B")[:] = triangles.astype(np.uint32).tobytes()
    geom = Geom(data)
    geom.add_primitive(drawn)
    made = GeomNode(name)
    made.add_geom(geom)
    return NodePath(made)


def _format() -> Any:
    array = GeomVertexArrayFormat()
    array.add_column(InternalName.get_vertex(), 3, Geom.NTFloat32, Geom.CPoint)
    array.add_column(InternalName.get_normal(), 3, Geom.NTFloat32, Geom.CNormal)
    array.add_column(InternalName.get_texcoord(), 2, Geom.NTFloat32, Geom.CTexcoord)
    return GeomVertexFormat.register_format(GeomVertexFormat(array))


_SIDES: Final = tuple((axis, sign) for axis in range(3) for sign in (-1.0, 1.0))


def box(size: Point, *, bevel: float = 0.01, tile: float = 1.0) -> Any:
    """Return a box with rounded edges around the origin; its texture repeats every `tile` meters."""
    half = np.array(size, np.float32) / 2
    bevel = min(bevel, *(half * 0.99).tolist())
    corner = np.array([0, 1, 2, 3], np.int64)
    parts = []
    for axis, sign in _SIDES:
        across, along = [i for i in range(3) if i != axis]
        i, j = (grid.ravel() for grid in np.meshgrid(corner, corner, indexing="ij"))
        raw = np.zeros((16, 3), np.float32)
        raw[:, axis] = sign * half[axis]
        for other, index in ((across, i), (along, j)):
            lines = np.array([-half[other], bevel - half[other], half[other] - bevel, half[other]])
            raw[:, other] = lines[index]
        inner = np.clip(raw, bevel - half, half - bevel)
        out = raw - inner
        normal = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
        position = inner + bevel * normal
        grain = int(np.argmax([size[across], size[along]]))
        uv = position[:, [across, along]] if grain == 0 else position[:, [along, across]]
        # A place of its own in the texture for each box, so that no two boards are the same.
        shift = np.array([size[0] * 3.7 + axis, size[1] * 5.3 + size[2] * 2.1], np.float32)
        quads = [(4 * a + b, 4 * a + 4 + b, 4 * a + 5 + b, 4 * a + 1 + b) for a in range(3) for b in range(3)]
        flip = (sign > 0) == (axis == 1)
        parts.append((position, normal, uv / tile + shift, _triangles(quads, flip=flip)))
    return node("box", *_joined(parts))


def turned(
    profile: Sequence[tuple[float, float]],
    *,
    segments: int = 24,
    depth: float = 1.0,
    tile: float = 1.0,
    bend: Callable[[Floats], Floats] | None = None,
) -> Any:
    """Return a shape turned about the z axis.

    Args:
        profile: (radius, height) from bottom to top, meters.
        segments: around.
        depth: factor on y, for what is flatter than wide.
        tile: meters after which the texture repeats.
        bend: moves the (V, 3) positions before normals are taken.
    """
    rings = np.array(profile, np.float32)
    angle = np.linspace(0, 2 * np.pi, segments + 1, dtype=np.float32)
    x = rings[:, 0, None] * np.cos(angle)
    y = rings[:, 0, None] * np.sin(angle) * depth
    z = np.repeat(rings[:, 1, None], segments + 1, axis=1)
    position = np.stack((x, y, z), -1).reshape(-1, 3)
    if bend is not None:
        position = bend(position)
    grid = position.reshape(len(rings), segments + 1, 3)
    around = np.roll(grid[:, :-1], -1, axis=1) - np.roll(grid[:, :-1], 1, axis=1)
    around = np.concatenate([around, around[:, :1]], axis=1)
    up = np.gradient(grid, axis=0)
    normal = np.cross(around, up).reshape(-1, 3)
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    pole = np.tile(np.array([0, 0, 1], np.float32), (len(position), 1)) * np.sign(
        position[:, 2:] - grid[..., 2].mean()
    )
    normal = np.where(length > 1e-9, normal / np.maximum(length, 1e-9), pole)
    reach = float(rings[:, 0].max()) * 2 * np.pi
    u = np.tile(angle / (2 * np.pi) * max(1, round(reach / tile)), len(rings))
    uv = np.stack((u, position[:, 2] / tile), -1)
    row = segments + 1
    quads = [
        (row * r + s, row * r + s + 1, row * r + row + s + 1, row * r + row + s)
        for r in range(len(rings) - 1)
        for s in range(segments)
    ]
    return node("turned", position, normal.astype(np.float32), uv.astype(np.float32), _triangles(quads))


def ball(radius: float, *, segments: int = 16, squash: float = 1.0) -> Any:
    """Return a ball around the origin, its height times `squash`."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, segments // 2 + 1)
    return turned(
        [(radius * float(np.cos(a)), radius * squash * float(np.sin(a))) for a in angle], segments=segments
    )


def limb(radius: float, end: float, length: float) -> Any:
    """Return a limb from the origin along y, of `radius` there and `end` at its far end, both rounded.

    It is one long, to be scaled along y to about `length`, at which its ends are round.
    """
    angle = np.linspace(0, np.pi / 2, 6)
    start = [(radius * float(np.sin(a)), -radius * float(np.cos(a)) / length) for a in angle]
    finish = [(end * float(np.cos(a)), 1 + end * float(np.sin(a)) / length) for a in angle]
    made = turned([*start, ((radius + end) / 2 * 1.05, 0.5), *finish], segments=16)
    made.set_p(-90)
    made.flatten_light()
    return made


def card(width: float, height: float) -> Any:
    """Return an upright rectangle around the origin, facing -y."""
    x, z = width / 2, height / 2
    position = np.array([(-x, 0, -z), (x, 0, -z), (x, 0, z), (-x, 0, z)], np.float32)
    normal = np.tile(np.array([0, -1, 0], np.float32), (4, 1))
    uv = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
    return node("card", position, normal, uv, np.array([(0, 1, 2), (0, 2, 3)], np.uint32))


def _triangles(quads: Sequence[tuple[int, int, int, int]], *, flip: bool = False) -> NDArray[np.uint32]:
    q = np.array(quads, np.uint32)
    triangles = np.concatenate([q[:, [0, 1, 2]], q[:, [0, 2, 3]]])
    return triangles[:, ::-1] if flip else triangles


def _joined(
    parts: Sequence[tuple[Floats, Floats, Floats, NDArray[np.uint32]]],
) -> tuple[Floats, Floats, Floats, NDArray[np.uint32]]:
    offsets = np.cumsum([0, *(len(part[0]) for part in parts[:-1])]).astype(np.uint32)
    positions, normals, uv = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return positions, normals, uv, np.concatenate([p[3] + o for p, o in zip(parts, offsets, strict=True)])
