"""The skin's mesh: a grid of rows and columns around the head, with edge loops round the eyes and the mouth.

In place of a block of grid cells lie rings: outermost the block's own border, then rings that relax on the
sculpture with the grid, then rings at fixed places: folds and rims of the lids, lips and what is behind them.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.examples.tavern.heads.lids import EYE_RINGS, Lids
from mien.examples.tavern.heads.sculpture import Floats, Sculpture
from mien.examples.tavern.heads.skin import Ints, Skin, lip_line

NOSE, EYE, TEMPLE, BACK = 5, 10, 6, 7
"""Columns of the grid, of the left half, from the middle of the face to the middle of the nape."""
FOREHEAD, LIDS, CHEEK, LIPS, CHIN, UNDER, NECK = 9, 7, 10, 6, 5, 4, 5
"""Rows of the grid, from the crown down."""
MOUTH = 9
"""Columns of the block of the mouth, of the left half."""

HALF: Final = NOSE + EYE + TEMPLE + BACK
COLUMNS: Final = 2 * HALF
_ROW: Final = np.cumsum((0, FOREHEAD, LIDS, CHEEK, LIPS, CHIN, UNDER, NECK))
ROWS: Final = int(_ROW[-1]) + 1
BOTTOM: Final = -16.5
"""Height at which the neck ends, inside the collar."""

LIP_RINGS: Final = (
    # from the line between the lips (0) to the border of the red (1); cm in front of the face; wider by
    (1.00, 0.03, 0.10),
    (0.72, 0.26, 0.06),
    (0.36, 0.27, 0.03),
    (0.00, 0.03, 0.00),
    (-0.35, -0.45, -0.02),
    (-1.0, -0.80, -0.05),
)
_BAG: Final = ((1.25, -1.5, 1.08), (1.5, -4.0, 1.0), (0.7, -5.6, 0.5))
"""Rings of the hollow of the mouth: half height, depth, cm; part of the mouth's width."""
FREE: Final = 2
"""Rings that relax, between a block's border and its fixed rings."""


def _rows(sculpture: Sculpture) -> Floats:
    """Return rest points (ROWS, COLUMNS, 3) of the grid before it relaxes."""
    m = sculpture.marks
    lip = m.mouth[0]
    chin = m.chin[1]
    # row, height of the ray's origin in front and behind, its depth in front, its pitch in front (degrees)
    table = np.array(
        (
            (0, 2.5, 2.5, -0.5, 83, 83),
            (_ROW[1], 2.8, 2.8, -0.5, 6, 40),
            (_ROW[2], -2.2, 0.5, -0.5, 0, 14),
            (_ROW[3], lip + 1.15, -3.0, -0.5, 0, 0),
            (_ROW[4], lip - 1.25, -5.0, -0.5, 0, 0),
            (_ROW[5], chin + 0.9, -8.0, 3.0, -40, 0),
            (_ROW[6], chin + 0.9, -11.0, 1.0, -85, 0),
            (_ROW[6] + 1, chin - 2.2, -12.5, -2.8, 0, 0),
            (_ROW[7], BOTTOM, BOTTOM, -2.8, 0, 0),
        )
    )
    rows = np.arange(ROWS)
    y_front, y_back, z, pitch_front, pitch_back = (
        np.interp(rows, table[:, 0], table[:, k]) for k in range(1, 6)
    )
    spread = np.interp(
        np.arange(HALF + 1), (0, NOSE, NOSE + EYE, NOSE + EYE + TEMPLE, HALF), (0, 0.16, 0.80, 1.6, np.pi)
    )
    phi = np.concatenate((spread, -spread[-2:0:-1]))
    front = (1 + np.cos(phi)) / 2
    back = 1 - front
    pitch = np.radians(pitch_front[:, None] * front + pitch_back[:, None] * back)
    direction = np.stack((np.sin(phi) * np.cos(pitch), np.sin(pitch), np.cos(phi) * np.cos(pitch)), -1)
    axis = np.interp(rows, (_ROW[4], _ROW[7]), (0.0, -2.8))
    origin = np.zeros((ROWS, COLUMNS, 3))
    origin[..., 1] = y_front[:, None] * front + y_back[:, None] * back
    origin[..., 2] = z[:, None] * front + np.minimum(axis, -0.5)[:, None] * back
    return sculpture.cast(origin.reshape(-1, 3), direction.reshape(-1, 3)).reshape(ROWS, COLUMNS, 3)


