"""Pictures of the heads, drawn by Panda3D.

Needs `panda3d` and `panda3d-gltf`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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

Picture = NDArray[np.uint8]


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
    """Return the picture with a line of text at its top."""
    marked = picture.copy()
    cv2.putText(marked, text, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (40, 40, 40), 1, cv2.LINE_AA)
    return marked
