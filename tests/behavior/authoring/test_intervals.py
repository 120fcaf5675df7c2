from math import isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.behavior.authoring.grammar import parse
from mien.behavior.authoring.intervals import Interval, always, implies, never, region
from mien.behavior.definition import (
    And,
    Comparison,
    Constant,
    Dwell,
    Feeling,
    Hysteresis,
    Not,
    Operand,
    Or,
    Predicate,
    Space,
)
from mien.behavior.predicates import Memory, holds

JOY, MOOD, PLAYER = (
    Feeling("joy", Space.EMOTION),
    Feeling("arousal", Space.MOOD),
    Feeling("joy", Space.EMOTION, "player"),
)
bounds = st.sampled_from([-1.0, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0])
feelings = st.sampled_from([JOY, MOOD, PLAYER])
comparisons = st.builds(
    Comparison, feelings, st.sampled_from(["<", "<=", ">", ">="]), st.one_of(bounds, feelings)
)
hystereses = st.builds(Hysteresis, feelings, bounds, bounds).filter(lambda h: h.on != h.off)
predicates = st.recursive(
    st.one_of(comparisons, hystereses, st.builds(Constant, st.booleans())),
    lambda term: st.one_of(
        st.builds(Not, term),
        st.builds(Dwell, term, st.sampled_from([0.01, 1.0])),
        st.builds(And, st.lists(term, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(term, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
moments = st.tuples(
    st.sampled_from([0.125, 0.25, 0.5, 0.625, 0.75]),
    st.sampled_from([-1.0, -0.25, 0.0, 0.5, 1.0]),
    st.sampled_from([nan, 0.125, 0.5, 0.75]),
)


def inside(interval: Interval, value: float) -> bool:
    if isnan(value) or interval.unknown:
        return isnan(value) and interval.unknown
    low = value > interval.low or (value == interval.low and not interval.open_low)
    return low and (value < interval.high or (value == interval.high and not interval.open_high))


@given(predicates, st.lists(moments, min_size=1, max_size=4))
def test_what_the_engine_decides_lies_in_the_region(
    predicate: Predicate, trace: list[tuple[float, float, float]]
) -> None:
    memory, before = Memory(), False
    for tick, moment in enumerate(trace):
        levels: dict[Operand, float] = dict(zip((JOY, MOOD, PLAYER), moment, strict=True))
        now = holds(predicate, levels.__getitem__, memory, tick * 500_000)
        for latched in {False, before}:
            boxes = region(predicate, now, latched=latched)
            assert any(all(inside(box[operand], levels[operand]) for operand in box) for box in boxes)
        before = now


@pytest.mark.parametrize(
    "text",
    [
        "joy >= 1", "joy <= 0", "joy > .6 and joy < .4", "joy < .3 and joy above .6 until below .4",
        "joy > joy", "not (joy > 0)", "never", "joy > .5 and not (joy > .2)",
        "(joy > .5 for 1 s) and joy < .5",
        "pleasure < -.5 and (pleasure > 0 or pleasure > .5)",
    ],
)  # fmt: skip
def test_proves_that_nothing_can_meet(text: str) -> None:
    assert never(parse(text))


@pytest.mark.parametrize(
    "text", ["joy > 0", "joy >= joy", "not never", "arousal >= -1", "joy > .3 or joy < .4"]
)
def test_proves_that_something_always_holds(text: str) -> None:
    assert always(parse(text))


@pytest.mark.parametrize(
    "text", ["player.joy >= 0", "nearest.joy <= nearest.joy", "joy > .001", "joy > 0 for 1 s"]
)
def test_does_not_claim_that_what_may_fail_always_holds(text: str) -> None:
    assert not always(parse(text))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("joy > .5", "joy > .3", True),
        ("joy > .3", "joy > .5", False),
        ("joy > .5", "joy above .3 until below .2", True),
        ("joy above .5 until below .2", "joy > .3", False),
        ("player.joy > .5", "player.joy > .3", True),
        ("joy > .5", "player.joy >= 0", False),
        ("joy > .5 and fear > .2", "fear > .1", True),
    ],
)
def test_implication_is_proved_or_denied(one: str, other: str, expected: bool) -> None:
    assert implies(parse(one), parse(other)) is expected
