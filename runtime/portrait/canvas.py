"""Filled shapes, tapered strokes and soft glows on a picture, anti-aliased, at sub-pixel positions."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bridge.messages import UInt8

Color = tuple[int, int, int]
"""Blue, green, red, 0 to 255."""
Points = NDArray[np.float64]
"""(n, 2) positions in pixels: right, down."""

_SHIFT: Final = 4


def mix(a: Color, b: Color, share: float) -> Color:
    """Return color `a` with `share` (0 to 1) of it replaced by `b`."""
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


@lru_cache(maxsize=256)
def _catmull_rom(count: int, samples: int, closed: bool) -> NDArray[np.float64]:
    """Return the (samples of the curve, control points) matrix of a uniform Catmull-Rom spline."""
    segments = count if closed else count - 1
    basis = np.zeros((segments * samples + (0 if closed else 1), count))
    for row in range(len(basis)):
        segment, u = divmod(row / samples, 1.0)
        weights = (
            -0.5 * u + u**2 - 0.5 * u**3,
            1 - 2.5 * u**2 + 1.5 * u**3,
            0.5 * u + 2 * u**2 - 1.5 * u**3,
            -0.5 * u**2 + 0.5 * u**3,
        )
        for offset, weight in zip(range(-1, 3), weights, strict=True):
            column = int(segment) + offset
            if closed:
                basis[row, column % count] += weight
            elif 0 <= column < count:
                basis[row, column] += weight
            else:  # the curve goes straight on beyond its ends
                edge, inner = (0, 1) if column < 0 else (count - 1, count - 2)
                basis[row, edge] += 2 * weight
                basis[row, inner] -= weight
    return basis


def smooth(
    points: Sequence[Sequence[float]] | NDArray[np.float64], *, samples: int = 8, closed: bool = False
) -> NDArray[np.float64]:
    """Return a smooth curve through control points of any dimension, `samples` positions per segment."""
    control = np.asarray(points, np.float64)
    curve: NDArray[np.float64] = _catmull_rom(len(control), samples, closed) @ control
    return curve


@lru_cache(maxsize=64)
def swell(count: int) -> NDArray[np.float64]:
    """Return `count` factors that rise from nearly 0 to 1 and fall again: the width of a fold of the skin."""
    factors: NDArray[np.float64] = np.sin(np.linspace(0.15, np.pi - 0.15, count))
    return factors


@lru_cache(maxsize=64)
def _taper(count: int) -> NDArray[np.float64]:
    squares: NDArray[np.float64] = np.linspace(-1, 1, count) ** 2
    return squares


@lru_cache(maxsize=1)
def _falloff() -> NDArray[np.float32]:
    axis = np.linspace(-1, 1, 65, dtype=np.float32)
    distance = np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)
    weights: NDArray[np.float32] = (
        np.clip(1 - distance, 0, 1) ** 2 * (1 + 2 * np.clip(distance, 0, 1))
    ).astype(np.float32)
    return weights


class Canvas:
    """A picture to paint on; `origin` is the position of its top left pixel in the coordinates painted in."""

    def __init__(self, pixels: UInt8, origin: tuple[int, int] = (0, 0)) -> None:
        self.pixels = pixels
        self.origin = np.array(origin, np.float64)

    def _fixed(self, points: Points) -> NDArray[np.int32]:
        return np.rint((points - self.origin) * (1 << _SHIFT)).astype(np.int32)

    def _window(self, points: Points, margin: int = 1) -> tuple[int, int, int, int]:
        """Return left, top, right, bottom of the pixels that the points span, within the picture."""
        low = np.floor(points.min(0) - self.origin).astype(int) - margin
        high = np.ceil(points.max(0) - self.origin).astype(int) + 1 + margin
        height, width = self.pixels.shape[:2]
        return max(int(low[0]), 0), max(int(low[1]), 0), min(int(high[0]), width), min(int(high[1]), height)

    def fill(self, points: Points, color: Color, alpha: float = 1.0) -> None:
        """Fill a polygon."""
        if alpha >= 1:
            cv2.fillPoly(self.pixels, [self._fixed(points)], color, cv2.LINE_AA, _SHIFT)
        elif alpha > 0.01:
            self.clipped(points, lambda patch: patch.flood(color), alpha)

    def flood(self, color: Color) -> None:
        """Paint the whole picture in one color."""
        height, width = self.pixels.shape[:2]
        cv2.rectangle(self.pixels, (0, 0), (width, height), color, -1)

    def disk(self, center: Points, radius: float, color: Color) -> None:
        """Fill a circle."""
        x, y = self._fixed(center).tolist()
        cv2.circle(self.pixels, (x, y), max(round(radius * (1 << _SHIFT)), 1), color, -1, cv2.LINE_AA, _SHIFT)

    def stroke(self, points: Points, width: float, color: Color, *, taper: float = 0.0) -> None:
        """Draw a line of `width` pixels in its middle; `taper` 1 runs it out to nothing at both ends."""
        self.ribbon(points, width * (1 - taper * _taper(len(points))), color)

    def ribbon(self, points: Points, widths: NDArray[np.float64], color: Color, alpha: float = 1.0) -> None:
        """Draw a line whose full width in pixels is given at every point."""
        line = np.ascontiguousarray(points).view(np.complex128)[:, 0]
        along = np.empty_like(line)
        along[1:-1] = line[2:] - line[:-2]
        along[0], along[-1] = line[1] - line[0], line[-1] - line[-2]
        across = along * (0.5j * widths / np.maximum(np.abs(along), 1e-6))
        rim = np.concatenate((line + across, (line - across)[::-1]))
        self.fill(rim.view(np.float64).reshape(-1, 2), color, alpha)

    def glow(self, center: Points, radii: tuple[float, float], color: Color, alpha: float) -> None:
        """Blend in a soft ellipse that fades to nothing at its rim."""
        reach = np.array(radii)
        left, top, right, bottom = self._window(np.stack((center - reach, center + reach)), 0)
        if right <= left or bottom <= top or alpha <= 0.01:
            return
        step = 64 / (2 * reach)
        x, y = (np.array((left, top)) + self.origin - (center - reach) + 0.5) * step - 0.5
        affine = np.array([[step[0], 0, x], [0, step[1], y]])
        shape = right - left, bottom - top
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        weight = cv2.warpAffine(_falloff() * np.float32(alpha), affine, shape, flags=flags)
        patch = self.pixels[top:bottom, left:right]
        tint = np.empty_like(patch)
        cv2.rectangle(tint, (0, 0), (right - left, bottom - top), color, -1)
        patch[:] = cv2.blendLinear(tint, patch, weight, 1 - weight)

    def clipped(self, outline: Points, paint: Callable[["Canvas"], None], alpha: float = 1.0) -> None:
        """Let `paint` draw on a copy and keep of it what lies inside the outline."""
        left, top, right, bottom = self._window(outline)
        if right <= left or bottom <= top:
            return
        under = self.pixels[top:bottom, left:right]
        corner = self.origin + np.array((left, top))
        patch = Canvas(under.copy(), (int(corner[0]), int(corner[1])))
        paint(patch)
        mask = np.zeros(under.shape[:2], np.uint8)
        cv2.fillPoly(mask, [patch._fixed(outline)], 255, cv2.LINE_AA, _SHIFT)
        weight = mask.astype(np.float32) * np.float32(alpha / 255)
        under[:] = cv2.blendLinear(patch.pixels, under, weight, 1 - weight)
