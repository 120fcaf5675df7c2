from collections.abc import Callable

import pytest

from mien.behavior.definition import (
    ALWAYS,
    AutonomousRule,
    Comparison,
    Feeling,
    Filter,
    Leaf,
    Modification,
    Modifier,
    Node,
    Parallel,
    Selector,
    Sequence,
)
from mien.behavior.engine import Engine
from mien.behavior.library import Character, Library
from mien.behavior.why import Why, why
from mien.bridge.messages import Affect

Above = Callable[[str, float], Comparison]
Felt = Callable[..., Affect]


def asked(tree: Node, rules: tuple[AutonomousRule, ...], felt: Felt, rule: str, **levels: float) -> Why:
    library = Library(autonomous=rules, tree=tree, characters=(Character("anna", 16),))
    engine = Engine(library, why=True)
    state = engine.start()
    for t in (0, 100_000):
        engine.decide(state, felt(engine, t, **levels), t)
    (answer,) = why(engine, state, 16, rule)
    return answer


@pytest.fixture
def rules(above: Above) -> tuple[AutonomousRule, ...]:
    return (
        AutonomousRule(id="smile", trigger=above("joy", 0.5), orientation=1),
        AutonomousRule(id="cry", trigger=above("sadness", 0.5), orientation=-1, priority=1),
        AutonomousRule(id="blink", trigger=ALWAYS, max_duration=0.1, cool_down=5.0),
    )


def test_a_trigger_that_fails_is_told_with_its_value(rules: tuple[AutonomousRule, ...], felt: Felt) -> None:
    answer = asked(Leaf("smile"), rules, felt, "smile", joy=0.25)
    assert not answer.runs
    assert "does not hold" in answer.reason
    (reading,) = answer.readings
    assert reading.level == 0.25
    assert "0.5" in reading.text


@pytest.mark.parametrize(
    ("tree", "rule", "words"),
    [
        (Selector((Leaf("cry"), Leaf("smile"))), "smile", ("selector", "`cry`, which runs")),
        (Sequence((Leaf("cry"), Leaf("smile"))), "smile", ("turn", "`cry` runs")),
        (Filter(Comparison(Feeling("fear"), ">", 0.9), Leaf("smile")), "smile", ("filter", "shut")),
        (Parallel((Leaf("smile"), Leaf("cry")), None, None), "smile", ("law 3", "opposite")),
        (Modifier(Leaf("smile"), Modification.CHANCE, 0.0), "smile", ("modifier", "chance 0")),
        (Parallel((Leaf("smile"), Leaf("cry")), None, None), "cry", ("it runs",)),
        (Leaf("blink"), "blink", ("completed",)),
    ],
)
def test_the_ancestor_in_the_way_is_named(
    tree: Node, rule: str, words: tuple[str, ...], rules: tuple[AutonomousRule, ...], felt: Felt
) -> None:
    answer = asked(tree, rules, felt, rule, joy=0.9, sadness=0.9)
    for word in words:
        assert word in answer.reason
    assert bool(answer.ancestor) == ("runs" not in words[0] and rule == "smile")


def test_cooling_down_is_told_with_the_time_left(rules: tuple[AutonomousRule, ...], felt: Felt) -> None:
    engine = Engine(Library(autonomous=rules, tree=Leaf("blink"), characters=(Character("a", 16),)), why=True)
    state = engine.start()
    for t in (0, 100_000, 200_000):
        engine.decide(state, felt(engine, t), t)
    assert why(engine, state, 16, "blink")[0].reason == "it cools down for another 4.90 s"


def test_what_cannot_be_asked_is_said(rules: tuple[AutonomousRule, ...]) -> None:
    library = Library(autonomous=rules, tree=Leaf("blink"), characters=(Character("a", 16),))
    silent, engine = Engine(library), Engine(library, why=True)
    with pytest.raises(LookupError, match="why=True"):
        why(silent, silent.start(), 16, "blink")
    with pytest.raises(LookupError, match="no rule 'smile'"):
        why(engine, engine.start(), 16, "smile")
    with pytest.raises(KeyError):
        why(engine, engine.start(), 99, "blink")
