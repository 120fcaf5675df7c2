from collections.abc import Callable

import numpy as np
import pytest

from mien.behavior.definition import ALWAYS, AutonomousRule, Comparison, Leaf, Node, Parallel, Sequence
from mien.behavior.engine import Engine
from mien.behavior.library import DEFAULT_EMOTIONS, Character, Emotion, Library
from mien.behavior.reload import swap
from mien.bridge.messages import Affect

Above = Callable[[str, float], Comparison]
Felt = Callable[..., Affect]
RULES = tuple(AutonomousRule(id=name, trigger=ALWAYS, cool_down=1.0) for name in "abc")
BOTH = Parallel((Leaf("a"), Leaf("b")), None, None)


def engine(tree: Node, ids: tuple[int, ...] = (16, 17), **fields: object) -> Engine:
    cast = tuple(Character(f"c{id_}", id_) for id_ in ids)
    return Engine(Library(autonomous=RULES, tree=tree, characters=cast, **fields))  # type: ignore[arg-type]


def test_what_goes_on_is_neither_ended_nor_started(felt: Felt) -> None:
    old, new = engine(BOTH), engine(Sequence((Leaf("a"), Leaf("c"))))
    state = old.start()
    old.decide(state, felt(old, 0), 0)
    carried, events = swap(old, new, state, 500_000)
    assert [(e.character, e.rule, e.reason) for e in events] == [(16, "b", "reloaded"), (17, "b", "reloaded")]
    assert new.decide(carried, felt(new, 600_000), 600_000)[1] == []
    assert carried.intensity.tolist() == [[1, 0, 0]] * 2


def test_the_old_state_is_left_as_it_is(felt: Felt) -> None:
    old, new = engine(BOTH), engine(Leaf("c"))
    state = old.start()
    old.decide(state, felt(old, 0), 0)
    swap(old, new, state, 1)
    assert old.decide(state, felt(old, 2), 2)[1] == []


def test_characters_come_and_go(felt: Felt) -> None:
    old, new = engine(BOTH), engine(BOTH, (17, 18))
    state = old.start()
    state.emotion[1, 1] = 0.77
    old.decide(state, felt(old, 0), 0)
    carried, events = swap(old, new, state, 1)
    assert [(e.character, e.rule) for e in events] == [(16, "a"), (16, "b")]
    assert carried.emotion[0, 1] == 0.77
    started = new.decide(carried, felt(new, 2), 2)[1]
    assert [(e.character, e.rule) for e in started] == [(18, "a"), (18, "b")]


def test_feelings_carry_over_by_name() -> None:
    old, new = engine(BOTH), engine(BOTH, emotions=(*DEFAULT_EMOTIONS[::-1], Emotion("awe", 0.3, 0.3, -0.4)))
    state = old.start()
    state.mood[0, 4] = 0.88
    carried, _ = swap(old, new, state, 1)
    assert carried.mood[0, 2] == 0.88
    assert ((carried.mood > 0) & (carried.mood < 1)).all()


def test_cool_downs_carry_over_by_rule(above: Above, felt: Felt) -> None:
    rule = AutonomousRule(id="a", trigger=above("joy", 0.5), cool_down=1.0)
    cast = (Character("x", 16),)
    old, new = (Engine(Library(name=name, autonomous=(rule,), characters=cast)) for name in ("old", "new"))
    state = old.start()
    old.decide(state, felt(old, 0, joy=0.9), 0)
    old.decide(state, felt(old, 100_000), 100_000)
    carried, _ = swap(old, new, state, 100_000)
    assert new.decide(carried, felt(new, 200_000, joy=0.9), 200_000)[1] == []
    assert len(new.decide(carried, felt(new, 1_100_000, joy=0.9), 1_100_000)[1]) == 1


@pytest.mark.parametrize("tree", [Sequence((Leaf("a"), Leaf("b"))), BOTH])
def test_a_form_that_runs_one_child_goes_on_with_one(tree: Node, felt: Felt) -> None:
    old, new = engine(BOTH), engine(tree)
    state = old.start()
    old.decide(state, felt(old, 0), 0)
    carried, _ = swap(old, new, state, 1)
    new.decide(carried, felt(new, 2), 2)
    running = np.count_nonzero(carried.intensity[0])
    assert running == (1 if isinstance(tree, Sequence) else 2)
