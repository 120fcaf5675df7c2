"""Messages as a director would record them."""

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
    EmotionEstimate,
    FaceFrame,
    Hello,
)
from mien.runtime.sessions.metadata import Metadata

CHARACTERS = ("ada", "bo")


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
