"""Textures, painted by code: skin, eyes, hair."""

import struct
import zlib
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.examples.tavern.heads.features import Color, Features
from mien.examples.tavern.heads.hair import CENTER, beard_mask, hairline
from mien.examples.tavern.heads.mesh import Part
from mien.examples.tavern.heads.mouth import TEETH
from mien.examples.tavern.heads.sculpture import Floats, Sculpture, bump, smooth_step
from mien.examples.tavern.heads.skin import Skin

SIZE: Final = 1024
_WARM: Final = np.array((0.50, 0.16, 0.17))
_INK: Final = np.array((0.12, 0.08, 0.10))


def rgb(code: Color) -> Floats:
    """Return (3,) sRGB in [0, 1]."""
    return np.array([int(code[k : k + 2], 16) for k in (0, 2, 4)]) / 255


def linear(color: Floats) -> tuple[float, float, float]:
    """Return a color as glTF's factors want it (IEC 61966-2-1)."""
    values = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    return float(values[0]), float(values[1]), float(values[2])


def png(picture: Floats) -> bytes:
    """Return a picture (h, w, 3) in [0, 1] as PNG."""
    pixels = (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
    height, width, _ = pixels.shape
    raw = np.zeros((height, 1 + width * 3), np.uint8)
    flat = pixels.reshape(height, -1).astype(np.int16)
    raw[:, 0] = 2  # each row holds the difference to the one above
    raw[:, 1:] = np.diff(flat, axis=0, prepend=np.zeros((1, flat.shape[1]), np.int16)).astype(np.uint8)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw.tobytes(), 6)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _spread(part: Part, values: Floats, size: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Return `values` (n, k) of a part's vertices over its texture (size, size, k), and where it is."""
    assert part.uv is not None  # noqa: S101
    corners = part.uv[part.triangles] * size - 0.5
    owner = np.zeros((size, size), np.int32)
    fixed = np.round(corners * 16).astype(np.int32)
    for number, corner in enumerate(fixed, start=1):
        cv2.fillConvexPoly(owner, corner, number, lineType=cv2.LINE_8, shift=4)
    covered = owner > 0
    rows, columns = np.nonzero(covered)
    which = owner[covered] - 1
    a, b, c = (corners[which, k] for k in range(3))
    at = np.stack((columns, rows), -1).astype(float)
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)
    u = ((at[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (at[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])) / area
    v = ((b[:, 0] - a[:, 0]) * (at[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (at[:, 0] - a[:, 0])) / area
    u, v = np.clip(u, 0, 1)[:, None], np.clip(v, 0, 1)[:, None]
    ta, tb, tc = (part.triangles[which, k] for k in range(3))
    spread = np.zeros((size, size, values.shape[1]))
    spread[covered] = values[ta] * (1 - u - v) + values[tb] * u + values[tc] * v
    return spread, covered


def _mix(color: Floats, other: Floats, share: Floats) -> Floats:
    return color + (other - color) * np.clip(share, 0, 1)[:, None]


def paint_skin(sculpture: Sculpture, skin: Skin, part: Part, source: NDArray[np.int64], ears: Part) -> bytes:
    """Return the skin's texture. `source` names the skin's vertex of each vertex of `part`."""
    f, m = sculpture.features, sculpture.marks
    place = np.where(np.isnan(skin.lip_place), 2.0, skin.lip_place)
    place = np.where((skin.lip_ring > 0) & np.isnan(skin.lip_place), 1.5, place)
    ring = np.where(np.isnan(skin.lid_ring), 2.0, skin.lid_ring)
    values = np.column_stack((skin.points, place, ring, np.sin(np.nan_to_num(skin.lid_turn)), skin.lip_ring))
    spread, covered = _spread(part, values[source], SIZE)
    texels = spread[covered]
    base = rgb(f.skin)
    dark = 1 - base.mean()
    red = base * (0.55, 0.20, 0.22) + (0.38, 0.10, 0.10)
    p, place, ring, above = texels[:, :3], texels[:, 3], texels[:, 4], texels[:, 5]
    color = np.tile(base, (len(p), 1))
    side = np.column_stack((np.abs(p[:, 0]), p[:, 1], p[:, 2]))

    def spot(center: tuple[float, float, float], radii: tuple[float, float, float], share: float) -> Floats:
        return bump(side, center, radii) * share

    down = m.down
    shade = base * (0.72, 0.62, 0.62)
    color = _mix(color, red, spot((4.1, -3.1 * down, 6.8), (2.8, 2.2, 4), 0.20 * f.blush))
    color = _mix(color, red, spot(m.nose, (1.5, 1.4, 2.0), 0.18 * f.blush))
    color = _mix(color, red, spot((0, m.chin[1], m.chin[2] + 1), (1.8, 1.2, 2.5), 0.12 * f.blush))
    color = _mix(color, shade, spot((m.eye[0] - 1.9, 0.5, 7.6), (1.1, 1.5, 2.5), 0.30))
    color = _mix(color, shade, spot((m.eye[0], -1.75, 7.2), (2.3, 0.9, 2.5), 0.13 + 0.4 * f.age))
    lid = smooth_step(-ring, -1.25, -0.7) * smooth_step(above, 0.0, 0.5)
    color = _mix(color, base * (0.80, 0.66, 0.64), lid * 0.35)
    color = _mix(color, base * (0.62, 0.45, 0.43), smooth_step(-ring, -0.16, 0.0) * 0.8)
    color = _mix(color, shade, spot((0, m.mouth[0] - 1.45, m.chin[2] + 1.2), (1.8, 0.5, 2.5), 0.45))
    nostril = spot((0.62 * f.nose_width, m.wing[1] - 0.28, m.nose[2] - 1.15), (0.36, 0.42, 0.62), 2.2)
    color = _mix(color, _INK + base * 0.12, np.minimum(nostril, 0.92))
    if f.age > 0:
        color = _mix(color, shade * 0.9, _lines(sculpture, side) * f.age)
    if f.freckles:
        color = _mix(color, base * (0.72, 0.52, 0.42), _freckles(sculpture, p))
    if f.stubble > 0:
        color = _mix(color, rgb(f.hair) * 0.6 + base * 0.25, beard_mask(sculpture, p, place) * f.stubble)
    if f.beard > 0:
        color = _mix(color, rgb(f.hair) * 0.9, smooth_step(beard_mask(sculpture, p, place), 0.0, 0.08))
    lips = smooth_step(-place, -1.03, -0.93) * smooth_step(texels[:, 6], 0.8, 0.99)
    lip = base * 0.52 + np.array((0.74, 0.25, 0.31)) * (0.48 - 0.10 * dark)
    upper = (p[:, 1] > m.mouth[0])[:, None]
    color = _mix(color, np.where(upper, lip * 0.88, lip), lips)
    color = _mix(color, lip * 0.35, lips * smooth_step(-np.abs(place), -0.16, -0.02) * 0.85)
    color = _mix(color, np.array((0.42, 0.14, 0.15)), smooth_step(-place, 0.05, 0.45))
    color = _mix(color, np.array((0.10, 0.02, 0.03)), smooth_step(-place, 0.6, 1.4))
    ray = p - CENTER
    rise = np.arctan2(ray[:, 1], np.hypot(ray[:, 0], ray[:, 2]))
    line = hairline(f.style, np.arctan2(ray[:, 0], ray[:, 2]))
    color = _mix(color, rgb(f.hair) * 0.85, smooth_step(rise - line, 0.0, 0.07))
    color = _mix(color, shade, smooth_step(-p[:, 1], -m.chin[1] + 0.6, -m.chin[1] + 3) * 0.35)
    picture = np.tile(base, (SIZE, SIZE, 1))
    picture[covered] = color
    on_ear, ear = _spread(ears, np.column_stack((ears.points, ears.normals)), SIZE)
    e = on_ear[ear]
    x, y, z = e[:, :3].mean(0)
    hollow = bump(e[:, :3], (x + 0.2, y + 0.1, z + 0.2), (1.6, 1.7, 1.1))
    tint = _mix(_mix(np.tile(base, (len(e), 1)), red, np.full(len(e), 0.10 * f.blush)), shade * 0.85, hollow)
    picture[ear] = tint
    return png(picture)


def _lines(sculpture: Sculpture, p: Floats) -> Floats:
    """Return 1 in the lines of an old face: forehead, beside the nose and the eyes."""
    m = sculpture.marks
    x, y = p[:, 0], p[:, 1]
    front = smooth_step(p[:, 2], 4.0, 6.0)
    deep = np.zeros(len(p))
    for height, wide in ((4.3, 3.6), (5.2, 3.2)):
        curve = height - 0.05 * x**2 + 0.08 * np.sin(2.2 * x)
        deep = np.maximum(
            deep, 0.6 * np.exp(-(((y - curve) / 0.09) ** 2)) * smooth_step(-x, -wide, -wide + 1.5)
        )
    fold_y = m.wing[1] + 0.4 - np.arange(24) * 0.11
    for k, height in enumerate(fold_y):
        at = m.wing[0] + 0.75 + 0.062 * k + 0.0014 * k * k
        near = np.exp(-(((x - at) / 0.10) ** 2) - ((y - height) / 0.09) ** 2)
        deep = np.maximum(deep, 0.75 * near * np.sin(np.pi * (k + 1) / 26))
    for angle in (-0.28, 0.02, 0.30):
        along = (x - m.eye[0] - 1.95) * np.cos(angle) + y * np.sin(angle)
        off = (y - 0.1) * np.cos(angle) - (x - m.eye[0] - 1.95) * np.sin(angle)
        ray = np.exp(-((off / 0.05) ** 2)) * smooth_step(along, 0.0, 0.3) * smooth_step(-along, -1.0, -0.4)
        deep = np.maximum(deep, 0.6 * ray)
    return deep * front


def _freckles(sculpture: Sculpture, p: Floats) -> Floats:
    m = sculpture.marks
    spots = np.random.default_rng(7).uniform((-5.0, -4.0, 0.06), (5.0, -1.7, 0.12), (60, 3))
    deep = np.zeros(len(p))
    front = p[:, 2] > 5.0
    for x, y, size in spots:
        if np.hypot(abs(x) - m.eye[0], y) < 2.35:
            continue
        near = ((p[:, 0] - x) ** 2 + (p[:, 1] - y * m.down) ** 2) / size**2
        deep = np.maximum(deep, 0.65 * front * np.clip(1.6 - near, 0, 1))
    return deep


def paint_eye(f: Features) -> bytes:
    """Return the eye's texture: straight from the front, out to 104 degrees."""
    size = 256
    y, x = np.mgrid[:size, :size]
    x, y = (x + 0.5) / size * 2 - 1, (y + 0.5) / size * 2 - 1
    r = np.hypot(x, y).ravel() * 104
    turn = np.arctan2(y, x).ravel()
    y = y.ravel()
    white = np.array((0.96, 0.94, 0.92))
    color = np.tile(white, (len(r), 1))
    color = _mix(color, np.array((0.80, 0.62, 0.60)), smooth_step(r, 40, 75) * 0.8)
    color = _mix(color, np.array((0.62, 0.58, 0.60)), smooth_step(-y, -0.05, 0.32) * 0.55)  # the lid's shadow
    iris = rgb(f.iris)
    streak = 0.5 + 0.5 * np.sin(turn * 31 + 2 * np.sin(turn * 7))
    glow = smooth_step(y, -0.16, 0.22)
    inside = iris[None] * (0.72 + 0.5 * glow[:, None] + 0.16 * streak[:, None])
    inside = _mix(inside, rgb(f.iris) * 0.35, smooth_step(r, 20.5, 26))
    inside = _mix(inside, iris * 0.45, smooth_step(-r, -15, -11) * 0.7)
    edge = smooth_step(-r, -27.2, -25.6)
    color = color + (inside - color) * edge[:, None]
    color = _mix(color, np.array((0.02, 0.02, 0.03)), smooth_step(-r, -12.2, -11.0))
    return png(color.reshape(size, size, 3))


def paint_teeth() -> bytes:
    """Return a row of teeth, gum line on top: lines between them, and dark towards the back of the mouth."""
    across, down = np.meshgrid(np.linspace(-1, 1, 256), np.linspace(0, 1, 32))
    x, y = across.ravel(), down.ravel()
    color = np.tile((0.95, 0.93, 0.87), (len(x), 1))
    between = np.abs(np.sin(np.pi * TEETH / 2 * x))
    color = _mix(color, np.array((0.62, 0.50, 0.44)), 0.55 * smooth_step(-between, -0.22, 0.0))
    color = _mix(color, np.array((0.86, 0.72, 0.66)), 0.6 * smooth_step(-y, -0.35, 0.0))
    color = _mix(color, np.array((0.16, 0.06, 0.06)), 0.95 * smooth_step(np.abs(x), 0.35, 0.85))
    return png(color.reshape(32, 256, 3))


def paint_hair(f: Features) -> bytes:
    """Return strands that run down, lighter and darker than the hair's color."""
    size = 256
    noise = np.random.default_rng(3).uniform(-1, 1, (2, size))
    spectrum = np.fft.rfft(noise)
    spectrum[0] *= np.exp(-((np.arange(spectrum.shape[1]) / 60.0) ** 2))
    spectrum[1] *= np.exp(-((np.arange(spectrum.shape[1]) / 14.0) ** 2))
    fine, broad = np.fft.irfft(spectrum, size)
    v = np.linspace(0, 1, size)[:, None]
    streak = fine / np.abs(fine).max() * 0.16 + broad / np.abs(broad).max() * 0.14
    shine = 0.22 * np.exp(-(((v - 0.42) / 0.13) ** 2)) * (1 + 2.2 * streak[None])
    light = 1.0 + streak[None] + shine - 0.18 * v**2
    color = rgb(f.hair)[None, None] * light[..., None] + 0.03 * shine[..., None]
    return png(color)