def _border(left: int, right: int, top: int, bottom: int) -> tuple[Ints, Floats]:
    """Return the grid vertices round a block, counter-clockwise from the middle of its left-hand (+x) side.

    With each comes its angle round the block.
    """
    middle = (top + bottom) // 2
    up = [(right, j) for j in range(middle, top, -1)]
    across = [(i, top) for i in range(right, left, -1)]
    down = [(left, j) for j in range(top, bottom)]
    back = [(i, bottom) for i in range(left, right)]
    rest = [(right, j) for j in range(bottom, middle, -1)]
    cells = up + across + down + back + rest
    half_width, half_height = (right - left) / 2, (bottom - top) / 2
    angle = [
        np.arctan2((middle - j) / half_height, (i - (left + right) / 2) / half_width) % (2 * np.pi)
        for i, j in cells
    ]
    return np.array([j * COLUMNS + i % COLUMNS for i, j in cells]), np.array(angle)


def _texture_grid() -> Floats:
    """Return (ROWS, COLUMNS + 1, 2) texture coordinates, denser where the face is."""
    wide = np.concatenate(([1.3] * NOSE, [1.5] * EYE, [1.0] * TEMPLE, [0.6] * BACK))
    steps = np.concatenate((wide[::-1], wide))
    u = np.concatenate(([0], np.cumsum(steps))) / steps.sum()
    tall = np.concatenate(
        (
            [0.7] * FOREHEAD,
            [1.5] * LIDS,
            [1.2] * CHEEK,
            [2.4] * LIPS,
            [1.0] * CHIN,
            [0.6] * UNDER,
            [0.6] * NECK,
        )
    )
    v = np.concatenate(([0], np.cumsum(tall))) / tall.sum()
    return np.stack(np.broadcast_arrays(0.02 + 0.96 * u[None, :], 0.16 + 0.83 * v[:, None]), -1)


def make_skin(sculpture: Sculpture) -> Skin:
    """Lay the mesh on the sculpture."""
    return _Builder(sculpture).build()


