import numpy as np
import pytest

from mien.runtime.express.spring import Spring

FREQUENCY = np.array([6.0, 14.0, 40.0])


def spring() -> Spring:
    return Spring.at_rest(np.zeros((3, 2), np.float32), FREQUENCY)


def test_it_reaches_a_target_without_ever_overshooting() -> None:
    target = np.array([[1, 0.1], [0.5, 0], [0.2, 1]], np.float32)
    moving = spring()
    path = np.stack([moving.step(target, 1 / 60).copy() for _ in range(240)])
    assert (path <= target + 1e-6).all()
    assert (np.diff(path, axis=0) >= -1e-6).all()
    assert path[-1] == pytest.approx(target, abs=1e-4)


def test_half_the_way_takes_1_68_over_omega() -> None:
    for column, omega in enumerate(FREQUENCY):
        moving = spring()
        assert moving.step(np.ones((3, 2), np.float32), 1.678 / omega)[column, 0] == pytest.approx(
            0.5, abs=1e-3
        )


def test_splitting_a_step_changes_nothing() -> None:
    target = np.full((3, 2), 0.7, np.float32)
    whole, split = spring(), spring()
    whole.step(target, 0.1)
    for _ in range(10):
        split.step(target, 0.01)
    assert split.position == pytest.approx(whole.position, abs=1e-5)
    assert split.velocity == pytest.approx(whole.velocity, abs=1e-4)


def test_a_target_that_jumps_never_makes_the_position_jump() -> None:
    moving = spring()
    rng = np.random.default_rng(5)
    before = moving.position.copy()
    for _ in range(200):
        after = moving.step(rng.integers(0, 2, (3, 2)).astype(np.float32), 1 / 60).copy()
        # From rest, a unit step moves at most 1 - (1 + ω dt) e^(-ω dt) in dt; in motion at most ω/e·dt more.
        assert (abs(after - before) <= (FREQUENCY / 60 * (1 / np.e + FREQUENCY / 60))[:, None]).all()
        before = after
