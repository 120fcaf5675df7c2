from typing import Any

import pytest

from mien.behavior.definition import Leaf, Modification, Modifier, Selector, Sequence


def of_a(kind: Modification, value: float = 1.0, **more: Any) -> Modifier:
    return Modifier(Leaf("a"), kind, value, **more)


def test_intensity_scales_what_the_rules_below_show(stage: Any) -> None:
    play = stage(Modifier(of_a(Modification.INTENSITY, 0.5), Modification.INTENSITY, 0.5))
    play.play("a")
    assert play.state.intensity[0, 0] == 0.25


@pytest.mark.parametrize(
    ("kind", "value", "ticks"), [(Modification.TEMPO, 2.0, 1), (Modification.DURATION, 2.0, 4)]
)
def test_tempo_and_duration_change_how_long_the_rules_below_take(
    stage: Any, acts: Any, kind: Modification, value: float, ticks: int
) -> None:
    play = stage(of_a(kind, value), **acts)
    play.play("a", ticks + 1)
    assert play.counts("a") == (1, ticks, 1)


def test_target_replaces_the_bearer_of_the_rules_below(stage: Any) -> None:
    play = stage(of_a(Modification.TARGET, target="player"))
    play.play("a")
    assert play.state.counterpart[0, 0] == 1


def test_invert_turns_success_into_failure_and_failure_into_success(stage: Any, acts: Any) -> None:
    play = stage(Sequence((of_a(Modification.INVERT), Leaf("b"))), **acts)
    assert [play.play(wanted) for wanted in ("b", "b")] == ["b", "b"]
    play = stage(Selector((of_a(Modification.INVERT), Leaf("b"))), **acts)
    assert [play.play("ab") for _ in range(3)] == ["a", "a", "b"]


def test_cool_down_blocks_the_child_for_a_while_after_its_end(stage: Any, acts: Any) -> None:
    play = stage(of_a(Modification.COOL_DOWN, 0.3), **acts)
    assert [play.play("a") for _ in range(7)] == ["a", "a", "", "", "", "a", "a"]
    assert play.counts("a") == (2, 4, 1)


def test_timeout_ends_a_child_that_runs_for_too_long(stage: Any) -> None:
    play = stage(of_a(Modification.TIMEOUT, 0.2))
    assert [play.play("a") for _ in range(4)] == ["a", "a", "", "a"]
    assert play.reasons == ["a selected", "a timeout", "a selected"]


def test_chance_lets_the_child_start_as_often_as_it_says(stage: Any, acts: Any) -> None:
    started = 0
    for seed in range(200):
        play = stage(of_a(Modification.CHANCE, 0.3, every=1.0), seed, **acts)
        started += play.play("a") == "a"
    assert 35 < started < 85


def test_chance_is_drawn_anew_only_every_so_often_and_never_halts(stage: Any) -> None:
    play = stage(of_a(Modification.CHANCE, 0.5, every=1.0), 5)
    ran = "".join(play.play("a") or "-" for _ in range(100))
    first = ran.index("a")
    assert ran[first:] == "a" * (100 - first)
    assert [stage(of_a(Modification.CHANCE, p)).play("a") for p in (0.0, 1.0)] == ["", "a"]


def test_chance_does_not_depend_on_the_tick_rate(stage: Any) -> None:
    def starts(step: int) -> set[int]:
        play = stage(of_a(Modification.CHANCE, 0.2, every=1.0), 3, a={"max_duration": 0.05})
        found = set()
        for t in range(0, 20_000_000, step):
            play.t = t
            if play.play("a") == "a":
                found.add(t // 1_000_000)
        return found

    assert starts(100_000) == starts(50_000) != set()
