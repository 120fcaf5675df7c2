from typing import Any

from mien.behavior.definition import Comparison, Feeling, Filter, Hysteresis, Leaf, Sequence, Space

M = Feeling("m", Space.EMOTION)


def test_its_child_runs_only_while_the_predicate_holds(stage: Any) -> None:
    play = stage(Filter(Comparison(M, ">", 0.5), Leaf("a")))
    assert [play.play(wanted) for wanted in ("a", "am", "am", "a", "am")] == ["", "a", "a", "", "a"]
    assert play.counts("a") == (2, 3, 1)
    assert play.reasons == ["a selected", "a trigger", "a selected"]


def test_shutting_makes_what_is_below_forget(stage: Any, acts: Any) -> None:
    play = stage(Filter(Comparison(M, ">", 0.5), Sequence((Leaf("a"), Leaf("b")))), **acts)
    assert play.play("abm", 3) == "b"
    assert [play.play("ab"), play.play("abm")] == ["", "a"]


def test_hysteresis_keeps_it_from_fluttering(stage: Any) -> None:
    play = stage(Filter(Hysteresis(M, 0.8, 0.05), Leaf("a")))
    assert [play.play(wanted) for wanted in ("a", "am", "a", "a")] == ["", "a", "a", "a"]
