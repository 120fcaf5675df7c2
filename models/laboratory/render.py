"""Pictures of faces with known expressions, drawn from the ICT FaceKit rig in four styles (needs EGL)."""

from pathlib import Path
from typing import Any, Final

import moderngl
import numpy as np
from numpy.typing import NDArray

from mien.models.manifest import ManifestError

STYLES: Final = ("photoreal", "stylized", "toon", "flat")
SIDE: Final = 96
"""Pixels that are drawn; halve them for smoother edges."""

_VERTEX = """
#version 330
in vec3 place; in vec3 rest; in float material;
uniform mat3 turn; uniform vec2 shift; uniform float scale;
out vec3 seen; out vec3 home; flat out float kind;
void main() {
    seen = turn * (place - vec3(0.0, 0.5, 2.0));
    home = rest; kind = material;
    gl_Position = vec4((seen.xy - vec2(0.0, -0.4)) * scale + shift, -seen.z * 0.03, 1.0);
}
"""
_FRAGMENT = """
#version 330
in vec3 seen; in vec3 home; flat in float kind;
uniform vec3 skin; uniform vec3 light; uniform float ambient; uniform int style; uniform float brows;
out vec4 color;
void main() {
    // The normal comes from the drawn surface itself, so that wrinkles of the expression catch the light.
    vec3 normal = normalize(cross(dFdx(seen), dFdy(seen)));
    if (normal.z < 0.0) normal = -normal;
    vec3 base = skin;
    if (kind < 1.5) {
        float lips = pow(home.x / 2.6, 2.0) + pow((home.y + 3.35) / 0.85, 2.0);
        if (lips < 1.0 && home.z > 8.0) base = mix(skin, vec3(0.62, 0.22, 0.22), 0.55);
        float arc = 5.75 - 0.10 * pow(abs(home.x) - 3.0, 2.0);
        if (abs(home.y - arc) < 0.34 && abs(home.x) > 1.1 && abs(home.x) < 5.0 && home.z > 6.0)
            base = mix(skin, vec3(0.13, 0.09, 0.06), brows);
        if (home.z < 2.0 || home.y > 9.6) base = mix(skin, vec3(0.15, 0.1, 0.07), brows);
    }
    else if (kind < 2.5) base = vec3(0.45, 0.15, 0.15);
    else if (kind < 3.5) base = vec3(0.92, 0.9, 0.85);
    else if (kind < 7.5) {
        base = vec3(0.93);
        if (length(vec2(abs(home.x) - 3.05, home.y - 3.6)) < 0.62) base = vec3(0.16, 0.11, 0.08);
    }
    else if (kind > 10.5) base = vec3(0.05);
    else discard;
    float lit = max(dot(normal, normalize(light)), 0.0);
    if (style == 0) {
        vec3 halfway = normalize(normalize(light) + vec3(0.0, 0.0, 1.0));
        base = base * (ambient + lit) + 0.12 * pow(max(dot(normal, halfway), 0.0), 24.0);
    } else if (style == 1) {
        base = pow(base, vec3(0.8)) * (0.55 + 0.55 * (0.5 + 0.5 * dot(normal, normalize(light))));
    } else if (style == 2) {
        base *= lit > 0.62 ? 1.1 : (lit > 0.25 ? 0.85 : 0.6);
        if (normal.z < 0.3) base *= 0.2;
    } else if (normal.z < 0.35) base *= 0.4;
    color = vec4(base, 1.0);
}
"""


