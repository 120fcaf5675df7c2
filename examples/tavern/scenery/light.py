"""The light of the room: a lamp that casts shadows, a hearth, a candle, and what comes from all around."""

from pathlib import Path
from typing import Any, Final

from panda3d.core import (
    AmbientLight,
    NodePath,
    PerspectiveLens,
    PointLight,
    RenderState,
    Shader,
    ShaderAttrib,
    Spotlight,
)

from mien.examples.tavern.scenery.mesh import Color, Point, material

SHADERS: Final = Path(__file__).parent / "shaders"
SHADOW_SIZE: Final = 1024
LAMPS: Final = 5
"""As many as `scene.frag` reads."""
AROUND: Final[tuple[Color, Color]] = ((0.050, 0.046, 0.060), (0.040, 0.026, 0.016))
"""Light from above and from below that comes from everywhere."""
EXPOSURE: Final = 2.6


def shader(vertex: str, fragment: str) -> Any:
    """Return the program of two files in `shaders/`."""
    return Shader.load(Shader.SL_GLSL, vertex=str(SHADERS / vertex), fragment=str(SHADERS / fragment))


class Light:
    """All lamps of a scene."""

    def __init__(self, scene: Any, room: tuple[Point, Point]) -> None:
        """Light `scene`, which lies within the box `room`."""
        self._scene = scene
        self._lamps: list[tuple[Any, Color]] = []
        scene.set_shader(shader("scene.vert", "scene.frag"))
        scene.set_shader_inputs(
            from_above=AROUND[0],
            from_below=AROUND[1],
            room_low=room[0],
            room_high=room[1],
            softness=0.0,
            shadows=0.0,
            exposure=EXPOSURE,
        )
        scene.set_material(material((1, 1, 1)))
        plain = AmbientLight("around")  # for displays without shaders
        plain.color = (0.22, 0.19, 0.18, 1)
        scene.set_light(scene.attach_new_node(plain))

    def lamp(self, place: Point, color: Color, *, reach: float, shadow: Point | None = None) -> Any:
        """Add a lamp; the first may cast shadows, seen from it towards the point `shadow`.

        Args:
            place: of the lamp.
            color: linear, may exceed 1.
            reach: meters at which it gives a fifth of what it gives close by.
            shadow: none without.
        """
        name = f"lamp {len(self._lamps)}"
        if shadow is None:
            made = PointLight(name)
        else:
            made = Spotlight(name)
            lens = PerspectiveLens()
            lens.set_fov(100)
            lens.set_near_far(0.15, 7)
            made.set_lens(lens)
            made.set_exponent(0)
            made.set_shadow_caster(True, SHADOW_SIZE, SHADOW_SIZE)
            depth = ShaderAttrib.make(shader("scene.vert", "depth.frag"), 100)
            made.set_initial_state(RenderState.make(depth, 100))
        made.set_color((*color, 1))
        made.set_attenuation((1, 0, 4 / reach**2))
        made.set_priority(LAMPS - len(self._lamps))
        path: Any = self._scene.attach_new_node(made)
        path.set_pos(*place)
        if shadow is not None:
            path.look_at(NodePath(self._scene), *shadow)
            self._scene.set_shader_input("shadows", 1.0)
        self._scene.set_light(path)
        self._lamps.append((path, color))
        return path

    def dim(self, lamp: Any, level: float) -> None:
        """Set a lamp to `level` times its color."""
        color = next(color for path, color in self._lamps if path == lamp)
        lamp.node().set_color((*(level * part for part in color), 1))
