"""Model cards: what `mien models` lists."""

from pathlib import Path

import pytest

from mien.models.cards import CardError, installed, read

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
    ],
)
def test_a_card_that_cannot_be_read_says_where_and_what_would_be_right(
    content: str, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(CardError, match=problem):
        read(card(tmp_path, content))


def test_weights_without_a_card_are_told_not_hidden(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"")
    cards, problems = installed(tmp_path)
    assert cards == []
    assert len(problems) == 1


def test_every_file_of_weights_that_ships_has_a_card() -> None:
    cards, problems = installed()
    assert problems == []
    assert "text" in {c.name for c in cards}
