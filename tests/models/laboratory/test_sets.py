"""Sets, their manifests, and that nobody stands on both sides."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bridge.messages import EMOTIONS
from mien.models.laboratory import sets
from mien.models.laboratory.sets import POLARITIES, Entry
from mien.models.manifest import ManifestError


def entry(subject: str, split: str = "train", label: str = "joy", **extra: str) -> Entry:
    return Entry(Path("a.png"), label, subject, "", split, extra)


def test_every_kind_of_set_is_found_by_its_name_and_read_through_one_interface(data: Path) -> None:
    found = {d.name: d for d in sets.find([data])}
    assert set(found) == {"faces_toy", "speech_toy", "text_toy", "pairs_toy"}
    assert found["faces_toy"].kind == "faces"
    assert found["faces_toy"].classes() == ("neutral", "joy", "anger")
    assert len(found["faces_toy"].split("dev")) == 18
    assert found["pairs_toy"].entries[0].extra["text"]
    assert found["text_toy"].split("dev")[0].subject == "dev0"


def test_a_split_in_which_a_subject_stands_on_both_sides_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "faces_leaky"
    folder.mkdir()
    sets.write([entry("Ann"), entry("Bob", "dev"), entry("Ann", "dev")], folder / "manifest.csv")
    with pytest.raises(ManifestError, match="subject Ann stands in both train and dev: divide by subject"):
        sets.read(folder)


@given(st.lists(st.sampled_from("abcdefghijkl"), min_size=1, max_size=60), st.integers(0, 99))
def test_dividing_never_parts_a_subject(subjects: list[str], seed: int) -> None:
    divided = sets.divide([entry(s, "") for s in subjects], seed=seed)
    sets.check_apart(divided)
    assert {e.split for e in divided} <= {"train", "dev"}
    assert [e.subject for e in divided] == subjects


def test_a_subject_keeps_its_side_when_others_join() -> None:
    few = sets.divide([entry(s, "") for s in "abcd"])
    many = sets.divide([entry(s, "") for s in "abcdefgh"])
    assert [e.split for e in few] == [e.split for e in many[:4]]


def test_early_stopping_looks_at_subjects_out_of_train_that_are_not_trained_on(data: Path) -> None:
    train = sets.read(data / "faces_toy").split("train")
    held = sets.holdout(train, EMOTIONS)
    sets.check_apart(held)
    assert {e.split for e in held} == {"train", "stop"}


@pytest.mark.parametrize(
    ("label", "sentiment", "polarity"),
    [("joy", "", 2), ("calm", "", 1), ("fear", "", 0), ("surprise", "", None), ("surprise", "positive", 2)],
)
def test_polarity_follows_from_the_sentiment_if_given_else_from_the_emotion(
    label: str, sentiment: str, polarity: int | None
) -> None:
    assert entry("a", label=label, sentiment=sentiment).index(POLARITIES) == polarity


def test_calm_counts_as_neutral_and_boredom_as_nothing() -> None:
    assert entry("a", label="calm").index(EMOTIONS) == 0
    assert entry("a", label="boredom").index(EMOTIONS) is None


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("path,label,subject,split\na.png,joy,A,train\n", ":1: column gender is missing"),
        ("path,label,subject,gender,split\na.png,,A,,train\n", ":2: label or subject is empty"),
        ("path,label,subject,gender,split\n", "has no rows"),
    ],
)
def test_a_manifest_that_cannot_be_used_says_where_and_why(
    content: str, problem: str, tmp_path: Path
) -> None:
    folder = tmp_path / "faces_bad"
    folder.mkdir()
    (folder / "manifest.csv").write_text(content)
    with pytest.raises(ManifestError, match=problem):
        sets.read(folder)


def test_a_folder_without_a_manifest_says_what_makes_one(tmp_path: Path) -> None:
    (tmp_path / "faces_none").mkdir()
    with pytest.raises(ManifestError, match="`mien dataset` makes one"):
        sets.read(tmp_path / "faces_none")


def test_a_folder_whose_name_does_not_tell_its_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="the name should begin with what the set holds"):
        sets.read(tmp_path)
