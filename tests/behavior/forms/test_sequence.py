from typing import Any

from mien.behavior.definition import Leaf, Sequence

AB = Sequence((Leaf("a"), Leaf("b")))


def test_the_next_child_begins_in_the_tick_in_which_the_one_before_succeeds(stage: Any, acts: Any) -> None:
    play = stage(AB, **acts)
    assert [play.play("ab") for _ in range(5)] == ["a", "a", "b", "b", ""]
    assert play.counts("a") == (1, 2, 1)
    assert play.counts("b") == (1, 2, 1)
    assert play.reasons == ["a selected", "a completed", "b selected", "b completed"]


def test_a_child_before_the_running_one_is_not_asked_again(stage: Any, acts: Any) -> None:
    play = stage(AB, **acts)
    play.play("ab", 3)
    assert play.play("b") == "b"
    assert play.counts("a") == (1, 2, 1)


def test_a_running_rule_aborts_by_its_own_trigger_whatever_the_sequence_remembers(
    stage: Any, acts: Any
) -> None:
    play = stage(AB, **acts)
    play.play("ab", 3)
    assert play.play("a") == ""
    assert play.reasons[-1] == "b trigger"


def test_a_child_that_fails_fails_the_sequence_which_then_begins_anew(stage: Any, acts: Any) -> None:
    play = stage(AB, **acts)
    assert [play.play("a") for _ in range(4)] == ["a", "a", "", "a"]
    assert play.counts("b") == (0, 0, 0)


def test_the_same_rule_can_come_twice(stage: Any, acts: Any) -> None:
    play = stage(Sequence((Leaf("a"), Leaf("a"))), **acts)
    assert [play.play("a") for _ in range(5)] == ["a", "a", "a", "a", ""]
    assert play.counts("a") == (2, 4, 2)
