"""N-grams: which are kept, and what a line becomes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mien.models.grams import Grams, choose, terms

KNOWN = choose([("no no way", "why"), ("no way", "why not")], {"word": 2, "letters": 2, "before": 2})


def test_only_terms_in_enough_lines_are_kept_per_field() -> None:
    assert KNOWN.known["word"] == ["no", "no way", "way"]
    assert KNOWN.known["before"] == ["why"]


def test_a_term_counts_with_one_plus_the_logarithm_of_how_often_it_occurs() -> None:
    ids, values = KNOWN.encode("no no no", "")
    assert values[list(ids).index(0)] == np.float32(1 + np.log(3))


def test_terms_of_the_line_before_are_told_from_those_of_the_line() -> None:
    line, _ = KNOWN.encode("why", "")
    before, _ = KNOWN.encode("", "why")
    assert not set(line) & set(before)


def test_ids_of_a_field_are_contiguous_in_the_order_of_the_fields() -> None:
    ids, _ = KNOWN.encode("no way", "why")
    assert ids.min() == 0
    assert ids.max() == sum(KNOWN.sizes) - 1


def test_a_line_of_nothing_known_has_no_terms() -> None:
    ids, values = Grams({"word": [], "letters": [], "before": []}).encode("hello", "there")
    assert ids.shape == values.shape == (0,)


@given(st.text(max_size=100), st.text(max_size=100))
def test_any_line_can_be_encoded(line: str, before: str) -> None:
    ids, values = KNOWN.encode(line, before)
    assert len(ids) == len(values)
    assert (values >= 1).all()


def test_a_very_long_line_is_cut() -> None:
    assert sum(terms("word " * 5000, "")["word"].values()) < 500
