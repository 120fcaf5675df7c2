"""MediaPipe's Face Landmarker, by path: 51 of the 52 ARKit blend weights; no emotions.

Needs the package mediapipe, which Mien does not install, and the bundle `face_landmarker.task`. Written after
the documented API (developers.google.com/edge/api/mediapipe/python/mp/tasks/vision/FaceLandmarker) and tried
with mediapipe 1.2.2 as far as that goes without a bundle; it was never run with a real one.
"""

import importlib
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import cv2
import numpy as np

from mien.bridge.faces import SHAPES
from mien.bridge.messages import Float32
from mien.models.align import Box, crop
from mien.models.face import Picture, Reading
from mien.models.shipped import WeightsError

PARTS: Final = ("face_detector.tflite", "face_landmarks_detector.tflite", "face_blendshapes.tflite")
"""Networks in the bundle: the last one wants landmarks, which the other two find."""
SIDE: Final = 256
"""Side of the picture that goes in, pixels."""
MARGIN: Final = 2.0
"""Its side as a multiple of the box that our own network sees: the detector wants to see the whole head."""


class Score(Protocol):
    """MediaPipe's `Category`, as far as we read it."""

    @property
    def category_name(self) -> str | None:
        """Name of a blend shape, or `_neutral`."""

    @property
    def score(self) -> float | None:
        """Its weight."""


class LandmarkerReader:
    """Reads blend weights; each picture for itself, so that a replay sees the same.

    Raises:
        WeightsError: the file is no such bundle, or the package mediapipe is missing or refuses it.
    """

    def __init__(self, file: Path) -> None:
        check_bundle(file)
        try:
            mediapipe: Any = importlib.import_module("mediapipe")
            tasks: Any = importlib.import_module("mediapipe.tasks.python")
        except ImportError as error:
            raise WeightsError(
                f"{file}: needs the package mediapipe ({error}); docs/recognition/models.md says how to "
                "install it beside Mien"
            ) from None
        try:
            options = tasks.vision.FaceLandmarkerOptions(
                base_options=tasks.BaseOptions(model_asset_buffer=file.read_bytes()),
                output_face_blendshapes=True,
            )
            self._landmarker: Any = tasks.vision.FaceLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, OSError) as error:
            raise WeightsError(f"{file}: mediapipe refuses it ({str(error).splitlines()[0]:.80})") from None
        self._picture: Any = lambda rgb: mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)

    def read(self, picture: Picture, boxes: Sequence[Box]) -> list[Reading]:
        """Return a reading with blend weights and nothing else for every box; empty where it sees no face."""
        return [self._read(picture, box) for box in boxes]

    def _read(self, picture: Picture, box: Box) -> Reading:
        wide = Box(box.x, box.y, box.side * MARGIN, box.roll)
        rgb = cv2.cvtColor(crop(picture.pixels, wide, SIDE), cv2.COLOR_BGR2RGB)
        found = self._landmarker.detect(self._picture(rgb)).face_blendshapes
        return Reading(blend=weights(found[0])) if found else Reading()


def weights(scores: Iterable[Score]) -> Float32:
    """Return ARKit blend weights, (52,), from MediaPipe's categories, by name.

    `_neutral` is dropped; `tongueOut`, which MediaPipe does not know (its issue 4403), stays 0. Both mean the
    person's own left and right.
    """
    blend = np.zeros(len(SHAPES), np.float32)
    for each in scores:
        if each.category_name in SHAPES and each.score is not None:
            blend[SHAPES.index(each.category_name)] = min(max(each.score, 0.0), 1.0)
    return blend


def check_bundle(file: Path) -> None:
    """Raise `WeightsError` unless a file is a bundle with the networks that blend weights need."""
    if not file.is_file():
        raise WeightsError(f"{file}: no such file; it should be MediaPipe's face_landmarker.task")
    try:
        with zipfile.ZipFile(file) as bundle:
            names = bundle.namelist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise WeightsError(f"{file}: is not MediaPipe's face_landmarker.task ({error!s:.60})") from None
    missing = [part for part in PARTS if part not in names]
    if missing:
        raise WeightsError(f"{file}: is not MediaPipe's face_landmarker.task: lacks {missing[0]}")
