"""What makes a rendered head look like somebody's picture: hair, glasses, a place behind, a camera."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[Any]
"""Gray, rows × columns, floats from 0 to 255."""
Point = tuple[float, float]
"""Column and row in pixels."""


def noise(shape: tuple[int, int], coarse: tuple[int, int], random: np.random.Generator) -> Picture:
    """Return smooth noise of deviation 1 with about so many bumps down and across."""
    small = random.standard_normal(coarse).astype(np.float32)
    found: Picture = cv2.resize(small, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return found


def wall(shape: tuple[int, int], random: np.random.Generator) -> Picture:
    """Return something to stand before: shades, blurred things, edges."""
    picture: Picture = np.full(shape, random.uniform(0, 255), np.float32)
    for coarse in (2, 5, 14):
        cells = (coarse, max(1, int(coarse * random.uniform(0.3, 2))))
        picture += noise(shape, cells, random) * random.uniform(0, 35)
    for _ in range(int(random.integers(0, 4))):
        x, y = (int(v) for v in random.integers(-20, max(shape), 2))
        width, height = (int(v) for v in random.integers(8, max(shape), 2))
        cv2.rectangle(picture, (x, y), (x + width, y + height), random.uniform(0, 255), -1)
    if random.random() < 0.6:
        picture = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.5, 6))
    return picture


def strands(shape: tuple[int, int], value: float, random: np.random.Generator) -> Picture:
    """Return hair of a brightness: streaks that run mostly downwards."""
    across = max(4, int(shape[1] * random.uniform(0.15, 0.5)))
    streaks = noise(shape, (int(random.integers(2, 6)), across), random)
    found: Picture = value * (1 + 0.2 * streaks) + 4 * streaks
    return found


def hair_behind(
    picture: Picture, center: Point, side: float, value: float, random: np.random.Generator
) -> Picture:
    """Return the picture with hair that hangs behind the head, to be covered by it."""
    mask: Picture = np.zeros(picture.shape, np.float32)
    radius = side * random.uniform(0.4, 0.55)
    top = (round(center[0]), round(center[1] - side * 0.12))
    cv2.ellipse(mask, top, (round(radius), round(side * random.uniform(0.48, 0.6))), 0, 0, 360, 1.0, -1)
    if random.random() < 0.5:
        length = center[1] + side * random.uniform(0.1, 0.9)
        corners = (round(center[0] - radius), top[1]), (round(center[0] + radius), round(length))
        cv2.rectangle(mask, *corners, 1.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), side * 0.015)
    return picture + mask * (strands(mask.shape, value, random) - picture)


def fringe(
    picture: Picture, eyes: list[Point], side: float, value: float, random: np.random.Generator
) -> Picture:
    """Return the picture with strands that fall over the forehead, or along the cheeks."""
    mask: Picture = np.zeros(picture.shape, np.float32)
    middle = (np.array(eyes[0]) + eyes[1]) / 2
    kind = int(random.integers(3))
    for _ in range(int(random.integers(4, 30))):
        if kind == 2:
            where = random.choice([-1, 1]) * random.uniform(0.3, 0.48)
            start = middle + np.array([where * side, -0.4 * side])
            end = start + np.array([random.normal(0, 0.04), random.uniform(0.4, 1.0)]) * side
        else:
            start = middle + np.array([random.uniform(-0.35, 0.35), -0.42]) * side
            slant = random.normal(0, 0.05) if kind == 0 else -np.sign(start[0] - middle[0]) * 0.1
            end = start + np.array([slant, random.uniform(0.12, 0.36)]) * side
        points = np.array([start, (start + end) / 2 + random.normal(0, 0.02 * side, 2), end])
        width = max(1, round(side * random.uniform(0.005, 0.04)))
        cv2.polylines(mask, [points.round().astype(np.int32)], False, 1.0, width, cv2.LINE_AA)
    return picture + mask * random.uniform(0.6, 1) * (strands(mask.shape, value, random) - picture)


def glasses(picture: Picture, eyes: list[Point], side: float, random: np.random.Generator) -> Picture:
    """Return the picture with spectacles around the eyes: rims, bridge, arms, tint and reflections."""
    left, right = sorted(eyes)
    apart = max(right[0] - left[0], 0.15 * side)
    half = np.array([apart * random.uniform(0.33, 0.45), apart * random.uniform(0.22, 0.38)])
    power = random.choice([2.0, 3.0, 6.0])  # a superellipse: round to almost square
    turn = np.linspace(0, 2 * np.pi, 40)
    rim = np.stack((np.cos(turn), np.sin(turn)), 1)
    rim = np.sign(rim) * np.abs(rim) ** (2 / power) * half
    drop = random.uniform(-0.02, 0.05) * side
    value, width = 255 * random.random() ** 2, max(1, round(side * random.uniform(0.004, 0.02)))
    tint, shine = random.uniform(0, 0.35), random.random() < 0.4
    canvas = picture.copy()
    for x, y in (left, right):
        outline = [(rim + np.array([x, y + drop])).round().astype(np.int32)]
        lens: Picture = np.zeros(picture.shape, np.float32)
        cv2.fillPoly(lens, outline, 1.0)
        canvas = canvas * (1 - lens * tint * (value < 120))
        if shine:
            glare = np.clip(noise(lens.shape, (4, 4), random) * 1.2 - 0.6, 0, 1) * random.uniform(30, 160)
            canvas = canvas + lens * glare
        cv2.polylines(canvas, outline, True, value, width, cv2.LINE_AA)
    level = round((left[1] + right[1]) / 2 + drop - half[1] * 0.3)
    inner = (round(left[0] + half[0]), level), (round(right[0] - half[0]), level)
    cv2.line(canvas, *inner, value, width, cv2.LINE_AA)
    for x, y, sign in ((*left, -1), (*right, 1)):
        start = (round(x + sign * half[0]), round(y + drop - half[1] * 0.3))
        end = (round(start[0] + sign * side * random.uniform(0.02, 0.1)), start[1])
        cv2.line(canvas, start, end, value, width, cv2.LINE_AA)
    return canvas


def photograph(picture: Picture, size: int, random: np.random.Generator) -> NDArray[np.uint8]:
    """Return the picture as a camera would give it, (size, size): focus, noise, contrast, compression."""
    if random.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.3, 2))
    small = size if random.random() < 0.67 else int(random.integers(size // 2, size))
    picture = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
    face = picture[small // 4 : small * 9 // 10, small // 4 : small * 3 // 4]
    picture = (picture - face.mean()) / (face.std() + 1e-3) * random.uniform(25, 70) + random.uniform(70, 170)
    picture = picture + random.standard_normal(picture.shape).astype(np.float32) * random.uniform(0, 7)
    pixels: Any = np.clip(picture, 0, 255).astype(np.uint8)
    if random.random() < 0.6:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(35, 95))]
        pixels = cv2.imdecode(cv2.imencode(".jpg", pixels, quality)[1], cv2.IMREAD_GRAYSCALE)
    found: NDArray[np.uint8] = cv2.resize(pixels, (size, size), interpolation=cv2.INTER_LINEAR)
    return found
