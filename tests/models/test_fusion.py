import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.bridge.messages import EMOTIONS
from mien.models.fusion import (
    CLASSES,
    LAG,
    MARGIN,
    PATIENCE,
    Fusion,
    Said,
    SmoothState,
    Vector,
    certainty,
    fuse,
    smooth,
    softmax,
)
from mien.models.shipped import WEIGHTS


def one(label: int, top: float) -> Vector:
    probability = np.full(CLASSES, (1 - top) / (CLASSES - 1), np.float32)
    probability[label] = top
    return probability


LOGITS = arrays(np.float32, CLASSES, elements=st.floats(-30, 30, width=32))


@given(LOGITS)
def test_softmax_is_a_distribution_with_the_same_order(logits: Vector) -> None:
    probability = softmax(logits)
    assert probability.sum() == pytest.approx(1, abs=1e-5)
    assert probability[logits.argmax()] == probability.max()


def test_certainty_runs_from_uniform_to_sure() -> None:
    assert certainty(np.full(CLASSES, 1 / CLASSES, np.float32)) == pytest.approx(0, abs=1e-6)
    assert certainty(np.eye(CLASSES, dtype=np.float32)[2]) == pytest.approx(1)


def test_nothing_said_gives_zeros() -> None:
    pooled, share = fuse([None, None, None])
    assert not pooled.any()
    assert not share.any()


@given(LOGITS)
def test_a_sense_alone_has_the_whole_word(logits: Vector) -> None:
    said = softmax(logits)
    pooled, share = fuse([None, Said(said, 0.3), None])
    np.testing.assert_allclose(pooled, said, atol=1e-5)
    assert share.tolist() == [0, 1, 0]


@given(LOGITS, LOGITS, st.floats(0.01, 1), st.floats(0.01, 1))
def test_shares_sum_to_one(face: Vector, voice: Vector, fresh: float, stale: float) -> None:
    pooled, share = fuse([Said(softmax(face), fresh), Said(softmax(voice), stale), None])
    assert share.sum() == pytest.approx(1, abs=1e-5)
    assert pooled.sum() == pytest.approx(1, abs=1e-5)
    assert share[2] == 0


def test_the_surer_sense_wins_a_contradiction() -> None:
    pooled, share = fuse([Said(one(1, 0.95)), Said(one(3, 0.3)), None])
    assert EMOTIONS[int(pooled.argmax())] == "joy"
    assert share[0] > 0.8


def test_a_stale_sense_counts_less() -> None:
    _, fresh = fuse([Said(one(1, 0.6)), Said(one(3, 0.6)), None])
    _, stale = fuse([Said(one(1, 0.6)), Said(one(3, 0.6), 0.2), None])
    assert stale[1] < fresh[1]


def test_smoothing_lags_by_what_it_states() -> None:
    state = SmoothState()
    smooth(state, one(0, 1.0), 0)
    ramp = [smooth(state, one(0, 1.0 - t / 2e6), t) for t in range(10_000, 2_000_000, 10_000)]
    shown_at = next(i for i, p in enumerate(ramp) if p[0] < 0.75) * 10_000
    assert shown_at - 500_000 == pytest.approx(LAG, abs=30_000)


def test_the_label_hardly_flickers_while_two_emotions_are_nearly_even() -> None:
    state = SmoothState()
    random = np.random.default_rng(0)
    smooth(state, one(0, 0.5), 0)
    labels = [0]
    for i in range(1, 300):
        even = np.array([0.4, 0.4, 0.1, 0.1, 0, 0, 0], np.float32)
        even[:2] += random.normal(0, 0.1, 2).astype(np.float32)
        even = np.clip(even, 0, 1)
        labels.append(int(smooth(state, even / even.sum(), i * 33_000).argmax()))
    assert np.count_nonzero(np.diff(labels)) <= 2  # in ten seconds


