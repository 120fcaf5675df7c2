"""A character in the room: a head on a body that stands, sits, walks and gestures."""

from dataclasses import dataclass
from math import cos, degrees, pi, sin
from pathlib import Path
from typing import Any, Final

import numpy as np
from panda3d.core import NodePath, Point3, Vec3

from mien.examples.tavern.head import Face, Head
from mien.examples.tavern.scenery.mesh import Color, ball, limb, linear, material, turned
from mien.examples.tavern.walk import Place, Walk

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Figure:
    """What somebody looks like and where they belong."""

    eyes: float
    """Height above the floor at home, meters."""
    home: Place
    cloth: str
    """sRGB of the garment below the bust."""
    sleeve: str
    skin: str
    width: float = 1.0
    scale: float = 1.0
    """Of the whole, as the head has it already."""
    stands: float = 0.0
    """How much taller they stand than they are at home, where they may sit."""
    mug: bool = False
    apron: bool = False


@dataclass
class Hands:
    """Where both hands are, in the body's own space: x right, y ahead, z up from the shoulders."""

    left: Point
    right: Point
    lean: float = 0.0
    """Degrees that the body leans forward."""


REST: Final = Hands((-0.15, 0.24, -0.37), (0.15, 0.24, -0.37))
GESTURES: Final = {
    "fold_arms": Hands((0.10, 0.21, -0.22), (-0.10, 0.24, -0.25), -4),
    "point": Hands((-0.15, 0.24, -0.37), (0.16, 0.55, -0.02), 7),
    "lean_in": Hands((-0.13, 0.38, -0.33), (0.13, 0.38, -0.33), 13),
    "laugh": Hands((-0.10, 0.20, -0.27), (0.10, 0.22, -0.30), -6),
    "startle": Hands((-0.20, 0.26, -0.08), (0.20, 0.26, -0.08), -10),
    "drink": Hands((-0.15, 0.24, -0.37), (0.03, 0.20, 0.02), -6),
    "go_back": Hands((-0.15, 0.27, -0.12), (0.15, 0.27, -0.14), -9),
    "go_hearth": Hands((-0.14, 0.42, -0.20), (0.14, 0.42, -0.20), 3),
}
SPOTS: Final = {"go_back": (0.25, 0.55), "go_hearth": (1.35, 3.55), "go_guests": (-1.05, 3.55)}
"""Where gestures send their bearer; `go_back` from home, the others in the room."""
SHOULDER: Final = 0.235
"""Meters from the eyes down to the shoulders."""
UPPER, LOWER = 0.27, 0.27
"""Lengths of an arm's parts."""


