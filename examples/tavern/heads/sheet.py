"""Sheets of pictures of the heads: `python -m mien.examples.tavern.heads.sheet OUT [--shapes NAME]`.

Shows everybody in each emotion, or one character in each of the 52 shapes. Needs the extra `game`.
"""

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import cv2
import gltf
import numpy as np
from direct.actor.Actor import Actor
from direct.showbase.ShowBase import ShowBase
from numpy.typing import NDArray
from panda3d.core import (
    AmbientLight,
    AntialiasAttrib,
    DirectionalLight,
    Filename,
    NodePath,
    RescaleNormalAttrib,
    loadPrcFileData,
)

from mien.behavior.expressions import EXPRESSIONS, weights
from mien.behavior.library import FacialExpression
from mien.bridge.faces import SHAPES
from mien.examples.tavern.heads import CAST, build

Picture = NDArray[np.uint8]
EMOTIONS: Final = ("neutral", "joy", "sadness", "anger", "fear", "disgust", "surprise")


class Studio:
    """Takes pictures of heads."""

    def __init__(self, size: int) -> None:
        settings = (
            "load-display p3headlessgl",
            "window-type offscreen",
            "framebuffer-srgb 1",
            "notify-level error",
        )
        loadPrcFileData(
            "", "\n".join((*settings, f"win-size {2 * size} {2 * size}", "audio-library-name null"))
        )
        self._size = size
        self._base: Any = ShowBase()
        base = self._base
        base.disableMouse()
        base.setBackgroundColor(0.80, 0.83, 0.84)
        base.render.setAntialias(AntialiasAttrib.MAuto)
        # The sum of several shapes' normals is longer than 1.
        base.render.setAttrib(RescaleNormalAttrib.make(RescaleNormalAttrib.MNormalize))
        for color, towards in (
            ((0.95, 0.92, 0.86), (-0.6, 1.0, -0.75)),
            ((0.22, 0.25, 0.32), (1.0, 0.5, -0.1)),
        ):
            light = DirectionalLight("light")
            light.setColor((*color, 1))
            light.setDirection(towards)
            base.render.setLight(base.render.attachNewNode(light))
        ambient = AmbientLight("ambient")
        ambient.setColor((0.42, 0.41, 0.44, 1))
        base.render.setLight(base.render.attachNewNode(ambient))
        base.camLens.setFov(20)
        base.camLens.setNear(0.05)
        self._actor: Any = None

    def pose(self, file: Path) -> None:
        """Seat another head."""
        if self._actor is not None:
            self._actor.cleanup()
            self._actor.removeNode()
        node = gltf.load_model(Filename.fromOsSpecific(str(file)))
        self._actor = Actor(NodePath(node))
        self._actor.reparentTo(self._base.render)
        self._sliders = {name: self._actor.controlJoint(None, "modelRoot", name) for name in SHAPES}
        self._joints = {
            name: self._actor.controlJoint(None, "modelRoot", name)
            for name in ("head", "eyeLeft", "eyeRight")
        }

    def take(
        self, face: Mapping[str, float], yaw: float = 0.0, far: float = 0.82, high: float = -0.015
    ) -> Picture:
        """Take one picture with those weights, the camera `yaw` degrees round to the character's left."""
        for name, slider in self._sliders.items():
            slider.setX(face.get(name, 0.0))
        angle = np.radians(yaw)
        # Panda's z is up, and what faces +z in glTF looks along -y
        self._base.camera.setPos(float(far * np.sin(angle)), float(-far * np.cos(angle)), high + 0.02)
        self._base.camera.lookAt(0, 0, high)
        self._base.graphicsEngine.renderFrame()
        self._base.graphicsEngine.renderFrame()
        texture = self._base.win.getScreenshot()
        flat = np.frombuffer(texture.getRamImageAs("BGR"), np.uint8)
        picture = flat.reshape(2 * self._size, 2 * self._size, 3)[::-1]
        return cv2.resize(picture, (self._size, self._size), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def expression(name: str) -> dict[str, float]:
    """Return the weights of a built-in expression."""
    row = weights(FacialExpression(name, EXPRESSIONS[name]))
    return dict(zip(SHAPES, row.tolist(), strict=True))


def labeled(picture: Picture, text: str) -> Picture:
    """Return the picture with a line of text at its foot."""
    marked = picture.copy()
    foot = len(marked) - 8
    for color, thick in (((240, 240, 240), 3), ((60, 50, 50), 1)):
        cv2.putText(marked, text, (8, foot), cv2.FONT_HERSHEY_SIMPLEX, 0.4, color, thick, cv2.LINE_AA)
    return marked


def emotions(studio: Studio, folder: Path) -> Picture:
    """Return everybody, a row each, in each emotion at full strength."""
    rows = []
    for name, features in CAST.items():
        file = folder / f"{name}.glb"
        file.write_bytes(build(name, features).to_glb())
        studio.pose(file)
        far, high = 0.80 * features.scale, -0.022 * features.scale
        shown = [studio.take(expression(emotion), 22, far, high) for emotion in EMOTIONS]
        rows.append(np.hstack([labeled(p, e) for p, e in zip(shown, EMOTIONS, strict=True)]))
    return np.vstack(rows)


def shapes(studio: Studio, folder: Path, name: str) -> Picture:
    """Return one character in each shape at full strength; mouthClose on an open jaw, which it closes."""
    scale = CAST[name].scale
    file = folder / f"{name}.glb"
    file.write_bytes(build(name, CAST[name]).to_glb())
    studio.pose(file)
    cells = [
        labeled(
            studio.take({"jawOpen": float(s == "mouthClose"), s: 1.0}, 22, 0.62 * scale, -0.025 * scale), s
        )
        for s in SHAPES
    ]
    rows = [np.hstack(cells[k : k + 13]) for k in range(0, len(cells), 13)]
    return np.vstack(rows)


def main() -> None:
    """Draw a sheet."""
    parser = argparse.ArgumentParser(prog="python -m mien.examples.tavern.heads.sheet", description=__doc__)
    parser.add_argument("out", type=Path, help="picture to write: .png, .webp or .jpg")
    parser.add_argument("--shapes", metavar="NAME", choices=CAST, help="each shape of this character")
    options = parser.parse_args()
    studio = Studio(190)
    with tempfile.TemporaryDirectory() as folder:
        if options.shapes:
            sheet = shapes(studio, Path(folder), options.shapes)
        else:
            sheet = emotions(studio, Path(folder))
    cv2.imwrite(str(options.out), sheet, [cv2.IMWRITE_WEBP_QUALITY, 88])


if __name__ == "__main__":
    main()
