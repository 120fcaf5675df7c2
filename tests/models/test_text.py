"""The text recognizer that ships, line by line."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.bridge.messages import EMOTIONS, TEXT_USED
from mien.models import evaluate_text
from mien.models.manifest import ManifestError
from mien.models.shipped import WeightsError
from mien.models.text import TEXT, Line, TextRecognizer, TextState, read_vocabulary


@pytest.fixture(scope="module")
def recognizer() -> TextRecognizer:
    return TextRecognizer()


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("Oh my God, I love it! That's so great, congratulations!", "joy"),
        ("I'm so sorry. I miss her so much.", "sadness"),
        ("What?! Oh my God! Really?", "surprise"),
        ("Shut up! I hate you! Get out of my house, you stupid idiot!", "anger"),
        ("The meeting is on Tuesday at the office.", "neutral"),
    ],
)
def test_plain_lines_are_read_as_anybody_would(text: str, emotion: str, recognizer: TextRecognizer) -> None:
    estimate = recognizer.step(TextState(), Line(text, "Ann"), 5)
    assert EMOTIONS[int(estimate.emotion.argmax())] == emotion
    assert estimate.emotion.sum() == pytest.approx(1, abs=1e-4)
    assert (estimate.used, estimate.t) == (TEXT_USED, 5)


def test_a_line_of_nothing_is_no_evidence_and_is_not_remembered(recognizer: TextRecognizer) -> None:
    state = TextState()
    estimate = recognizer.step(state, Line("  \n "), 0)
    assert (estimate.used, estimate.confidence, estimate.emotion.sum()) == (0, 0, 0)
    assert not state.before


@pytest.mark.parametrize("short", ["Oh.", "What?", "Really?"])
def test_what_was_said_before_changes_what_a_short_line_means(short: str, recognizer: TextRecognizer) -> None:
    good = (
        "Oh my God, that's so great! Congratulations!",
        "Hey, that's awesome!",
        "I love you. Happy birthday!",
    )
    bad = (
        "You lied to me! I hate you!",
        "Get out of my house! Shut up!",
        "I can't believe you did that, you idiot!",
    )

    def after(line: str) -> float:
        state = TextState()
        recognizer.step(state, Line(line, "Ann"), 0)
        return recognizer.step(state, Line(short, "Bob"), 1).valence

    assert min(map(after, good)) > max(map(after, bad))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=80), st.text(max_size=5)), max_size=5))
def test_any_dialogue_gives_probabilities_or_nothing(lines: list[tuple[str, str]]) -> None:
    recognizer, state = _shared(), TextState()
    for t, (text, speaker) in enumerate(lines):
        estimate = recognizer.step(state, Line(text, speaker), t)
        total = float(estimate.emotion.sum())
        assert np.isfinite(estimate.emotion).all()
        assert total == pytest.approx(1 if estimate.used else 0, abs=1e-3)
        assert -1 <= estimate.valence <= 1


def _shared() -> TextRecognizer:
    if not hasattr(_shared, "recognizer"):
        _shared.recognizer = TextRecognizer()  # type: ignore[attr-defined]
    return _shared.recognizer  # type: ignore[attr-defined, no-any-return]


def test_a_very_long_line_is_read_by_its_end(recognizer: TextRecognizer) -> None:
    estimate = recognizer.step(TextState(), Line("word " * 50_000 + "I hate you! Shut up!"), 0)
    assert estimate.emotion.sum() == pytest.approx(1, abs=1e-3)


def test_the_shipped_files_are_small() -> None:
    assert TEXT.stat().st_size + TEXT.with_suffix(".vocabulary.json").stat().st_size < 8_000_000


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"words": ["a"], "letters": 3}', '{"subwords": {}}'])
def test_a_file_that_is_no_vocabulary_is_named(content: str, tmp_path: Path) -> None:
    file = tmp_path / "text.vocabulary.json"
    file.write_text(content)
    with pytest.raises(WeightsError, match="is not the vocabulary of a text network"):
        read_vocabulary(file)


def test_a_missing_network_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no such file"):
        TextRecognizer(tmp_path / "text.onnx")


def test_a_table_is_scored_with_its_dialogues_kept_apart(recognizer: TextRecognizer, tmp_path: Path) -> None:
    table = tmp_path / "test.csv"
    table.write_text(
        "dialogue,utterance,speaker,text,label\n"
        "0,0,Ann,I love it! This is so great!,joy\n0,1,Bob,Hm.,confusion\n1,0,Ann,It is on Tuesday.,calm\n"
    )
    scores = evaluate_text.evaluate(table, recognizer)
    assert (scores["n"], scores["left_out"], scores["accuracy"]) == (2, 1, 1.0)
    assert scores["classes"] == list(EMOTIONS)
    assert scores["per_class"]["fear"] is None
    assert json.dumps(scores)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("dialogue,text,label\n", ":1: column speaker is missing"),
        ("dialogue,speaker,text,label\n", "has no rows"),
    ],
)
def test_a_table_that_cannot_be_scored_says_why(
    content: str, problem: str, recognizer: TextRecognizer, tmp_path: Path
) -> None:
    table = tmp_path / "test.csv"
    table.write_text(content)
    with pytest.raises(ManifestError, match=problem):
        evaluate_text.evaluate(table, recognizer)


def test_a_vocabulary_of_another_network_is_found_out_at_once(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_bytes(TEXT.read_bytes())
    terms = read_vocabulary(TEXT.with_suffix(".vocabulary.json")).known
    more = {**terms, "words": [*terms["words"], *(f"new {i}" for i in range(1000))]}
    (tmp_path / "text.vocabulary.json").write_text(json.dumps(more))
    with pytest.raises(WeightsError, match="was made for another version"):
        TextRecognizer(tmp_path / "text.onnx")
