"""A replay feeds a director what it was fed, tick by tick."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.bridge import codec
from mien.bridge.messages import EmotionEstimate, GameEvent, Message, Status, VideoFrame
from mien.runtime.sense.source import Sensed
from mien.runtime.sessions.recorder import Recorder
from mien.runtime.sessions.replay import Reperceived, replay, ticks
from mien.runtime.sessions.session import Session, read_session

TICK = 16_667
RecordRun = Callable[..., Session]


def test_each_tick_gets_its_own_inputs_in_their_recorded_order(
    tmp_path: Path, stage: Any, toy_director: Any, record_run: RecordRun
) -> None:
    bang = GameEvent(t=1, name="bang", subject=1, object=0, intensity=1.0)
    inputs = {1: [stage.estimate(5), bang, stage.estimate(6)], 3: [bang]}
    session = record_run(tmp_path / "s.mcap", toy_director(), inputs, 5)
    found = list(ticks(session))
    assert [tick.t for tick in found] == [TICK * i for i in range(1, 6)]
    assert [tick.index for tick in found] == [0, 1, 2, 3, 4]
    for tick in found:
        expected = [codec.encode(message) for message in inputs.get(tick.index, [])]
        assert [codec.encode(message) for message in tick.inputs] == expected
        assert tick.hello is not None
        assert tick.hello.characters == ("ada", "bo")


def test_reports_of_health_are_no_inputs(tmp_path: Path, toy_director: Any, record_run: RecordRun) -> None:
    session = record_run(tmp_path / "s.mcap", toy_director(), {0: [Status(t=0, origin="perceiver")]}, 2)
    assert [tick.inputs for tick in ticks(session)] == [(), ()]


def test_the_replay_of_a_deterministic_director_is_the_recording(
    tmp_path: Path, stage: Any, toy_director: Any, record_run: RecordRun
) -> None:
    inputs = {tick: [stage.estimate(tick, joy=0.9)] for tick in range(40)}
    session = record_run(tmp_path / "s.mcap", toy_director(), inputs, 60)
    count = 0
    for tick, outputs in replay(session, toy_director()):
        assert codec.encode(outputs[0]) == tick.face.data
        assert [codec.encode(event) for event in outputs[1:]] == [event.data for event in tick.events]
        count += 1
    assert count == 60


def test_what_belongs_to_no_face_frame_is_left_out(tmp_path: Path, stage: Any) -> None:
    recorder = Recorder(tmp_path / "s.mcap", stage.metadata)
    recorder.record(stage.estimate(1), 10)
    recorder.record(stage.estimate(2), 20)
    recorder.record(stage.face(20, 0), 20)
    recorder.record(stage.estimate(3), 30)
    recorder.close()
    (tick,) = ticks(read_session(tmp_path / "s.mcap"))
    assert tick.t == 20
    assert [message.t for message in tick.inputs] == [2]
    assert tick.hello is None


class Frames:
    """A source of one picture a millisecond."""

    senses = 1

    def __init__(self, end: int) -> None:
        self._t = 0
        self._end = end

    def read(self, until: int) -> list[Sensed]:
        times = range(self._t + 1000, min(until, self._end) + 1, 1000)
        self._t = times[-1] if times else self._t
        return [VideoFrame(t=t, pixels=np.zeros((2, 2, 3), np.uint8)) for t in times]

    def notices(self) -> list[str]:
        return []

    def finished(self) -> bool:
        return self._t >= self._end

    def close(self) -> None:
        pass


@pytest.fixture
def perceived(
    tmp_path: Path, stage: Any, toy_director: Any, record_run: RecordRun
) -> tuple[Session, Callable[[Sequence[Sensed], int], Iterable[Message]]]:
    """A recording in which each estimate was drained two ticks late, and the recognizer it is from."""

    def perceive(sensed: Sequence[Sensed], _: int) -> list[Message]:
        return [stage.estimate(each.t, joy=each.t % 7 / 7) for each in sensed]

    inputs: dict[int, list[Message]] = {}
    source = Frames(end=100_000)
    for tick in range(20):
        late: list[EmotionEstimate] = perceive(source.read(tick * TICK), 0)  # type: ignore[assignment]
        inputs[tick + 2] = [replace(estimate, produced=estimate.t + 40_000) for estimate in late]
    return record_run(tmp_path / "s.mcap", toy_director(), inputs, 25), perceive


def test_estimates_computed_again_arrive_when_the_recorded_ones_did(
    perceived: Any, toy_director: Any
) -> None:
    session, perceive = perceived
    again = Reperceived(Frames(end=100_000), perceive)
    for tick, outputs in replay(session, toy_director(), again.revise):
        assert codec.encode(outputs[0]) == tick.face.data
    assert (again.equal, again.different, again.missing, again.first) == (100, 0, 0, None)


def test_an_estimate_that_comes_out_differently_is_reported_with_its_place(
    perceived: Any, stage: Any, toy_director: Any
) -> None:
    session, perceive = perceived

    def other(sensed: Sequence[Sensed], t: int) -> list[Message]:
        return [stage.estimate(e.t, 0.123) if e.t == 50_000 else e for e in perceive(sensed, t)]

    again = Reperceived(Frames(end=100_000), other)
    for _ in replay(session, toy_director(), again.revise):
        pass
    assert (again.equal, again.different, again.missing) == (99, 1, 0)
    assert again.first == "tick 5, person 1, captured at 50000 µs: differs"


def test_an_estimate_that_does_not_come_again_is_missing_and_not_made_up(
    perceived: Any, toy_director: Any
) -> None:
    session, perceive = perceived
    again = Reperceived(Frames(end=90_000), perceive)
    fed = sum(len(tick.inputs) for tick, _ in replay(session, toy_director(), again.revise))
    assert (again.equal, again.missing) == (90, 10)
    assert fed == 90
    assert again.first is not None
    assert again.first.endswith("captured at 91000 µs: not found again")


def test_an_estimate_from_no_device_needs_no_media_and_stays(
    tmp_path: Path, stage: Any, toy_director: Any, record_run: RecordRun
) -> None:
    nothing = replace(stage.estimate(0), senses=0)
    session = record_run(tmp_path / "s.mcap", toy_director(), {0: [nothing]}, 2)
    again = Reperceived(Frames(end=0), lambda *_: [])
    (first, _), _ = replay(session, toy_director(), again.revise)
    assert [codec.encode(message) for message in first.inputs] == [codec.encode(nothing)]
    assert (again.equal, again.different, again.missing) == (0, 0, 0)


def test_estimates_of_the_same_moment_and_person_keep_their_order(
    tmp_path: Path, stage: Any, toy_director: Any, record_run: RecordRun
) -> None:
    inputs = {0: [stage.estimate(0, 0.1)], 1: [stage.estimate(0, 0.2), stage.estimate(0, 0.2, person=2)]}
    session = record_run(tmp_path / "s.mcap", toy_director(), inputs, 3)
    made = iter([[inputs[0][0]], inputs[1], []])
    again = Reperceived(Frames(end=0), lambda *_: next(made))
    for _ in replay(session, toy_director(), again.revise):
        pass
    assert (again.equal, again.different, again.missing) == (3, 0, 0)
