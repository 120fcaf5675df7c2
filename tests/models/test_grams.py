"""N-grams and manner: which are kept, and what a line becomes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.models.grams import FIELDS, MANNER, Grams, Line, choose, terms, words

LEAST = {name: 2 for name in FIELDS if name != "manner"}
WHY = Line("Why not?", "Bob")
KNOWN = choose([(Line("no no way", "Ann"), [WHY]), (Line("why no way", "Ann"), [WHY, WHY])], LEAST)


def values(line: str, *before: Line, speaker: str = "Ann") -> dict[str, dict[str, float]]:
    return terms(Line(line, speaker), before)


def test_only_terms_in_enough_lines_are_kept_per_field() -> None:
    assert {"no", "no way", "way"} <= set(KNOWN.known["words"])
    assert "no no" not in KNOWN.known["words"]
    assert KNOWN.known["before"] == ["?", "not", "why"]
    assert KNOWN.known["earlier"] == []


def test_a_term_counts_with_one_plus_the_logarithm_of_how_often_it_occurs() -> None:
    assert values("no no no")["words"]["no"] == pytest.approx(1 + np.log(3))


def test_words_are_paired_up_to_three_apart_and_with_the_ends_of_the_line() -> None:
    found = values("oh my god")["words"]
    assert {"oh my", "oh  god", "oh   >", "< oh", "god >"} <= found.keys()
    assert "<    >" not in found


def test_letters_run_across_words() -> None:
    assert {"h m", " oh", "y "} <= values("oh my")["letters"].keys()


def test_terms_of_the_line_before_are_told_from_those_of_the_line() -> None:
    nothing, line, before = (
        set(KNOWN.encode(*read)[0].tolist())
        for read in ((Line(""), [Line("")]), (Line("why"), [Line("")]), (Line(""), [Line("why")]))
    )
    assert line - nothing and before - nothing
    assert not (line - nothing) & (before - nothing)


def test_the_line_before_and_the_one_before_that_are_told_apart() -> None:
    found = values("yes", Line("one"), Line("two"), Line("three"))
    assert (set(found["before"]), set(found["earlier"])) == ({"three"}, {"two"})


@pytest.mark.parametrize(
    ("line", "manner"),
    [
        ("Stop it!!!", {"!!!", "ends !", "1-4 words"}),
        ("You did WHAT?!", {"?!", "capitals"}),
        ("Nooo, I don't want to.", {"drawl", "negation", "ends ."}),
        ("Haa, heh!", {"laughter"}),
        ("Oh, that is so, so nice\u2026", {"...", "exclamation", "commas"}),
    ],
)
def test_manner_is_how_a_line_is_said(line: str, manner: set[str]) -> None:
    assert manner <= values(line)["manner"].keys() <= set(MANNER)


@pytest.mark.parametrize(
    ("before", "expected"),
    [([], "first line"), ([Line("so", "Ann")], "own line before"), ([Line("so", "Bob")], "line before")],
)
def test_manner_tells_whose_the_line_before_was(before: list[Line], expected: str) -> None:
    turns = {"first line", "own line before", "line before"}
    assert values("yes", *before)["manner"].keys() & turns == {expected}


def test_what_is_cried_is_told_from_what_is_said() -> None:
    assert "^no" in values("NO")["cries"]
    assert values("sooooo")["cries"].keys() == values("soo")["cries"].keys()


def test_ids_of_a_field_are_contiguous_in_the_order_of_the_fields() -> None:
    ids, _ = KNOWN.encode(Line("no way!", "Ann"), [WHY])
    ends = np.cumsum(KNOWN.sizes)
    assert set(np.searchsorted(ends, ids, "right")) == {0, 1, 2, 3, 5}  # nothing stood earlier
    assert ends[-1] - ends[-2] == len(MANNER)


def test_typographic_marks_are_plain_ones() -> None:
    assert words("You\u2019re\u2026") == ["you're", "..."]


@given(st.text(max_size=100), st.text(max_size=100))
def test_any_line_can_be_encoded(line: str, before: str) -> None:
    ids, found = KNOWN.encode(Line(line), [Line(before)])
    assert len(ids) == len(found) == len(set(ids))
    assert (found > 0).all()


def test_a_very_long_line_costs_no_more_than_a_long_one() -> None:
    found = values("word " * 50_000 + "x" * 50_000, Line("word " * 50_000))
    assert sum(len(each) for each in found.values()) < 100
    assert max(value for each in found.values() for value in each.values()) < 15


def test_a_table_without_terms_knows_nothing() -> None:
    ids, found = Grams({name: [] for name in FIELDS}).encode(Line("hello"), [Line("there")])
    assert ids.shape == found.shape == (0,)
