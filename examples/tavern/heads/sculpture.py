"""The head as a signed distance: ellipsoids and capsules, smoothly joined.

Coordinates everywhere in this package, until the file is written: centimeters, x to the character's left,
y up, z forward; the origin lies between the eyes, seven centimeters behind the bridge of the nose.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.examples.tavern.heads.features import Features

Floats = NDArray[np.float64]


def smooth_step(x: Floats, low: float | Floats = 0.0, high: float | Floats = 1.0) -> Floats:
    """Return 0 below `low`, 1 above `high`, a smooth cubic between."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    ramp: Floats = t * t * (3 - 2 * t)
    return ramp


def bump(p: Floats, center: tuple[float, float, float], radii: tuple[float, float, float]) -> Floats:
    """Return 1 at `center`, falling smoothly to exactly 0 at the ellipsoid of those `radii`, for (n, 3)."""
    d = (((p - center) / radii) ** 2).sum(-1)
    near: Floats = np.clip(1 - d, 0.0, None) ** 2
    return near


@dataclass(frozen=True)
class Landmarks:
    """Where the parts of one face are, cm; of what comes in pairs, the left one."""

    eye: tuple[float, float, float]
    eyeball: float
    """Radius."""
    lid: float
    """Radius of the sphere on which the lids slide."""
    brow: tuple[float, float]
    """Height of the brow at its inner and outer end."""
    nose: tuple[float, float, float]
    """Tip."""
    wing: tuple[float, float, float]
    """Nostril wing."""
    mouth: tuple[float, float]
    """Height of the line between the lips, and half its width."""
    chin: tuple[float, float, float]
    jaw_angle: tuple[float, float, float]
    hinge: tuple[float, float, float]
    """Of the jaw; x is 0, as the jaw turns about the axis through both."""
    down: float
    """Factor of heights below the eyes."""

    @classmethod
    def of(cls, f: Features) -> "Landmarks":
        """Place everything by the features."""
        down = f.face_length
        ball = 1.85 * f.eye_size
        return cls(
            eye=(3.25 * f.eye_gap * (0.5 + 0.5 * f.eye_size), 0.0, 8.05 - ball),
            eyeball=ball,
            lid=ball * 1.04 + 0.14,
            brow=(1.05 * ball + 0.48 - 0.5 * f.brow_tilt, 1.05 * ball + 0.62 + 0.5 * f.brow_tilt),
            nose=(0.0, -3.75 * down * (0.4 + 0.6 * f.nose_length) + f.nose_tip, 9.75 + 1.0 * f.nose_length),
            wing=(
                1.12 * f.nose_width,
                -3.95 * down * (0.4 + 0.6 * f.nose_length),
                9.35 + 0.3 * f.nose_length,
            ),
            mouth=(-6.55 * down, 2.45 * f.mouth_width),
            chin=(0.0, -9.75 * down, 7.2 + 0.6 * f.chin),
            jaw_angle=(4.3 * f.jaw_width, -6.0 * down, 0.9),
            hinge=(0.0, -1.6, 0.2),
            down=down,
        )


def _ellipsoid(p: Floats, center: tuple[float, float, float], radii: tuple[float, float, float]) -> Floats:
    q = p - center
    near = np.sqrt(((q / radii) ** 2).sum(-1))
    steep = np.sqrt(((q / np.square(radii)) ** 2).sum(-1))
    distance: Floats = near * (near - 1) / np.maximum(steep, 1e-9)
    return distance


def _capsule(
    p: Floats, a: tuple[float, float, float], b: tuple[float, float, float], ra: float, rb: float
) -> Floats:
    along = np.subtract(b, a)
    t = np.clip(((p - a) @ along) / (along @ along), 0.0, 1.0)
    distance: Floats = np.sqrt(((p - a - t[:, None] * along) ** 2).sum(-1)) - (ra + (rb - ra) * t)
    return distance


def _join(a: Floats, b: Floats, k: float) -> Floats:
    h = np.clip(1 - np.abs(a - b) / k, 0.0, None)
    return np.minimum(a, b) - h * h * k * 0.25


def _carve(a: Floats, b: Floats, k: float) -> Floats:
    return -_join(-a, b, k)


