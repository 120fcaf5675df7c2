"""Byte-pair encoding: learning and splitting."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.models.grams import words
from mien.models.laboratory.subwords import UNKNOWN, Subwords, VocabularyError
from mien.models.laboratory.vocabulary import learn

LINES = ["low lower lowest", "new newer newest", "wide wider widest", "low new wide"] * 3
VOCABULARY = learn(LINES, 60)


def test_the_pair_seen_most_is_merged_first_and_ties_go_by_the_alphabet() -> None:
    # In "aab aab ab", a+b stands three times, a+a twice.
    assert learn(["aab aab ab"], 100, least=2).merges[0] == ("a", "b")
    assert learn(["ab cd ab cd"], 100, least=2).merges[0] == ("a", "b")


def test_frequent_words_become_one_piece_and_strange_ones_several() -> None:
    assert len(VOCABULARY.encode("low")) == 1
    assert len(VOCABULARY.encode("lowlow")) > 1
    assert VOCABULARY.encode("q") == [UNKNOWN, VOCABULARY.encode("q")[1]]


def test_a_vocabulary_never_exceeds_its_size() -> None:
    assert len(learn(LINES, 30)) == 30


@given(st.text(alphabet="lowernstid ", max_size=60))
def test_pieces_put_together_are_the_words_again(line: str) -> None:
    pieces = "".join(VOCABULARY.pieces[i] for i in VOCABULARY.encode(line))
    assert pieces.split("_")[:-1] == words(line)


@given(st.text(max_size=200))
def test_any_text_can_be_encoded(line: str) -> None:
    assert all(0 < i < len(VOCABULARY) for i in VOCABULARY.encode(line))


def test_a_vocabulary_survives_json() -> None:
    again = Subwords.of(json.loads(json.dumps(VOCABULARY.content())))
    assert again.encode("lower newest!") == VOCABULARY.encode("lower newest!")


@pytest.mark.parametrize("content", [{}, {"letters": ["a"], "merges": ["a"]}, {"letters": 3, "merges": []}])
def test_what_is_no_vocabulary_is_refused(content: dict[str, list[str]]) -> None:
    with pytest.raises(VocabularyError):
        Subwords.of(content)


def test_words_are_lower_case_with_plain_apostrophes_and_runs_of_marks() -> None:
    assert words("It’s GREAT!! Oh…") == ["it's", "great", "!!", "oh", "..."]
