from typing import Any

from mien.behavior.definition import Leaf, Selector

AB = Selector((Leaf("a"), Leaf("b")))
STICKY = Selector((Leaf("a"), Leaf("b")), memory=True)


def test_the_first_child_that_does_not_fail_runs(stage: Any) -> None:
    play = stage(AB)
    assert [play.play(wanted) for wanted in ("", "b", "ab", "a", "")] == ["", "b", "a", "a", ""]
    assert play.counts("a") == (1, 2, 1)
    assert play.counts("b") == (1, 1, 1)
    assert play.reasons == ["b selected", "b preempted", "a selected", "a trigger"]


def test_with_memory_it_stays_with_the_child_that_runs(stage: Any) -> None:
    play = stage(STICKY)
    assert [play.play(wanted) for wanted in ("b", "ab", "a", "a")] == ["b", "b", "", "a"]
    assert play.counts("b") == (1, 2, 1)


def test_with_memory_it_goes_on_below_the_child_that_fails(stage: Any) -> None:
    play = stage(Selector((Leaf("a"), Leaf("b"), Leaf("c")), memory=True))
    assert [play.play(wanted) for wanted in ("b", "ac")] == ["b", "c"]


def test_a_child_in_its_minimum_duration_is_not_preempted(stage: Any) -> None:
    play = stage(AB, b={"min_duration": 0.3})
    assert [play.play(wanted) for wanted in ("b", "ab", "ab", "ab")] == ["b", "b", "b", "a"]


def test_nor_is_one_deeper_down(stage: Any) -> None:
    play = stage(Selector((Leaf("a"), Selector((Leaf("c"), Leaf("b"))))), b={"min_duration": 0.3})
    assert [play.play(wanted) for wanted in ("b", "abc", "abc", "abc")] == ["b", "b", "b", "a"]


def test_success_of_the_child_is_success_and_the_next_tick_begins_anew(stage: Any, acts: Any) -> None:
    play = stage(AB, **acts)
    assert [play.play("ab") for _ in range(4)] == ["a", "a", "", "a"]
