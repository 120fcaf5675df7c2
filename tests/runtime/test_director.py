from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from mien.behavior.authoring.load import load
from mien.behavior.library import Library
from mien.bridge.codec import encode
from mien.bridge.faces import SHAPE
from mien.bridge.messages import (
    EMOTIONS,
    FACE_USED,
    PLAYER,
    Activity,
    BehaviorEvent,
    EmotionEstimate,
    FaceFrame,
    Message,
)
from mien.runtime.cli.wiring import SAMPLE_LIBRARY
from mien.runtime.director import Director, DirectorState

SECOND = 1_000_000
MIRA, BRAM, PIP = 0, 1, 2
SMILE, FROWN = SHAPE["mouthSmileLeft"], SHAPE["browDownLeft"]


@pytest.fixture(scope="module")
def library() -> Library:
    return load(SAMPLE_LIBRARY)


@pytest.fixture
def director(library: Library) -> Director:
    return Director(library, seed=1)


def shows(t: int, emotion: str | None, level: float = 0.95) -> EmotionEstimate:
    """Return an estimate of a player who shows an emotion, or of nobody."""
    levels = np.zeros(7, np.float32)
    if emotion:
        levels[:] = (1 - level) / 6
        levels[EMOTIONS.index(emotion)] = level
    used = FACE_USED if emotion else 0
    return EmotionEstimate(
        t=t, produced=t, lag=0, person=PLAYER, senses=1, used=used, presence=float(used > 0), speaking=0.0,
        emotion=levels, valence=0.0, arousal=0.0, confidence=0.9 * (used > 0),
        share=np.array([used, 0, 0], np.float32), box=np.array([0.4, 0.4, 0.2, 0.2], np.float32) * used,
        head=np.zeros(3, np.float32), blend=np.zeros(52, np.float32),
    )  # fmt: skip


def live(
    director: Director, state: DirectorState, start: float, end: float, emotion: str | None = None
) -> list[FaceFrame]:
    """Run the ticks from `start` to `end` (s), the player showing an emotion thirty times a second."""
    frames = []
    for tick in range(round(start * 60), round(end * 60)):
        t = tick * SECOND // 60
        inputs: list[Message] = [shows(t - 5000, emotion)] if emotion and tick % 2 else []
        frame, *_ = director.step(state, inputs, t)
        assert isinstance(frame, FaceFrame)
        frames.append(frame)
    return frames


def test_three_personalities_answer_one_smile_differently(director: Director) -> None:
    face = live(director, director.start(0), 0, 6, "joy")[-1].face
    assert face[MIRA, SMILE] > 0.4
    assert face[BRAM, SMILE] < 0.1
    assert face[BRAM, FROWN] > face[MIRA, FROWN] + 0.1


def test_moods_drift_home_when_nobody_tells_of_the_player(director: Director) -> None:
    state = director.start(0)
    rest = live(director, state, 0, 0.1)[-1].affect
    moved = live(director, state, 0.1, 8, "joy")[-1].affect
    home = live(director, state, 8, 90)[-1].affect
    emotion = 0
    assert abs(moved - rest)[:, emotion].max() > 0.2
    assert abs(home - rest)[:, emotion].max() < 0.1 * abs(moved - rest)[:, emotion].max()


def test_a_missing_player_is_not_taken_for_a_neutral_one(director: Director) -> None:
    state, other = director.start(0), director.start(0)
    for tick in range(300):
        t = tick * SECOND // 60
        seen, _ = director.step(state, [shows(t, None)], t)[0], None
        alone, _ = director.step(other, [], t)[0], None
        assert isinstance(seen, FaceFrame) and isinstance(alone, FaceFrame)
        assert seen.affect.tobytes() == alone.affect.tobytes()


def test_each_frame_tells_which_capture_it_answers(director: Director) -> None:
    state = director.start(0)
    assert live(director, state, 0, 0.1)[-1].captured == 0
    frames = live(director, state, 0.1, 0.5, "joy")
    assert frames[-1].captured == max(tick * SECOND // 60 - 5000 for tick in range(6, 30) if tick % 2)
    assert all(b.captured >= a.captured for a, b in pairwise(frames))


def test_a_dropped_tick_leaves_a_gap_in_the_sequence(director: Director) -> None:
    state = director.start(0)
    sequence = []
    for tick in (0, 1, 2, 5, 6):
        frame = director.step(state, [], tick * SECOND // 60)[0]
        assert isinstance(frame, FaceFrame)
        sequence.append(frame.seq)
    assert sequence == [0, 1, 2, 5, 6]


def test_what_goes_on_is_told_with_every_change_and_once_a_second(director: Director) -> None:
    state = director.start(0)
    told, last = [], -SECOND
    for tick in range(240):
        t = tick * SECOND // 60
        _, *rest = director.step(state, [shows(t, "joy")], t)
        changes = [m for m in rest if isinstance(m, BehaviorEvent)]
        activities = [m for m in rest if isinstance(m, Activity)]
        due = bool(changes) or t - last >= SECOND
        assert len(activities) == int(due)
        told += activities
        last = t if due else last
    assert len(told) > 2
    smile = director.engine.hello(session="", generation=1, clock="", wall=0, rate=60, t=0).rules.index(
        "smile_back"
    )
    assert any(activity.intensity[MIRA, smile] > 0 for activity in told)


def test_the_same_seed_and_inputs_give_the_same_bytes(library: Library) -> None:
    runs = []
    for _ in range(2):
        director = Director(library, seed=9)
        runs.append(b"".join(encode(f) for f in live(director, director.start(0), 0, 4, "anger")))
    assert runs[0] == runs[1]
    other = Director(library, seed=10)
    assert b"".join(encode(f) for f in live(other, other.start(0), 0, 4, "anger")) != runs[0]


def test_no_face_jumps_when_the_player_leaves_and_returns(director: Director) -> None:
    state = director.start(0)
    frames = (
        live(director, state, 0, 4, "joy") + live(director, state, 4, 8) + live(director, state, 8, 10, "joy")
    )
    steps = abs(np.diff(np.stack([f.face for f in frames]), axis=0)).max(axis=(0, 1))
    lids = [
        i for name, i in SHAPE.items() if "Blink" in name or "Look" in name or "Eye" in name or "Wide" in name
    ]
    steps[lids] = 0
    assert steps.max() < 0.12


def test_another_library_takes_over_without_a_jump(director: Director, library: Library) -> None:
    state = director.start(0)
    before = live(director, state, 0, 4, "joy")[-1]
    cast = (*library.characters[:2], replace(library.characters[2], name="Peg", id=40))
    successor = director.successor(replace(library, characters=cast, sha256="other"))
    t = 4 * SECOND
    state, events = successor.take_over(director, state, t)
    frame = successor.step(state, [], t)[0]
    assert isinstance(frame, FaceFrame)
    assert frame.generation == before.generation + 1
    assert frame.ids.tolist() == [16, 17, 40]
    assert frame.seq == before.seq + 1
    shapes = slice(14, 52)
    assert frame.face[:2, shapes] == pytest.approx(before.face[:2, shapes], abs=0.12)
    assert frame.affect[:2] == pytest.approx(before.affect[:2], abs=0.05)
    assert {event.character for event in events} <= {18}
