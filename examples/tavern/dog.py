"""The dog: comes when called, sits by Lily and wags; a smart object of the rules."""

from math import degrees, pi, sin
from typing import Any, Final

from panda3d.core import NodePath

from mien.examples.tavern.scenery.mesh import ball, limb, linear, material
from mien.examples.tavern.walk import Place, Walk

OUTSIDE: Final[Place] = (3.0, 1.5)
PATH: Final[tuple[Place, ...]] = ((1.35, 1.72), (0.31, 1.9))
"""In from the door, to between the stools."""
COAT: Final = "9a6a3c"
LIGHT: Final = "d9bd92"
DARK: Final = "2a1c14"


class Dog:
    """Walks in and out."""

    def __init__(self, scene: Any) -> None:
        """Put it outside."""
        self.root = NodePath("dog")
        self.root.reparent_to(scene)
        self.root.set_scale(0.95)
        self.called = False
        self.walk = Walk(OUTSIDE, pi / 2)
        self._path = list(PATH)
        self._build()
        self.step(0.0, 0.0)

    @property
    def present(self) -> bool:
        """Whether it is in the room."""
        return self.called or self.walk.place != OUTSIDE

    def wagging(self) -> float:
        """Return how happily it wags, in [0, 1]: all of it once it sits."""
        return 0.0 if not self.called else 0.4 if self.walk.moving else 1.0

    def place(self) -> tuple[float, float, float]:
        """Return where its head is in the room."""
        return self.walk.place[0], self.walk.place[1], 0.6

    def call(self, come: bool) -> None:
        """Call it in, or send it out."""
        self.called = come
        self._path = list(PATH) if come else [PATH[0], OUTSIDE]

    def step(self, t: float, dt: float) -> None:
        """Move on by `dt` seconds to `t`."""
        if self.called or self.walk.place != OUTSIDE:
            goal = self._path[0]
            self.walk = self.walk.step(goal, (0.0, -0.8), dt, speed=1.1)
            if (
                len(self._path) > 1
                and abs(self.walk.place[0] - goal[0]) + abs(self.walk.place[1] - goal[1]) < 0.05
            ):
                self._path.pop(0)
            if not self.called and abs(self.walk.place[0] - OUTSIDE[0]) < 0.03:
                self.walk = Walk(OUTSIDE, pi / 2)
        self.root.show() if self.present else self.root.hide()
        x, y = self.walk.place
        self.root.set_pos(x, y, 0)
        self.root.set_h(degrees(self.walk.heading))
        sits = 0.0 if self.walk.moving else 1.0
        self._trunk.set_p(28 * sits)
        self._trunk.set_z(0.44 - 0.04 * sits)
        for i, leg in enumerate(self._legs):
            leg.set_p(sin(self.walk.distance * 16 + (i % 2) * pi) * 26 if self.walk.moving else 0)
        self._tail.set_h(sin(t * 13) * 34 * self.wagging())
        self._head.set_r(6 * sin(t * 1.3))

    def _build(self) -> None:
        coat, light, dark = linear(COAT), linear(LIGHT), linear(DARK)
        self._trunk = self.root.attach_new_node("trunk")

        def part(
            made: Any, parent: Any, at: tuple[float, float, float], color: Any, scale: Any = (1, 1, 1)
        ) -> Any:
            made.reparent_to(parent)
            made.set_pos(*at)
            made.set_scale(*scale)
            made.set_material(material(color))
            return made

        part(ball(0.16), self._trunk, (0, -0.18, 0), coat, (0.95, 1.35, 1.0))
        part(ball(0.165), self._trunk, (0, 0.12, 0.02), coat, (0.95, 1.15, 1.1))
        part(ball(0.12), self._trunk, (0, 0.24, -0.01), light, (0.8, 0.8, 1.2))
        part(limb(0.10, 0.085, 0.22), self._trunk, (0, 0.18, 0.06), coat, (1, 0.22, 1)).set_p(55)
        self._head = self.root.attach_new_node("head")
        self._head.reparent_to(self._trunk)
        self._head.set_pos(0, 0.33, 0.26)
        self._head.set_p(-24)
        part(ball(0.115), self._head, (0, 0, 0), coat, (1, 1.05, 1))
        part(ball(0.062), self._head, (0, 0.13, -0.035), light, (1, 1.45, 0.85))
        part(ball(0.026), self._head, (0, 0.215, -0.015), dark, (1.2, 0.8, 0.9))
        for side in (-1, 1):
            part(ball(0.02), self._head, (side * 0.048, 0.096, 0.035), dark)
            part(ball(0.006), self._head, (side * 0.048 + 0.006, 0.114, 0.043), (0.9, 0.9, 0.9))
            part(
                ball(0.06), self._head, (side * 0.112, -0.005, 0.01), linear("6e4526"), (0.4, 0.8, 1.5)
            ).set_r(side * 14)
        self._tail = self._trunk.attach_new_node("tail")
        self._tail.set_pos(0, -0.36, 0.04)
        part(limb(0.035, 0.02, 0.3), self._tail, (0, 0, 0), coat, (1, 0.3, 1)).set_hpr(180, 50, 0)
        self._legs = []
        for x, y in ((-0.09, 0.14), (0.09, 0.14), (0.09, -0.24), (-0.09, -0.24)):
            leg = self.root.attach_new_node("leg")
            leg.set_pos(x, y, 0.40)
            part(limb(0.055, 0.036, 0.36), leg, (0, 0, 0), coat, (1, 0.36, 1)).set_p(-90)
            part(ball(0.045), leg, (0, 0.02, -0.375), light, (1, 1.3, 0.6))
            self._legs.append(leg)
