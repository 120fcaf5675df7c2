"""The pairs that fusion learns from, and that it learns whom to trust."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="training needs the train extra")

from mien.models.training.fusion import (
    CLASSES,
    FOLDS,
    Floats,
    Sense,
    by_hand,
    draw,
    fit,
    folds,
    learned,
    score,
)

ITEMS = 20 * CLASSES


def sense(right: float, seed: int) -> Sense:
    """A recognizer that is always equally sure, and right with a probability of its own."""
    random = np.random.default_rng(seed)
    label = np.arange(ITEMS) % CLASSES
    said = np.where(random.random(ITEMS) < right, label, random.integers(CLASSES, size=ITEMS))
    probability: Floats = np.full((ITEMS, 1, CLASSES), 0.4 / (CLASSES - 1), np.float32)
    probability[np.arange(ITEMS), 0, said] = 0.6
    return Sense(
        probability,
        np.ones((ITEMS, 1), np.float32),
        label.astype(np.int64),
        np.array(["one", "two"])[np.arange(ITEMS) // CLASSES % 2],
        np.zeros(ITEMS, np.int64),
    )


@pytest.fixture
def senses() -> list[Sense]:
    return [sense(1.0, 1), sense(0.5, 2), sense(0.2, 3)]


def everything() -> list[NDArray[np.bool_]]:
    return [np.ones(ITEMS, np.bool_)] * 3


def test_without_contradiction_all_senses_have_the_target_as_label(senses: list[Sense]) -> None:
    pairs = draw(senses, everything(), 500, np.random.default_rng(0), contrary=0.0)
    assert (pairs.labels == pairs.target[:, None]).all()
    assert pairs.fresh.any(1).all()
    assert {tuple(each) for each in pairs.fresh.tolist()} > {(1, 0, 0), (0, 1, 0), (1, 1, 1)}


def test_a_contrary_sense_is_alone_in_its_label_and_the_majority_is_the_target(senses: list[Sense]) -> None:
    pairs = draw(senses, everything(), 200, np.random.default_rng(0), contrary=1.0, only=(1, 1, 1))
    assert ((pairs.labels == pairs.target[:, None]).sum(1) == 2).all()


def test_of_two_that_differ_the_surer_of_its_own_label_is_the_target(senses: list[Sense]) -> None:
    pairs = draw(senses, everything(), 200, np.random.default_rng(0), contrary=1.0, only=(1, 1, 0))
    own = np.take_along_axis(pairs.probability, pairs.labels[:, :, None], 2)[:, :2, 0]
    differ = own[:, 0] != own[:, 1]
    assert differ.sum() > 50
    surer = np.take_along_axis(pairs.labels[:, :2], own.argmax(1)[:, None], 1)[:, 0]
    assert (pairs.target == surer)[differ].all()


def test_only_the_items_to_use_are_drawn(senses: list[Sense]) -> None:
    marked = replace(senses[0], amount=np.arange(ITEMS, dtype=np.float32)[:, None])
    use = [np.arange(ITEMS) < ITEMS // 2, *everything()[1:]]
    pairs = draw([marked, *senses[1:]], use, 500, np.random.default_rng(0), only=(1, 1, 1))
    assert pairs.amount[:, 0].max() < ITEMS // 2


def test_a_person_stands_in_one_fold() -> None:
    people = np.array([f"p{i % 7}" for i in range(50)])
    found = folds(people, np.zeros(50, np.int64))
    assert all(len(set(found[people == name])) == 1 for name in people)


def test_an_emotion_that_few_people_show_is_in_every_fold() -> None:
    people = np.array([f"p{i % 40}" for i in range(200)])
    label = np.where(np.arange(200) % 40 < FOLDS, 1, 0)
    found = folds(people, label)
    assert set(found[label == 1]) == set(range(FOLDS))


def test_it_learns_which_sense_is_right_more_often(senses: list[Sense]) -> None:
    senses = senses[::-1]  # the face guesses, the text knows
    pairs = draw(senses, everything(), 4000, np.random.default_rng(0), contrary=0.0)
    net = fit(pairs, steps=200)
    test = draw(senses, everything(), 400, np.random.default_rng(1), contrary=0.0, only=(1, 1, 1))
    assert score(learned(net), test)["uar"] > score(by_hand, test)["uar"] + 0.05
