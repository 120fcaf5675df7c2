"""The engine and the py-trees reference are equal, tick by tick and transition by transition."""

import numpy as np
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from mien.behavior.definition import (
    ALWAYS,
    And,
    AutonomousRule,
    Comparison,
    Dwell,
    Feeling,
    Filter,
    Hysteresis,
    InteractiveRule,
    Leaf,
    Modification,
    Modifier,
    Node,
    Not,
    Operand,
    Or,
    Parallel,
    Predicate,
    Repeat,
    Selector,
    Sequence,
    Space,
    StateLevel,
)
from mien.behavior.engine import Engine
from mien.behavior.library import Character, Library
from mien.behavior.reference import Reference
from mien.bridge.messages import Affect

NAMES = ("joy", "sadness", "fear")
COLUMNS = {name: column for column, name in enumerate(("neutral", "joy", "sadness", "anger", "fear"))}
seconds = st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.5, 1.0])
some_seconds = st.sampled_from([0.1, 0.2, 0.3, 0.5, 1.0])
levels = st.sampled_from([0.2, 0.4, 0.6, 0.8])
feelings = st.builds(
    Feeling, st.sampled_from(NAMES), st.sampled_from(Space), st.sampled_from(["self", "c1", "nobody"])
)
operators = st.sampled_from(["<", "<=", ">", ">="])
comparisons = st.builds(Comparison, feelings, operators, st.one_of(levels, feelings))
hystereses = st.builds(
    lambda operand, bounds: Hysteresis(operand, *bounds),
    feelings,
    st.sampled_from([(0.6, 0.4), (0.4, 0.6), (0.8, 0.2), (0.2, 0.8)]),
)
predicates: st.SearchStrategy[Predicate] = st.recursive(
    st.one_of(st.just(ALWAYS), comparisons, hystereses),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda terms: And(tuple(terms)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda terms: Or(tuple(terms)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(Dwell, inner, some_seconds),
    ),
    max_leaves=4,
)


def nodes(rules: int) -> st.SearchStrategy[Node]:
    leaves = st.integers(0, rules - 1).map(lambda i: Leaf(f"r{i}"))

    def composite(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        several = st.lists(inner, min_size=1, max_size=4).map(tuple)
        threshold = st.one_of(st.none(), st.integers(0, 3))
        maybe = st.one_of(st.none(), predicates)
        static = st.sampled_from([Modification.TEMPO, Modification.DURATION, Modification.INTENSITY])
        timed = st.sampled_from([Modification.COOL_DOWN, Modification.TIMEOUT])
        return st.one_of(
            st.builds(Sequence, several),
            st.builds(Selector, several, st.booleans()),
            st.builds(Selector, several),
            st.builds(Parallel, several, threshold, threshold),
            st.builds(Filter, predicates, inner),
            st.builds(Repeat, inner, st.one_of(st.none(), st.integers(1, 3)), maybe, maybe),
            st.builds(Modifier, inner, st.just(Modification.INVERT)),
            st.builds(Modifier, inner, static, st.sampled_from([0.5, 2.0])),
            st.builds(Modifier, inner, timed, some_seconds),
            st.builds(
                lambda child, p: Modifier(child, Modification.CHANCE, p, every=0.3),
                inner,
                st.sampled_from([0.0, 0.5, 1.0]),
            ),
        )

    return st.recursive(leaves, composite, max_leaves=12)


@st.composite
def libraries(draw: st.DrawFn) -> Library:
    count = draw(st.integers(1, 6))
    rules = tuple(
        AutonomousRule(
            id=f"r{i}",
            trigger=draw(predicates),
            orientation=draw(st.sampled_from([-1, 0, 1])),
            priority=draw(st.integers(-1, 1)),
            min_duration=draw(seconds),
            max_duration=draw(st.sampled_from([0.1, 0.3, 0.5, float("inf")])),
            cool_down=draw(seconds),
        )
        for i in range(count)
    )
    interactive = tuple(
        InteractiveRule(
            id=f"i{i}",
            trigger=Comparison(StateLevel("on"), ">", 0.5),
            range=1.0,
            orientation=draw(st.sampled_from([-1, 0, 1])),
            priority=draw(st.integers(-1, 1)),
        )
        for i in range(draw(st.integers(0, 2)))
    )
    some = st.one_of(st.none(), st.lists(st.sampled_from([r.id for r in rules]), unique=True).map(tuple))
    cast = tuple(
        Character(f"c{i}", 16 + i, rules=draw(some) if draw(st.booleans()) else None) for i in range(3)
    )
    tree = draw(nodes(count))
    return Library(autonomous=rules, interactive=interactive, tree=tree, characters=cast)


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(libraries(), st.integers(0, 2**32 - 1))
def test_engine_and_reference_are_equal_transition_by_transition(library: Library, seed: int) -> None:
    engine = Engine(library, seed)
    references = [Reference(library, character, seed) for character in engine.cast.characters]
    state, count = engine.start(), len(engine.cast)
    rng = np.random.default_rng(seed)
    mood = np.full((2, count, 7), 0.5)
    transitions = 0
    restlessness = rng.choice([0.01, 0.1, 0.5])
    for k in range(40):
        t = k * 100_000 + int(rng.integers(0, 3)) * 1000
        jumps = rng.random(mood.shape) < restlessness
        mood = np.where(jumps, rng.choice([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], mood.shape), mood)
        affect = Affect(t=t, ids=engine.ids, emotion=mood[0].astype("f4"), mood=mood[1].astype("f4"))
        if rng.random() < 0.3:
            state.influence = (rng.random((len(library.interactive), count)) < 0.3).astype(float)
        _, events = engine.decide(state, affect, t)
        told = [(e.character, e.rule, e.reason) for e in events]
        expected: list[tuple[int, str, str]] = []
        for i, reference in enumerate(references):

            def read(operand: Operand, me: int = i, mood: np.ndarray = mood) -> float:
                assert isinstance(operand, Feeling)
                if operand.subject == "nobody":
                    return float("nan")
                who = me if operand.subject == "self" else 1
                return float(mood[0 if operand.space is Space.EMOTION else 1, who, COLUMNS[operand.name]])

            influence = {rule.id: state.influence[j, i] for j, rule in enumerate(library.interactive)}
            changes = reference.tick(t, read, influence)
            expected += [(16 + i, rule, reason) for rule, _, reason in changes]
            numbers = sorted(
                place.number for place in engine.program.rules.places if state.mind.was[place.row, i]
            )
            assert numbers == sorted(reference.running), f"tick {k}, character {i}"
        ends = [change for change in expected if change[2] != "selected"]
        assert told == ends + [change for change in expected if change[2] == "selected"], f"tick {k}"
        transitions += len(told)
        rules = engine.program.rules
        for i in range(count):
            on = state.mind.was[: len(rules), i]
            assert len(set(rules.orientation[on].tolist()) - {0}) < 2, "law 3"
    event(f"transitions: {'none' if not transitions else 'some' if transitions < 50 else 'many'}")
