"""A microphone delivers even chunks on the caller's clock, within bounds, and survives being unplugged."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from mien.bridge.messages import MICROPHONE, AudioChunk
from mien.runtime.sense.microphone import BLOCKS, SILENCE, Deliver, Microphone, load_sounddevice
from mien.runtime.sense.source import SenseError

RATE = 48_000
BLOCK = RATE // 50


class Desk:
    """A microphone that a test plugs in and out, and whose sound it makes."""

    def __init__(self) -> None:
        self.now = 1_000_000
        self.absent_for = 0
        self.opened = 0
        self.done = threading.Event()
        self.turn = threading.Semaphore(0)
        self._deliver: Deliver | None = None

    def open(self, deliver: Deliver) -> "Desk":
        if self.absent_for:
            self.absent_for -= 1
            raise SenseError("no microphone")
        self.opened += 1
        self._deliver = deliver
        return self

    def close(self) -> None:
        self.opened -= 1

    def wait(self, _: float) -> bool:
        """Wait for the test's leave."""
        self.turn.acquire()
        return self.done.is_set()

    def speak(self, blocks: int = 1, overflowed: bool = False) -> None:
        """Let 20 ms pass and deliver them, so many times."""
        assert self._deliver is not None
        for _ in range(blocks):
            self.now += 20_000
            self._deliver(np.full(BLOCK, 1000, np.int16), RATE, 0.02, overflowed)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def microphone(desk: Desk) -> Iterator[Microphone]:
    microphone = Microphone("microphone", desk.open, lambda: desk.now, desk.wait)
    yield microphone
    desk.done.set()
    desk.turn.release(100)
    microphone.close()
    assert desk.opened == 0


def eventually(look: Callable[[], object]) -> None:
    """Wait until `look` finds something."""
    for _ in range(2000):
        if look():
            return
        time.sleep(0.005)
    raise AssertionError("it never came")


def chunks(microphone: Microphone, until: int) -> list[AudioChunk]:
    return [each for each in microphone.read(until) if isinstance(each, AudioChunk)]


def test_blocks_of_any_rate_become_even_chunks_that_begin_when_they_were_captured(
    desk: Desk, microphone: Microphone
) -> None:
    desk.speak(50)
    found = chunks(microphone, desk.now)
    assert [chunk.t for chunk in found] == [1_000_000 + i * 20_000 for i in range(len(found))]
    assert len(found) >= 49
    assert all(len(chunk.samples) == 320 for chunk in found)
    assert all(abs(int(chunk.samples[100]) - 1000) <= 2 for chunk in found)


def test_nothing_is_returned_before_it_was_captured(desk: Desk, microphone: Microphone) -> None:
    desk.speak(10)
    assert chunks(microphone, 1_000_000 + 19_999) == []
    assert [chunk.t for chunk in chunks(microphone, 1_000_000 + 20_000)] == [1_000_000]
    assert chunks(microphone, 1_000_000 + 20_000) == []


def test_sound_that_nobody_reads_is_bounded_and_its_loss_counted_and_said_once(
    desk: Desk, microphone: Microphone
) -> None:
    desk.speak(BLOCKS + 100)
    assert microphone.lost == 100
    assert microphone.notices() == ["microphone: sound was lost, this computer does not keep up"]
    assert chunks(microphone, desk.now)[0].t == 1_000_000 + 100 * 20_000
    desk.speak(overflowed=True)
    assert microphone.lost == 101
    assert microphone.notices() == []


def test_an_unplugged_microphone_is_reported_and_comes_back_without_a_jump_in_time(
    desk: Desk, microphone: Microphone
) -> None:
    desk.speak(5)
    desk.turn.release()
    desk.absent_for = 2
    desk.now += SILENCE
    desk.turn.release()
    eventually(lambda: microphone.senses == 0)
    desk.turn.release(3)
    eventually(lambda: microphone.senses == MICROPHONE)
    assert microphone.notices() == ["microphone is gone: looking for it", "microphone is back"]
    again = desk.now
    desk.speak(5)
    times = [chunk.t for chunk in chunks(microphone, desk.now)]
    assert times[:4] == [1_000_000 + i * 20_000 for i in range(4)]
    assert again in times
    assert times == sorted(times)


def test_a_silent_room_is_not_a_lost_microphone(desk: Desk, microphone: Microphone) -> None:
    for _ in range(5):
        desk.now += SILENCE - 30_000
        desk.speak()
        desk.turn.release()
    eventually(lambda: desk.turn.acquire(blocking=False) is False)
    assert microphone.senses == MICROPHONE
    assert microphone.notices() == []


def test_a_microphone_that_is_not_there_at_the_start_is_refused(desk: Desk) -> None:
    desk.absent_for = 1
    with pytest.raises(SenseError, match="no microphone"):
        Microphone("microphone", desk.open, lambda: 0)


@pytest.mark.parametrize(
    ("failure", "remedy"),
    [
        (ImportError("no sounddevice"), r"pip install 'mien\[live\]'"),
        (OSError("no PortAudio"), "libportaudio2"),
    ],
)
def test_what_is_missing_is_said_with_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, remedy: str
) -> None:
    import builtins

    real = builtins.__import__

    def fail(name: str, *rest: object) -> object:
        if name == "sounddevice":
            raise failure
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", fail)
    with pytest.raises(SenseError, match=remedy) as error:
        load_sounddevice()
    assert "\n" not in str(error.value)
