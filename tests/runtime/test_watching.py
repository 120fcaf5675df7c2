from collections.abc import Iterator
from typing import cast

import numpy as np
import pytest

from mien.bridge.messages import PLAYER, AudioChunk, EmotionEstimate, Message, Micros, Utterance, VideoFrame
from mien.models.recognizer import Recognizer
from mien.runtime.perceiving import Perceiver
from mien.runtime.sense.source import Sensed, captured
from mien.runtime.watching import MOST_STILLS, STILL_HEIGHT, Watched, watch


class Listed:
    """A source that delivers what it was given."""

    senses = 0

    def __init__(self, *sensed: Sensed) -> None:
        self._rest = list(sensed)

    def read(self, until: Micros) -> list[Sensed]:
        due = [s for s in self._rest if captured(s) <= until]
        self._rest = [s for s in self._rest if captured(s) > until]
        return due

    def notices(self) -> list[str]:
        return []

    def finished(self) -> bool:
        return not self._rest

    def close(self) -> None:
        return None


class Echo:
    """Stands for a recognizer: every message gives an estimate of the player and one of somebody else."""

    def start(self) -> None:
        return None

    def step(self, _state: None, _message: Message | None, t: int) -> Iterator[EmotionEstimate]:
        for person in (PLAYER, PLAYER + 1):
            yield EmotionEstimate(
                t=t, produced=t, lag=0, person=person, senses=0, used=0, presence=0.0, speaking=0.0,
                emotion=np.zeros(7, np.float32), valence=0.0, arousal=0.0, confidence=0.0,
                share=np.zeros(3, np.float32), box=np.zeros(4, np.float32), head=np.zeros(3, np.float32),
                blend=np.zeros(52, np.float32),
            )  # fmt: skip


def watched(*sensed: Sensed) -> Watched:
    return watch(Listed(*sensed), Perceiver(cast(Recognizer, Echo()), embed=False))


def frame(t: int, width: int = 64, height: int = 48) -> VideoFrame:
    return VideoFrame(t=t, pixels=np.zeros((height, width, 3), np.uint8))


def sound(t: int, level: float) -> AudioChunk:
    return AudioChunk(t=t, samples=np.full(160, round(32767 * level), np.int16))


def test_the_player_s_estimates_are_kept_in_order() -> None:
    seen = watched(*(frame(t * 1000) for t in range(30)))
    times = [e.t for e in seen.estimates]
    assert len(times) == 30 and times == sorted(times)
    assert {e.person for e in seen.estimates} == {PLAYER}


def test_stills_have_one_height_and_keep_their_shape() -> None:
    (_, still), *_ = watched(frame(0, 640, 320)).stills
    assert still.shape == (STILL_HEIGHT, 2 * STILL_HEIGHT, 3)


@pytest.mark.parametrize("count", [1, 128, 129, 1000])
def test_however_long_the_clip_stills_are_few_and_spread_over_all_of_it(count: int) -> None:
    seen = watched(*(frame(t * 40_000) for t in range(count)))
    times = [t for t, _ in seen.stills]
    assert len(times) <= MOST_STILLS
    assert times[0] == 0 and times[-1] >= 0.95 * seen.end
    gaps = np.diff(times)
    assert not len(gaps) or gaps.max() <= 2 * gaps.min() + 40_000


def test_loudness_runs_from_silence_to_full_scale() -> None:
    levels = [level for _, level in watched(sound(0, 0.0), sound(10_000, 0.03), sound(20_000, 1.0)).loudness]
    assert levels[0] == 0 and levels[-1] == pytest.approx(1, abs=0.01)
    assert levels[0] < levels[1] < levels[2]


def test_what_is_said_is_kept_with_its_time() -> None:
    said = Utterance(t=5_000, speaker=0, text="Oh!", final=1, heard=0)
    assert watched(frame(0), said).lines == [(5_000, "Oh!")]


def test_the_end_is_that_of_the_last_picture_or_sound() -> None:
    assert watched(frame(0), sound(20_000, 0.1)).end == 30_000
