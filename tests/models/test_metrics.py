import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.models import metrics

TRUTH = np.array([0, 0, 0, 1, 1, 2])
SAID = np.array([0, 0, 1, 1, 1, 0])
COUNTS = metrics.confusion(TRUTH, SAID, 4)


def test_rows_of_the_confusion_are_true_classes() -> None:
    assert COUNTS.tolist() == [[2, 1, 0, 0], [0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


def test_scores_of_a_small_example_worked_by_hand() -> None:
    assert metrics.accuracy(COUNTS) == pytest.approx(4 / 6)
    assert metrics.uar(COUNTS) == pytest.approx((2 / 3 + 1 + 0) / 3)
    f1 = [2 * 2 / 6, 2 * 2 / 5, 0]
    assert metrics.weighted_f1(COUNTS) == pytest.approx((3 * f1[0] + 2 * f1[1] + f1[2]) / 6)


def test_a_class_that_does_not_occur_has_no_recall() -> None:
    assert np.isnan(metrics.recalls(COUNTS)[3])


def test_no_items_score_zero() -> None:
    empty = np.zeros((3, 3), np.int64)
    assert (metrics.accuracy(empty), metrics.uar(empty), metrics.weighted_f1(empty)) == (0, 0, 0)


def test_calibration_error_is_the_gap_of_confidence_and_accuracy() -> None:
    sure = np.tile(np.array([0.95, 0.05], np.float32), (100, 1))
    truth = np.array([0] * 60 + [1] * 40)
    assert metrics.calibration_error(truth, sure) == pytest.approx(0.35, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60))
def test_scores_lie_between_zero_and_one(pairs: list[tuple[int, int]]) -> None:
    truth, said = (np.array(each) for each in zip(*pairs, strict=True))
    counts = metrics.confusion(truth, said, 4)
    for score in (metrics.accuracy, metrics.uar, metrics.weighted_f1):
        assert 0 <= score(counts) <= 1


def test_the_interval_is_wide_when_there_are_few_people() -> None:
    random = np.random.default_rng(1)
    truth = random.integers(0, 4, 400)
    hit = np.repeat(random.random(20) < 0.7, 20)  # a person is read all right or all wrong
    said = np.where(hit, truth, (truth + 1) % 4)

    def width(groups: NDArray[np.int64]) -> float:
        low, high = metrics.bootstrap(truth, said, groups, metrics.accuracy, classes=4)
        assert low <= metrics.accuracy(metrics.confusion(truth, said, 4)) <= high
        return high - low

    assert width(np.repeat(np.arange(20), 20)) > 2 * width(np.arange(400))
