"""Flames and glows: cards that face the camera, and how brightly they burn."""

from math import sin
from typing import Any

from panda3d.core import ColorBlendAttrib, NodePath, TransparencyAttrib

from mien.examples.tavern.scenery.light import shader
from mien.examples.tavern.scenery.mesh import Color, Point, card
from mien.examples.tavern.scenery.textures import glow


def flicker(t: float) -> float:
    """Return how brightly a fire burns at time `t`, seconds: around 1, never still, the same each time."""
    return 1.0 + 0.09 * sin(t * 9.1) + 0.06 * sin(t * 23.7 + 1.3) + 0.05 * sin(t * 5.3 + 0.4)


class Fire:
    """Some layers of flame with a glow around them."""

    def __init__(
        self, scene: Any, place: Point, width: float, height: float, *, layers: int, tongues: float
    ) -> None:
        """Light a fire at `place`, of so many meters, layers behind one another, and tongues side by side."""
        self.root = NodePath("fire")
        self.root.reparent_to(scene)
        self.root.set_pos(*place)
        self._flames = []
        for i in range(layers):
            share = 1.0 - 0.22 * i
            flame = card(width * share, height * share)
            flame.set_pos(0, -0.07 * i, height * share / 2)
            flame.set_shader(shader("flame.vert", "flame.frag"), 10)
            flame.set_shader_inputs(time=0.0, burning=1.0, seed=i + width, tongues=tongues * share)
            _overlay(flame, self.root, adds=False)
            self._flames.append(flame)
        self._glow = halo(self.root, (0, -0.1, height * 0.4), max(width, height) * 4.2, (1.0, 0.42, 0.12))

    def step(self, t: float, burning: float) -> None:
        """Burn on: `burning` from 0, out, to 1."""
        for flame in self._flames:
            flame.set_shader_inputs(time=t, burning=burning)
            flame.show() if burning > 0.02 else flame.hide()
        level = 0.26 * burning * flicker(t)
        self._glow.set_color_scale(level, level, level, 1)


def halo(parent: Any, place: Point, size: float, color: Color) -> Any:
    """Return a soft glow in the air."""
    made = card(size, size)
    made.set_pos(*place)
    made.set_texture(glow())
    made.set_shader_off(10)
    made.set_material_off(10)
    made.set_color(*color, 1)
    made.set_billboard_point_eye()
    _overlay(made, parent)
    return made


def _overlay(made: Any, parent: Any, *, adds: bool = True) -> None:
    made.reparent_to(parent)
    made.set_light_off(10)
    made.set_depth_write(False)
    made.set_transparency(TransparencyAttrib.M_alpha)
    if adds:
        add, alpha, one = ColorBlendAttrib.M_add, ColorBlendAttrib.O_incoming_alpha, ColorBlendAttrib.O_one
        made.set_attrib(ColorBlendAttrib.make(add, alpha, one))
    made.set_bin("fixed", 10)
