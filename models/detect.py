"""Finding faces in a whole picture: a small interface, and the detector that needs no download."""

from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np

from mien.models.align import Box, Gray

LOOK: Final = 240
"""Longest side of the picture that is searched, pixels."""
SMALLEST: Final = 0.1
"""Smallest face found, as a share of the longest side."""


class Detector(Protocol):
    """Whatever proposes faces; the aligner refines and judges them."""

    def detect(self, gray: Gray) -> list[Box]:
        """Return boxes around the faces of a picture, in its pixels."""


class HaarDetector:
    """The frontal Haar cascade that comes with OpenCV (Viola and Jones 2001), on a reduced picture."""

    def __init__(self) -> None:
        folder = Path(cv2.__file__).parent / "data"
        self._cascade = cv2.CascadeClassifier(str(folder / "haarcascade_frontalface_default.xml"))

    def detect(self, gray: Gray) -> list[Box]:
        """Return boxes around upright, roughly frontal faces."""
        longest = max(gray.shape)
        scale = min(1.0, LOOK / longest)
        size = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
        small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
        least = max(20, round(SMALLEST * max(size)))
        if min(size) < least:
            return []
        found = self._cascade.detectMultiScale(small, 1.15, 4, minSize=(least, least))
        boxes = (np.asarray(found, float).reshape(-1, 4) / scale).tolist()
        return [Box(x + width / 2, y + height / 2, width) for x, y, width, height in boxes]


class WholePicture:
    """Takes every picture for a face crop, as labeled sets of crops need it."""

    def detect(self, gray: Gray) -> list[Box]:
        """Return the largest centered square."""
        height, width = gray.shape
        return [Box(width / 2, height / 2, float(min(height, width)))]