class Sculpture:
    """The skin of a head without ears, as a signed distance that is negative inside."""

    def __init__(self, features: Features) -> None:
        self.features = features
        self.marks = Landmarks.of(features)

    def distance(self, points: Floats) -> Floats:
        """Return the distance (n,) of points (n, 3), cm."""
        f, m = self.features, self.marks
        p = np.column_stack((np.sqrt(points[:, 0] ** 2 + 0.01), points[:, 1], points[:, 2]))
        down, w = m.down, f.skull_width
        d = _ellipsoid(p, (0, 3.4 * f.skull_height, -0.7), (7.5 * w, 8.3 * f.skull_height, 9.3))
        face = _ellipsoid(p, (0, -2.6 * down, 1.9), (6.05 * w, 8.3 * down, 6.7))
        d = _join(d, face, 2.5)
        jaw = _capsule(p, m.jaw_angle, (1.3 * f.jaw_width, m.chin[1] + 0.4, m.chin[2] - 1.7), 1.5, 1.6)
        d = _join(d, jaw, 2.6)
        d = _join(d, _ellipsoid(p, (0, m.chin[1], m.chin[2] - 0.6), (1.9 * f.jaw_width, 1.4, 1.7)), 1.6)
        bone = _ellipsoid(p, (4.55 * w, -2.1 * down, 5.2), (1.9, 1.3, 2.1))
        d = _join(d, bone + 0.5 * (1 - f.cheekbones), 2.4)
        fat = _ellipsoid(p, (3.5 * w, -4.6 * down, 5.7), (2.2, 2.1, 2.0))
        d = _join(d, fat + 0.9 * (1 - f.cheeks) + 0.15, 2.6)
        muzzle = _ellipsoid(p, (0, m.mouth[0] + 0.1, 6.6), (3.0, 2.5 * down, 2.45))
        d = _join(d, muzzle, 1.8)
        ridge = _capsule(p, (1.0, m.brow[0] - 0.3, 7.75), (4.9 * w, m.brow[1] - 0.45, 5.9), 0.75, 0.7)
        d = _join(d, ridge + 0.5 * (1 - f.brow_ridge), 1.6)
        socket = _ellipsoid(p, (m.eye[0], -0.15, m.eye[2] + 1.9), (m.eyeball * 1.45, m.eyeball * 1.12, 1.3))
        d = _carve(d, socket, 1.2)
        d = _join(d, np.sqrt(((p - m.eye) ** 2).sum(-1)) - m.lid - 0.02, 0.55)
        bridge = _capsule(
            p, (0, 0.9, 7.75), (0, m.nose[1] + 0.35, m.nose[2] - 0.75), 0.72, 0.68 * f.nose_width
        )
        d = _join(d, bridge, 1.3)
        tip = _ellipsoid(p, (0, m.nose[1], m.nose[2] - 0.85), (0.92 * f.nose_width, 0.8, 0.85))
        d = _join(d, tip, 0.7)
        wing = _ellipsoid(p, (m.wing[0], m.wing[1] + 0.2, m.wing[2] - 0.45), (0.58 * f.nose_width, 0.62, 0.9))
        d = _join(d, wing, 0.55)
        neck = _capsule(p, (0, -5, -2.4), (0, -22, -3.6), 4.6 * f.neck, 5.0 * f.neck)
        return _join(d, neck, 2.2)

    def gradient(self, points: Floats) -> Floats:
        """Return the gradient (n, 3) of the distance."""
        step = 0.02
        corners = np.array(((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))) * step
        values = self.distance((points[None] + corners[:, None]).reshape(-1, 3)).reshape(4, -1)
        slope: Floats = (values[:, :, None] * corners[:, None]).sum(0) / (4 * step * step)
        return slope

    def settle(self, points: Floats, steps: int = 1) -> Floats:
        """Return the points moved onto the skin, along the gradient."""
        for _ in range(steps):
            slope = self.gradient(points)
            steepness = np.maximum((slope**2).sum(-1), 0.05)
            move = np.clip(self.distance(points) / steepness, -1.0, 1.0)
            points = points - move[:, None] * slope
        return points

    def cast(self, origin: Floats, direction: Floats, reach: float = 24.0, first: bool = False) -> Floats:
        """Return where rays (n, 3) from inside leave the head: for good, or for the first time."""
        t = np.full(len(origin), 0.0 if first else reach)
        for _ in range(26):  # sphere tracing (Hart 1996), a little cautious: smooth joins bend distances
            t = np.clip(t - 0.85 * self.distance(origin + direction * t[:, None]), 0.0, reach)
        hit: Floats = origin + direction * t[:, None]
        return hit
