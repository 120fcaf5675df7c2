"""Predicates, one at a time and all at once: the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.behavior.columns import Columns, Latches
from mien.behavior.definition import (
    And,
    Comparison,
    Constant,
    Dwell,
    Feeling,
    Hysteresis,
    Not,
    Or,
    Predicate,
)
from mien.behavior.predicates import FOREVER, Memory, feelings, holds, micros
from mien.behavior.regions import Regions

NAMES = ("joy", "fear", "anger")
feeling = st.sampled_from(NAMES).map(Feeling)
level = st.sampled_from([0.2, 0.5, 0.8])
atoms = st.one_of(
    st.booleans().map(Constant),
    st.builds(Comparison, feeling, st.sampled_from(["<", "<=", ">", ">="]), st.one_of(level, feeling)),
    st.builds(Hysteresis, feeling, st.just(0.8), st.just(0.2)),
    st.builds(Hysteresis, feeling, st.just(0.2), st.just(0.8)),
)
predicates: st.SearchStrategy[Predicate] = st.recursive(
    atoms,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=1, max_size=3).map(lambda terms: And(tuple(terms))),
        st.lists(inner, min_size=1, max_size=3).map(lambda terms: Or(tuple(terms))),
        st.builds(Dwell, inner, st.sampled_from([0.1, 0.25])),
    ),
    max_leaves=6,
)
readings = st.lists(
    st.lists(st.sampled_from([0.1, 0.2, 0.5, 0.8, 0.9, float("nan")]), min_size=3, max_size=3),
    min_size=1,
    max_size=12,
)


def nothing(columns: Columns) -> Latches:
    dwells = len(columns.dwells)
    latched = np.zeros((len(columns.hystereses), 1), bool)
    return Latches(latched, np.zeros((dwells, 1), bool), np.zeros((dwells, 1), np.int64))


@settings(max_examples=300, deadline=None)
@given(st.lists(predicates, min_size=1, max_size=4), readings)
def test_all_at_once_is_the_same_as_one_at_a_time(several: list[Predicate], story: list[list[float]]) -> None:
    columns = Columns(several)
    regions = Regions(columns)
    latches, memories = nothing(columns), [Memory() for _ in several]
    low = np.zeros((len(columns.operands), 1), np.float32)
    high = np.zeros_like(low)
    before: list[bool] | None = None
    wake = FOREVER
    for k, values in enumerate(story):
        t = k * 100_000
        known = dict(zip(NAMES, values, strict=True))

        def read(operand: object, known: dict[str, float] = known) -> float:
            assert isinstance(operand, Feeling)
            return known[operand.name]

        levels = np.array([[read(operand)] for operand in columns.operands], np.float32).reshape(-1, 1)
        crossed = regions.cross(levels, low, high, True)[0] if len(levels) else k == 0
        together = columns.evaluate(levels, latches, t)[:, 0].tolist()
        alone = [holds(p, read, memory, t) for p, memory in zip(several, memories, strict=True)]
        assert together == alone
        if before is not None and not crossed and t < wake:
            assert together == before, "what crosses no threshold changes no predicate"
        before, wake = together, int(columns.wake(latches, t).min(initial=FOREVER))


@pytest.mark.parametrize(
    "predicate", [Comparison(Feeling("joy"), ">", 0.5), Hysteresis(Feeling("joy"), 0.6, 0.4)]
)
@pytest.mark.parametrize("negated", [False, True])
def test_nothing_holds_of_what_is_unknown(predicate: Predicate, negated: bool) -> None:
    asked = Not(predicate) if negated else predicate
    assert not holds(asked, lambda _: float("nan"), Memory(), 0)


def test_a_term_that_stands_twice_is_evaluated_once() -> None:
    same = Comparison(Feeling("joy"), ">", 0.5)
    assert Columns([And((same, same)), same, Or((same, Not(Not(same))))]).count == 3


def test_feelings_are_found_wherever_they_stand() -> None:
    predicate = And(
        (Not(Comparison(Feeling("a"), "<", Feeling("b"))), Dwell(Hysteresis(Feeling("c"), 1, 0), 1))
    )
    assert [f.name for f in feelings(predicate)] == ["a", "b", "c"]


@pytest.mark.parametrize(("seconds", "expected"), [(0.1, 100_000), (0.0, 0), (float("inf"), FOREVER)])
def test_seconds_become_whole_microseconds(seconds: float, expected: int) -> None:
    assert micros(seconds) == expected
