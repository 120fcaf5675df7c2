"""Model cards: what `mien models` lists."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from mien.bridge.messages import FACE_USED, VideoFrame
from mien.models.cards import CardError, installed, permissive, read
from mien.models.recognizer import Recognizer
from mien.models.shipped import WeightsError

GOOD = """---
task: text
classes: [neutral, joy]
data: a set
licence: MIT
commercial: false
score: weighted F1 .50 (.45-.55)
---
# More to read
"""


def card(folder: Path, content: str) -> Path:
    file = folder / "net.md"
    file.write_text(content, encoding="utf-8")
    return file


def test_a_card_tells_what_its_file_of_weights_is(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"12345")
    found = read(card(tmp_path, GOOD))
    assert (found.name, found.size, found.classes, found.commercial) == ("net", 5, ("neutral", "joy"), False)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("# net\n", ":1: has no front matter"),
        ("---\ntask: text\n---\n", ":2: its front matter lacks classes"),
        ("---\n[1\n---\n", "is not YAML"),
        ("---\n- a\n---\n", "should be lines of `name: value`"),
        (GOOD.replace("false", "maybe"), "commercial true or false"),
        (GOOD.replace("[neutral, joy]", "two"), "classes should be a list"),
        (GOOD.replace("task:", "trained_on: faces\ntask:"), "trained_on should be a list"),
        (GOOD.replace("task:", "trained_on: ['']\ntask:"), "trained_on should be a list"),
    ],
)
def test_a_card_that_cannot_be_read_says_where_and_what_would_be_right(
    content: str, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(CardError, match=problem):
        read(card(tmp_path, content))


def test_a_card_tells_which_splits_of_which_sets_taught_its_file(tmp_path: Path) -> None:
    content = GOOD.replace("task:", "trained_on: [faces_a train dev, faces_b train]\ntask:")
    assert read(card(tmp_path, content)).trained_on == {"faces_a": ("train", "dev"), "faces_b": ("train",)}


def test_weights_without_a_card_are_told_not_hidden(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"")
    cards, problems = installed(tmp_path)
    assert cards == []
    assert len(problems) == 1


def test_a_face_can_be_read_with_what_ships_and_allows_commercial_use(drawn: Any) -> None:
    weights, left_out = permissive()
    assert weights.face.stem == "face_permissive"
    assert weights.align.stem == "align_permissive"
    assert "face" not in left_out
    for file in filter(None, (getattr(weights, part.name) for part in fields(weights))):
        assert read(file.with_suffix(".md")).commercial
    recognizer = Recognizer(weights)
    (estimate,) = recognizer.step(recognizer.start(), VideoFrame(t=0, pixels=drawn.face), 0)
    assert estimate.used == FACE_USED
    assert estimate.blend.any()


@pytest.mark.parametrize(
    ("free", "chosen", "left_out"),
    [
        ({"align", "face"}, {"align": "align", "face": "face"}, ["voice"]),
        ({"align", "face_free", "voice_b"}, {"align": "align", "face": "face_free", "voice": "voice_b"}, []),
        ({"align_a", "align_b", "face"}, {"align": "align_a", "face": "face"}, ["voice"]),
    ],
)
def test_of_weights_for_one_task_the_first_that_allows_commercial_use_is_taken(
    tmp_path: Path, free: set[str], chosen: dict[str, str], left_out: list[str]
) -> None:
    for name in {"align", "face", "voice"} | free:
        (tmp_path / f"{name}.onnx").write_bytes(b"")
        content = GOOD.replace("commercial: false", f"commercial: {str(name in free).lower()}")
        (tmp_path / f"{name}.md").write_text(content)
    weights, out = permissive(tmp_path)
    found = {part.name: getattr(weights, part.name) for part in fields(weights)}
    assert {role: file.stem for role, file in found.items() if file} == chosen
    assert out == left_out


def test_what_a_recognizer_needs_and_no_weights_allow_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no align weights allow commercial use") as error:
        permissive(tmp_path)
    assert "\n" not in str(error.value)


def test_every_file_of_weights_that_ships_has_a_card() -> None:
    cards, problems = installed()
    assert problems == []
    assert "text" in {c.name for c in cards}
