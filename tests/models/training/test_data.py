from pathlib import Path

import numpy as np
import pytest

from mien.models.manifest import Row
from mien.models.training.data import FOLDS, fold_of, sampling_weights


@pytest.fixture
def rows() -> list[Row]:
    random = np.random.default_rng(0)
    return [
        Row(Path("a"), random.choice(["joy", "fear"], p=[0.9, 0.1]), f"S{i % 23}", "train")
        for i in range(400)
    ]


def test_no_person_is_in_two_folds(rows: list[Row]) -> None:
    fold = fold_of(rows)
    homes: dict[str, set[int]] = {}
    for row, k in zip(rows, fold, strict=True):
        homes.setdefault(row.subject, set()).add(int(k))
    assert all(len(each) == 1 for each in homes.values())
    assert set(fold) == set(range(FOLDS))


def test_rare_classes_are_drawn_more_often_but_not_evenly(rows: list[Row]) -> None:
    weight = sampling_weights(rows, 0.3)
    assert weight.sum() == pytest.approx(0.3)
    fear = np.array([row.label == "fear" for row in rows])
    share = weight[fear].sum() / weight.sum()
    assert fear.mean() < share < 0.5
