"""A camera gives its newest picture, survives being unplugged, and never holds anyone up."""

import queue
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from mien.bridge.messages import CAMERA, VideoFrame
from mien.runtime.sense.camera import FAILURES, PAUSE, STALL, Camera
from mien.runtime.sense.source import Sensed, SenseError

GONE = -1
"""Instead of a shade: no picture comes."""


class Desk:
    """A camera that a test plugs in and out: `shades` are the pictures that it takes."""

    def __init__(self) -> None:
        self.shades: queue.Queue[int] = queue.Queue()
        self.there = True
        self.absent_for = 0
        self.opened = 0
        self.waits: list[float] = []
        self.done = threading.Event()
        self.now = 100
        self._shade = GONE

    def open(self) -> "Desk":
        if self.absent_for:
            self.absent_for -= 1
            raise SenseError("no camera")
        self.opened += 1
        return self

    def grab(self) -> bool:
        while not self.done.is_set():
            try:
                self._shade = self.shades.get(timeout=0.02)
            except queue.Empty:
                continue
            self.now += 10
            return self._shade != GONE
        return False

    def pixels(self) -> np.ndarray | None:
        return np.full((2, 2, 3), self._shade, np.uint8)

    def close(self) -> None:
        self.opened -= 1

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return self.done.is_set()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def camera(desk: Desk) -> Iterator[Camera]:
    camera = Camera("camera 0", desk.open, lambda: desk.now, desk.wait)
    yield camera
    desk.done.set()
    camera.close()
    camera.close()
    assert desk.opened == 0


def eventually(look: Callable[[], object]) -> None:
    """Wait until `look` finds something."""
    for _ in range(2000):
        if look():
            return
        time.sleep(0.005)
    raise AssertionError("it never came")


def shades(sensed: list[Sensed]) -> list[tuple[int, int]]:
    return [(each.t, int(each.pixels[0, 0, 0])) for each in sensed if isinstance(each, VideoFrame)]


def test_only_the_newest_picture_is_read_and_only_once(desk: Desk, camera: Camera) -> None:
    for shade in (1, 2, 3):
        desk.shades.put(shade)
    eventually(lambda: camera.skipped == 2)
    assert shades(camera.read(1000)) == [(130, 3)]
    assert camera.read(1000) == []
    assert not camera.finished()


def test_a_picture_from_after_the_asked_time_waits(desk: Desk, camera: Camera) -> None:
    desk.shades.put(6)
    desk.shades.put(7)
    eventually(lambda: camera.skipped)
    assert camera.read(119) == []
    assert shades(camera.read(120)) == [(120, 7)]


def test_one_missing_picture_is_not_a_lost_camera(desk: Desk, camera: Camera) -> None:
    for shade in (GONE, 5):
        desk.shades.put(shade)
    eventually(lambda: shades(camera.read(1000)) == [(120, 5)])
    assert camera.senses == CAMERA
    assert camera.notices() == []


def test_an_unplugged_camera_is_reported_looked_for_ever_less_often_and_comes_back(
    desk: Desk, camera: Camera
) -> None:
    desk.absent_for = 7
    for shade in (*[GONE] * FAILURES, 9):
        desk.shades.put(shade)
    eventually(lambda: shades(camera.read(1000)) == [(100 + 10 * FAILURES + 10, 9)])
    assert camera.senses == CAMERA
    assert camera.notices() == ["camera 0 is gone: looking for it", "camera 0 is back"]
    assert camera.notices() == []
    assert [seconds for seconds in desk.waits if seconds != PAUSE] == [0.5, 1, 2, 4, 8, 8, 8, 8]


def test_a_camera_that_hangs_is_gone_at_its_first_failure(desk: Desk, camera: Camera) -> None:
    desk.shades.put(1)
    eventually(lambda: camera.read(1000))
    desk.absent_for = 1_000_000_000
    desk.now += STALL
    desk.shades.put(GONE)
    eventually(lambda: camera.senses == 0)
    eventually(lambda: camera.notices() == ["camera 0 is gone: looking for it"])


def test_while_a_camera_is_gone_it_senses_nothing(desk: Desk, camera: Camera) -> None:
    desk.absent_for = 1_000_000_000
    for _ in range(FAILURES):
        desk.shades.put(GONE)
    eventually(lambda: camera.senses == 0)
    assert camera.read(1000) == []
    assert not camera.finished()


def test_a_camera_that_is_not_there_at_the_start_is_refused(desk: Desk) -> None:
    desk.absent_for = 1
    with pytest.raises(SenseError, match="no camera"):
        Camera("camera 0", desk.open, lambda: 0)
