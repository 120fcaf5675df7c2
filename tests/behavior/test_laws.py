"""The laws as `docs/laws.md` states them; most of their tests stand with the modules that keep them."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mien.behavior.definition import (
    ALWAYS,
    AutonomousRule,
    Comparison,
    InteractiveRule,
    Leaf,
    Modification,
    Modifier,
    StateLevel,
)
from mien.behavior.engine import Engine
from mien.behavior.library import Character, Library, SmartObjectKind
from mien.bridge.messages import Affect, SmartObject, World

ROOT = Path(__file__).parents[2]
Felt = Callable[..., Affect]


def test_every_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/laws.md").read_text()))
    sources = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 15
    assert {name for name in named if f"def {name}(" not in sources} == set()


def test_every_folder_and_check_that_the_page_names_exists() -> None:
    page = (ROOT / "docs/laws.md").read_text()
    checks = (ROOT / "behavior/authoring/checks.py").read_text()
    for code in ("aim-leaves", "addictive-rule", "law3-parallel"):
        assert f"`{code}`" in page
        assert f'"{code}"' in checks
    for folder in re.findall(r"`(tests/behavior/authoring/broken/\w+)`", page):
        assert (ROOT / folder).is_dir()


def test_a_character_s_rule_that_reads_anything_but_feelings_is_refused() -> None:
    rule = AutonomousRule(id="r", trigger=Comparison(StateLevel("burning"), ">", 0.5))
    with pytest.raises(ValueError, match="law 1"):
        Engine(Library(autonomous=(rule,), characters=(Character("x", 16),)))


@pytest.mark.parametrize(("priority", "shown"), [(0, "dance"), (1, "scare")])
def test_an_interactive_rule_holds_back_its_opposite_in_the_tree(
    priority: int, shown: str, felt: Felt
) -> None:
    scare = InteractiveRule(
        id="scare",
        trigger=Comparison(StateLevel("burning"), ">", 0.5),
        range=10.0,
        orientation=-1,
        priority=priority,
    )
    dance = AutonomousRule(id="dance", trigger=ALWAYS, orientation=1)
    engine = Engine(
        Library(
            autonomous=(dance,),
            interactive=(scare,),
            characters=(Character("x", 16),),
            objects=(SmartObjectKind("fire", ("scare",), {"burning": 0.0}),),
        )
    )
    state = engine.start()
    places = World(
        t=0,
        ids=np.array([16, 40], np.uint32),
        position=np.zeros((2, 3), np.float32),
        heading=np.zeros(2, np.float32),
        looks_at=np.zeros(2, np.uint32),
    )
    assert [e.rule for e in engine.decide(state, engine.feel(state, [places], 0), 0)[1]] == ["dance"]
    fire = SmartObject(t=1, id=40, name="fire", present=1, state={"burning": 1.0})
    engine.feel(state, [fire], 1)
    activity, _ = engine.decide(state, felt(engine, 1), 1)
    rules = [rule.id for rule in engine.library.rules]
    assert [rule for rule, i in zip(rules, activity.intensity[0], strict=True) if i] == [shown]
    assert state.influence[0, 0] == 1.0


def test_ticking_changes_nothing_in_the_engine(felt: Felt) -> None:
    rules = (AutonomousRule(id="a", trigger=ALWAYS, max_duration=0.1, cool_down=0.1, enter=0.1, leave=0.1),)
    tree = Modifier(Leaf("a"), Modification.CHANCE, 0.5, every=0.1)
    engine = Engine(Library(autonomous=rules, tree=tree, characters=(Character("x", 16),)))

    def lives() -> list[bytes]:
        state, told = engine.start(), []
        for k in range(60):
            t = k * 50_000
            activity, events = engine.decide(state, felt(engine, t), t)
            told.append(activity.intensity.tobytes() + repr([e.reason for e in events]).encode())
            told.append(engine.feel(state, [], t).mood.tobytes())
        return told

    once = lives()
    assert len(set(once)) > 3
    assert lives() == once
