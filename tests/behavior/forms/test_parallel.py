from typing import Any

import pytest

from mien.behavior.definition import Leaf, Parallel

AB = (Leaf("a"), Leaf("b"))


def test_children_run_at_the_same_time_and_one_that_fails_ends_all(stage: Any) -> None:
    play = stage(Parallel(AB))
    assert [play.play(wanted) for wanted in ("ab", "ab", "a", "ab")] == ["ab", "ab", "", "ab"]
    assert play.counts("a") == (2, 3, 1)
    assert play.reasons[2:4] == ["a preempted", "b trigger"]


def test_a_child_that_has_succeeded_rests_until_all_have(stage: Any) -> None:
    play = stage(Parallel(AB), a={"max_duration": 0.1}, b={"max_duration": 0.3})
    assert [play.play("ab") for _ in range(5)] == ["ab", "b", "b", "", "ab"]
    assert play.counts("a") == (2, 2, 1)
    assert play.counts("b") == (2, 4, 1)


@pytest.mark.parametrize(
    ("success", "failure", "runs"),
    [(0, 1, "b"), (1, 1, ""), (2, 1, "b"), (None, None, "b")],
)
def test_thresholds_say_when_it_ends(stage: Any, success: int | None, failure: int | None, runs: str) -> None:
    play = stage(Parallel(AB, success, failure), a={"max_duration": 0.1})
    assert play.play("ab", 2) == runs


def test_without_thresholds_it_never_ends_and_asks_failed_children_again(stage: Any) -> None:
    play = stage(Parallel(AB, None, None))
    assert [play.play(wanted) for wanted in ("a", "b", "ab", "")] == ["a", "b", "ab", ""]


def test_so_many_failures_at_once_end_it(stage: Any) -> None:
    play = stage(Parallel((*AB, Leaf("c")), None, 2))
    assert [play.play(wanted) for wanted in ("abc", "ab", "a", "abc")] == ["abc", "ab", "", "abc"]
