from collections.abc import Callable

import numpy as np
import pytest

from mien.behavior.definition import (
    ALWAYS,
    AutonomousRule,
    Change,
    Comparison,
    Leaf,
    Modification,
    Modifier,
    Node,
    Parallel,
    Selector,
    Sequence,
)
from mien.behavior.engine import Engine
from mien.behavior.library import Character, Contagion, Library, Personality
from mien.behavior.state import State
from mien.bridge.codec import decode, encode
from mien.bridge.messages import Affect, BehaviorEvent, World

Above = Callable[[str, float], Comparison]
Felt = Callable[..., Affect]


def one(*rules: AutonomousRule, tree: Node | None = None, count: int = 1) -> Engine:
    cast = tuple(Character(f"c{i}", 16 + i) for i in range(count))
    return Engine(Library(autonomous=rules, tree=tree, characters=cast))


def said(events: list[BehaviorEvent]) -> list[str]:
    return [f"{event.rule} {event.phase} {event.reason}" for event in events]


def tick(engine: Engine, state: State, felt: Felt, t: int, **levels: float) -> list[str]:
    return said(engine.decide(state, felt(engine, t, **levels), t)[1])


def test_a_rule_runs_while_its_trigger_holds_and_aborts_at_once_when_it_fails(
    above: Above, felt: Felt
) -> None:
    engine = one(AutonomousRule(id="smile", trigger=above("joy", 0.5)))
    state = engine.start()
    assert tick(engine, state, felt, 0) == []
    assert tick(engine, state, felt, 1, joy=0.6) == ["smile started selected"]
    assert tick(engine, state, felt, 2, joy=0.6) == []
    assert tick(engine, state, felt, 3, joy=0.4) == ["smile ended trigger"]


def test_a_rule_is_completed_after_its_duration_and_cools_down(above: Above, felt: Felt) -> None:
    rule = AutonomousRule(id="laugh", trigger=above("joy", 0.5), max_duration=1.0, cool_down=2.0)
    engine = one(rule)
    state = engine.start()
    happy = {"joy": 0.9}
    assert tick(engine, state, felt, 0, **happy) == ["laugh started selected"]
    assert tick(engine, state, felt, 999_999, **happy) == []
    assert tick(engine, state, felt, 1_000_000, **happy) == ["laugh ended completed"]
    assert tick(engine, state, felt, 2_999_999, **happy) == []
    assert tick(engine, state, felt, 3_000_000, **happy) == ["laugh started selected"]


def test_what_leaves_is_halted_before_what_enters_starts(above: Above, felt: Felt) -> None:
    engine = one(
        AutonomousRule(id="flee", trigger=above("fear", 0.5), orientation=-1),
        AutonomousRule(id="smile", trigger=above("joy", 0.5), orientation=1),
    )
    state = engine.start()
    assert tick(engine, state, felt, 0, joy=0.9) == ["smile started selected"]
    assert tick(engine, state, felt, 1, joy=0.9, fear=0.9) == [
        "smile ended preempted",
        "flee started selected",
    ]


def test_a_rule_in_its_minimum_duration_is_not_preempted_but_still_aborts(above: Above, felt: Felt) -> None:
    engine = one(
        AutonomousRule(id="flee", trigger=above("fear", 0.5)),
        AutonomousRule(id="smile", trigger=above("joy", 0.5), min_duration=1.0),
    )
    state = engine.start()
    tick(engine, state, felt, 0, joy=0.9)
    assert tick(engine, state, felt, 500_000, joy=0.9, fear=0.9) == []
    early = state.copy()
    assert tick(engine, early, felt, 600_000, fear=0.9) == ["smile ended trigger", "flee started selected"]
    assert tick(engine, state, felt, 1_000_000, joy=0.9, fear=0.9) == [
        "smile ended preempted",
        "flee started selected",
    ]


