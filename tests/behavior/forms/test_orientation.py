"""Law 3 at run time: see `docs/laws.md`."""

from typing import Any

from mien.behavior.definition import Leaf, Parallel, Selector

AB = Parallel((Leaf("a"), Leaf("b")), None, None)


def test_the_higher_priority_holds_its_opposite_back(stage: Any) -> None:
    play = stage(AB, a={"orientation": 1}, b={"orientation": -1, "priority": 1})
    assert [play.play(wanted) for wanted in ("a", "ab", "a")] == ["a", "b", "a"]
    assert play.reasons == [
        "a selected",
        "a preempted",
        "b selected",
        "b trigger",
        "a selected",
    ]


def test_at_equal_priority_what_runs_goes_on(stage: Any) -> None:
    play = stage(AB, a={"orientation": 1}, b={"orientation": -1})
    assert [play.play(wanted) for wanted in ("b", "ab", "a", "ab")] == ["b", "b", "a", "a"]


def test_at_equal_priority_of_those_that_begin_the_leftmost_wins(stage: Any) -> None:
    play = stage(AB, a={"orientation": 1}, b={"orientation": -1})
    assert play.play("ab") == "a"


def test_what_is_in_its_minimum_duration_goes_on_whatever_the_priority(stage: Any) -> None:
    play = stage(AB, a={"orientation": 1, "min_duration": 0.3}, b={"orientation": -1, "priority": 9})
    assert [play.play(wanted) for wanted in ("a", "ab", "ab", "ab")] == ["a", "a", "a", "b"]


def test_what_has_no_orientation_runs_beside_anything(stage: Any) -> None:
    tree = Parallel((Leaf("a"), Leaf("b"), Leaf("c")), None, None)
    play = stage(tree, a={"orientation": 1}, b={"orientation": -1})
    assert play.play("abc") == "ac"


def test_being_held_back_is_neither_success_nor_failure(stage: Any) -> None:
    play = stage(Parallel((Leaf("a"), Leaf("b"))), a={"orientation": 1}, b={"orientation": -1})
    assert [play.play("ab") for _ in range(2)] == ["a", "a"]


def test_opposites_deeper_down_are_told_apart_first(stage: Any) -> None:
    tree = Parallel(
        (Selector((Leaf("a"), Leaf("c"))), Parallel((Leaf("b"), Leaf("d")), None, None)), None, None
    )
    signs = {"a": 1, "b": -1, "c": -1, "d": 1}
    play = stage(tree, **{name: {"orientation": sign} for name, sign in signs.items()})
    assert [play.play(wanted) for wanted in ("ab", "abd", "cbd", "cd")] == ["a", "a", "bc", "c"]
