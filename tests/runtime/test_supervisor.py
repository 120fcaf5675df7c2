from collections.abc import Callable

import pytest

from mien.runtime.supervisor import BACK_OFF, HEALTHY, LEAD, ChildFailedError, Supervisor


class FakeChild:
    def __init__(self) -> None:
        self.code: int | None = None
        self.words = ""
        self.ended = False
        self.loaded = True
        self.told: list[int] = []

    def ready(self) -> bool:
        return self.loaded and not self.told

    def begin(self, t: int) -> None:
        self.told.append(t)

    def exit_code(self) -> int | None:
        return self.code

    def said(self) -> str:
        return self.words

    def end(self) -> int:
        self.ended = True
        self.code = 0 if self.code is None else self.code
        return self.code


class Family:
    """A supervisor with fake children, the perceivers in the order of their birth."""

    def __init__(self) -> None:
        self.director = FakeChild()
        self.perceivers: list[FakeChild] = []
        self.supervisor = Supervisor(lambda: self.director, self.bear)

    def bear(self) -> FakeChild:
        self.perceivers.append(FakeChild())
        return self.perceivers[-1]


@pytest.fixture
def family() -> Family:
    return Family()


def test_healthy_children_are_left_alone(family: Family) -> None:
    assert [family.supervisor.step(t) for t in range(0, 5_000_000, 100_000)] == [[]] * 50
    assert len(family.perceivers) == 1


def test_both_begin_together_once_both_are_ready(family: Family) -> None:
    family.director.loaded = False
    family.supervisor.step(0)
    assert family.supervisor.begun is None and not family.perceivers[0].told
    family.director.loaded = True
    family.supervisor.step(700)
    assert family.director.told == family.perceivers[0].told == [700 + LEAD]


def test_a_restarted_perceiver_is_told_when_the_run_began(family: Family) -> None:
    family.supervisor.step(0)
    family.perceivers[0].code = 1
    family.supervisor.step(5_000_000)
    family.supervisor.step(5_000_000 + BACK_OFF[0])
    family.supervisor.step(5_100_000 + BACK_OFF[0])
    assert family.perceivers[1].told == [LEAD]
    assert family.director.told == [LEAD]


def test_a_perceiver_that_died_is_restarted_after_each_back_off_while_the_director_lives(
    family: Family,
) -> None:
    t = 0
    family.supervisor.step(t)
    for attempt, wait in enumerate([*BACK_OFF, BACK_OFF[-1]], start=1):
        family.perceivers[-1].code, family.perceivers[-1].words = -9, "out of memory"
        [notice] = family.supervisor.step(t)
        assert "out of memory" in notice and f"{wait / 1e6:g} s" in notice
        assert family.supervisor.step(t + wait - 1) == []
        assert len(family.perceivers) == attempt
        t += wait
        assert family.supervisor.step(t) == [f"perceiver restarted (attempt {attempt})"]
        assert len(family.perceivers) == attempt + 1
    assert not family.director.ended


def test_a_perceiver_that_lived_long_is_restarted_soon(family: Family) -> None:
    family.supervisor.step(0)
    for t in (0, BACK_OFF[0]):
        family.perceivers[-1].code = 1
        family.supervisor.step(t)
        family.supervisor.step(t + BACK_OFF[1])
    born = BACK_OFF[0] + BACK_OFF[1]
    family.supervisor.step(born + HEALTHY + 1)
    family.perceivers[-1].code = 1
    [notice] = family.supervisor.step(born + HEALTHY + 2)
    assert f"restarting in {BACK_OFF[0] / 1e6:g} s" in notice


def test_the_end_of_a_clip_is_no_failure(family: Family) -> None:
    family.perceivers[0].code = 0
    assert family.supervisor.step(0) == []
    assert family.supervisor.source_ended
    assert family.supervisor.step(60_000_000) == []
    assert len(family.perceivers) == 1


def _perceiver(family: Family) -> FakeChild:
    return family.perceivers[0]


def _director(family: Family) -> FakeChild:
    return family.director


@pytest.mark.parametrize(("who", "code"), [(_perceiver, 2), (_director, 2), (_director, -11), (_director, 0)])
def test_what_a_restart_cannot_mend_is_raised_with_the_last_words(
    family: Family, who: Callable[[Family], FakeChild], code: int
) -> None:
    who(family).code, who(family).words = code, "no camera; `mien devices` lists what is there"
    with pytest.raises(ChildFailedError, match="no camera") as raised:
        family.supervisor.step(0)
    assert raised.value.code == code
    assert len(family.perceivers) == 1


def test_at_the_end_the_perceiver_goes_before_the_director_closes_the_recording(family: Family) -> None:
    ends: list[str] = []
    family.perceivers[0].end = lambda: ends.append("perceiver") or 0  # type: ignore[method-assign, func-returns-value]
    family.director.end = lambda: ends.append("director") or 0  # type: ignore[method-assign, func-returns-value]
    assert family.supervisor.end() == 0
    assert ends == ["perceiver", "director"]
