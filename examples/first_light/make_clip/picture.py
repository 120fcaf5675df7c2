"""From posed vertices to pixels: moderngl, skin and eyes and hair painted by a shader, no textures."""

from pathlib import Path
from typing import Final

import cv2
import moderngl
import numpy as np
from rig import CLOTH, EYE, EYE_CENTERS, HAIR, LASH, MOUTH, TEETH, Rig

WIDTH, HEIGHT = 640, 480
_SAMPLES: Final = 2
_CAMERA: Final = np.array((0.0, 1.9, 78.0))
_HALF_ANGLE: Final = np.tan(np.radians(11.8))
WRINKLES: Final = ("glabella", "forehead", "nasolabial", "crow", "nose", "chin")
"""What the shader can fold, each from 0 to 1."""


def _backdrop() -> np.ndarray:
    """Return a room out of focus, (H, W, 3) of R, G, B."""
    height, width = HEIGHT * _SAMPLES, WIDTH * _SAMPLES
    y = np.linspace(0, 1, height)[:, None, None]
    x = np.linspace(0, 1, width)[None, :, None]
    wall = np.array((188, 196, 190)) * (1 - 0.30 * y) * (1.04 - 0.22 * x)
    room = wall.astype(np.float32)
    window = (int(0.05 * width), int(0.06 * height)), (int(0.27 * width), int(0.58 * height))
    cv2.rectangle(room, *window, (246, 244, 228), -1)
    cv2.line(room, (int(0.16 * width), window[0][1]), (int(0.16 * width), window[1][1]), (170, 168, 160), 12)
    cv2.rectangle(
        room, (int(0.76 * width), int(0.30 * height)), (width, int(0.32 * height)), (120, 96, 76), -1
    )
    books = np.random.default_rng(4)
    left = 0.77
    while left < 1.0:
        thick, tall = books.uniform(0.012, 0.028), books.uniform(0.10, 0.17)
        color = tuple(float(c) for c in books.uniform(95, 150, 3))
        corner = (
            (int(left * width), int((0.30 - tall) * height)),
            (int((left + thick) * width), int(0.30 * height)),
        )
        cv2.rectangle(room, *corner, color, -1)
        left += thick + 0.003
    cv2.ellipse(room, (int(0.88 * width), int(0.80 * height)), (120, 190), 0, 0, 360, (128, 146, 124), -1)
    blurred: np.ndarray = cv2.GaussianBlur(room, (0, 0), 22)
    return np.clip(blurred, 0, 255).astype(np.uint8)


class Camera:
    """Renders the rig; one picture a call, (HEIGHT, WIDTH, 3) of R, G, B."""

    def __init__(self, rig: Rig) -> None:
        self._context = moderngl.create_standalone_context(backend="egl")
        here = Path(__file__).parent
        self._program = self._context.program(
            vertex_shader=(here / "actor.vert").read_text(), fragment_shader=(here / "actor.frag").read_text()
        )
        size = WIDTH * _SAMPLES, HEIGHT * _SAMPLES
        self._frame = self._context.simple_framebuffer(size)
        self._room = np.ascontiguousarray(_backdrop())
        count = len(rig.neutral)
        self._moving = self._context.buffer(reserve=count * 24)
        fixed = self._context.buffer(np.column_stack((rig.neutral, rig.extra)).astype("f4").tobytes())
        self._parts = [
            (
                part.material,
                self._context.vertex_array(
                    self._program,
                    [(self._moving, "3f 3f", "position", "normal"), (fixed, "3f 1f", "neutral", "extra")],
                    self._context.buffer(part.triangles.astype("i4").tobytes()),
                ),
            )
            for part in rig.parts
        ]
        near, far = 10.0, 200.0
        f = 1 / _HALF_ANGLE
        projection = np.array(
            (
                (f * HEIGHT / WIDTH, 0, 0, 0),
                (0, f, 0, 0),
                (0, 0, (far + near) / (near - far), 2 * far * near / (near - far)),
                (0, 0, -1, 0),
            )
        )
        view = np.eye(4)
        view[:3, 3] = -_CAMERA
        self._program["camera"].write((projection @ view).T.astype("f4").tobytes())
        self._program["eye_position"].value = tuple(_CAMERA.tolist())
        self._program["eye_centers"].write(EYE_CENTERS.tobytes())

    def take(
        self,
        vertices: np.ndarray,
        normals: np.ndarray,
        gaze: np.ndarray,
        wrinkles: dict[str, float],
        blush: float,
    ) -> np.ndarray:
        """Render one picture; `gaze` is yaw and pitch of both eyes in the head, radians."""
        self._moving.write(np.column_stack((vertices, normals)).astype("f4").tobytes())
        yaw, pitch = gaze.tolist()
        look = (np.sin(yaw) * np.cos(pitch), -np.sin(pitch), np.cos(yaw) * np.cos(pitch))
        self._program["look"].value = tuple(float(c) for c in look)
        self._program["wrinkles"].write(np.array([wrinkles.get(w, 0.0) for w in WRINKLES], "f4").tobytes())
        self._program["blush"].value = blush
        context = self._context
        self._frame.use()
        self._frame.clear(0, 0, 0, 0)
        context.enable(moderngl.DEPTH_TEST)
        for material, part in self._parts:
            context.enable(moderngl.BLEND) if material in (LASH, HAIR) else context.disable(moderngl.BLEND)
            context.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ONE, moderngl.ONE
            self._program["material"].value = material
            part.render()
        raw = np.frombuffer(self._frame.read(components=4), np.uint8)
        pixels = raw.reshape(HEIGHT * _SAMPLES, WIDTH * _SAMPLES, 4)[::-1]
        over = np.where(pixels[..., 3:] > 127, pixels[..., :3], self._room)
        return np.asarray(cv2.resize(over, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


__all__ = ["CLOTH", "EYE", "HEIGHT", "MOUTH", "TEETH", "WIDTH", "WRINKLES", "Camera"]
