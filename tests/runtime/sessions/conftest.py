"""Messages as a director would record them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.bridge.faces import FACE
from mien.bridge.messages import (
    CAMERA,
    EMOTIONS,
    FACE_USED,
    FIRST_CHARACTER,
    PLAYER,
    BehaviorEvent,
    EmotionEstimate,
    FaceFrame,
    Hello,
    Message,
)
from mien.runtime.sessions.metadata import Metadata
from mien.runtime.sessions.recorder import Recorder
from mien.runtime.sessions.session import Session, read_session

CHARACTERS = ("ada", "bo")
TICK = 16_667


class Stage:
    """Makes messages of two characters."""

    metadata = Metadata(version="0.1.0", seed=7, rate=60, hashes={"library": "ab12", "cast": "cd34"})

    @staticmethod
    def hello(t: int = 0) -> Hello:
        return Hello(
            t=t,
            session="test",
            generation=1,
            clock="test",
            wall=0,
            rate=60,
            emotions=EMOTIONS,
            pad=np.zeros((7, 3), np.float32),
            ids=np.array([FIRST_CHARACTER, FIRST_CHARACTER + 1], np.uint32),
            characters=CHARACTERS,
            face=FACE,
            rules=("smile_back",),
        )

    @staticmethod
    def face(t: int, seq: int, level: float | None = None) -> FaceFrame:
        random = np.random.default_rng(seq)

        def values(*shape: int) -> NDArray[np.float32]:
            return random.random(shape, np.float32) if level is None else np.full(shape, level, np.float32)

        return FaceFrame(
            t=t,
            seq=seq,
            generation=1,
            captured=0,
            ids=np.array([FIRST_CHARACTER, FIRST_CHARACTER + 1], np.uint32),
            affect=random.random((2, 2, 7), np.float32)
            if level is None
            else np.full((2, 2, 7), level, np.float32),
            face=values(2, 61),
        )

    @staticmethod
    def estimate(t: int, joy: float = 0.5, person: int = PLAYER, produced: int = 0) -> EmotionEstimate:
        emotion = np.zeros(7, np.float32)
        emotion[0], emotion[1] = 1 - joy, joy
        return EmotionEstimate(
            t=t,
            produced=produced,
            lag=0,
            person=person,
            senses=CAMERA,
            used=FACE_USED,
            presence=1.0,
            speaking=0.0,
            emotion=emotion,
            valence=0.0,
            arousal=0.0,
            confidence=1.0,
            share=np.array([1, 0, 0], np.float32),
            box=np.zeros(4, np.float32),
            head=np.zeros(3, np.float32),
            blend=np.zeros(52, np.float32),
        )


@pytest.fixture(scope="session")
def stage() -> type[Stage]:
    """The maker of messages."""
    return Stage


class ToyDirector:
    """A director small enough to see through: mood follows joy, and a smile follows mood."""

    def __init__(self, gain: float = 0.1, threshold: float = 0.4) -> None:
        self.gain = gain
        self.threshold = threshold
        self.mood = 0.0
        self.smiling = False
        self.seq = 0

    def step(self, inputs: Sequence[Message], t: int) -> list[Message]:
        for message in inputs:
            if isinstance(message, EmotionEstimate):
                self.mood += self.gain * (float(message.emotion[1]) - self.mood)
        frame = Stage.face(t, self.seq, level=0.0)
        frame.affect[1, 1, 1] = self.mood
        frame.face[1, FACE.index("mouthSmileLeft")] = self.mood
        self.seq += 1
        if (self.mood > self.threshold) == self.smiling:
            return [frame]
        self.smiling = not self.smiling
        event = BehaviorEvent(
            t=t,
            character=FIRST_CHARACTER + 1,
            rule="smile_back",
            phase="started" if self.smiling else "ended",
            reason="trigger",
            inflicter=FIRST_CHARACTER + 1,
            target=PLAYER,
            intensity=1.0,
            expression="",
            gaze="",
            gesture="",
            speech="",
        )
        return [frame, event]


def _record_run(
    path: Path, director: ToyDirector, inputs: Mapping[int, Sequence[Message]], count: int
) -> Session:
    """Record `count` ticks of a director that drains `inputs` by tick."""
    recorder = Recorder(path, Stage.metadata)
    recorder.record(Stage.hello(TICK), TICK)
    for tick in range(count):
        t = TICK + tick * TICK
        drained = inputs.get(tick, ())
        outputs = director.step([i for i in drained if isinstance(i, EmotionEstimate)], t)
        for message in (*drained, *outputs):
            recorder.record(message, t)
    recorder.close()
    return read_session(path)


@pytest.fixture(scope="session")
def record_run() -> Callable[..., Session]:
    """Record a run of a toy director; see `_record_run`."""
    return _record_run


@pytest.fixture(scope="session")
def toy_director() -> type[ToyDirector]:
    """The toy director's class."""
    return ToyDirector
