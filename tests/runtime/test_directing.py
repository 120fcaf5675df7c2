import numpy as np

from mien.bridge.messages import EMOTIONS, PLAYER, EmotionEstimate, Status
from mien.runtime.directing import SILENCE, Watch


def estimate(t: int) -> EmotionEstimate:
    return EmotionEstimate(
        t=t, produced=t, lag=0, person=PLAYER, senses=0, used=0, presence=0.0, speaking=0.0,
        emotion=np.zeros(len(EMOTIONS), np.float32), valence=0.0, arousal=0.0, confidence=0.0,
        share=np.zeros(3, np.float32), box=np.zeros(4, np.float32), head=np.zeros(3, np.float32),
        blend=np.zeros(52, np.float32),
    )  # fmt: skip


def test_silence_is_said_once_and_so_is_its_end() -> None:
    watch = Watch(0)
    said = [watch.take([], t) for t in range(0, 3 * SILENCE, 16_667)]
    assert [line for line in said if line] == ["no word from the perceiver: moods drift home"]
    assert watch.take([estimate(0)], 3 * SILENCE) == "the perceiver is back"
    assert watch.take([estimate(0)], 3 * SILENCE + 1) == ""


def test_estimates_of_nobody_are_no_silence() -> None:
    watch = Watch(0)
    assert not any(watch.take([estimate(t)], t) for t in range(0, 3 * SILENCE, 100_000))


def test_the_end_of_a_clip_is_no_silence() -> None:
    watch = Watch(0)
    watch.take([Status(t=0, origin="perceiver", levels={"ended": 1.0})], 0)
    assert not any(watch.take([], t) for t in range(0, 3 * SILENCE, 100_000))
