"""Scores on what networks learned from are told to be none on strangers."""

from pathlib import Path

import pytest

from mien.models.cards import Card, installed
from mien.models.strangers import warning


def card(name: str, classes: tuple[str, ...] = ("joy",), **sets: tuple[str, ...]) -> Card:
    return Card(name, 1, "task", classes, "data", "licence", False, "score", trained_on=sets)


FACE = card("face", faces_a=("train", "dev"))
ALIGN = card("align", (), faces_a=("train",))


def test_a_set_that_the_networks_learned_from_is_named_with_its_splits_and_a_card() -> None:
    told = warning(Path("sets/faces_a/manifest.csv"), {"dev"}, [ALIGN, FACE])
    assert told == (
        "these networks learned from faces_a (train, dev): this is no score on strangers; "
        "see models/weights/face.md"
    )


@pytest.mark.parametrize(
    ("table", "splits", "warned"),
    [
        ("faces_a/manifest.csv", {"train", "test"}, True),
        ("faces_a/manifest.csv", {"test"}, False),
        ("faces_a/manifest.csv", {""}, True),
        ("faces_a/part/manifest.csv", {"dev"}, True),
        ("faces_a/dev.csv", {""}, True),
        ("faces_a/test.csv", {""}, False),
        ("faces_b/manifest.csv", {"train"}, False),
        ("faces_a_more/manifest.csv", {"train"}, False),
    ],
)
def test_only_splits_that_were_learned_in_a_folder_of_the_sets_name_are_warned_of(
    table: str, splits: set[str], warned: bool
) -> None:
    assert bool(warning(Path(table), splits, [FACE])) == warned


def test_networks_whose_cards_name_no_set_are_not_warned_of() -> None:
    assert warning(Path("faces_a/manifest.csv"), {"train"}, [card("face_permissive")]) == ""


def test_of_what_ships_all_that_photographs_or_people_taught_says_so() -> None:
    learned = {each.name: each.trained_on for each in installed()[0]}
    assert learned["face"] == {"faces_ck48": ("train", "dev"), "faces_web112": ("train", "dev")}
    assert learned["text"] == {"text_meld": ("train", "dev")}
    assert {name for name, sets in learned.items() if not sets} == {"face_permissive", "align_permissive"}
