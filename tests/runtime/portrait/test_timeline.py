from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bridge.messages import EMOTIONS, FACE_USED, EmotionEstimate
from mien.runtime.portrait.panel import EMOTION_COLORS
from mien.runtime.portrait.timeline import WIDTH, changes, changes_per_second, timeline

GREEN = np.full((50, 80, 3), (10, 200, 10), np.uint8)


def estimate(t: int, emotion: str | None, box: bool = False) -> EmotionEstimate:
    share = np.zeros(7, np.float32)
    if emotion:
        share[EMOTIONS.index(emotion)] = 1
    return EmotionEstimate(
        t=t, produced=t, lag=100_000, person=0, senses=1, used=FACE_USED if emotion else 0, presence=1.0,
        speaking=0.0, emotion=share, valence=0.5, arousal=-0.5, confidence=1.0,
        share=np.array((1, 0, 0) if emotion else (0, 0, 0), np.float32),
        box=np.array((0.2, 0.2, 0.4, 0.6) if box else (0, 0, 0, 0), np.float32), head=np.zeros(3, np.float32),
        blend=np.zeros(52, np.float32),
    )  # fmt: skip


def drawn(*estimates: EmotionEstimate, stills: int = 0, end: int = 1_000_000) -> np.ndarray:
    return timeline("clip", estimates, [(t, GREEN) for t in range(stills)], [], [], end).astype(int)


def painted(pixels: np.ndarray, emotion: str) -> int:
    """Return how many pixels right of the legend have an emotion's color."""
    return int((np.abs(pixels[:, 160:] - EMOTION_COLORS[emotion]).max(2) == 0).sum())


def test_the_area_of_an_emotion_grows_with_how_long_it_lasts() -> None:
    moments = [estimate(t * 1000, "joy" if t < 300 else "anger") for t in range(1000)]
    picture = drawn(*moments)
    assert painted(picture, "anger") == pytest.approx(painted(picture, "joy") * 7 / 3, rel=0.1)


def test_where_nothing_was_recognized_nothing_is_drawn() -> None:
    picture = drawn(*(estimate(t * 1000, None) for t in range(1000)))
    assert all(painted(picture, name) == 0 for name in EMOTIONS)


def test_pictures_show_the_face_that_was_found_in_the_color_of_its_emotion() -> None:
    with_box, without = (
        drawn(estimate(0, "joy", box), estimate(1, "joy", box), stills=1) for box in (True, False)
    )
    assert painted(with_box[:200], "joy") > painted(without[:200], "joy")


@pytest.mark.parametrize("count", [0, 1, 10, 200])
def test_any_number_of_pictures_fits(count: int) -> None:
    assert drawn(estimate(0, "joy"), stills=count).shape[1] == WIDTH


def test_a_clip_in_which_nothing_happened_is_drawn_too() -> None:
    assert drawn(end=0).shape[1] == WIDTH


@given(st.lists(st.sampled_from([*EMOTIONS, None]), max_size=40))
def test_a_change_is_one_emotion_after_another_and_pauses_count_as_none(said: list[str | None]) -> None:
    moments = [estimate(i * 10, name) for i, name in enumerate(said)]
    names = [name for name in said if name]
    expected = sum(a != b for a, b in pairwise(names))
    assert changes_per_second(moments, 1_000_000) == expected
    assert len(changes(moments)) <= len(said)