class _Builder:
    def __init__(self, sculpture: Sculpture) -> None:
        self.sculpture = sculpture
        self.f, self.m = sculpture.features, sculpture.marks
        n = ROWS * COLUMNS
        # Columns count from the middle of the face to its left; the texture begins at the nape.
        texture = _texture_grid()
        order = (np.arange(COLUMNS) + HALF) % COLUMNS
        self.points = [_rows(sculpture).reshape(n, 3)]
        self.uv = [texture[:, order].reshape(n, 2)]
        column = np.arange(n) % COLUMNS
        self.mirror = [np.arange(n) - column + (-column) % COLUMNS]
        self.pinned = [np.zeros(n, bool)]
        self.quads: list[Ints] = []
        self.triangles: list[Ints] = []
        self.tags: dict[str, list[tuple[Ints, Floats]]] = {}
        self.count = n

    def add(self, points: Floats, uv: Floats, mirror: Ints, pinned: bool, **tags: Floats | float) -> Ints:
        """Append vertices and return their numbers."""
        index = np.arange(self.count, self.count + len(points))
        self.points.append(points)
        self.uv.append(uv)
        self.mirror.append(mirror)
        self.pinned.append(np.full(len(points), pinned))
        for name, value in tags.items():
            self.tag(name, index, value)
        self.count += len(points)
        return index

    def tag(self, name: str, index: Ints, value: Floats | float) -> None:
        self.tags.setdefault(name, []).append((index, np.broadcast_to(np.asarray(value, float), index.shape)))

    def tagged(self, name: str, default: float) -> Floats:
        values = np.full(self.count, float(default))
        for index, value in self.tags.get(name, []):
            values[index] = value
        return values

    def bridge(self, outer: Ints, inner: Ints, flipped: bool = False) -> None:
        quads = np.stack((outer, np.roll(outer, -1), np.roll(inner, -1), inner), -1)
        self.quads.append(quads[:, ::-1] if flipped else quads)

    def build(self) -> Skin:
        blocks = [
            (NOSE, NOSE + EYE, _ROW[1], _ROW[2]),
            (-NOSE - EYE, -NOSE, _ROW[1], _ROW[2]),
            (-MOUTH, MOUTH, _ROW[3], _ROW[4]),
        ]
        self._grid(blocks)
        self._crown()
        self._eye_pair()
        self._mouth()
        points = np.concatenate(self.points)
        quads, triangles = np.concatenate(self.quads), np.concatenate(self.triangles)
        skin = Skin(
            points,
            quads,
            triangles,
            np.concatenate(self.uv),
            np.concatenate(self.mirror),
            self.tagged("cavity", 0) > 0,
            self.tagged("lid_side", 0).astype(np.int64),
            self.tagged("lid_ring", np.nan),
            self.tagged("lid_depth", 0),
            self.tagged("lid_turn", np.nan),
            self.tagged("lip", 0),
            self.tagged("lip_ring", 0),
            self.tagged("lip_place", np.nan),
            self.tagged("lip_along", np.nan),
        )
        pinned = np.concatenate(self.pinned)
        pinned[(ROWS - 1) * COLUMNS : ROWS * COLUMNS] = True
        ridge, where = self._nose()
        skin.points[ridge], pinned[ridge] = where, True
        skin.points = _relax(self.sculpture, skin, pinned)
        pinned[ridge] = False
        skin.points = _relax(self.sculpture, skin, pinned, 6, 0.35)
        return _compact(skin)

    def _grid(self, blocks: list[tuple[int, int, int, int]]) -> None:
        for i in range(COLUMNS):
            signed = i if i < HALF else i - COLUMNS
            for j in range(ROWS - 1):
                if not any(
                    left <= signed < right and top <= j < bottom for left, right, top, bottom in blocks
                ):
                    a, b = j * COLUMNS + i, j * COLUMNS + (i + 1) % COLUMNS
                    self.quads.append(np.array([[a + COLUMNS, b + COLUMNS, b, a]]))

    def _nose(self) -> tuple[Ints, Floats]:
        """Return the grid vertices that stay on the nose, and where: it is too sharp to relax."""
        _, y, z = self.m.nose
        wing = self.m.wing[1]
        first = int(_ROW[2])
        # Rays down into the upper lip would not leave the head.
        below = float(self._front(np.zeros(1), np.array([wing - 1.0]))[0]) + 0.15

        def ridge(height: float) -> float:
            return 8.4 + (0.9 - height) / (0.9 - y) * (z - 8.6) - 0.95

        rows = (
            # row, height of the rays' origin in the middle and at the outer column, depth, pitch in degrees,
            # columns on each side
            *((first + k, h, h, ridge(h), 0, 3) for k, h in ((-2, -0.8), (0, y * 0.36), (1, y * 0.52))),
            *((first + k, h, h, ridge(h), 0, 3) for k, h in ((2, y * 0.68), (3, y * 0.84))),
            (first + 4, y + 0.1, wing + 0.55, z - 1.7, 0, 3),
            (first + 5, wing + 0.1, wing + 0.25, z - 1.75, -12, 3),
            (first + 6, wing + 0.1, wing - 0.05, max(z - 1.8, below), -48, 3),
            (first + 7, wing + 0.1, wing - 0.1, max(z - 2.1, below), -76, 2),
        )
        index, origin, direction = [], [], []
        for row, inner, outer, depth, pitch, columns in rows:
            for column in range(-columns, columns + 1):
                yaw = np.radians(np.sign(column) * (0, 26, 52, 80)[abs(column)])
                down = np.radians(pitch)
                index.append(row * COLUMNS + column % COLUMNS)
                origin.append((0.0, inner + (outer - inner) * (abs(column) / 3) ** 2, depth))
                direction.append((np.sin(yaw) * np.cos(down / 2), np.sin(down), np.cos(yaw) * np.cos(down)))
        rays = np.array(direction)
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        where = self.sculpture.cast(np.array(origin), rays, 5.0, first=True)
        return np.array(index), where

    def _crown(self) -> None:
        top = np.arange(COLUMNS)
        middle = self.points[0][:COLUMNS].mean(0, keepdims=True)
        pole = self.add(
            self.sculpture.settle(middle, 4), np.array([[0.5, 0.15]]), np.array([self.count]), True
        )
        self.triangles.append(np.stack((top, np.roll(top, -1), np.full(COLUMNS, pole[0])), -1))

    def _eye_pair(self) -> None:
        border, turn = _border(NOSE, NOSE + EYE, int(_ROW[1]), int(_ROW[2]))
        grid, texture = self.points[0], self.uv[0]
        mirror = self.mirror[0]
        n, total = len(border), FREE + len(EYE_RINGS)
        lids = Lids(self.m, self.f)
        starts = {1: self.count, -1: self.count + total * n}
        for side in (1, -1):
            outer = border if side > 0 else mirror[border]
            center = texture[outer].mean(0)
            last = outer
            rings = [(1.9, None), (1.4, None), *EYE_RINGS][-total:]
            for number, (place, depth) in enumerate(rings):
                if depth is None:
                    share = (number + 1) / (FREE + 1)
                    where = grid[outer] * (1 - share) + lids.points(side, turn, 1.0, 0.0) * share
                else:
                    where = lids.points(side, turn, place, depth)
                uv = center + (texture[outer] - center) * (1 - 0.9 * (number + 1) / total)
                other = np.arange(n) + starts[-side] + number * n
                ring = self.add(where, uv, other, depth is not None, lid_side=side, lid_turn=turn)
                if depth is not None:
                    self.tag("lid_ring", ring, place)
                    self.tag("lid_depth", ring, depth)
                self.bridge(last, ring, flipped=side < 0)
                last = ring

    def _mouth(self) -> None:
        border, _ = _border(-MOUTH, MOUTH, int(_ROW[3]), int(_ROW[4]))
        turn = np.arange(len(border)) * 2 * np.pi / len(border)  # denser at the corners
        m = self.m
        n = len(border)
        s, c = np.cos(turn), np.sin(turn)
        texture = self.uv[0][border]
        center = texture.mean(0)
        back = np.searchsorted(np.round(turn, 9), np.round((np.pi - turn) % (2 * np.pi), 9))
        upper = np.sign(c) * np.abs(c) ** 0.7
        fixed = [self._lip_ring(s, c, place, out, wide) for place, out, wide in LIP_RINGS]
        bag = []
        for half_height, depth, width in _BAG:
            y = lip_line(m, s) + half_height * np.sign(c) * np.abs(c) ** 0.7
            x = m.mouth[1] * width * s
            front = self._front(0 * s, 0 * s + m.mouth[0])
            bag.append(np.stack((x, y, front + depth - 0.5 * s * s), -1))
        total = FREE + len(fixed) + len(bag)
        last = border
        grid = self.points[0]
        for number in range(total):
            share = (number + 1) / (FREE + 1)
            inner = number - FREE
            free = inner < 0
            where = grid[border] * (1 - share) + fixed[0] * share if free else (fixed + bag)[inner]
            uv = center + (texture - center) * (1 - 0.94 * (number + 1) / total)
            along = s
            ring = self.add(where, uv, self.count + back, not free, lip=upper, lip_along=along)
            self.tag("lip_ring", ring, share if free else 1.0)
            if not free:
                inside = inner >= len(fixed)
                self.tag("lip_place", ring, -1.5 if inside else LIP_RINGS[inner][0])
                self.tag("cavity", ring, float(inner >= len(fixed) - 1))
            self.bridge(last, ring)
            last = ring
        end = self.points[-1].mean(0, keepdims=True) - (0, 0, 0.4)
        pole = self.add(
            end, center[None], np.array([self.count]), True, lip_ring=1.0, cavity=1.0, lip_along=0.0
        )
        self.tag("lip_place", pole, -1.5)
        self.triangles.append(np.stack((last, np.roll(last, -1), np.full(n, pole[0])), -1))

    def _front(self, x: Floats, y: Floats) -> Floats:
        """Return the depth of the face at (x, y)."""
        origin = np.stack((x, y, np.full_like(x, 2.0)), -1)
        forward = np.broadcast_to((0.0, 0.0, 1.0), origin.shape)
        return self.sculpture.cast(origin, forward, 14.0)[:, 2]

    def _lip_ring(self, s: Floats, c: Floats, place: float, out: float, wide: float) -> Floats:
        m, f = self.m, self.f
        round_off = np.clip(1 - s * s, 0, 1)
        bow = 1 - 0.22 * np.exp(-((s / 0.13) ** 2)) + 0.06 * np.exp(-(((np.abs(s) - 0.24) / 0.12) ** 2))
        upper = 0.66 * f.lips * round_off**0.75 * bow
        lower = 0.86 * f.lips * round_off**0.8
        height = np.where(c >= 0, upper, -lower)
        y = lip_line(m, s) + abs(place) * height - 0.03 * (abs(place) < 0.1) * np.sign(c) * np.abs(c)
        x = (m.mouth[1] + wide) * s
        full = (0.35 + 0.65 * round_off) * f.lips
        z = self._front(x, y) + np.where(out > 0, out * full, out) - 0.22 * s**6 * (place < 0.5)
        return np.stack((x, y, z), -1)


