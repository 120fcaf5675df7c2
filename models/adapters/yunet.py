"""YuNet, a face detector that OpenCV runs, by path: quicker than our cascade, and places faces better."""

import math
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from mien.models.align import Box, Gray
from mien.models.network import open_session
from mien.models.shipped import WeightsError

LOOK: Final = 320
"""Side of the square picture that is searched, pixels."""
SURE: Final = 0.6
"""Score from which a face counts; the aligner judges again."""
OVERLAP: Final = 0.3
MOST: Final = 50
OUTPUTS: Final = {
    f"{name}_{stride}": (stride, numbers)
    for name, numbers in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10))
    for stride in (8, 16, 32)
}
"""Stride of each output's grid, and how many numbers each of its cells holds."""


class YuNetDetector:
    """Finds faces with a YuNet of 2023 or later (Wu et al. 2023, doi 10.1007/s11633-023-1423-y).

    Raises:
        WeightsError: the file is no ONNX file, or no such YuNet.
    """

    def __init__(self, file: Path) -> None:
        _check(file)
        try:
            self._net = cv2.FaceDetectorYN.create(str(file), "", (LOOK, LOOK), SURE, OVERLAP, MOST)
            self.detect(np.zeros((LOOK, LOOK), np.uint8))
        except cv2.error as error:
            raise WeightsError(f"{file}: OpenCV cannot use it ({str(error).splitlines()[0]:.80})") from None

    def detect(self, gray: Gray) -> list[Box]:
        """Return a box for every face, placed by its eyes and mouth as `align` describes."""
        scale = min(1.0, LOOK / max(*gray.shape, 1))
        size = (round(gray.shape[1] * scale), round(gray.shape[0] * scale))
        if not min(size):
            return []
        # One size for every picture: at some others, OpenCV 4.14 finds faces of 10²⁵ pixels.
        canvas = np.zeros((LOOK, LOOK), np.uint8)
        canvas[: size[1], : size[0]] = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
        found = self._net.detect(cv2.cvtColor(canvas, cv2.COLOR_GRAY2BGR))[1]
        rows = [] if found is None else found.tolist()
        return [_box([value / scale for value in row[:14]]) for row in rows]


def _check(file: Path) -> None:
    """Raise `WeightsError` unless the file gives what OpenCV reads without looking at its shape."""
    session, _ = open_session(file, "a YuNet detector")
    inputs = session.get_inputs()
    names = [output.name for output in session.get_outputs()]
    if set(names) != OUTPUTS.keys() or len(inputs) != 1 or len(inputs[0].shape) != 4:
        raise WeightsError(
            f"{file}: is not a YuNet detector: gives {', '.join(sorted(names))[:60]}; should give "
            "cls_8 … kps_32 (face_detection_yunet of 2023 or later)"
        )
    height, width = (size if isinstance(size, int) else 64 for size in inputs[0].shape[2:])
    try:
        found = session.run(names, {inputs[0].name: np.zeros((1, 3, height, width), np.float32)})
    except Exception as error:  # as in `open_session`
        reason = str(error).splitlines()[0].split(" : ")[-1]
        raise WeightsError(f"{file}: is not a YuNet detector: it does not run ({reason:.80})") from None
    for name, values in zip(names, found, strict=True):
        stride, numbers = OUTPUTS[name]
        wanted = (1, (height // stride) * (width // stride), numbers)
        if values.shape != wanted:
            raise WeightsError(
                f"{file}: is not a YuNet detector: {name} is {values.shape}, should be {wanted}"
            )


def _box(row: list[float]) -> Box:
    """Return the box of a row x, y, width, height, right eye, left eye, nose, right and left mouth corner.

    The right eye is the person's own: the one further left in the picture.
    """
    _, _, width, height, rx, ry, lx, ly, _, _, mrx, mry, mlx, mly = row
    eyes, mouth = ((rx + lx) / 2, (ry + ly) / 2), ((mrx + mlx) / 2, (mry + mly) / 2)
    roll = math.atan2(ly - ry, lx - rx)
    # Eyes at .40 and mouth at .77 of the side; a face that looks up or down is not smaller for that.
    side = max(math.dist(eyes, mouth) / 0.37, 0.8 * math.sqrt(max(width * height, 0.0)), 1.0)
    down = 0.10 * side
    return Box(eyes[0] - math.sin(roll) * down, eyes[1] + math.cos(roll) * down, side, roll)
