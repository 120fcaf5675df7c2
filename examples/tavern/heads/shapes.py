"""The 52 ARKit blend shapes of the skin, each a field of displacement around landmarks.

Shapes of one side are made for the left and mirrored. Displacements are centimeters.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from mien.bridge.faces import SHAPES
from mien.examples.tavern.heads.features import Features
from mien.examples.tavern.heads.lids import Lids, Stir
from mien.examples.tavern.heads.sculpture import Floats, Landmarks, bump, smooth_step
from mien.examples.tavern.heads.skin import Skin, lip_line

JAW_ANGLE: Final = np.radians(21)
"""How far the jaw turns for jawOpen."""
_FLIP: Final = np.array((-1.0, 1.0, 1.0))

STIRS: Final[Mapping[str, Stir]] = {
    "eyeBlink": Stir(close=1.0),
    "eyeLookDown": Stir(upper=-13, lower=-6),
    "eyeLookUp": Stir(upper=8, lower=5),
    "eyeLookIn": Stir(outward=-3.5),
    "eyeLookOut": Stir(outward=3.5),
    "eyeSquint": Stir(upper=-10, lower=11, swell=0.07),
    "eyeWide": Stir(upper=11, lower=-4),
    "cheekSquint": Stir(lower=10, swell=0.05),
    "mouthSmile": Stir(lower=2),
    "noseSneer": Stir(lower=3, upper=-2),
    "browDown": Stir(upper=-6),
}
"""What shapes do to the lids of their side."""


def open_jaw(points: Floats, marks: Landmarks, share: Floats | float = 1.0) -> Floats:
    """Return how far jawOpen moves points (n, 3) that go along with the jaw by `share`."""
    q = points - marks.hinge
    c, s = np.cos(JAW_ANGLE), np.sin(JAW_ANGLE)
    turned = np.stack((q[:, 0], q[:, 1] * c - q[:, 2] * s, q[:, 1] * s + q[:, 2] * c), -1)
    moved: Floats = (turned - q + (0, -0.15, 0.45)) * np.broadcast_to(share, len(q))[:, None]
    return moved


def _along(share: Floats, x: float, y: float, z: float) -> Floats:
    """Return (n, 3) the displacement (x, y, z) where `share` is 1."""
    return share[:, None] * np.array((x, y, z), np.float64)


class Shaper:
    """Makes the shapes of one skin."""

    def __init__(self, skin: Skin, marks: Landmarks, features: Features) -> None:
        self.skin, self.m, self.f = skin, marks, features
        self.lids = Lids(marks, features)
        p = self.p = skin.points
        lip_y, half = marks.mouth
        self.x, self.y, self.z = p.T
        self.along = np.where(np.isnan(skin.lip_along), np.clip(self.x / half, -1.6, 1.6), skin.lip_along)
        self.line = lip_line(marks, np.clip(self.along, -1, 1))
        self.front = float(p[(np.abs(self.x) < 0.3) & (skin.lip_place == 1.0)][:, 2].max())
        place = np.nan_to_num(skin.lip_place, nan=2.0)
        self.red: Floats = skin.lip_ring * (place >= -0.4) * (place <= 1.0)
        """1 on the lips themselves."""
        above = self.y - self.line
        self.label: Floats = np.where(skin.lip_ring > 0, skin.lip, np.clip(above / 0.6, -1, 1))
        """1 above the mouth, -1 below, through 0 at its corners."""
        self.mouth: Floats = bump(p, (0, lip_y, self.front - 1.2), (half * 2.1, 3.6, 5.5))
        """1 at the mouth, 0 where nothing of it moves."""
        self.mouth = np.where(skin.lip_ring > 0.99, 1.0, np.minimum(1.0, 1.25 * self.mouth))
        self.jaw = self._jaw()

    def _jaw(self) -> Floats:
        """Return how much each vertex goes along with the jaw."""
        m, s = self.m, self.skin
        half = m.mouth[1]
        x, y, z = np.abs(self.x), self.y, self.z
        corner_z = self.front - 1.0
        forward = np.clip((z - m.hinge[2]) / (corner_z - m.hinge[2]), 0, 1)
        border = m.hinge[1] - 1.0 + (m.mouth[0] - m.hinge[1] + 1.0) * forward**0.8
        reach = 0.55 + 1.9 * smooth_step(x, 0.3 * half, 1.5 * half)
        by_place = smooth_step(border - y, -reach, reach)
        by_lip = 0.5 - 0.5 * s.lip
        jaw = by_place + (by_lip - by_place) * smooth_step(s.lip_ring, 0.0, 0.9)
        jaw = jaw * smooth_step(z, m.hinge[2] - 1.5, m.hinge[2] + 3.0)  # the nape stays
        under = smooth_step(y, m.chin[1] - 5.0, m.chin[1] - 0.8)
        throat = smooth_step(z, 1.5, 6.0)
        return jaw * (under + (1 - under) * throat * smooth_step(y, m.chin[1] - 5.0, m.chin[1] - 1.0))

    def all(self) -> Floats:
        """Return (52, n, 3) displacements, in the order of `SHAPES`."""
        return np.stack([self._one(name) for name in SHAPES])

    def _one(self, name: str) -> Floats:
        for end in ("Left", "Right"):
            stem = name.removesuffix(end)
            if stem != name and stem not in ("jaw", "mouth"):
                left = self._left(stem)
                return left if end == "Left" else self._mirrored(left)
        moved: Floats = getattr(self, "_" + name)()
        return moved

    def _mirrored(self, moved: Floats) -> Floats:
        other: Floats = moved[self.skin.mirror] * _FLIP
        return other

    def _left(self, stem: str) -> Floats:
        moved: Floats = np.zeros_like(self.p)
        field = getattr(self, "_" + stem, None)
        if field is not None:
            moved = field() * smooth_step(self.x, -0.9, 0.9)[:, None]
        s = self.skin
        if stem in STIRS:
            mine = (s.lid_side == 1) & ~np.isnan(s.lid_ring)
            turn, ring, depth = s.lid_turn[mine], s.lid_ring[mine], s.lid_depth[mine]
            stirred = self.lids.points(1, turn, ring, depth, STIRS[stem]) - self.lids.points(
                1, turn, ring, depth
            )
            share = np.clip(ring, 0, 1)[:, None]
            moved[mine] = stirred + moved[mine] * share
        return moved

    def _at(
        self,
        center: tuple[float, float, float],
        radii: tuple[float, float, float],
        move: tuple[float, float, float],
    ) -> Floats:
        return _along(bump(self.p, center, radii), *move)

    # Brows

    def _browInnerUp(self) -> Floats:
        y = self.m.brow[0]
        left = self._at((1.0, y + 0.2, 8.2), (2.8, 2.8, 4.5), (0, 1.75, -0.20))
        right = self._at((-1.0, y + 0.2, 8.2), (2.8, 2.8, 4.5), (0, 1.75, -0.20))
        return np.where(np.abs(left) > np.abs(right), left, right)

    def _browOuterUp(self) -> Floats:
        return self._at((4.3, self.m.brow[1] + 0.2, 6.9), (3.2, 2.7, 4.5), (0.05, 1.15, -0.30))

    def _browDown(self) -> Floats:
        y = self.m.brow[0]
        inner = self._at((1.3, y, 8.2), (2.7, 2.4, 4), (-0.36, -0.92, 0.22))
        return inner + self._at((4.0, y, 7.2), (2.5, 1.9, 4), (-0.10, -0.28, 0.08))

    # Eyes

    def _eyeBlink(self) -> Floats:
        e = self.m.eye
        return self._at((e[0], e[1] + 1.6, 8), (2.6, 1.2, 3), (0, -0.10, 0))

    def _eyeSquint(self) -> Floats:
        e = self.m.eye
        return self._at((e[0] + 0.2, e[1] - 2.1, 7.4), (2.6, 1.5, 3), (0, 0.28, 0.12)) + self._at(
            (e[0] + 2.2, e[1], 6.8), (1.4, 1.4, 3), (-0.15, 0, 0.05)
        )

    def _eyeWide(self) -> Floats:
        e = self.m.eye
        return self._at((e[0], e[1] + 2.0, 8), (2.8, 1.4, 3), (0, 0.18, 0))

    def _eyeLookUp(self) -> Floats:
        e = self.m.eye
        return self._at((e[0], e[1] + 1.8, 8), (2.6, 1.2, 3), (0, 0.10, 0))

    def _eyeLookDown(self) -> Floats:
        e = self.m.eye
        return self._at((e[0], e[1] + 1.8, 8), (2.6, 1.2, 3), (0, -0.10, 0))

    # Cheeks and nose

    def _cheekSquint(self) -> Floats:
        down = self.m.down
        return self._at((3.9, -2.9 * down, 7), (2.5, 1.9, 3.5), (0.05, 0.55, 0.38))

    def _cheekPuff(self) -> Floats:
        y = self.m.mouth[0] + 1.5
        left = self._at((4.4, y, 5.6), (3.6, 3.7, 4.8), (0.85, 0, 0.75))
        right = self._at((-4.4, y, 5.6), (3.6, 3.7, 4.8), (-0.85, 0, 0.75))
        lips = _along(self.red * 0.12, 0, 0, 1.0)
        return np.where(self.x[:, None] > 0, left, right) + lips

    def _noseSneer(self) -> Floats:
        wing, down = self.m.wing, self.m.down
        side = self._at((wing[0] + 0.3, wing[1], wing[2]), (1.5, 1.6, 2.2), (0.12, 0.50, 0.05))
        bridge = self._at((1.2, -1.7 * down, 8.6), (1.3, 1.7, 2), (0, 0.28, 0.20))
        brow = self._at((1.3, self.m.brow[0], 8.3), (2.2, 1.9, 3), (-0.12, -0.32, 0.08))
        lip = self._half() * self.mouth * np.clip(self.label, 0, 1) * 0.18
        return side + bridge + brow + _along(lip, 0, 1.0, 0)

    # Jaw

    def _jawOpen(self) -> Floats:
        moved = open_jaw(self.p, self.m, self.jaw)
        corners = bump(np.abs(self.p), (self.m.mouth[1], self.m.mouth[0], self.front - 1), (2, 2.5, 3))
        moved[:, 1] += 0.14 * self._upper()  # the upper lip gives way a little
        moved[:, 0] -= 0.22 * np.sign(self.x) * corners * smooth_step(np.abs(self.x), 0.0, 1.5)
        return moved

    def _with_jaw(self) -> Floats:
        """Return how much goes along when the jaw slides, (n, 1): the upper lip clings to the lower."""
        return np.maximum(self.jaw, 0.4 * self._upper())[:, None]

    def _jawForward(self) -> Floats:
        return self._with_jaw() * (0, -0.10, 0.75)

    def _jawLeft(self) -> Floats:
        return self._with_jaw() * (0.85, -0.05, 0)

    def _jawRight(self) -> Floats:
        return self._mirrored(self._jawLeft())

    # Mouth

    def _half(self) -> Floats:
        """Return 1 on the left half of the mouth, 0 on the right."""
        return smooth_step(self.along, -0.35, 0.35)

    def _corner(self, radii: tuple[float, float, float] = (3.3, 3.3, 5.0)) -> Floats:
        """Return 1 at the left corner of the mouth, 0 in its middle and far from it."""
        half = self.m.mouth[1]
        near = np.minimum(1.0, 1.15 * bump(self.p, (half, self.m.mouth[0], self.front - 1.2), radii))
        return near * smooth_step(self.along, 0.0, 1.05)

    def _upper(self) -> Floats:
        """Return 1 on the upper lip, falling to 0 at the nose."""
        nose = self.m.wing[1] - 0.3
        fade = smooth_step(-self.y, -(nose + 0.3), -(self.m.mouth[0] + 0.6))
        lip: Floats = self.mouth * np.clip(self.label, 0, 1) * np.maximum(fade, self.red)
        return lip

    def _lower(self) -> Floats:
        """Return 1 on the lower lip, falling to 0 at the chin."""
        fade = smooth_step(self.y, self.m.chin[1] + 0.4, self.m.mouth[0] - 0.8)
        lip: Floats = self.mouth * np.clip(-self.label, 0, 1) * np.maximum(fade, self.red)
        return lip

    def _thin(self, upper: Floats, lower: Floats) -> Floats:
        """Return (n,) heights that draw the lips towards their line, by the shares given."""
        lips = self.skin.lip_ring * ~(self.skin.lip_place < -0.4)  # and, less, the skin around
        height: Floats = lips * np.where(self.label > 0, upper, lower) * (self.line - self.y)
        return height

    def _mouthClose(self) -> Floats:
        at_line = np.array([[0.0, self.m.mouth[0], self.front]])
        fall = open_jaw(at_line, self.m)[0]
        upper = 0.38 * self._upper()[:, None] * fall
        lower = -(1 - 0.38) * (self._lower() * np.maximum(self.jaw, self.red))[:, None] * fall
        moved: Floats = upper + lower
        return moved

    def _mouthFunnel(self) -> Floats:
        out = self.mouth * (0.35 + 0.65 * self.skin.lip_ring)
        moved = _along(out, 0, 0, 0.75)
        moved[:, 1] = 0.50 * self._upper() - 0.55 * self._lower()
        moved[:, 0] = -0.26 * self.x * self.mouth
        return moved

    def _mouthPucker(self) -> Floats:
        moved = _along(self.mouth * (0.25 + 0.75 * self.skin.lip_ring), 0, 0, 0.85)
        moved[:, 0] = -0.42 * self.x * self.mouth
        moved[:, 1] = -self._thin(0.45 + 0 * self.x, 0.35 + 0 * self.x)  # lips grow fuller, and stay shut
        return moved

    def _mouthLeft(self) -> Floats:
        wide = _along(self.mouth, 0.95, 0, 0)
        wide[:, 2] = -0.16 * self.mouth * self.along
        wide[:, 1] = 0.12 * self.mouth * smooth_step(self.along, 0, 1)
        return wide

    def _mouthRight(self) -> Floats:
        return self._mirrored(self._mouthLeft())

    def _mouthSmile(self) -> Floats:
        down = self.m.down
        corner = _along(self._corner(), 0.85, 0.95, -0.70)
        cheek = self._at((4.2, -3.9 * down, 6.6), (2.6, 2.3, 3.5), (0.12, 0.36, 0.38))
        lips = self._thin(0.22 * self._half(), 0.12 * self._half())
        corner[:, 1] += lips
        return corner + cheek

    def _mouthFrown(self) -> Floats:
        corner = _along(self._corner((3.0, 3.2, 5)), 0.12, -0.90, -0.15)
        chin = self._at((0.6, self.m.chin[1] + 1.0, self.m.chin[2]), (2.2, 1.6, 3), (0, 0.16, 0.08))
        return corner + chin

    def _mouthDimple(self) -> Floats:
        return _along(self._corner((2.4, 2.2, 4)), 0.50, 0.12, -0.75)

    def _mouthStretch(self) -> Floats:
        corner = _along(self._corner((3.4, 3.0, 5)), 0.95, -0.30, -0.70)
        corner[:, 1] += self._thin(0.30 * self._half(), 0.30 * self._half())
        return corner

    def _mouthRollLower(self) -> Floats:
        lower = np.clip(-self.label, 0, 1)
        moved = _along(self.red * lower, 0, 0, -0.50)
        moved[:, 1] = self._thin(0 * lower, 0.78 * lower) + 0.10 * self._lower()
        return moved

    def _mouthRollUpper(self) -> Floats:
        upper = np.clip(self.label, 0, 1)
        moved = _along(self.red * upper, 0, 0, -0.48)
        moved[:, 1] = self._thin(0.78 * upper, 0 * upper) - 0.08 * self._upper()
        return moved

    def _mouthShrugLower(self) -> Floats:
        chin = self._at((0, self.m.chin[1] + 0.9, self.m.chin[2]), (3.2, 2.3, 4), (0, 0.45, 0.18))
        lips = _along(self._lower(), 0, 0.36, 0.34) + _along(self._upper(), 0, 0.30, 0.05)
        return lips + chin * (1 - self.red)[:, None]

    def _mouthShrugUpper(self) -> Floats:
        return _along(self._upper(), 0, 0.40, 0.26) + _along(self._lower(), 0, 0.34, 0.05)

    def _mouthPress(self) -> Floats:
        half = self._half()
        moved = _along(self.red * half, 0, 0, -0.22)
        moved[:, 1] = self._thin(0.5 * half, 0.5 * half)
        chin = self._at((0.8, self.m.chin[1] + 1.3, self.m.chin[2]), (1.8, 1.5, 3), (0, 0.12, 0.10))
        return moved + chin

    def _mouthLowerDown(self) -> Floats:
        return _along(self._lower() * self._half(), 0.10, -0.65, 0.10)

    def _mouthUpperUp(self) -> Floats:
        lip = _along(self._upper() * self._half(), 0.10, 0.60, 0.14)
        return lip + self._at((2.4, self.m.wing[1] - 0.2, 8.2), (1.6, 1.6, 2.5), (0.05, 0.25, 0.15))

    # Tongue

    def _tongueOut(self) -> Floats:
        """Return how the lips make way; the tongue itself is in `mouth`."""
        near = np.clip(1 - self.along**2, 0, 1) ** 0.5
        return _along(near * self._upper(), 0, 0.22, 0.06) + _along(near * self._lower(), 0, -0.62, 0.16)
