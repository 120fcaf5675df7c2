"""A few seconds of face and voice make a calibration; what was missing is said."""

from typing import Protocol

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.bridge.messages import AudioChunk, VideoFrame
from mien.models.calibrating import FACE_WANTED, VOICE_WANTED, Calibrator, Gathered
from mien.models.recognizer import Recognizer

FRAME = 33_333


class Drawn(Protocol):
    @property
    def face(self) -> NDArray[np.uint8]: ...
    def blank(self) -> NDArray[np.uint8]: ...
    def hum(self, seconds: float, loudness: float = 0.2) -> NDArray[np.int16]: ...


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer()


def show(calibrator: Calibrator, state: Gathered, pixels: NDArray[np.uint8], seconds: float) -> None:
    for t in range(0, round(seconds * 1e6), FRAME):
        calibrator.step(state, VideoFrame(t=t, pixels=pixels), t)


def play(calibrator: Calibrator, state: Gathered, sound: NDArray[np.int16]) -> None:
    for begin in range(0, len(sound), 1600):
        t = begin * 1_000_000 // 16_000
        chunk = AudioChunk(t=t, samples=sound[begin : begin + 1600])
        calibrator.step(state, chunk, t + 100_000)


def test_a_face_and_a_voice_are_calibrated_and_the_same_face_then_rests(
    recognizer: Recognizer, drawn: Drawn
) -> None:
    calibrator = Calibrator(recognizer)
    state = calibrator.start()
    show(calibrator, state, drawn.face, FACE_WANTED + 0.2)
    assert not calibrator.enough(state)
    other = Calibrator(recognizer)
    heard = other.start()
    play(other, heard, drawn.hum(VOICE_WANTED + 3))
    state.voices, state.sounds = heard.voices, heard.sounds
    assert calibrator.enough(state)
    found, missing = calibrator.outcome(state, "ann", "f", "v")
    assert missing == []
    assert (found.player, found.face_network, found.voice_network) == ("ann", "f", "v")
    assert found.rest is not None and found.rest.any()
    assert found.neutral is not None and (found.neutral < 0).all()
    rested = Recognizer(calibration=found)
    now = rested.start()
    (before,) = recognizer.step(recognizer.start(), VideoFrame(t=0, pixels=drawn.face), 0)
    (after,) = rested.step(now, VideoFrame(t=0, pixels=drawn.face), 0)
    assert after.blend.sum() < 0.2 * before.blend.sum()
    assert after.emotion.tolist() == before.emotion.tolist()


def test_a_calibrated_voice_gives_other_estimates_than_a_strangers(
    recognizer: Recognizer, drawn: Drawn
) -> None:
    calibrator = Calibrator(recognizer)
    state = calibrator.start()
    play(calibrator, state, drawn.hum(3))
    found, _ = calibrator.outcome(state, "ann", "f", "v")
    assert found.neutral is not None
    known = Recognizer(calibration=found)
    said = []
    for each in (recognizer, known):
        now, estimates = each.start(), []
        sound = drawn.hum(2)
        for begin in range(0, len(sound), 1600):
            t = begin * 1_000_000 // 16_000
            estimates += each.step(now, AudioChunk(t=t, samples=sound[begin : begin + 1600]), t + 100_000)
        said.append(estimates[-1].emotion)
    assert said[0].tolist() != said[1].tolist()


@pytest.mark.parametrize(
    ("seconds", "face", "lines"),
    [
        (0.0, True, ["no face: there was no picture", "no voice: there was no sound"]),
        (2.0, False, ["no face was seen", "no voice: there was no sound"]),
        (0.5, True, ["a face was seen for only 0.5 s", "no voice: there was no sound"]),
    ],
    ids=["nothing", "nobody", "briefly"],
)
def test_what_was_missing_is_said(
    recognizer: Recognizer, drawn: Drawn, seconds: float, face: bool, lines: list[str]
) -> None:
    calibrator = Calibrator(recognizer)
    state = calibrator.start()
    show(calibrator, state, drawn.face if face else drawn.blank(), seconds)
    found, missing = calibrator.outcome(state, "ann", "f", "v")
    assert found.rest is None and found.neutral is None
    assert len(missing) == len(lines)
    assert all(line.startswith(start) for line, start in zip(missing, lines, strict=True))


def test_a_face_that_is_not_at_rest_is_told_and_one_at_rest_is_not(recognizer: Recognizer) -> None:
    calibrator = Calibrator(recognizer)
    state = calibrator.start()
    assert calibrator.restless(state) == ""
    state.face_seconds = 3.0
    state.looked.update(neutral=30, joy=10)
    assert calibrator.restless(state) == ""
    state.looked.update(joy=60)
    assert calibrator.restless(state).startswith("the face looked like joy for 70% of the time")


@pytest.mark.parametrize(("seconds", "said"), [(0.0, "no voice was heard"), (1.2, "too little was said")])
def test_a_silent_player_and_a_terse_one_are_told_apart(
    recognizer: Recognizer, drawn: Drawn, seconds: float, said: str
) -> None:
    calibrator = Calibrator(recognizer)
    state = calibrator.start()
    silence = np.zeros(8000, np.int16)
    play(calibrator, state, np.concatenate((silence, drawn.hum(seconds), silence)))
    _, missing = calibrator.outcome(state, "ann", "f", "v")
    assert missing[-1].startswith(said)
