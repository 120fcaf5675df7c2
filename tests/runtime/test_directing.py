import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from mien.behavior.authoring.load import load
from mien.bridge.channels import Endpoints
from mien.bridge.clock import monotonic_micros
from mien.bridge.inbox import Inbox
from mien.bridge.messages import (
    EMOTIONS,
    PLAYER,
    EmotionEstimate,
    FaceFrame,
    Interest,
    Message,
    Relations,
    Status,
)
from mien.bridge.outbox import GameLink
from mien.bridge.subscriber import Subscriber
from mien.bridge.zeromq import ZeroMQEmitter
from mien.runtime.cli.wiring import SAMPLE_LIBRARY
from mien.runtime.directing import SILENCE, Watch, run_director
from mien.runtime.director import Director
from mien.runtime.interests import Interests
from mien.runtime.road import Road
from mien.runtime.sessions.metadata import Metadata
from mien.runtime.sessions.recorder import Recorder
from mien.runtime.sessions.replay import replay
from mien.runtime.sessions.session import read_session


def estimate(t: int) -> EmotionEstimate:
    return EmotionEstimate(
        t=t, produced=t, lag=0, person=PLAYER, senses=0, used=0, presence=0.0, speaking=0.0,
        emotion=np.zeros(len(EMOTIONS), np.float32), valence=0.0, arousal=0.0, confidence=0.0,
        share=np.zeros(3, np.float32), box=np.zeros(4, np.float32), head=np.zeros(3, np.float32),
        blend=np.zeros(52, np.float32),
    )  # fmt: skip


def test_silence_is_said_once_and_so_is_its_end() -> None:
    watch = Watch(0)
    said = [watch.take([], t) for t in range(0, 3 * SILENCE, 16_667)]
    assert [line for line in said if line] == ["no word from the perceiver: moods drift home"]
    assert watch.take([estimate(0)], 3 * SILENCE) == "the perceiver is back"
    assert watch.take([estimate(0)], 3 * SILENCE + 1) == ""


def test_estimates_of_nobody_are_no_silence() -> None:
    watch = Watch(0)
    assert not any(watch.take([estimate(t)], t) for t in range(0, 3 * SILENCE, 100_000))


def test_the_end_of_a_clip_is_no_silence() -> None:
    watch = Watch(0)
    watch.take([Status(t=0, origin="perceiver", levels={"ended": 1.0})], 0)
    assert not any(watch.take([], t) for t in range(0, 3 * SILENCE, 100_000))


@dataclass
class Running:
    """A director on free ports that records, and a game that speaks and listens."""

    road: Road
    say: Callable[[Message], bool]
    game: Subscriber
    stop: Callable[[], None]

    def heard(self, enough: Callable[[list[Message]], bool]) -> list[Message]:
        """Collect what comes, and each face frame as it was sent, until it is enough."""
        messages: list[Message] = []
        deadline = time.monotonic() + 20
        while not enough(messages):
            assert time.monotonic() < deadline, "waited twenty seconds in vain"
            messages += self.game.receive(0.1)
        return messages


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    director = Director(load(SAMPLE_LIBRARY), seed=1)
    metadata = Metadata(version="0.1.0", seed=1, rate=60, hashes={})
    recorder = Recorder(tmp_path / "s.mcap", metadata)
    inbox, emitter = Inbox(Endpoints.on(port=0)), ZeroMQEmitter(Endpoints.on(port=0))
    road = Road(director, director.start(monotonic_micros() + 10_000), [emitter], recorder)
    ended = threading.Event()
    loop = threading.Thread(target=run_director, args=(road, inbox, "test", ended))
    loop.start()
    game, link = Subscriber(emitter.endpoints), GameLink(inbox.endpoints)

    def stop() -> None:
        ended.set()
        loop.join()
        recorder.close()

    yield Running(road, link.send, game, stop)
    stop()
    for part in (game, link, emitter, inbox):
        part.close()


def interest(every: dict[int, int]) -> Interest:
    ids, ticks = np.array(list(every), np.uint32), np.array(list(every.values()), np.uint8)
    return Interest(t=0, game=1, ids=ids, every=ticks)


def test_the_status_tells_how_many_faces_leave_and_how_many_nobody_wants(running: Running) -> None:
    mira, bram, pip = running.road.director.engine.ids.tolist()
    assert running.say(interest({mira: 1, bram: 6, pip: 0}))

    def withheld(messages: list[Message]) -> bool:
        return any(isinstance(m, Status) and m.levels["withheld_a_tick"] > 1.8 for m in messages)

    status = [m for m in running.heard(withheld) if isinstance(m, Status)][-1]
    assert 1.1 < status.levels["sent_a_tick"] < 1.2
    assert status.counters["faces_sent"] > 0 and status.counters["faces_withheld"] > 0


def test_wishes_and_relations_are_recorded_with_the_tick_and_every_face_is(
    running: Running, tmp_path: Path
) -> None:
    director = running.road.director
    mira, bram, pip = director.engine.ids.tolist()
    everyone = running.road.interests.wishes
    for message in (
        interest({mira: 4, pip: 0}),
        Relations(
            t=0,
            ids=np.array([mira], np.uint32),
            whom=np.array([bram], np.uint32),
            liking=np.array([-1], np.float32),
        ),
    ):
        assert running.say(message)
    running.heard(lambda messages: bool(everyone) and len(messages) > 30)
    running.stop()
    state, rows = Director(load(SAMPLE_LIBRARY), seed=1), Interests()
    again = state.start(running.road.state.begun)

    class Stepper:
        def step(self, inputs: tuple[Message, ...], t: int) -> list[Message]:
            rows.take(inputs, t)
            frame, *rest = state.step(again, inputs, t)
            assert isinstance(frame, FaceFrame)
            rows.due(frame)
            return [frame, *rest]

    for tick, outputs in replay(read_session(tmp_path / "s.mcap"), Stepper()):
        recorded, computed = tick.face.message, outputs[0]
        assert isinstance(recorded, FaceFrame) and isinstance(computed, FaceFrame)
        assert recorded.ids.tolist() == [mira, bram, pip]
        assert recorded.face.tobytes() == computed.face.tobytes()
    assert (rows.sent, rows.withheld) == (running.road.interests.sent, running.road.interests.withheld)
    assert rows.withheld > 0
    liking = again.engine.surroundings.liking(bram, director.engine.cast)
    assert liking[0] == -1
