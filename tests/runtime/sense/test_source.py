"""Several sources read like one."""

import numpy as np
import pytest

from mien.bridge.messages import CAMERA, MICROPHONE, AudioChunk, VideoFrame
from mien.runtime.sense.source import Combined, Sensed, captured


class Listed:
    """A source of what a test lists."""

    def __init__(self, senses: int, sensed: list[Sensed]) -> None:
        self.senses = senses
        self.sensed = sensed
        self.closed = 0

    def read(self, until: int) -> list[Sensed]:
        found = [each for each in self.sensed if captured(each) <= until]
        self.sensed = self.sensed[len(found) :]
        return found

    def notices(self) -> list[str]:
        return [f"{len(self.sensed)} left"]

    def finished(self) -> bool:
        return not self.sensed

    def close(self) -> None:
        self.closed += 1


def frame(t: int) -> VideoFrame:
    return VideoFrame(t=t, pixels=np.zeros((1, 1, 3), np.uint8))


def chunk(t: int) -> AudioChunk:
    return AudioChunk(t=t, samples=np.zeros(320, np.int16))


@pytest.fixture
def parts() -> tuple[Listed, Listed]:
    camera = Listed(CAMERA, [frame(0), frame(33_000), frame(66_000)])
    microphone = Listed(MICROPHONE, [chunk(t) for t in range(0, 100_000, 20_000)])
    return camera, microphone


def test_sound_is_captured_when_its_last_sample_is() -> None:
    assert captured(frame(5)) == 5
    assert captured(chunk(5)) == 20_005


def test_pictures_and_sound_are_merged_by_time(parts: tuple[Listed, Listed]) -> None:
    both = Combined(parts)
    assert [each.t for each in both.read(40_000)] == [0, 0, 20_000, 33_000]
    assert [each.t for each in both.read(200_000)] == [40_000, 60_000, 66_000, 80_000]


def test_the_whole_is_what_its_parts_are(parts: tuple[Listed, Listed]) -> None:
    both = Combined(parts)
    assert both.senses == CAMERA | MICROPHONE
    parts[0].senses = 0
    assert both.senses == MICROPHONE
    both.read(66_000)
    assert both.notices() == ["0 left", "2 left"]
    assert not both.finished()
    both.read(100_000)
    assert both.finished()
    both.close()
    assert [part.closed for part in parts] == [1, 1]