def _relax(
    sculpture: Sculpture, skin: Skin, pinned: NDArray[np.bool_], rounds: int = 50, pace: float = 0.6
) -> Floats:
    """Return the points with the free ones spread evenly over the sculpture."""
    free = ~pinned
    a, b = skin.edges.T
    n = len(skin.points)
    ends = np.concatenate((a, b))
    degree = np.maximum(np.bincount(ends, minlength=n), 1)[:, None]
    used = np.bincount(ends, minlength=n) > 0
    free &= used
    points = skin.points.copy()
    flip = np.array((-1.0, 1.0, 1.0))
    for number in range(rounds):
        sums = np.stack([np.bincount(ends, points[np.concatenate((b, a)), k], n) for k in range(3)], -1)
        points[free] += pace * (sums / degree - points)[free]
        if number % 3 == 2 or number > rounds - 3:
            points[free] = sculpture.settle(points[free], 1 if number < rounds - 3 else 3)
        points = (points + points[skin.mirror] * flip) / 2
    return points


def _compact(skin: Skin) -> Skin:
    """Drop vertices that no face uses."""
    used = np.unique(np.concatenate((skin.quads.ravel(), skin.triangles.ravel())))
    number = np.full(len(skin.points), -1)
    number[used] = np.arange(len(used))
    return Skin(
        skin.points[used],
        number[skin.quads],
        number[skin.triangles],
        skin.uv[used],
        number[skin.mirror[used]],
        *(
            getattr(skin, name)[used]
            for name in (
                "cavity",
                "lid_side",
                "lid_ring",
                "lid_depth",
                "lid_turn",
                "lip",
                "lip_ring",
                "lip_place",
                "lip_along",
            )
        ),
    )
