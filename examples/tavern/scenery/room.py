"""The room: walls, beams, counter, table, hearth, and what stands about. Meters; x right, y away, z up."""

from typing import Any, Final

from panda3d.core import NodePath

from mien.examples.tavern.scenery import textures
from mien.examples.tavern.scenery.mesh import Color, Point, ball, box, linear, material, turned

LOW: Final[Point] = (-3.3, -1.6, 0.0)
HIGH: Final[Point] = (3.3, 5.0, 3.0)
HEARTH: Final[Point] = (0.85, 4.75, 0.35)
"""Where the fire burns."""
TABLE: Final[Point] = (0.0, 1.15, 0.74)
"""Middle of the table's top."""
CANDLE: Final[Point] = (-0.3, 1.3, 0.885)
"""Where its wick is."""
LAMP: Final[Point] = (-0.75, 0.75, 2.25)

IRON: Final = linear("2b2a2c")
PEWTER: Final = linear("9a958a")
GLASS: Final = ("3f5c3a", "6e3b22", "30485e", "7d6a2c", "592b3b")
CLAY: Final = linear("9c5a38")


class Room:
    """Everything that never moves."""

    def __init__(self, scene: Any) -> None:
        """Build it below `scene`."""
        self.root = NodePath("room")
        self.root.reparent_to(scene)
        self._oak = textures.boards("7a5535", count=3, seed=5)
        self._floor = textures.boards("5d4129", count=5, seed=7)
        self._beam = textures.boards("4a3423", count=2, seed=9)
        self._stone = textures.stone("8f857a")
        self._plaster = textures.plaster("b8976c")
        self._walls()
        self._fireplace()
        self._counter()
        self._table()
        self._clutter()
        self.root.flatten_strong()  # one draw call for all that looks the same

    def _put(
        self,
        made: Any,
        place: Point,
        texture: Any = None,
        color: Color | None = None,
        *,
        turn: float = 0.0,
        roughness: float = 0.8,
        glow: Color = (0, 0, 0),
    ) -> Any:
        made.reparent_to(self.root)
        made.set_pos(*place)
        made.set_h(turn)
        if texture is not None:
            made.set_texture(texture)
        made.set_material(material(color or (1, 1, 1), roughness=roughness, glow=glow))
        return made

    def _walls(self) -> None:
        (x0, y0, _), (x1, y1, top) = LOW, HIGH
        wide, deep, middle = x1 - x0, y1 - y0, (y0 + y1) / 2
        self._put(box((deep, wide, 0.1), tile=1.6), (0, middle, -0.05), self._floor, turn=90, roughness=0.55)
        self._put(box((wide, deep, 0.1), tile=1.6), (0, middle, top + 0.05), self._beam)
        self._put(box((wide, 0.1, top), tile=2.0), (0, y1 + 0.05, top / 2), self._plaster)
        self._put(box((wide, 0.1, top), tile=2.0), (0, y0 - 0.05, top / 2), self._plaster)
        for x in (x0 - 0.05, x1 + 0.05):
            self._put(box((0.1, deep, top), tile=2.0), (x, middle, top / 2), self._plaster)
        for x in (-2.5, -1.0, -0.25, 2.3):  # timber frame
            self._put(box((0.18, 0.14, top), bevel=0.02, tile=1.2), (x, y1 - 0.02, top / 2), self._beam)
        self._put(box((wide, 0.16, 0.2), bevel=0.02, tile=1.2), (0, y1 - 0.02, 2.3), self._beam)
        self._put(box((wide, 0.08, 0.5), bevel=0.02, tile=1.2), (0, y1 - 0.02, 0.25), self._beam)
        for y in (0.6, 2.2, 3.8):
            self._put(box((wide, 0.2, 0.24), bevel=0.03, tile=1.2), (0, y, top - 0.14), self._beam)
        for y in (-0.6, 1.4, 3.4):
            self._put(box((0.14, 0.18, top), bevel=0.02, tile=1.2), (x0 + 0.02, y, top / 2), self._beam)
        self._window()

    def _window(self) -> None:
        """Night outside, on the back wall behind the counter."""
        x, y, z = -1.75, HIGH[1] - 0.03, 1.72
        self._put(
            box((1.0, 0.06, 0.9), bevel=0.005), (x, y, z), None, linear("101c30"), glow=(0.012, 0.025, 0.06)
        )
        for dx in (-0.5, 0.0, 0.5):
            self._put(box((0.05, 0.1, 0.98), bevel=0.01), (x + dx, y, z), self._beam)
        for dz in (-0.47, 0.0, 0.47):
            self._put(box((1.1, 0.1, 0.05), bevel=0.01), (x, y, z + dz), self._beam)

    def _fireplace(self) -> None:
        x, y = HEARTH[0], HIGH[1]
        for dx in (-0.78, 0.78):
            self._put(box((0.36, 0.7, 1.35), bevel=0.04, tile=1.1), (x + dx, y - 0.33, 0.67), self._stone)
        self._put(box((2.1, 0.8, 0.34), bevel=0.05, tile=1.1), (x, y - 0.36, 1.48), self._stone)
        self._put(box((2.3, 0.92, 0.1), bevel=0.02, tile=1.3), (x, y - 0.4, 1.68), self._oak)
        self._put(box((1.5, 0.62, 1.4), bevel=0.06, tile=1.1), (x, y - 0.2, 2.4), self._stone)
        self._put(box((2.2, 1.1, 0.12), bevel=0.03, tile=1.1), (x, y - 0.5, 0.03), self._stone)
        self._put(box((1.3, 0.05, 1.3), bevel=0.005), (x, y - 0.02, 0.65), None, linear("15100d"))
        for turn, dx, z in ((14, -0.1, 0.17), (-16, 0.1, 0.18), (3, 0.0, 0.28)):
            log = turned([(0.0, -0.4), (0.07, -0.38), (0.075, 0.38), (0.0, 0.4)], segments=12)
            self._put(log, (x + dx, y - 0.42, z), self._beam, turn=turn).set_hpr(turn, 0, 90)
        for dx, color in ((-0.75, 0), (-0.55, 2), (0.62, 1)):
            self._bottle((x + dx, y - 0.45, 1.73), color, 0.8)
        self._mug((x + 0.3, y - 0.5, 1.73))

    def _counter(self) -> None:
        self._put(
            box((1.9, 0.62, 0.07), bevel=0.02, tile=1.2), (-2.35, 3.35, 1.06), self._oak, roughness=0.45
        )
        self._put(box((1.8, 0.5, 1.02), bevel=0.02, tile=1.0), (-2.38, 3.38, 0.52), self._beam)
        for z in (1.05, 1.45):
            self._put(box((0.9, 0.26, 0.04), bevel=0.01, tile=1.2), (-2.85, 4.82, z), self._oak)
        for i in range(6):
            self._bottle((-3.2 + 0.14 * i, 4.8, 1.07), i, 0.72 + 0.1 * (i % 3))
            self._mug((-3.19 + 0.15 * i, 4.8, 1.47)) if i % 2 else self._bottle(
                (-3.19 + 0.15 * i, 4.8, 1.47), i + 2, 0.7
            )
        for x, turn in ((-1.75, 20), (-1.58, -35), (-2.6, 70)):
            self._mug((x, 3.2, 1.095), turn)
        self._bottle((-2.2, 3.4, 1.095), 1, 1.0)
        self._bottle((-2.05, 3.45, 1.095), 0, 0.85)
        for place in ((2.75, 3.0, 0.0), (2.8, 2.35, 0.0), (-0.62, 4.6, 0.0)):
            self._barrel(place)

    def _table(self) -> None:
        x, y, z = TABLE
        for i, dy in enumerate((-0.27, 0.0, 0.27)):
            self._put(
                box((1.75, 0.262, 0.06), bevel=0.014, tile=0.9 + 0.1 * i),
                (x, y + dy, z - 0.03),
                self._oak,
                roughness=0.4,
            )
        for dx in (-0.7, 0.7):
            self._put(box((0.1, 0.6, z - 0.08), bevel=0.02), (x + dx, y, z / 2 - 0.04), self._beam)
        self._mug((x + 0.05, y - 0.1, z), 60)
        self._put(
            turned([(0.0, 0), (0.1, 0), (0.14, 0.02), (0.135, 0.022), (0.0, 0.012)]),
            (x + 0.5, y - 0.12, z),
            None,
            PEWTER,
            roughness=0.35,
        )
        bread = ball(0.085, squash=0.6)
        self._put(bread, (x + 0.5, y - 0.12, z + 0.055), None, linear("b5793a"))
        bread.set_sx(1.3)
        cheese = box((0.12, 0.08, 0.05), bevel=0.01)
        self._put(cheese, (x + 0.33, y + 0.08, z + 0.03), None, linear("dba63c"), turn=25)
        self._put(
            turned([(0.0, 0), (0.028, 0), (0.026, 0.13), (0.012, 0.135), (0.0, 0.13)], segments=14),
            (CANDLE[0], CANDLE[1], z + 0.015),
            None,
            linear("e9dcb4"),
            glow=(0.10, 0.06, 0.02),
        )
        self._put(
            turned([(0.0, 0), (0.07, 0), (0.075, 0.02), (0.03, 0.025), (0.0, 0.02)]),
            (CANDLE[0], CANDLE[1], z),
            None,
            IRON,
            roughness=0.4,
        )

    def _clutter(self) -> None:
        x, y, z = LAMP
        self._put(
            turned([(0.0, 0.0), (0.11, 0.0), (0.12, 0.02), (0.05, 0.16), (0.0, 0.18)]),
            (x, y, z + 0.12),
            None,
            IRON,
        )
        self._put(box((0.012, 0.012, 0.6), bevel=0.004), (x, y, z + 0.55), None, IRON)
        for at, size in (((0.62, 2.0, 0.0), 0.46), ((1.6, 2.7, 0.0), 0.46)):
            stool = turned(
                [(0.0, size - 0.05), (0.2, size - 0.05), (0.21, size - 0.02), (0.2, size), (0.0, size)]
            )
            self._put(stool, at, self._oak)
            for dx, dy in ((-0.12, -0.12), (0.12, -0.12), (0.0, 0.14)):
                self._put(
                    box((0.05, 0.05, size - 0.05), bevel=0.01),
                    (at[0] + dx, at[1] + dy, size / 2 - 0.02),
                    self._beam,
                )
        self._put(box((0.9, 0.34, 0.06), bevel=0.015, tile=1.1), (-0.12, 2.1, 0.46), self._oak)
        self._put(
            box((1.3, 0.75, 0.012), bevel=0.004, tile=0.5), (0.85, 3.55, 0.008), textures.cloth("7c2f28")
        )
        for i in range(5):  # herbs under the beam
            herb = turned([(0.0, -0.26), (0.05, -0.2), (0.035, -0.06), (0.008, 0.0)], segments=10)
            self._put(herb, (-0.3 + 0.19 * i, 3.7, 2.72), None, linear(("5c6b34", "7a6a3a", "556040")[i % 3]))

    def _mug(self, place: Point, turn: float = 0.0) -> Any:
        profile = [
            (0.0, 0),
            (0.046, 0),
            (0.05, 0.01),
            (0.045, 0.11),
            (0.05, 0.125),
            (0.042, 0.125),
            (0.04, 0.02),
            (0, 0.02),
        ]
        made = self._put(turned(profile, segments=18), place, None, PEWTER, turn=turn, roughness=0.35)
        for i in range(5):  # the handle, as a chain of beads
            bead = ball(0.011, segments=8)
            bead.reparent_to(made)
            bead.set_pos(0.05 + 0.028 * (1 - abs(i - 2) / 2.6), 0, 0.03 + 0.017 * i)
        return made

    def _bottle(self, place: Point, color: int, size: float) -> None:
        profile = [
            (0.0, 0),
            (0.042, 0),
            (0.045, 0.02),
            (0.045, 0.16),
            (0.016, 0.22),
            (0.015, 0.3),
            (0.019, 0.31),
            (0.0, 0.31),
        ]
        made = turned(profile, segments=16)
        self._put(made, place, None, linear(GLASS[color % len(GLASS)]), roughness=0.2).set_scale(size)

    def _barrel(self, place: Point) -> None:
        profile = [
            (0.0, 0),
            (0.25, 0),
            (0.31, 0.22),
            (0.33, 0.45),
            (0.31, 0.68),
            (0.25, 0.9),
            (0.23, 0.87),
            (0.0, 0.87),
        ]
        self._put(turned(profile, segments=26, tile=0.6), place, self._oak)
        for z, radius in ((0.14, 0.295), (0.32, 0.327), (0.58, 0.327), (0.76, 0.295)):
            hoop = turned(
                [
                    (radius - 0.01, -0.025),
                    (radius + 0.012, -0.02),
                    (radius + 0.012, 0.02),
                    (radius - 0.01, 0.025),
                ],
                segments=26,
            )
            self._put(hoop, (place[0], place[1], z), None, IRON, roughness=0.5)