def test_fades_are_entering_active_and_leaving(above: Above, felt: Felt) -> None:
    engine = one(AutonomousRule(id="smile", trigger=above("joy", 0.5), enter=1.0, leave=2.0))
    state = engine.start()

    def level(t: int, joy: float) -> float:
        return float(engine.decide(state, felt(engine, t, joy=joy), t)[0].intensity[0, 0])

    shown = [level(round(s * 1e6), joy) for s, joy in ((0, 0.9), (0.5, 0.9), (1, 0.9), (3, 0.9), (4, 0.1))]
    assert shown == pytest.approx([0.0, 0.5, 1.0, 1.0, 1.0])
    assert [level(round(s * 1e6), 0.1) for s in (5, 6, 7)] == pytest.approx([0.5, 0.0, 0.0])


def test_an_opposite_rule_cuts_a_fade_short(above: Above, felt: Felt) -> None:
    engine = one(
        AutonomousRule(id="cry", trigger=above("sadness", 0.5), orientation=-1),
        AutonomousRule(id="smile", trigger=above("joy", 0.5), orientation=1, leave=5.0),
    )
    state = engine.start()
    engine.decide(state, felt(engine, 0, joy=0.9), 0)
    activity, _ = engine.decide(state, felt(engine, 1, sadness=0.9), 1)
    assert activity.intensity[0].tolist() == [1.0, 0.0]


def test_under_a_parallel_the_higher_priority_holds_its_opposite_back(above: Above, felt: Felt) -> None:
    engine = one(
        AutonomousRule(id="smile", trigger=above("joy", 0.5), orientation=1),
        AutonomousRule(id="cry", trigger=above("sadness", 0.5), orientation=-1, priority=1),
        AutonomousRule(id="walk", trigger=ALWAYS),
        tree=Parallel((Leaf("smile"), Leaf("cry"), Leaf("walk")), None, None),
    )
    state = engine.start()
    assert tick(engine, state, felt, 0, joy=0.9) == ["smile started selected", "walk started selected"]
    assert tick(engine, state, felt, 1, joy=0.9, sadness=0.9) == [
        "smile ended preempted",
        "cry started selected",
    ]
    assert tick(engine, state, felt, 2, joy=0.9) == ["cry ended trigger", "smile started selected"]


def test_affect_that_is_no_number_or_out_of_range_is_refused_and_counted(above: Above, felt: Felt) -> None:
    engine = one(AutonomousRule(id="smile", trigger=above("joy", 0.5)), count=2)
    state = engine.start()
    good = felt(engine, 0, joy=0.9)
    assert len(engine.decide(state, good, 0)[1]) == 2
    bad = felt(engine, 1)
    bad.emotion[0, 1], bad.mood[1, 2] = np.nan, 1.5
    assert engine.decide(state, bad, 1)[1] == []
    assert state.refused["affect: not inside (0, 1)"] == 2
    with pytest.raises(ValueError, match="2 characters and 7 emotions"):
        engine.decide(state, felt(one(count=3), 0), 2)


def test_a_character_runs_only_rules_of_its_own_list(felt: Felt) -> None:
    library = Library(
        autonomous=(AutonomousRule(id="a", trigger=ALWAYS), AutonomousRule(id="b", trigger=ALWAYS)),
        characters=(Character("x", 16, rules=("b",)), Character("y", 17), Character("z", 18, rules=())),
    )
    engine = Engine(library)
    events = engine.decide(engine.start(), felt(engine, 0), 0)[1]
    assert [(event.character, event.rule) for event in events] == [(16, "b"), (17, "a")]


def test_outputs_are_messages_that_can_be_sent(above: Above, felt: Felt) -> None:
    engine = one(AutonomousRule(id="smile", trigger=above("joy", 0.5)), count=3)
    state = engine.start()
    affect = engine.feel(state, [], 5)
    activity, events = engine.decide(state, felt(engine, 5, joy=0.9), 5)
    hello = engine.hello(session="s", generation=1, clock="c", wall=0, rate=60, t=5)
    for message in (affect, activity, hello, *events):
        assert type(decode(encode(message))) is type(message)


