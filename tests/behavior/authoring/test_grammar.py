import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.behavior.authoring.grammar import KEYWORDS, ExpressionError, parse, show
from mien.behavior.definition import (
    DIMENSIONS,
    SUBJECTS,
    And,
    Comparison,
    Constant,
    Dwell,
    Feeling,
    Hysteresis,
    Mark,
    Not,
    Or,
    Predicate,
    Space,
    StateLevel,
)

JOY = Feeling("joy", Space.EMOTION)
FEAR = Feeling("fear", Space.MOOD)


@pytest.mark.parametrize(
    ("text", "predicate"),
    [
        ("joy > .5", Comparison(JOY, ">", 0.5)),
        ("joy above .5", Comparison(JOY, ">", 0.5)),
        ("joy below .5", Comparison(JOY, "<", 0.5)),
        ("joy ≥ 0.5", Comparison(JOY, ">=", 0.5)),
        ("emotion.joy > .5", Comparison(JOY, ">", 0.5)),
        ("joy above .6 until below .4", Hysteresis(JOY, 0.6, 0.4)),
        ("joy below .2 until above .3", Hysteresis(JOY, 0.2, 0.3)),
        ("mood.fear > joy", Comparison(FEAR, ">", JOY)),
        ("mood.dominance < -.2", Comparison(Feeling("dominance", Space.MOOD), "<", -0.2)),
        ("player.anger > .3", Comparison(Feeling("anger", Space.EMOTION, "player"), ">", 0.3)),
        ("nearest.mood.fear > .4", Comparison(Feeling("fear", Space.MOOD, "nearest"), ">", 0.4)),
        ('"Old Bram".joy < 1', Comparison(Feeling("joy", Space.EMOTION, "Old Bram"), "<", 1.0)),
        ("joy > .5 for 300 ms", Dwell(Comparison(JOY, ">", 0.5), 0.3)),
        ("joy > .5 for 2 min", Dwell(Comparison(JOY, ">", 0.5), 120.0)),
        ("joy > .5 for 2", Dwell(Comparison(JOY, ">", 0.5), 2.0)),
        ("always", Constant(True)),
        ("not never", Not(Constant(False))),
        (
            "joy > .1 and mood.fear > .2 for 2 s and not always",
            And((Comparison(JOY, ">", 0.1), Dwell(Comparison(FEAR, ">", 0.2), 2.0), Not(Constant(True)))),
        ),
        (
            "(joy > .1 or mood.fear > .2) and always",
            And((Or((Comparison(JOY, ">", 0.1), Comparison(FEAR, ">", 0.2))), Constant(True))),
        ),
    ],
)
def test_means_what_it_says(text: str, predicate: Predicate) -> None:
    assert parse(text) == predicate


def test_a_condition_reads_the_state_of_a_smart_object() -> None:
    assert parse("burning > .5", states=True) == Comparison(StateLevel("burning"), ">", 0.5)
    with pytest.raises(ExpressionError, match="no dots"):
        parse("player.joy > .5", states=True)


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "empty"),
        ("joy", 3, "expected `>`"),
        ("joy = .5", 4, "hardly ever equal"),
        ("joy > 5", 6, "between 0 and 1"),
        ("joy > .5 && fear > .2", 9, "write `and`"),
        ("joy > .5 fear > .2", 9, "expected `and`"),
        ("joy > .1 and fear > .2 or anger > .3", 23, "two ways"),
        ("not joy > .5 for 2 s", 0, "two ways"),
        ("joy above .3 until below .5", 25, "must be lower"),
        ("joy above .5 until above .3", 19, "comes `below`"),
        ("joy > .5 for 2 hours", 15, "no unit of time"),
        ("joy > .5 for ever", 13, "expected a time"),
        ("joy > .5 for 0 s", 13, "above 0"),
        ("((joy > .5)", 0, "expected `)`"),
        ("joy > .5)", 8, "closes nothing"),
        (".1 < joy", 0, "expected a feeling"),
        ("joy > .1 > .05", 9, "one comparison at a time"),
        ("a.b.c.d > .1", 0, "subject, vector, name"),
        ("mood.player.joy > .1", 0, "subject, vector, name"),
        ("joy > 50%", 8, "fractions"),
        ("not " * 40 + "joy > .1", 96, "levels deep"),
        ("joy > " + "0" * 1000, 1000, "longer than"),
    ],
)
def test_says_what_is_wrong_and_at_which_character(text: str, offset: int, message: str) -> None:
    with pytest.raises(ExpressionError, match=message.replace("(", r"\(").replace(")", r"\)")) as caught:
        parse(text)
    assert caught.value.offset == offset


def test_every_part_knows_its_mark() -> None:
    predicate = parse("joy > .5 and mood.fear > .2", lambda offset: Mark("f", 1, offset))
    assert isinstance(predicate, And)
    second = predicate.terms[1]
    assert isinstance(second, Comparison)
    assert isinstance(second.left, Feeling)
    assert second.left.mark == Mark("f", 1, 13)


levels = st.floats(-1.0, 1.0, allow_nan=False)
words = st.sampled_from(["joy", "fear", "Zoë", "Old Bram", *DIMENSIONS, *SUBJECTS, *KEYWORDS, "mood", "o'k"])
feelings = st.builds(Feeling, words, st.sampled_from(Space), st.sampled_from([*SUBJECTS, "Old Bram", "and"]))
comparisons = st.builds(
    Comparison, feelings, st.sampled_from(["<", "<=", ">", ">="]), st.one_of(levels, feelings)
)
hystereses = st.builds(Hysteresis, feelings, levels, levels).filter(lambda h: h.on != h.off)
predicates = st.recursive(
    st.one_of(comparisons, hystereses, st.builds(Constant, st.booleans())),
    lambda term: st.one_of(
        st.builds(Not, term),
        st.builds(Dwell, term, st.floats(1e-3, 86_400.0)),
        st.builds(And, st.lists(term, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(term, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


@given(predicates)
def test_what_is_written_out_is_read_back_the_same(predicate: Predicate) -> None:
    text = show(predicate)
    if len(text) <= 1000:
        assert parse(text) == predicate


PARTS = "joy . mood > <= .5 and or not ( ) for 2 s above until below"
parts = st.sampled_from(PARTS.split(" "))


@given(st.one_of(st.text(max_size=60), st.lists(parts, max_size=16).map(" ".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        predicate = parse(text)
    except ExpressionError as error:
        assert 0 <= error.offset <= len(text)
    else:
        assert parse(show(predicate)) == predicate
