from collections.abc import Callable

import numpy as np
import pytest

from mien.behavior.custom import CustomLeaf, Progress, View
from mien.behavior.definition import AutonomousRule, Comparison, Leaf, Operand, Sequence
from mien.behavior.engine import Engine
from mien.behavior.library import Character, Library
from mien.behavior.reference import Reference
from mien.bridge.messages import Affect

Above = Callable[[str, float], Comparison]
Felt = Callable[..., Affect]


class Patience(CustomLeaf):
    """Succeeds after a second, the sooner the angrier; fails in fear."""

    def progress(self, view: View) -> Progress:
        if view.emotion[4] > 0.8:
            return Progress.FAILED
        patience = 1_000_000 * (1 - float(view.emotion[3]))
        return Progress.SUCCEEDED if view.running_for >= patience else Progress.GOES_ON


class Broken(CustomLeaf):
    def progress(self, view: View) -> Progress:
        if view.character == 17:
            raise RuntimeError("no idea")
        return Progress.GOES_ON


@pytest.fixture
def library(above: Above) -> Library:
    rules = (
        AutonomousRule(id="wait", trigger=above("joy", 0.5), custom="leaf"),
        AutonomousRule(id="go", trigger=above("joy", 0.5)),
    )
    cast = (Character("x", 16), Character("y", 17), Character("z", 18))
    return Library(autonomous=rules, tree=Sequence((Leaf("wait"), Leaf("go"))), characters=cast)


def test_python_decides_when_the_rule_has_run_its_course(library: Library, felt: Felt) -> None:
    engine = Engine(library, leaves={"leaf": Patience()})
    state = engine.start()

    def rules(t: int, **levels: float) -> list[str]:
        events = engine.decide(state, felt(engine, t, joy=0.9, **levels), t)[1]
        return [f"{e.rule} {e.reason}" for e in events if e.character == 16]

    assert rules(0, anger=0.5) == ["wait selected"]
    assert rules(400_000, anger=0.5) == []
    assert rules(600_000, anger=0.5) == ["wait completed", "go selected"]


def test_its_trigger_still_aborts_it_and_its_failure_is_told(library: Library, felt: Felt) -> None:
    engine = Engine(library, leaves={"leaf": Patience()})
    for levels, reason in (({"joy": 0.1}, "trigger"), ({"joy": 0.9, "fear": 0.9}, "failed")):
        state = engine.start()
        engine.decide(state, felt(engine, 0, joy=0.9), 0)
        events = engine.decide(state, felt(engine, 1, **levels), 1)[1]
        assert {(e.rule, e.reason) for e in events} == {("wait", reason)}


def test_an_exception_fails_that_leaf_is_told_with_its_path_and_the_tick_goes_on(
    library: Library, felt: Felt
) -> None:
    engine = Engine(library, leaves={"leaf": Broken()})
    state = engine.start()
    events = engine.decide(state, felt(engine, 0, joy=0.9), 0)[1]
    assert [e.character for e in events] == [16, 18]
    assert state.failures == ["sequence/wait of y: RuntimeError: no idea"]


def test_the_reference_asks_it_the_same(library: Library, felt: Felt) -> None:
    engine = Engine(library, leaves={"leaf": Patience()})
    state, reference = engine.start(), Reference(library, library.characters[0], leaves={"leaf": Patience()})
    rng = np.random.default_rng(4)
    seen = 0
    for k in range(100):
        t = k * 100_000
        levels = {
            name: float(rng.choice([0.3, 0.9], p=p))
            for name, p in (("joy", [0.1, 0.9]), ("fear", [0.9, 0.1]))
        }
        affect = felt(engine, t, anger=0.6, **levels)

        def read(operand: Operand, levels: dict[str, float] = levels) -> float:
            return levels[operand.name]

        def view(age: int, affect: Affect = affect) -> View:
            return View(16, affect.emotion[0], affect.mood[0], max(age, 0), age >= 0)

        events = [e for e in engine.decide(state, affect, t)[1] if e.character == 16]
        changes = reference.tick(t, read, view=view)
        assert [(e.rule, e.reason) for e in events] == [(rule, why) for rule, _, why in changes]
        seen += len(events)
    assert seen > 20


def test_a_leaf_that_is_not_registered_is_named(library: Library) -> None:
    with pytest.raises(ValueError, match="no custom leaf 'leaf' is registered"):
        Engine(library)