def test_a_character_alone_lives_exactly_as_it_does_among_a_thousand(above: Above) -> None:
    rules = tuple(
        AutonomousRule(id=f"r{i}", trigger=above(name, 0.3), max_duration=0.1 * (i + 1))
        for i, name in enumerate(("joy", "fear", "anger"))
    )
    tree = Selector((Sequence((Leaf("r0"), Leaf("r1"))), Leaf("r2")))
    noise = np.random.default_rng(3).uniform(0.05, 0.95, (50, 1000, 7)).astype(np.float32)

    def life(ids: list[int]) -> tuple[bytes, list[str]]:
        cast = tuple(Character(f"c{i}", 16 + i) for i in ids)
        engine = Engine(Library(autonomous=rules, tree=tree, characters=cast), seed=9)
        state, told, shown = engine.start(), [], b""
        columns = sorted(ids)
        row = columns.index(7)
        for k, levels in enumerate(noise):
            t = k * 16_667
            affect = Affect(t=t, ids=engine.ids, emotion=levels[columns], mood=levels[columns])
            activity, events = engine.decide(state, affect, t)
            shown += activity.intensity[row].tobytes() + engine.feel(state, [], t).mood[row].tobytes()
            told += [f"{k} {e.rule} {e.phase} {e.reason}" for e in events if e.character == 23]
        return shown, told

    alone = life([7])
    assert alone[1]
    assert life(list(range(1000))) == alone
    assert life([999, 7, 3]) == alone


@pytest.mark.parametrize("why", [False, True])
@pytest.mark.parametrize(
    "library",
    [
        Library(),
        Library(characters=(Character("x", 16),)),
        Library(autonomous=(AutonomousRule(id="a", trigger=ALWAYS),)),
        Library(
            characters=(Character("x", 16, rules=()),), autonomous=(AutonomousRule(id="a", trigger=ALWAYS),)
        ),
    ],
)
def test_an_empty_cast_or_library_is_no_trouble(library: Library, why: bool) -> None:
    engine = Engine(library, why=why)
    state = engine.start()
    for t in range(3):
        activity, events = engine.decide(state, engine.feel(state, [], t), t)
        assert activity.intensity.shape == (len(library.characters), len(library.rules))
        assert not activity.intensity.any()
        assert not events


def test_a_thousand_rules_for_a_thousand_characters_compile(above: Above) -> None:
    rules = tuple(AutonomousRule(id=f"r{i}", trigger=above("joy", i / 1001)) for i in range(1000))
    own = tuple(f"r{i}" for i in range(0, 1000, 3))
    cast = tuple(Character(f"c{i}", 16 + i, rules=own) for i in range(1000))
    tree = Parallel(tuple(Selector(tuple(Leaf(f"r{i + j}") for j in range(10))) for i in range(0, 1000, 10)))
    engine = Engine(Library(autonomous=rules, tree=tree, characters=cast))
    assert engine.deciding.owned.sum() == 334 * 1000


@pytest.mark.parametrize("why", [False, True])
def test_the_order_in_which_characters_are_listed_changes_nothing(above: Above, why: bool) -> None:
    rules = (
        AutonomousRule(id="cheer", trigger=above("joy", 0.12), max_duration=0.3, aim=(Change("joy", 0.5),)),
        AutonomousRule(id="idle", trigger=ALWAYS, aim=(Change("fear", 0.1),)),
    )
    tree = Selector((Modifier(Leaf("cheer"), Modification.CHANCE, 0.5, every=0.5), Leaf("idle")))
    rng = np.random.default_rng(5)
    cast = tuple(Character(f"c{i}", 16 + i, Personality(*rng.uniform(-1, 1, 5))) for i in range(40))
    ids = np.array([character.id for character in cast], np.uint32)
    none = np.zeros(40, np.uint32)
    places = rng.uniform(0, 10, (40, 3)).astype(np.float32)
    world = World(t=0, ids=ids, position=places, heading=none.astype(np.float32), looks_at=none)

    def life(listed: tuple[Character, ...], why: bool) -> list[bytes]:
        spread = Contagion(range=5.0, amplification=0.5)
        library = Library(autonomous=rules, tree=tree, characters=listed, contagion=spread)
        engine = Engine(library, 11, why=why)
        state, told = engine.start(), []
        for k in range(80):
            t = k * 50_000
            affect = engine.feel(state, [world] if k == 0 else [], t)
            activity, events = engine.decide(state, affect, t)
            told += [encode(affect), encode(activity), *map(encode, events)]
        return told

    assert life(cast, False) == life(tuple(reversed(cast)), why)
