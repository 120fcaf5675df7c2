import logging
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import zmq

from mien.bridge.channels import GAME, PERCEPTS, Endpoints
from mien.bridge.clock import clock_id
from mien.bridge.codec import encode
from mien.bridge.inbox import Inbox
from mien.bridge.messages import (
    AudioChunk,
    EmotionEstimate,
    FaceFrame,
    GameEvent,
    Message,
    SmartObject,
    Status,
    VideoPacket,
)
from mien.bridge.outbox import GameLink, PerceptSender

Eventually = Callable[[Callable[[], object]], None]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox(Endpoints.on(port=0))
    yield inbox
    inbox.close()


@pytest.fixture
def stranger(inbox: Inbox) -> Iterator["zmq.Socket[bytes]"]:
    """Pushes whatever it likes to the game channel."""
    with zmq.Context() as context, context.socket(zmq.PUSH) as socket:
        socket.linger = 0
        socket.connect(inbox.endpoints.game)
        yield socket


def event(number: int) -> GameEvent:
    return GameEvent(t=number, name="thunder", subject=0, object=0, intensity=0.5)


def test_an_empty_inbox_returns_at_once(inbox: Inbox) -> None:
    assert inbox.drain() == []


def test_messages_of_a_game_and_a_perceiver_arrive_in_order(inbox: Inbox, eventually: Eventually) -> None:
    game, perceiver = GameLink(inbox.endpoints), PerceptSender(inbox.endpoints)
    assert perceiver.send(Status(t=1, origin="perceiver"), wait=5.0)
    assert perceiver.send(AudioChunk(t=2, samples=np.arange(320, dtype=np.int16)))
    assert perceiver.send(VideoPacket(t=3, jpeg=np.arange(9, dtype=np.uint8)))
    assert game.send(SmartObject(t=4, id=16, name="fire", present=1, state={"burning": 1.0}))
    assert game.send(event(5))
    received: list[Message] = []
    eventually(lambda: received.extend(inbox.drain()) or len(received) == 5)
    by_channel = sorted(received, key=lambda message: message.KIND in GAME.kinds)
    assert [message.t for message in by_channel] == [1, 2, 3, 4, 5]
    assert inbox.stats() == {"received": 5, "malformed": 0}
    game.close()
    perceiver.close()


def test_a_drain_takes_no_more_than_its_limit_and_leaves_the_rest_for_the_next(
    inbox: Inbox, eventually: Eventually
) -> None:
    game = GameLink(inbox.endpoints)
    for number in range(20):
        assert game.send(event(number), wait=5.0)
    received: list[Message] = []

    def drained() -> bool:
        some = inbox.drain(limit=3)
        assert len(some) <= 3
        received.extend(some)
        return len(received) == 20

    eventually(drained)
    assert [message.t for message in received] == list(range(20))
    game.close()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        encode(event(1))[:-1],
        encode(event(1)).replace(b"\xa4mien\x01", b"\xa4mien\x02"),
        encode(Status(t=1, origin="game")),
        b"\0" * (GAME.limit + 1),
    ],
    ids=["empty", "nonsense", "cut", "another version", "kind of another channel", "too long"],
)
def test_what_is_no_welcome_message_is_dropped_counted_and_logged(
    inbox: Inbox,
    stranger: "zmq.Socket[bytes]",
    eventually: Eventually,
    caplog: pytest.LogCaptureFixture,
    data: bytes,
) -> None:
    received: list[Message] = []
    with caplog.at_level(logging.WARNING):
        stranger.send(data)
        stranger.send(encode(event(7)))
        eventually(lambda: received.extend(inbox.drain()) or received)
    assert [message.t for message in received] == [7]
    assert inbox.stats() == {"received": 1, "malformed": 1}
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("dropped on the game channel: ")


