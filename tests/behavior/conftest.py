"""What the tests of this room share: short ways to write libraries and messages."""

from collections.abc import Callable

import numpy as np
import pytest

from mien.behavior.definition import Comparison, Feeling, Space
from mien.behavior.engine import Engine
from mien.bridge.messages import EMOTIONS, Affect, EmotionEstimate


@pytest.fixture
def above() -> Callable[[str, float], Comparison]:
    """Return a trigger: an emotion of one's own above a level."""
    return lambda name, level: Comparison(Feeling(name, Space.EMOTION), ">", level)


@pytest.fixture
def felt() -> Callable[..., Affect]:
    """Return affect in which everyone feels the named emotions so much, and .1 of all others."""

    def make(engine: Engine, t: int, **levels: float) -> Affect:
        rows = np.full((len(engine.cast), len(engine.library.emotions)), 0.1, np.float32)
        for column, emotion in enumerate(engine.library.emotions):
            rows[:, column] = levels.get(emotion.name, 0.1)
        return Affect(t=t, ids=engine.ids, emotion=rows, mood=rows.copy())

    return make


@pytest.fixture
def estimate() -> Callable[..., EmotionEstimate]:
    """Return what the player shows: one emotion for sure, or no evidence."""

    def make(t: int, emotion: str = "", /, **changes: object) -> EmotionEstimate:
        shown = np.array([float(name == emotion) for name in EMOTIONS], np.float32)
        fields: dict[str, object] = {
            "t": t,
            "produced": t,
            "lag": 0,
            "person": 1,
            "senses": 1,
            "used": 1 if emotion else 0,
            "presence": 1.0,
            "speaking": 0.0,
            "emotion": shown,
            "valence": 0.0,
            "arousal": 0.0,
            "confidence": 1.0 if emotion else 0.0,
            "share": np.zeros(3, np.float32),
            "box": np.zeros(4, np.float32),
            "head": np.zeros(3, np.float32),
            "blend": np.zeros(52, np.float32),
        }
        return EmotionEstimate(**(fields | changes))  # type: ignore[arg-type]

    return make
