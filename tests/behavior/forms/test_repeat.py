from typing import Any

from mien.behavior.definition import Comparison, Feeling, Leaf, Repeat, Sequence, Space

M = Comparison(Feeling("m", Space.EMOTION), ">", 0.5)


def test_it_succeeds_after_so_many_rounds_one_a_tick_at_most(stage: Any) -> None:
    play = stage(Sequence((Repeat(Leaf("a"), 2), Leaf("b"))), a={"max_duration": 0.1})
    assert [play.play("ab") for _ in range(4)] == ["a", "", "a", "b"]
    assert play.counts("a") == (2, 2, 2)


def test_without_a_bound_it_goes_on_forever(stage: Any) -> None:
    play = stage(Repeat(Leaf("a")), a={"max_duration": 0.1})
    assert [play.play("a") for _ in range(6)] == ["a", ""] * 3


def test_a_child_that_fails_fails_it_and_its_rounds_are_forgotten(stage: Any) -> None:
    play = stage(Sequence((Repeat(Leaf("a"), 2), Leaf("b"))), a={"max_duration": 0.1})
    play.play("ab", 3)
    assert [play.play(wanted) for wanted in ("b", "ab", "ab", "ab", "ab")] == ["", "a", "", "a", "b"]


def test_until_halts_the_child_and_succeeds(stage: Any) -> None:
    play = stage(Sequence((Repeat(Leaf("a"), until=M), Leaf("b"))))
    assert [play.play(wanted) for wanted in ("ab", "ab", "abm")] == ["a", "a", "b"]
    assert play.reasons == ["a selected", "a completed", "b selected"]


def test_while_succeeds_as_soon_as_it_no_longer_holds(stage: Any) -> None:
    play = stage(Sequence((Repeat(Leaf("a"), while_=M), Leaf("b"))))
    assert [play.play(wanted) for wanted in ("abm", "ab")] == ["a", "b"]