def test_a_flood_of_malformed_messages_is_one_line_a_second(
    inbox: Inbox, stranger: "zmq.Socket[bytes]", eventually: Eventually, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    now = 0
    monkeypatch.setattr("mien.bridge.inbox.monotonic_micros", lambda: now)
    with caplog.at_level(logging.WARNING):
        for _ in range(40):
            stranger.send(b"nonsense")
        eventually(lambda: inbox.drain() or inbox.stats()["malformed"] == 40)
        assert len(caplog.messages) == 1
        now = 1_000_000
        stranger.send(b"nonsense")
        eventually(lambda: inbox.drain() or inbox.stats()["malformed"] == 41)
    assert len(caplog.messages) == 2
    assert caplog.messages[1].endswith("(and 39 more since the last line)")


def test_times_of_a_perceiver_on_another_clock_are_turned_into_ours(
    inbox: Inbox, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.bridge.inbox.monotonic_micros", lambda: 1_000_000)
    sender = PerceptSender(inbox.endpoints)
    assert sender.send(Status(t=50_000_000, origin="perceiver", clock="elsewhere"), wait=5.0)
    assert sender.send(AudioChunk(t=49_900_000, samples=np.zeros(1, np.int16)))
    assert sender.send(make_estimate(t=49_800_000, produced=49_850_000))
    assert sender.send(Status(t=50_000_000, origin="perceiver", clock=clock_id()))
    assert sender.send(AudioChunk(t=900_000, samples=np.zeros(1, np.int16)))
    received: list[Message] = []
    eventually(lambda: received.extend(inbox.drain()) or len(received) == 5)
    # the fastest way through, here of no delay, maps 50 s on their clock to 1 s on ours
    assert [message.t for message in received] == [1_000_000, 900_000, 800_000, 50_000_000, 900_000]
    assert isinstance(received[2], EmotionEstimate)
    assert received[2].produced == 850_000
    sender.close()


def make_estimate(t: int, produced: int) -> EmotionEstimate:
    blocks = {"emotion": 7, "share": 3, "box": 4, "head": 3, "blend": 52}
    return EmotionEstimate(
        t=t, produced=produced, lag=0, person=1, senses=0, used=0, presence=0.0, speaking=0.0, valence=0.0,
        arousal=0.0, confidence=0.0, **{name: np.zeros(size, np.float32) for name, size in blocks.items()},
    )  # fmt: skip


def test_a_message_far_too_long_costs_its_sender_the_connection_and_nobody_else_anything(
    inbox: Inbox, stranger: "zmq.Socket[bytes]", eventually: Eventually
) -> None:
    game = GameLink(inbox.endpoints)
    received: list[Message] = []
    stranger.send(b"\0" * (2 * GAME.limit + 1))
    assert game.send(event(1))
    eventually(lambda: received.extend(inbox.drain()) or received)
    stranger.send(encode(event(2)))  # it may come back and behave
    eventually(lambda: received.extend(inbox.drain()) or len(received) == 2)
    assert [message.t for message in received] == [1, 2]
    assert inbox.stats()["malformed"] == 0
    game.close()


def test_a_perceiver_without_a_director_drops_at_once_and_counts() -> None:
    sender = PerceptSender(Endpoints())
    for number in range(1000):
        assert not sender.send(Status(t=number, origin="perceiver"))
    assert sender.stats() == {"sent": 0, "dropped": 1000}
    sender.close()


def test_a_perceiver_drops_what_a_busy_director_has_no_room_for_and_goes_on_after(
    inbox: Inbox, eventually: Eventually
) -> None:
    sender = PerceptSender(inbox.endpoints)
    picture = VideoPacket(t=0, jpeg=np.zeros(200_000, np.uint8))
    eventually(lambda: sender.send(picture))
    for _ in range(4 * PERCEPTS.queue):
        sender.send(picture)
    assert sender.stats()["dropped"] > 0
    received: list[Message] = []
    eventually(lambda: received.extend(inbox.drain()) or len(received) == sender.stats()["sent"])
    eventually(lambda: sender.send(Status(t=1, origin="perceiver")))
    eventually(lambda: [message for message in inbox.drain() if message.t == 1])
    sender.close()


def test_a_sender_that_may_wait_loses_nothing(inbox: Inbox, eventually: Eventually) -> None:
    sender = PerceptSender(inbox.endpoints)
    received: list[Message] = []
    picture = np.zeros(200_000, np.uint8)
    for number in range(4 * PERCEPTS.queue):
        if not sender.send(VideoPacket(t=number, jpeg=picture), wait=0.001):
            received.extend(inbox.drain())
            assert sender.send(VideoPacket(t=number, jpeg=picture), wait=5.0)
    eventually(lambda: received.extend(inbox.drain()) or len(received) == 4 * PERCEPTS.queue)
    assert [message.t for message in received] == list(range(4 * PERCEPTS.queue))
    sender.close()


def test_what_a_game_says_before_the_director_is_there_is_kept(eventually: Eventually) -> None:
    first = Inbox(Endpoints.on(port=0))
    first.close()
    game = GameLink(first.endpoints)
    assert game.send(SmartObject(t=1, id=16, name="fire", present=1))
    inbox = Inbox(first.endpoints)
    received: list[Message] = []
    eventually(lambda: received.extend(inbox.drain()) or received)
    assert received[0].KIND == "object"
    game.close()
    inbox.close()


def test_a_message_of_another_channel_or_too_long_is_an_error_of_the_sender(
    inbox: Inbox, make_face: Callable[..., FaceFrame]
) -> None:
    game, perceiver = GameLink(inbox.endpoints), PerceptSender(inbox.endpoints)
    with pytest.raises(ValueError, match="the game channel carries no FaceFrame"):
        game.send(make_face())
    with pytest.raises(
        ValueError, match="jpeg has 2097189 bytes, the percepts channel carries at most 2097152"
    ):
        perceiver.send(VideoPacket(t=0, jpeg=np.zeros(PERCEPTS.limit, np.uint8)))
    game.close()
    perceiver.close()
