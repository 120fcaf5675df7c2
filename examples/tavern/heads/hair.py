"""Hair on the head, brows and beard."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from mien.examples.tavern.heads.mesh import Ints, Part, grid, joined, mirrored
from mien.examples.tavern.heads.sculpture import Floats, Sculpture, smooth_step
from mien.examples.tavern.heads.skin import Skin

CENTER: Final = np.array((0.0, 2.6, -0.9))
"""From where hair is measured."""


def direction(turn: Floats, rise: Floats) -> Floats:
    """Return unit vectors at `turn` to the left from the front and `rise` above the horizon, radians."""
    return np.stack((np.sin(turn) * np.cos(rise), np.sin(rise), np.cos(turn) * np.cos(rise)), -1)


@dataclass(frozen=True)
class Style:
    """One way to wear hair."""

    line: tuple[float, ...]
    """Rise of the hairline, degrees: over the brow, at the temple, before the ear, behind it, at the nape."""
    thick: Callable[[Floats, Floats], Floats]
    """cm by turn, and place from the crown (0) to the hairline (1)."""
    rough: float = 1.0
    """How ragged the hairline is, degrees."""


def _crop(turn: Floats, place: Floats) -> Floats:
    return 0.4 + 0.30 * np.exp(-((turn / 0.9) ** 2)) * smooth_step(place, 0.2, 0.8) + 0.05 * np.sin(19 * turn)


def _bun(turn: Floats, place: Floats) -> Floats:
    part = np.exp(-((turn / 0.12) ** 2)) * smooth_step(place, 0.1, 0.5)
    return (
        0.75
        - 0.35 * part
        + 0.06 * np.sin(13 * np.abs(turn) + 5 * place)
        - 0.25 * smooth_step(np.abs(turn), 2, 3)
    )


def _curls(turn: Floats, place: Floats) -> Floats:
    return 0.7 + 0.1 * np.sin(9 * turn) * np.sin(14 * place)


def _tousled(turn: Floats, place: Floats) -> Floats:
    lobes = np.sin(5 * turn + 6 * place) + 0.7 * np.sin(9 * turn - 5 * place + 1.3)
    quiff = 0.7 * np.exp(-(((turn - 0.35) / 0.8) ** 2)) * smooth_step(place, 0.3, 0.85)
    return 1.05 + 0.26 * lobes * (0.6 + place) + quiff


def _bob(turn: Floats, place: Floats) -> Floats:
    return 1.0 + 0.05 * np.sin(15 * turn) + 0.15 * smooth_step(place, 0.4, 1.0)


STYLES: Final = {
    "crop": Style((29, 22, -30, -24, -54), _crop),
    "bun": Style((27, 11, -24, -22, -50), _bun),
    "curls": Style((27, 12, -18, -24, -54), _curls),
    "tousled": Style((19, 9, -30, -26, -56), _tousled, 2.6),
    "bob": Style((17, 4, -16, -24, -56), _bob),
}


def hairline(style: str, turn: Floats) -> Floats:
    """Return how high above the horizon, seen from `CENTER`, hair begins, radians."""
    known = np.radians((0, 50, 78, 112, 180))
    turn = np.abs((turn + np.pi) % (2 * np.pi) - np.pi)
    rise = np.interp(turn, known, STYLES[style].line)
    near = [np.interp(np.clip(turn + d, 0, np.pi), known, STYLES[style].line) for d in (-0.16, 0.16)]
    rough = STYLES[style].rough
    tufts = rough * (np.sin(14 * turn) + 0.7 * np.sin(23 * turn + 1.0))
    return np.radians((rise + near[0] + near[1]) / 3 + tufts)


def make_hair(sculpture: Sculpture) -> list[Part]:
    """Return the hair on the head."""
    f = sculpture.features
    style = STYLES[f.style]
    rows, around = 16, 64
    place = np.linspace(0, 1, rows)
    turn = (np.arange(around + 1) / around * 2 - 1) * np.pi  # the seam of its texture is at the nape
    line = hairline(f.style, turn)
    v, t = np.meshgrid(place, turn, indexing="ij")
    rise = np.pi / 2 - (np.pi / 2 - line[None]) * (0.03 + 0.97 * v)
    out = direction(t, rise).reshape(-1, 3)
    ground = sculpture.cast(np.broadcast_to(CENTER, out.shape), out)
    thick = style.thick(t, v) * np.sqrt(np.clip(1 - v**7, 0, 1)) - 0.3 * (v > 0.99)
    points = ground + out * thick.reshape(-1, 1)
    weld = np.arange(rows * (around + 1)).reshape(rows, -1)
    weld[:, -1] = weld[:, 0]
    uv = np.stack((np.tile(turn / (2 * np.pi) + 0.5, rows), np.repeat(place, around + 1)), -1)
    crown = (ground[: around + 1] + out[: around + 1] * thick[0, :, None]).mean(0, keepdims=True)
    fan = np.stack((np.arange(around), np.arange(1, around + 1), np.full(around, len(points))), -1)
    shell = Part(
        "hair", "hair", np.concatenate((points, crown)), np.concatenate((grid(rows, around + 1), fan)),
        np.concatenate((uv, [(0.5, 0.0)])), weld=np.append(weld.ravel(), len(points)),
    )  # fmt: skip
    return [shell, *{"bun": _knot, "curls": _locks, "bob": _curtain}.get(f.style, lambda _: [])(sculpture)]


def _ball(center: Floats, radii: Floats | tuple[float, float, float], rows: int = 6, around: int = 9) -> Part:
    polar = np.linspace(0.25, np.pi - 0.25, rows)
    turn = np.arange(around) * 2 * np.pi / around
    a, b = np.meshgrid(polar, turn, indexing="ij")
    unit = np.stack((np.sin(a) * np.sin(b), np.cos(a), np.sin(a) * np.cos(b)), -1).reshape(-1, 3)
    unit = np.concatenate((unit, [(0, 1, 0), (0, -1, 0)]))
    k = np.arange(around)
    last = (rows - 1) * around
    n = rows * around
    fans = np.concatenate(
        (np.stack((k, np.roll(k, -1), np.full(around, n)), -1),
         np.stack((last + np.roll(k, -1), last + k, np.full(around, n + 1)), -1))
    )  # fmt: skip
    uv = np.concatenate((np.stack((b / (2 * np.pi), a / np.pi), -1).reshape(-1, 2), [(0, 0), (0, 1)]))
    return Part(
        "hair", "hair", center + unit * radii, np.concatenate((grid(rows, around, closed=True), fans)), uv
    )


def _knot(sculpture: Sculpture) -> list[Part]:
    top = sculpture.features.skull_height
    knot = _ball(np.array((0.0, 9.6 * top, -7.6)), (3.1, 2.7, 2.9), 12, 24)
    unit = knot.points - (0.0, 9.6 * top, -7.6)
    swirl = 1 + 0.05 * np.sin(6 * np.arctan2(unit[:, 0], unit[:, 1]) + 1.6 * unit[:, 2])
    knot.points = (0.0, 9.6 * top, -7.6) + unit * swirl[:, None]
    return [Part("knot", "hair", knot.points, knot.triangles, knot.uv)]


def _locks(sculpture: Sculpture) -> list[Part]:
    count = 84
    number = np.arange(count, dtype=np.float64)
    rise = np.arcsin(1 - 1.75 * (number + 0.5) / count)
    turn = (number * 2.399963) % (2 * np.pi)  # the golden angle spreads them evenly
    low = hairline("curls", turn)
    away = np.cos(turn) < 0.15
    grown = rise >= np.where(away, np.radians(-38), low + 0.06)
    out = direction(turn, rise)
    ground = sculpture.cast(np.broadcast_to(CENTER, out.shape), out)
    at = ground + out * (0.75 + 0.35 * np.sin(number * 1.7) + 0.5 * away)[:, None]
    size = 1.75 + 0.35 * np.sin(number * 2.9) - 0.35 * (~away & (rise < low + 0.35))
    balls = [_ball(at[k], (size[k], size[k], size[k]), 5, 8) for k in np.nonzero(grown)[0]]
    return [joined("locks", balls)]


def _curtain(sculpture: Sculpture) -> list[Part]:
    wide = sculpture.features.skull_width
    around = 40
    turn = np.linspace(np.radians(62), np.radians(298), around)
    end = np.clip(np.sin(np.linspace(0, np.pi, around)) * 4, 0, 1) ** 0.5
    down = np.linspace(0, 1, 12)
    sides = []
    for inside in (0.0, 1.0):
        v, t = np.meshgrid(down, turn, indexing="ij")
        swell = 0.9 + 0.35 * np.sin(np.pi * v) + 0.06 * np.sin(17 * t) - 0.5 * smooth_step(v, 0.8, 1.0) * end
        swell = swell - inside * 1.0 * end
        x = (7.6 * wide + swell) * np.sin(t)
        z = -0.9 + (8.9 + swell) * np.cos(t) * (1 - 0.1 * v)
        y = 4.0 - (13.2 + 0.9 * np.cos(t)) * v
        sides.append(np.stack((x, y, z), -1))
    points = np.concatenate((sides[0], sides[1][::-1])).reshape(-1, 3)
    uv = np.stack(np.meshgrid(turn / (2 * np.pi), np.append(down, down[::-1]), indexing="xy"), -1).reshape(
        -1, 2
    )
    return [Part("curtain", "hair", points, grid(2 * len(down), around), uv)]


def cling(points: Floats, skin: Skin, count: int = 4) -> tuple[Ints, Floats]:
    """Return the numbers (n, count) of the skin's nearest vertices and their shares."""
    apart = ((points[:, None] - skin.points[None]) ** 2).sum(-1)
    nearest = np.argsort(apart, axis=1, kind="stable")[:, :count]
    share = 1 / (np.take_along_axis(apart, nearest, 1) + 0.01)
    return nearest, share / share.sum(1, keepdims=True)


