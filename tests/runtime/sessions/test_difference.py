"""A difference is found at its first bit and named in words."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.bridge.faces import FACE
from mien.bridge.messages import Message
from mien.runtime.sessions.difference import compare, verify
from mien.runtime.sessions.metadata import SessionError
from mien.runtime.sessions.session import Session

RecordRun = Callable[..., Session]


@pytest.fixture
def session(tmp_path: Path, stage: Any, toy_director: Any, record_run: RecordRun) -> Session:
    """Forty ticks of joy, then sixty without."""
    inputs = {tick: [stage.estimate(tick, joy=0.9 if tick < 40 else 0.0)] for tick in range(100)}
    return record_run(tmp_path / "s.mcap", toy_director(), inputs, 100)


class Altered:
    """A director whose frames are altered at one tick."""

    def __init__(self, director: Any, tick: int, alter: Callable[[Any], object]) -> None:
        self._director = director
        self._tick = tick
        self._alter = alter

    def step(self, inputs: Sequence[Message], t: int) -> list[Message]:
        frame, *events = self._director.step(inputs, t)
        if frame.seq == self._tick:
            frame = self._alter(frame) or frame
        return [frame, *events]


def test_an_identical_replay_verifies(session: Session, toy_director: Any) -> None:
    assert verify(session, toy_director()) is None


@pytest.mark.parametrize(
    ("character", "name"),
    [(0, "emotion neutral"), (1, "emotion surprise"), (0, "mood joy"), (1, "mood disgust")],
)
def test_one_altered_feeling_is_named(session: Session, toy_director: Any, character: int, name: str) -> None:
    kind, emotion = name.split()
    column = ["neutral", "joy", "sadness", "anger", "fear", "disgust", "surprise"].index(emotion)

    def alter(frame: Any) -> None:
        frame.affect[character, ("emotion", "mood").index(kind), column] = 0.75

    difference = verify(session, Altered(toy_director(), 63, alter))
    assert difference is not None
    assert (difference.tick, difference.value, difference.replayed) == (63, name, "0.75")
    assert difference.character == ("ada", "bo")[character]


@pytest.mark.parametrize("name", ["eyeBlinkLeft", "tongueOut", "headYaw", "rightEyeRoll"])
def test_one_altered_blend_shape_is_named(session: Session, toy_director: Any, name: str) -> None:
    def alter(frame: Any) -> None:
        frame.face[0, FACE.index(name)] = np.nextafter(np.float32(0), np.float32(1))

    difference = verify(session, Altered(toy_director(), 12, alter))
    assert difference is not None
    assert (difference.tick, difference.character, difference.value) == (12, "ada", name)
    assert str(difference) == f"tick 12 (0.200 s): ada, {name}: 0 recorded, 1.40129846e-45 replayed"


def test_even_the_sign_of_zero_counts(session: Session, toy_director: Any) -> None:
    def alter(frame: Any) -> None:
        frame.face[0, 0] = -0.0

    difference = verify(session, Altered(toy_director(), 0, alter))
    assert difference is not None
    assert (difference.recorded, difference.replayed) == ("0", "-0")


def test_a_difference_of_the_whole_frame_has_no_character(session: Session, toy_director: Any) -> None:
    difference = verify(session, Altered(toy_director(), 7, lambda frame: replace(frame, captured=99)))
    assert difference is not None
    assert (difference.character, difference.value) == ("", "captured")
    lonely = Altered(
        toy_director(),
        7,
        lambda frame: replace(frame, ids=frame.ids[:1], affect=frame.affect[:1], face=frame.face[:1]),
    )
    difference = verify(session, lonely)
    assert difference is not None
    assert (difference.value, difference.replayed) == ("ids", "1 characters, 16")


def test_a_recording_with_missing_messages_or_none_is_not_verified(
    tmp_path: Path, session: Session, toy_director: Any, record_run: RecordRun
) -> None:
    with pytest.raises(SessionError, match="3 messages are missing"):
        verify(replace(session, dropped=3), toy_director())
    empty = record_run(tmp_path / "empty.mcap", toy_director(), {}, 0)
    with pytest.raises(SessionError, match="it holds no tick"):
        verify(empty, toy_director())


def test_a_what_if_tells_where_when_and_for_whom_it_differs(session: Session, toy_director: Any) -> None:
    comparison = compare(session, toy_director(gain=0.05))
    assert comparison.ticks == 100
    assert comparison.first is not None
    assert (comparison.first.tick, comparison.first.character, comparison.first.value) == (
        0,
        "bo",
        "mood joy",
    )
    assert comparison.by_character == {"bo": comparison.differing}
    assert comparison.differing >= 99
    assert [event.phase for event in comparison.only_recorded] == ["started", "ended"]
    assert [event.phase for event in comparison.only_replayed] == ["started", "ended"]
    assert comparison.only_recorded[0].t < comparison.only_replayed[0].t


def test_a_what_if_that_changes_only_a_threshold_changes_only_events(
    session: Session, toy_director: Any
) -> None:
    comparison = compare(session, toy_director(threshold=2.0))
    assert (comparison.differing, comparison.first) == (0, None)
    assert (len(comparison.only_recorded), len(comparison.only_replayed)) == (2, 0)
    assert comparison.events == (2, 0)