class Studio:
    """Draws one face at a time.

    Args:
        rig: `ict_facekit.npz` with neutral (V, 3), faces (F, 3), mat (F,), expr (E, V, 3), expr_names,
            ident (I, V, 3).

    Raises:
        ManifestError: the rig is not there or lacks an array, or nothing can draw here.
    """

    def __init__(self, rig: Path) -> None:
        try:
            with np.load(rig, allow_pickle=False) as file:
                self.neutral = file["neutral"].astype(np.float32)
                triangles, material = file["faces"], file["mat"]
                self.names = [str(name) for name in file["expr_names"]]
                self._expressions = file["expr"].astype(np.float32).reshape(len(self.names), -1)
                self._identities = file["ident"].astype(np.float32).reshape(len(file["ident"]), -1)
        except (OSError, KeyError, ValueError) as error:
            raise ManifestError(
                f"{rig}: is not the ICT FaceKit rig as arrays ({error}); https://github.com/ICT-VGL/ICT-FaceKit"
            ) from None
        try:
            driver: Any = {"backend": "egl"}
            self._context = moderngl.create_context(standalone=True, **driver)
        except Exception as error:  # moderngl raises bare Exception when there is no driver
            raise ManifestError(f"faces cannot be drawn here: no EGL ({error})") from None
        self._index = triangles.reshape(-1)
        self._program = self._context.program(_VERTEX, _FRAGMENT)
        corners = len(self._index)
        self._places = self._context.buffer(reserve=corners * 12, dynamic=True)
        self._rest = self._context.buffer(self.neutral[self._index].tobytes())
        kinds = self._context.buffer(np.repeat(material, 3).astype(np.float32).tobytes())
        self._mesh = self._context.vertex_array(
            self._program,
            [(self._places, "3f", "place"), (self._rest, "3f", "rest"), (kinds, "1f", "material")],
        )
        self._target = self._context.simple_framebuffer((SIDE, SIDE))
        self._context.enable(moderngl.DEPTH_TEST)

    def identity(self, random: np.random.Generator, spread: float = 0.7) -> NDArray[np.float32]:
        """Return the rest shape (V, 3) of a random person."""
        weights = random.normal(0, spread, len(self._identities)).astype(np.float32)
        moved: NDArray[np.float32] = self.neutral + (weights @ self._identities).reshape(-1, 3)
        return moved

    def draw(
        self,
        person: NDArray[np.float32],
        weights: dict[str, float],
        style: str,
        skin: tuple[float, float, float],
        head: tuple[float, float, float],
        random: np.random.Generator,
    ) -> NDArray[np.uint8]:
        """Return a gray picture (SIDE, SIDE).

        Args:
            person: rest shape (V, 3).
            weights: rig's expression → 0 to 1; a name without `_L` or `_R` sets both sides.
            style: one of STYLES.
            skin: red, green, blue, 0 to 1.
            head: yaw, pitch, roll in radians.
            random: light and background.
        """
        vector = np.array(
            [weights.get(n, weights.get(n.removesuffix("_L").removesuffix("_R"), 0.0)) for n in self.names],
            np.float32,
        )
        active = np.flatnonzero(vector)
        places = person + (vector[active] @ self._expressions[active]).reshape(-1, 3)
        self._places.write(np.ascontiguousarray(places[self._index], np.float32))
        yaw, pitch, roll = head
        cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
        turn = (
            np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
            @ np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
            @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        )
        self._set("turn", turn.T.astype(np.float32).tobytes())
        self._set("shift", random.normal(0, 0.03, 2).astype(np.float32).tobytes())
        self._set("scale", np.float32(random.normal(0.125, 0.004)).tobytes())
        self._set("skin", np.array(skin, np.float32).tobytes())
        light = (random.normal(0, 0.5), random.normal(0.4, 0.3), 1.0)
        self._set("light", np.array(light, np.float32).tobytes())
        self._set("ambient", np.float32(random.uniform(0.15, 0.5)).tobytes())
        self._set("style", np.int32(STYLES.index(style)).tobytes())
        self._set("brows", np.float32(0.75).tobytes())
        self._target.use()
        red, green, blue = (float(c) for c in random.uniform(0.05, 0.9, 3))
        self._target.clear(red, green, blue, 1.0)
        self._mesh.render()
        pixels = np.frombuffer(self._target.read(components=3), np.uint8).reshape(SIDE, SIDE, 3)[::-1]
        gray: NDArray[np.uint8] = (pixels @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
        return gray

    def _set(self, name: str, value: bytes) -> None:
        """Set a uniform that the shader's compiler kept."""
        member = self._program.get(name, None)
        if isinstance(member, moderngl.Uniform):
            member.write(value)