def make_brows(sculpture: Sculpture, skin: Skin, shapes: Floats) -> list[Part]:
    """Return both brows, which go where the skin beneath them goes."""
    f, m = sculpture.features, sculpture.marks
    along = np.linspace(0, 1, 15)
    x = m.eye[0] + (-2.05 + 4.3 * along) * (0.6 + 0.4 * f.eye_size)
    arch = 0.40 * np.sin(np.pi * np.clip(along * 0.93, 0, 1)) ** 1.0 - 0.25 * along**3
    y = m.brow[0] + (m.brow[1] - m.brow[0]) * along + arch - 0.14
    half = 0.36 * f.brow_weight * (1 - 0.75 * smooth_step(along, 0.35, 1.0)) * smooth_step(along, -0.35, 0.12)
    rows = []
    for across, out in ((1.0, -0.03), (0.55, 0.14), (0.0, 0.22), (-0.55, 0.14), (-1.0, -0.03)):
        at = np.stack((x, y + across * half, np.full_like(x, 2.0)), -1)
        at = sculpture.cast(at, np.broadcast_to((0.0, 0.0, 1.0), at.shape), 12.0)
        normal = sculpture.gradient(at)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        rows.append(at + normal * out * (0.35 + 0.65 * np.minimum(1, half / 0.3))[:, None])
    points = np.concatenate(rows)
    nearest, share = cling(points, skin)
    deltas = (shapes[:, nearest] * share[None, :, :, None]).sum(2)
    uv = np.stack((np.tile(along, 5), np.repeat(np.linspace(0, 1, 5), 15)), -1)
    left = Part("browLeft", "brows", points, grid(5, 15), uv, deltas)
    return [left, mirrored(left, "browRight")]


