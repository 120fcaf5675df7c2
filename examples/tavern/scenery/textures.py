"""Textures by formula: boards, stone, plaster, cloth, glow."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import SamplerState, Texture

Floats = NDArray[np.float32]

SIZE: Final = 512


def boards(base: str, *, count: int = 4, seed: int = 0) -> Any:
    """Return planks that run along u, `count` of them one above the other."""
    random = np.random.default_rng(seed)
    v = np.arange(SIZE)[:, None] * count / SIZE
    plank = v.astype(int)
    along = np.arange(SIZE)[None, :] / SIZE
    grain = _noise(random, 3, 96) * 0.55 + _noise(random, 8, 200) * 0.45
    streak = np.sin((v * 9 + grain * 3.5 + _noise(random, 2, 6) * 5) * 2 * np.pi) * 0.5 + 0.5
    shade = 0.72 + random.random(count)[plank] * 0.3 + (grain - 0.5) * 0.45 - streak * 0.10
    gap = np.minimum(v % 1, 1 - v % 1) * SIZE / count
    shade *= 0.25 + 0.75 * np.clip(gap / 3, 0, 1)
    ends = (along - random.random(count)[plank]) % 1 * SIZE
    shade *= 0.35 + 0.65 * np.clip(np.minimum(ends, SIZE - ends) / 2.5, 0, 1)
    return _texture("boards", _tinted(base, shade))


def stone(base: str, *, rows: int = 5, seed: int = 1) -> Any:
    """Return rough stones in mortar."""
    random = np.random.default_rng(seed)
    columns = rows - 1
    wobble = 0.22
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    y = y * rows + (_noise(random, 6, 6) - 0.5) * wobble
    x = x * columns + (_noise(random, 6, 6) - 0.5) * wobble
    row = np.floor(y).astype(int) % rows
    x = x + (row % 2) * 0.5 + random.random(rows)[row] * 0.35
    column = np.floor(x).astype(int) % columns
    fx, fy = x - np.floor(x), y - np.floor(y)
    edge = np.minimum(np.minimum(fx, 1 - fx) * 1.25, np.minimum(fy, 1 - fy))
    bulge = np.clip(edge / 0.16, 0, 1) ** 0.6
    tone = 0.7 + 0.45 * random.random((rows, columns))[row, column]
    shade = tone * (0.35 + 0.65 * bulge) * (0.72 + 0.56 * _noise(random, 24, 24))
    return _texture(
        "stone", _tinted(base, np.where(edge < 0.035, 0.32 + 0.1 * _noise(random, 40, 40), shade))
    )


def plaster(base: str, *, seed: int = 2) -> Any:
    """Return an old wall."""
    random = np.random.default_rng(seed)
    shade = 0.78 + 0.26 * _noise(random, 3, 3) + 0.12 * _noise(random, 14, 14) + 0.07 * _noise(random, 70, 70)
    return _texture("plaster", _tinted(base, shade * 0.92))


def cloth(base: str, *, seed: int = 3) -> Any:
    """Return woven cloth."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    weave = 0.5 + 0.25 * np.sin(x * 2 * np.pi / 8) + 0.25 * np.sin(y * 2 * np.pi / 8)
    return _texture("cloth", _tinted(base, 0.82 + 0.12 * weave + 0.16 * _noise(random, 5, 5)))


def glow() -> Any:
    """Return a soft round spot in the alpha channel."""
    y, x = np.mgrid[-1:1:128j, -1:1:128j]
    alpha = np.clip(1 - np.hypot(x, y), 0, 1) ** 2.2
    pixels = np.full((128, 128, 4), 255, np.uint8)
    pixels[..., 3] = (alpha * 255).astype(np.uint8)
    return _texture("glow", pixels, repeat=False)


def vignette() -> Any:
    """Return what darkens the corners of a picture, in the alpha channel."""
    y, x = np.mgrid[-1:1:128j, -1:1:128j]
    pixels = np.zeros((128, 128, 4), np.uint8)
    pixels[..., 3] = (np.clip((np.hypot(x * 0.85, y * 0.8) - 0.55) / 0.75, 0, 1) ** 1.6 * 175).astype(
        np.uint8
    )
    return _texture("vignette", pixels, repeat=False)


def _noise(random: np.random.Generator, across: int, up: int) -> Floats:
    """Return smooth noise in [0, 1] that tiles, with so many cells each way."""
    grid = random.random((up, across), np.float32)
    rows, columns = np.arange(SIZE) * up / SIZE, np.arange(SIZE) * across / SIZE
    i, j = rows.astype(int), columns.astype(int)
    fi, fj = (rows - i)[:, None], (columns - j)[None, :]
    fi, fj = fi * fi * (3 - 2 * fi), fj * fj * (3 - 2 * fj)
    i2, j2 = (i + 1) % up, (j + 1) % across
    top = grid[i][:, j] * (1 - fj) + grid[i][:, j2] * fj
    bottom = grid[i2][:, j] * (1 - fj) + grid[i2][:, j2] * fj
    mixed: Floats = top * (1 - fi) + bottom * fi
    return mixed


def _tinted(base: str, shade: Floats | NDArray[np.float64]) -> NDArray[np.uint8]:
    color = np.array([int(base[i : i + 2], 16) for i in (4, 2, 0)], np.float32)  # Panda keeps BGR
    pixels = np.full((*shade.shape, 4), 255, np.uint8)
    pixels[..., :3] = np.clip(color * shade[..., None], 0, 255).astype(np.uint8)
    return pixels


def _texture(name: str, pixels: NDArray[np.uint8], *, repeat: bool = True) -> Any:
    made = Texture(name)
    made.setup_2d_texture(pixels.shape[1], pixels.shape[0], Texture.T_unsigned_byte, Texture.F_srgb_alpha)
    made.set_ram_image(pixels.tobytes())
    wrap = SamplerState.WM_repeat if repeat else SamplerState.WM_clamp
    made.set_wrap_u(wrap)
    made.set_wrap_v(wrap)
    made.set_minfilter(SamplerState.FT_linear_mipmap_linear)
    made.set_magfilter(SamplerState.FT_linear)
    made.set_anisotropic_degree(4)
    return made
