"""The detector YuNet; the file itself is no part of Mien."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from mien.bridge.messages import FACE_USED, VideoFrame
from mien.models.adapters.yunet import OUTPUTS, YuNetDetector
from mien.models.recognizer import Recognizer
from mien.models.shipped import WeightsError

DATA = Path(os.environ.get("MIEN_DATA", Path(__file__).parents[3] / "../shared/data"))
FILES = sorted((DATA / "peers").glob("face_detection_yunet*.onnx"))

needs_file = pytest.mark.skipif(not FILES, reason=f"no YuNet in {DATA / 'peers'}: the detector is not run")


def test_another_network_is_refused_in_one_line(make_network: Callable[..., Path]) -> None:
    with pytest.raises(
        WeightsError, match="is not a YuNet detector: gives scores; should give cls_8"
    ) as error:
        YuNetDetector(make_network((1, 1, 64, 64), [0.0] * 8))
    assert "\n" not in str(error.value)


def test_a_network_that_only_names_its_outputs_so_is_refused(
    make_network: Callable[..., Path],
) -> None:
    file = make_network((1, 3, 64, 64), [0.0] * 8, outputs=sorted(OUTPUTS))
    with pytest.raises(WeightsError, match=r"bbox_16 is \(1, 8\), should be \(1, 16, 4\)"):
        YuNetDetector(file)


@needs_file
@pytest.mark.parametrize("roll", [-30, 0, 25])
def test_a_face_is_found_where_it_is_however_it_is_tilted(drawn: Any, roll: float) -> None:
    turn = cv2.getRotationMatrix2D((320, 240), -roll, 1)
    picture = cv2.warpAffine(drawn.face, turn, (640, 480), borderMode=cv2.BORDER_REPLICATE)
    (box,) = YuNetDetector(FILES[0]).detect(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    assert abs(box.x - 320) < 25
    assert abs(box.y - 245) < 25
    assert 140 < box.side < 260
    assert abs(np.degrees(box.roll)) < 45  # only roughly: the aligner turns the box


@needs_file
@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (1, 1), (1, 900), (3, 2), (480, 640)])
def test_pictures_without_a_face_have_none(shape: tuple[int, int]) -> None:
    assert YuNetDetector(FILES[0]).detect(np.full(shape, 128, np.uint8)) == []


@needs_file
def test_the_recognizer_follows_what_it_finds(drawn: Any) -> None:
    recognizer = Recognizer(detector=YuNetDetector(FILES[0]))
    (estimate,) = recognizer.step(recognizer.start(), VideoFrame(t=0, pixels=drawn.face), 0)
    assert estimate.used == FACE_USED