def beard_mask(sculpture: Sculpture, points: Floats, lip_place: Floats) -> Floats:
    """Return 1 where a beard grows, 0 where none does, for places on the skin."""
    m = sculpture.marks
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    half = m.mouth[1]
    top = np.interp(x, (0, half, half * 1.35, 5.0, 6.2, 7.0), (-0.1, 0.25, -0.4, 0.7, 3.0, 9.0)) + m.mouth[0]
    height = (m.wing[1] - 0.55 - m.mouth[0]) * (1 - 0.5 * (x / half / 1.3) ** 2)
    over = y - m.mouth[0]
    moustache = smooth_step(over, -0.3, 0.1) * smooth_step(height - over, -0.25, 0.2)
    moustache = moustache * smooth_step(-x, -half * 1.45, -half * 1.1)
    jaw = smooth_step(-y, -top - 0.3, -top + 1.1) * smooth_step(y, m.chin[1] - 3.0, m.chin[1] - 0.8)
    mask = np.maximum(jaw, moustache) * smooth_step(z, -0.6, 1.4)
    lips = smooth_step(lip_place, 1.0, 1.35)
    return mask * lips


def make_beard(sculpture: Sculpture, skin: Skin, skin_part: Part, shapes: Floats) -> list[Part]:
    """Return the beard: the skin it grows on, once more, farther out."""
    f = sculpture.features
    if f.beard <= 0:
        return []
    place = np.where(np.isnan(skin.lip_place), 2.0, skin.lip_place)
    place = np.where((skin.lip_ring > 0) & np.isnan(skin.lip_place), 1.5, place)
    mask = beard_mask(sculpture, skin.points, place)
    ends = np.concatenate((skin.edges, skin.edges[:, ::-1]))
    degree = np.maximum(np.bincount(ends[:, 0], minlength=len(mask)), 1)
    for _ in range(3):  # so that it rises from the skin slowly
        mask = 0.4 * mask + 0.6 * np.bincount(ends[:, 0], mask[ends[:, 1]], len(mask)) / degree
    mask *= smooth_step(place, 1.0, 1.35)
    quads = skin.quads[(mask[skin.quads] > 0.02).any(1) & ~skin.cavity[skin.quads].any(1)]
    quads = quads[(place[quads] >= 0.99).all(1)]
    triangles = np.concatenate((quads[:, (0, 1, 2)], quads[:, (0, 2, 3)]))
    used, where = np.unique(triangles, return_inverse=True)
    m = sculpture.marks
    chin = 0.55 + 0.75 * np.exp(-(((skin.points[used] - m.chin) / (3.0, 3.0, 3.5)) ** 2).sum(-1))
    wave = 1 + 0.10 * np.sin(skin.points[used, 0] * 5.0) * np.sin(skin.points[used, 1] * 2.3)
    lift = np.where(mask[used] > 0.02, f.beard * mask[used] ** 1.3 * chin * wave - 0.10, -0.12)
    points = skin.points[used] + skin_part.normals[used] * lift[:, None]
    points[:, 1] -= 0.25 * np.maximum(lift, 0) * smooth_step(-points[:, 1], -m.mouth[0], -m.chin[1])
    uv = np.stack((points[:, 0] / 18 + 0.5, 0.4 - points[:, 1] / 28), -1)
    return [Part("beard", "hair", points, where.reshape(triangles.shape), uv, shapes[:, used])]
