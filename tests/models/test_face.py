"""Reading faces: our network, and a foreign one laid over it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mien.bridge.messages import FACE_USED, MICROPHONE, AudioChunk, VideoFrame
from mien.models.align import Box
from mien.models.face import FaceNetwork, FaceReader, Overlaid, Picture, Reading
from mien.models.recognizer import Recognizer
from mien.models.shipped import in_folder

FEAR = np.eye(7, dtype=np.float32)[4]


class Says:
    """Reads the same in every face."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def read(self, picture: Picture, boxes: Sequence[Box]) -> list[Reading]:
        assert picture.pixels.shape[:2] == picture.gray.shape
        return [self.reading] * len(boxes)


@pytest.fixture(scope="module")
def ours() -> FaceReader:
    return FaceNetwork(in_folder().face)


def test_ours_says_everything_of_every_box(ours: FaceReader) -> None:
    pixels = np.full((100, 120, 3), 90, np.uint8)
    found = ours.read(Picture(pixels, pixels[:, :, 0]), [Box(50, 50, 60), Box(60, 40, 30)])
    assert len(found) == 2
    for reading in found:
        assert reading.emotion is not None
        assert reading.emotion.sum() == pytest.approx(1)
        assert reading.blend is not None
        assert reading.turn is not None
        assert (reading.blend.shape, reading.turn.shape) == ((52,), (2,))
    assert ours.read(Picture(pixels, pixels[:, :, 0]), []) == []


def test_what_the_upper_reader_does_not_say_the_lower_one_says() -> None:
    blend, turn = np.zeros(52, np.float32), np.zeros(2, np.float32)
    both = Overlaid(Says(Reading(emotion=FEAR)), Says(Reading(1 - FEAR, blend, turn)))
    pixels = np.zeros((9, 9, 3), np.uint8)
    (found,) = both.read(Picture(pixels, pixels[:, :, 0]), [Box(4, 4, 8)])
    assert found.emotion is FEAR
    assert found.blend is blend
    assert found.turn is turn


def test_a_foreign_reader_gives_the_emotion_and_ours_the_blend_weights(drawn: Any) -> None:
    frame = VideoFrame(t=0, pixels=drawn.face)
    foreign, own = Recognizer(face=Says(Reading(emotion=FEAR))), Recognizer()
    (estimate,) = foreign.step(foreign.start(), frame, 0)
    (usual,) = own.step(own.start(), frame, 0)
    assert estimate.used == FACE_USED
    assert estimate.emotion.argmax() == 4
    assert usual.emotion[4] < 0.9 < estimate.emotion[4]
    assert estimate.blend.tobytes() == usual.blend.tobytes()
    assert estimate.blend.any()


def test_without_a_voice_network_sound_is_voice_activity_alone(drawn: Any) -> None:
    deaf = Recognizer(replace(in_folder(), voice=None))
    state = deaf.start()
    sound = drawn.hum(1.5)
    (estimate, *_) = deaf.step(state, AudioChunk(t=0, samples=sound), 1_500_000)
    assert (estimate.senses, estimate.used) == (MICROPHONE, 0)
    assert estimate.speaking > 0.5
