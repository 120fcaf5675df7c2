import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.behavior import affect
from mien.behavior.library import DEFAULT_EMOTIONS, Personality

VALERIE = Personality(0.4, 0.8, 0.6, 0.3, 0.4)
PLACES = np.array([emotion.pad for emotion in DEFAULT_EMOTIONS])
levels = st.floats(affect.EDGE, 1 - affect.EDGE)
rates = st.floats(0, 50)


@pytest.mark.parametrize(("alma_compat", "pad"), [(True, (0.38, -0.08, 0.50)), (False, (0.23, 0.38, 0.50))])
def test_default_mood_is_almas_printed_example_or_the_corrected_one(
    alma_compat: bool, pad: tuple[float, float, float]
) -> None:
    assert affect.default_mood(VALERIE, alma_compat) == pytest.approx(pad, abs=0.005)


def test_decay_halves_the_distance_home_in_one_half_life() -> None:
    rate = np.array([affect.LN2 / 10.0])
    x = affect.relax(np.array([[0.9]]), np.array([[0.1]]), rate, 10.0)
    assert x[0, 0] == pytest.approx(0.5)


@given(levels, levels, st.floats(0.001, 5), rates, rates, rates, levels, st.floats(0, 1e4), st.floats(0, 1))
def test_relax_stays_inside_and_splitting_dt_changes_nothing(
    x: float, home: float, rate: float, up: float, down: float, drag: float, q: float, dt: float, at: float
) -> None:
    def step(level: float, seconds: float) -> float:
        return float(
            affect.relax(
                np.array([level]), np.array([home]), np.array([rate]), seconds, up, down, drag * q, drag
            )[0]
        )

    whole = step(x, dt)
    assert 0.0 < whole < 1.0
    assert 0.0 < np.float32(whole) < 1.0
    assert step(step(x, dt * at), dt * (1 - at)) == pytest.approx(whole, abs=1e-5)


@given(levels, st.floats(0, 10), st.floats(0, 1), st.floats(0, 1))
def test_contagion_is_the_ascribe_equation(q: float, g: float, eta: float, beta: float) -> None:
    caught = np.array([[0.7]])
    push, drag = affect.contagion_terms(caught, np.array([[g]]), eta, beta)
    star = 0.7
    slope = g * (eta * (beta * (1 - (1 - star) * (1 - q)) + (1 - beta) * star * q) + (1 - eta) * star - q)
    assert (push - drag * q)[0, 0] == pytest.approx(slope, abs=1e-9)
    assert (push <= drag + 1e-12).all()


def test_without_amplification_contagion_ends_at_what_the_others_show() -> None:
    push, drag = affect.contagion_terms(np.array([[0.8]]), np.array([[5.0]]), 0.0, 0.5)
    x = affect.relax(np.array([[0.1]]), np.array([[0.1]]), np.array([1e-9]), 100.0, 0.0, 0.0, push, drag)
    assert x[0, 0] == pytest.approx(0.8, abs=1e-3)


def _mood(mood: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    home = np.full((1, 7), affect.REST)
    emotion, moods = home.copy(), home.copy()
    emotion[0, 1], moods[0, 1] = 0.8, mood
    return affect.mood_terms(emotion, moods, home, PLACES, 600.0)


def test_emotion_pulls_mood_towards_itself_until_mood_reaches_it() -> None:
    up, push, drag = _mood(0.3)
    assert not up.any()
    assert push[0, 1] / drag[0, 0] == pytest.approx(0.8)


def test_emotion_pushes_mood_further_once_mood_has_reached_it() -> None:
    up, push, drag = _mood(0.999)
    assert up[0, 1] > 0
    assert not push.any()
    assert not drag.any()


def test_without_active_emotion_nothing_moves_mood() -> None:
    home = np.full((2, 7), 0.2)
    up, push, drag = affect.mood_terms(home, home, home, PLACES, 600.0)
    assert not (up.any() or push.any() or drag.any())


@pytest.mark.parametrize(
    ("pad", "name"),
    [
        ((0.9, 0.9, 0.9), "fully exuberant"),
        ((0.5, 0.5, -0.5), "moderately dependent"),
        ((0.1, -0.1, 0.1), "slightly relaxed"),
        ((0.1, -0.1, -0.1), "slightly docile"),
        ((-0.1, 0.1, 0.1), "slightly hostile"),
        ((-0.1, 0.1, -0.1), "slightly anxious"),
        ((-0.1, -0.1, 0.1), "slightly disdainful"),
        ((-0.1, -0.1, -0.1), "slightly bored"),
        ((0.0, 0.0, 0.0), "neutral"),
    ],
)
def test_a_mood_has_one_of_eight_octants_and_a_strength(pad: tuple[float, float, float], name: str) -> None:
    assert affect.octant(np.array(pad)) == name


@pytest.mark.parametrize(
    ("occ", "felt"),
    [("gratitude", "joy"), ("pity", "sadness"), ("fear", "fear"), ("hate", "anger"), ("joy", "joy")],
)
def test_occ_emotions_are_felt_as_what_lies_nearest(occ: str, felt: str) -> None:
    weights = affect.felt_as(occ, DEFAULT_EMOTIONS)
    assert DEFAULT_EMOTIONS[int(weights.argmax())].name == felt
    assert weights.max() == 1.0


def test_read_out_rounds_alike_for_one_character_and_for_many() -> None:
    many = np.random.default_rng(1).uniform(0.01, 0.99, (1000, 7))
    together = affect.read_out(many, PLACES)
    assert (together == np.concatenate([affect.read_out(row[None], PLACES) for row in many])).all()


def test_a_baseline_rises_for_emotions_that_agree_with_the_mood() -> None:
    base = affect.baseline(np.array([0.8, 0.3, 0.2]), DEFAULT_EMOTIONS)
    assert base[1] > affect.REST > base[2]
    assert ((base > 0) & (base < 1)).all()