class Person:
    """One body with a head on it."""

    def __init__(self, scene: Any, figure: Figure, head: Path, names: tuple[str, ...]) -> None:
        """Put a person below `scene`."""
        self.figure = figure
        self.head = Head(head, names)
        self.root = NodePath("person")
        self.root.reparent_to(scene)
        self.root.set_shader_input("softness", 0.12)
        self._trunk = self.root.attach_new_node("trunk")
        self._trunk.set_scale(figure.scale)
        self._bust = self._trunk.attach_new_node("bust")
        self._bust.set_scale(1 / figure.scale)
        self.head.root.reparent_to(self._bust)
        self.head.root.set_shader_input("softness", 0.45)
        self._height = figure.eyes
        self._body()
        self.walk = Walk(figure.home, pi)
        self._hands = REST
        self.gesture = ""
        self.step(0.0, 0.0, (0.0, -1.0))

    def show(self, face: Face) -> None:
        """Show a face."""
        self.head.show(face)

    def goal(self) -> Place:
        """Return where the gesture of the moment leads."""
        spot = SPOTS.get(self.gesture)
        if spot is None:
            return self.figure.home
        if self.gesture == "go_back":
            return self.figure.home[0] + spot[0], self.figure.home[1] + spot[1]
        return spot

    def eyes(self) -> Point:
        """Return where the eyes are in the room."""
        return self.walk.place[0], self.walk.place[1], self._height

    def step(self, t: float, dt: float, faces: Place) -> None:
        """Move on by `dt` seconds to `t`, turned to the place `faces` where nothing else draws."""
        if self.gesture == "go_hearth":
            faces = (1.0, 5.0)
        self.walk = self.walk.step(self.goal(), faces, dt)
        x, y = self.walk.place
        away = (x - self.figure.home[0]) ** 2 + (y - self.figure.home[1]) ** 2 > 0.1
        standing = self.figure.eyes + (self.figure.stands if away else 0.0)
        ease = 1.0 - 0.02**dt
        self._height += (standing - self._height) * ease
        stride = self.walk.distance * 2 * pi / 1.3
        bob = abs(sin(stride)) * 0.025 if self.walk.moving else 0.0
        self.root.set_pos(x, y, 0)
        self.root.set_h(degrees(self.walk.heading))
        self._trunk.set_z(self._height + bob - SHOULDER * self.figure.scale)
        self._trunk.set_r(sin(stride) * 1.6 if self.walk.moving else 0.0)
        self._gesture(t, 1.0 - 0.001**dt)

    def _gesture(self, t: float, ease: float) -> None:
        wanted = GESTURES.get(self.gesture, REST)
        shake = 0.012 * sin(t * 17) if self.gesture == "laugh" else 0.0
        breath = 0.006 * sin(t * 1.7 + self.figure.home[0] * 5)

        def near(now: Point, goal: Point) -> Point:
            mixed = np.array(now) + (np.array(goal) - now) * ease
            return float(mixed[0]), float(mixed[1]), float(mixed[2])

        self._hands = Hands(
            near(self._hands.left, wanted.left),
            near(self._hands.right, wanted.right),
            self._hands.lean + (wanted.lean - self._hands.lean) * ease,
        )
        self._trunk.set_p(-self._hands.lean + 60 * shake)
        swing = 0.05 * cos(self.walk.distance * 2 * pi / 1.3) if self.walk.moving else 0.0
        for side, hand, (upper, lower, palm) in (
            (-1, self._hands.left, self._arms[0]),
            (1, self._hands.right, self._arms[1]),
        ):
            shoulder = Point3(side * 0.148 * self.figure.width, -0.01, 0.005)
            goal = Point3(hand[0], hand[1] + side * swing, hand[2] + breath + shake)
            elbow = _elbow(shoulder, goal, side)
            _span(upper, shoulder, elbow)
            _span(lower, elbow, goal)
            palm.set_pos(goal)  # upright, with whatever it holds: only its hand turns
            palm.find("hand").look_at(self._trunk, goal + (goal - elbow))

    def _body(self) -> None:
        f = self.figure
        self._bust.set_z(SHOULDER)
        cloth, sleeve, skin = linear(f.cloth), linear(f.sleeve), linear(f.skin)
        long = (f.eyes + f.stands) / f.scale
        w = 0.2 * f.width
        # From the hem up to below the bust; the trunk hangs from the shoulders and moves with them.
        profile = [
            (w * 1.35, 0.06 - long + SHOULDER),
            (w * 1.3, 0.3 - long + SHOULDER),
            (w * 1.05, -0.62),
            (w * 0.82, -0.42),
            (w * 0.8, -0.24),
            (w * 0.78, -0.14),
            (w * 0.7, -0.06),
            (0.0, -0.05),
        ]
        self._part(turned(profile, segments=28, depth=0.66), cloth)
        if f.apron:
            bib = [(1.12, -0.9), (1.06, -0.62), (0.86, -0.44), (0.84, -0.25), (0.82, -0.12)]
            apron = turned([(w * radius, z) for radius, z in bib], segments=28, depth=0.72)
            self._part(apron, linear("d8cdb8"))
            apron.set_y(0.012)
            apron.set_sx(0.8)
        else:
            belt = turned(
                [(w * 0.87, -0.475), (w * 0.89, -0.46), (w * 0.87, -0.425), (w * 0.84, -0.41)],
                segments=28,
                depth=0.7,
            )
            self._part(belt, linear("3a2618"))
        self._arms = [self._arm(cloth, sleeve, skin, side) for side in (-1, 1)]
        if f.mug:
            mug = turned(
                [(0.0, 0), (0.045, 0), (0.048, 0.01), (0.044, 0.11), (0.049, 0.12), (0.04, 0.12), (0.0, 0.1)],
                segments=16,
            )
            mug.reparent_to(self._arms[1][2])
            mug.set_material(material(linear("9a958a"), roughness=0.35))
            mug.set_pos(-0.015, 0.045, -0.06)

    def _arm(self, cloth: Color, sleeve: Color, skin: Color, side: int) -> tuple[Any, Any, Any]:
        upper, lower, palm = limb(0.056, 0.046, UPPER), limb(0.044, 0.035, LOWER), NodePath("palm")
        _hand(side).reparent_to(palm)
        for part, color in ((upper, cloth), (lower, sleeve), (palm, skin)):
            self._part(part, color)
        palm.set_shader_input("softness", 0.4)
        return upper, lower, palm

    def _part(self, part: Any, color: Color) -> None:
        part.reparent_to(self._trunk)
        part.set_material(material(color))


def _hand(side: int) -> Any:
    """Return a hand that reaches along y from its wrist, fingers bent; `side` is -1 for the left one."""
    parts = NodePath("hand")
    back = ball(0.036)
    back.set_scale(0.95, 1.15, 0.62)
    back.set_y(0.022)
    back.reparent_to(parts)
    for x, length in ((-0.024, 0.026), (-0.008, 0.031), (0.008, 0.03), (0.024, 0.023)):
        root = parts.attach_new_node("finger")
        root.set_pos(x, 0.05, 0.0)
        for radius, bend in ((0.0105, -25), (0.0095, -45)):
            root.set_p(root, bend)
            _bone(root, radius, length)
            root = root.attach_new_node("joint")
            root.set_y(length)
    thumb = parts.attach_new_node("thumb")
    thumb.set_pos(-side * 0.028, 0.018, -0.004)
    thumb.set_hpr(side * 38, -22, 0)
    _bone(thumb, 0.012, 0.042)
    parts.flatten_strong()
    return parts


def _bone(parent: Any, radius: float, length: float) -> None:
    bone = limb(radius, radius * 0.86, 1.0)
    bone.set_scale(1, length, 1)
    bone.reparent_to(parent)


def _elbow(shoulder: Any, hand: Any, side: int) -> Any:
    """Return where the elbow is: outwards, down and back of the line from shoulder to hand."""
    line = hand - shoulder
    far = min(line.length(), (UPPER + LOWER) * 0.999)
    along = (UPPER**2 - LOWER**2 + far**2) / (2 * far)
    off = max(UPPER**2 - along**2, 0.0) ** 0.5
    line.normalize()
    bend = Vec3(side * 0.55, -0.25, -0.8)
    bend -= line * bend.dot(line)
    bend.normalize()
    return shoulder + line * along + bend * off


def _span(part: Any, start: Any, end: Any) -> None:
    part.set_pos(start)
    part.set_scale(1, max((end - start).length(), 0.01), 1)
    part.look_at(part.get_parent(), Point3(end))