def test_a_clear_lead_switches_the_label_within_three_tenths_of_a_second() -> None:
    state = SmoothState()
    smooth(state, one(0, 0.9), 0)
    times = [t for t in range(33_000, 1_000_000, 33_000) if smooth(state, one(1, 0.9), t).argmax() == 1]
    assert times[0] <= 300_000


def test_a_small_but_lasting_lead_switches_the_label_in_the_end() -> None:
    state = SmoothState()
    smooth(state, one(0, 0.9), 0)
    lead = np.array([0.45, 0.45 + MARGIN / 2, 0, 0, 0, 0, 0.1 - MARGIN / 2], np.float32)
    labels = [int(smooth(state, lead, t).argmax()) for t in range(33_000, 3_000_000, 33_000)]
    assert labels[15] == 0
    assert labels[-1] == 1
    assert labels.index(1) * 33_000 > PATIENCE


@given(st.lists(LOGITS, min_size=1, max_size=20), st.integers(-100_000, 100_000))
def test_what_is_shown_is_always_a_distribution(steps: list[Vector], dt: int) -> None:
    state = SmoothState()
    for i, logits in enumerate(steps):
        shown = smooth(state, softmax(logits), 10_000_000 + i * dt)
        assert shown.sum() == pytest.approx(1, abs=1e-4)
        assert (shown >= 0).all()
        assert shown[state.label] == shown.max()


@pytest.fixture(scope="module")
def fusion() -> Fusion:
    return Fusion(WEIGHTS / "fusion.onnx")


@given(said=LOGITS, sense=st.integers(0, 2), fresh=st.floats(0.01, 1))
def test_learned_a_sense_alone_has_the_whole_word(
    fusion: Fusion, said: Vector, sense: int, fresh: float
) -> None:
    senses = [Said(softmax(said), fresh, 2.0) if i == sense else None for i in range(3)]
    pooled, share = fusion(senses)
    np.testing.assert_allclose(pooled, softmax(said), atol=1e-5)
    np.testing.assert_allclose(share, np.eye(3)[sense], atol=1e-6)


def test_learned_nothing_said_gives_zeros(fusion: Fusion) -> None:
    for silent in ([None, None, None], [None, Said(one(1, 0.5), 0.0), None]):
        pooled, share = fusion(silent)
        assert not pooled.any()
        assert not share.any()


@given(face=LOGITS, voice=LOGITS, text=LOGITS, fresh=st.floats(0.01, 1))
def test_learned_shares_and_probabilities_sum_to_one(
    fusion: Fusion, face: Vector, voice: Vector, text: Vector, fresh: float
) -> None:
    pooled, share = fusion(
        [Said(softmax(face)), Said(softmax(voice), fresh, 1.5), Said(softmax(text), 0.5, 7)]
    )
    assert pooled.sum() == pytest.approx(1, abs=1e-4)
    assert share.sum() == pytest.approx(1, abs=1e-4)
    assert (share > 0).all()


def test_senses_that_agree_are_surer_together_than_each_alone(fusion: Fusion) -> None:
    pooled, _ = fusion([Said(one(1, 0.6)), Said(one(1, 0.5), 1.0, 2.0), None])
    assert pooled[1] > 0.65


def test_no_sense_has_a_veto(fusion: Fusion) -> None:
    never = np.array([1 - 6e-6, 1e-6, 1e-6, 1e-6, 1e-6, 1e-6, 1e-6], np.float32)
    pooled, _ = fusion([Said(one(1, 0.8)), Said(one(1, 0.8), 1.0, 2.0), Said(never, 1.0, 5)])
    assert EMOTIONS[int(pooled.argmax())] == "joy"


def test_a_word_that_has_gone_stale_changes_nothing(fusion: Fusion) -> None:
    alone, _ = fusion([Said(one(1, 0.6)), None, None])
    beside, share = fusion([Said(one(1, 0.6)), Said(one(3, 0.99), 1e-4, 3.0), None])
    np.testing.assert_allclose(beside, alone, atol=2e-3)
    assert share[1] < 1e-3
