"""Scores of a classifier: accuracy, unweighted average recall, F1, confusion, calibration error."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Matrix = NDArray[np.int64]


def confusion(truth: Labels, predicted: Labels, classes: int) -> Matrix:
    """Return counts, one row per true class and one column per predicted class."""
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (truth, predicted), 1)
    return counts


def accuracy(counts: Matrix) -> float:
    """Return the share of items on the diagonal; 0 when there are none."""
    return float(np.trace(counts) / max(counts.sum(), 1))


def recalls(counts: Matrix) -> NDArray[np.float64]:
    """Return the recall of each class, NaN where a class has no item."""
    totals = counts.sum(1)
    found = np.full(len(counts), np.nan)
    np.divide(np.diag(counts), totals, out=found, where=totals > 0)
    return found


def uar(counts: Matrix) -> float:
    """Return the unweighted average recall over the classes that occur; 0 when there are none."""
    values = recalls(counts)
    return float(np.nanmean(values)) if np.isfinite(values).any() else 0.0


def f1_scores(counts: Matrix) -> NDArray[np.float64]:
    """Return F1 of each class; 0 where a class neither occurs nor is predicted."""
    both = counts.sum(0) + counts.sum(1)
    found = np.zeros(len(counts))
    np.divide(2.0 * np.diag(counts), both, out=found, where=both > 0)
    return found


def weighted_f1(counts: Matrix) -> float:
    """Return F1 averaged over classes by their number of items."""
    return float((f1_scores(counts) * counts.sum(1)).sum() / max(counts.sum(), 1))


def calibration_error(truth: Labels, probability: NDArray[np.floating], bins: int = 10) -> float:
    """Return the expected calibration error: mean gap of confidence and accuracy over equal bins."""
    top = probability.max(1)
    hit = probability.argmax(1) == truth
    which = np.minimum((top * bins).astype(int), bins - 1)
    gaps = [abs(hit[which == b].sum() - top[which == b].sum()) for b in range(bins)]
    return float(sum(gaps) / max(len(truth), 1))


def bootstrap(
    truth: Labels,
    predicted: Labels,
    groups: NDArray[np.int64],
    score: Callable[[Matrix], float],
    *,
    classes: int,
    rounds: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the 95 % interval of a score when whole groups (people) are drawn with replacement."""
    members = [np.flatnonzero(groups == g) for g in np.unique(groups)]
    tables = np.stack([confusion(truth[m], predicted[m], classes) for m in members])
    random = np.random.default_rng(seed)
    values = [score(tables[random.integers(len(members), size=len(members))].sum(0)) for _ in range(rounds)]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
