import logging
import time
from collections.abc import Callable, Iterator

import numpy as np
import psutil
import pytest
import zmq

from mien.bridge.channels import EVENTS, STATE, Endpoints
from mien.bridge.codec import decode, encode
from mien.bridge.messages import BehaviorEvent, FaceFrame, GameEvent, Hello, Message, Status
from mien.bridge.subscriber import Subscriber
from mien.bridge.zeromq import ZeroMQEmitter

MakeHello = Callable[..., Hello]
MakeFace = Callable[..., FaceFrame]
Eventually = Callable[[Callable[[], object]], None]


@pytest.fixture
def emitter() -> Iterator[ZeroMQEmitter]:
    emitter = ZeroMQEmitter(Endpoints.on(port=0))
    yield emitter
    emitter.close()


@pytest.fixture
def subscribe(emitter: ZeroMQEmitter) -> Iterator[Callable[..., Subscriber]]:
    opened = []

    def make(**settings: object) -> Subscriber:
        opened.append(Subscriber(emitter.endpoints, **settings))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for subscriber in opened:
        subscriber.close()


def event(number: int) -> BehaviorEvent:
    return BehaviorEvent(
        t=number, character=16, rule="comfort", phase="started", reason="selected", inflicter=16, target=1,
        intensity=1.0, expression="", gaze="", gesture="", speech="",
    )  # fmt: skip


def test_with_no_subscriber_emitting_never_blocks_and_memory_stays_flat(
    emitter: ZeroMQEmitter, make_hello: MakeHello, make_face: MakeFace
) -> None:
    emitter.emit([make_hello(*(f"c{i}" for i in range(1000)))])
    face = make_face(1, 1000)
    emitter.emit([face] * 50)
    before = psutil.Process().memory_info().rss
    emitter.emit([face] * 1000)  # 300 MB on the wire
    assert psutil.Process().memory_info().rss - before < 32 << 20
    assert emitter.stats()["sent"] == 1051
    assert emitter.stats()["subscribers"] == 0


def test_a_late_joiner_gets_the_hello_and_then_the_newest_frame_without_another_tick(
    emitter: ZeroMQEmitter, subscribe: Callable[..., Subscriber], make_hello: MakeHello, make_face: MakeFace,
    eventually: Eventually,
) -> None:  # fmt: skip
    emitter.emit([make_hello("Ann", "Bob")])
    emitter.emit([make_face(1)])
    emitter.emit([make_face(2)])
    for _ in range(2):  # the second to join is served as the first was
        subscriber = subscribe()
        received: list[Message] = []

        def arrived(to: list[Message] = received, by: Subscriber = subscriber) -> bool:
            emitter.emit([])
            to += by.receive()
            return by.face is not None

        eventually(arrived)
        assert [message.KIND for message in received] == ["hello", "face"]
        assert subscriber.hello is not None
        assert subscriber.hello.characters == ("Ann", "Bob")
        assert subscriber.face is not None
        assert subscriber.face.seq == 2
    assert emitter.stats()["subscribers"] == 2


def test_a_newcomer_within_a_tick_gets_the_hello_before_that_ticks_frame(
    emitter: ZeroMQEmitter, subscribe: Callable[..., Subscriber], make_hello: MakeHello, make_face: MakeFace,
    eventually: Eventually,
) -> None:  # fmt: skip
    emitter.emit([make_hello("Ann", "Bob"), make_face(1)])
    subscriber = subscribe()
    received: list[Message] = []
    seq = iter(range(2, 10_000))

    def arrived() -> bool:
        emitter.emit([make_face(next(seq))])
        received.extend(subscriber.receive())
        return subscriber.face is not None

    eventually(arrived)
    assert [message.KIND for message in received[:2]] == ["hello", "face"]
    assert received.count(received[0]) == 1


def test_the_count_of_subscribers_follows_their_coming_and_going(
    emitter: ZeroMQEmitter,
    subscribe: Callable[..., Subscriber],
    make_hello: MakeHello,
    eventually: Eventually,
) -> None:
    emitter.emit([make_hello("Ann")])

    def count() -> int:
        emitter.emit([])
        return emitter.stats()["subscribers"]

    one = subscribe()
    subscribe(kinds=frozenset({"face"}))
    eventually(lambda: count() == 2)
    one.close()
    eventually(lambda: count() == 1)


def test_a_slow_subscriber_costs_no_memory_and_reads_the_newest_frame_when_it_drains(
    emitter: ZeroMQEmitter, subscribe: Callable[..., Subscriber], make_hello: MakeHello, make_face: MakeFace,
    eventually: Eventually,
) -> None:  # fmt: skip
    slow = subscribe()

    def joined() -> bool:
        emitter.emit([make_hello(*(f"c{i}" for i in range(300)))])
        slow.receive()
        return slow.hello is not None

    eventually(joined)
    face = make_face(0, 300)
    count = 2000
    for seq in range(1, count // 4):
        emitter.emit([make_face(seq, 300, affect=face.affect, face=face.face)])
    before = psutil.Process().memory_info().rss
    for seq in range(count // 4, count + 1):  # 90 KB each
        emitter.emit([make_face(seq, 300, affect=face.affect, face=face.face)])
    assert psutil.Process().memory_info().rss - before < 32 << 20
    after = iter(range(count + 1, 1_000_000))

    def caught_up() -> bool:
        seq = next(after)
        emitter.emit([make_face(seq, 300)])
        messages = slow.receive(0.05)
        assert sum(isinstance(message, FaceFrame) for message in messages) <= 1
        return slow.face is not None and slow.face.seq == seq

    eventually(caught_up)
    reception = slow.reception()
    assert reception.gaps > 0
    assert reception.skipped > 0
    assert slow.face is not None
    # all but what was on its way before it had joined is either here, passed over or known to be missing
    assert 0 <= slow.face.seq - reception.frames - reception.gaps < count // 4


def test_a_subscriber_whose_queue_is_full_survives_the_end_of_the_director(
    emitter: ZeroMQEmitter,
    subscribe: Callable[..., Subscriber],
    make_hello: MakeHello,
    make_face: MakeFace,
    eventually: Eventually,
) -> None:
    subscriber = subscribe()
    emitter.emit([make_hello()])
    eventually(lambda: emitter.emit([]) or subscriber.receive(0.01) or subscriber.hello)
    seq = 0

    def is_full() -> bool:
        nonlocal seq
        for _ in range(STATE.backlog):
            seq += 1
            emitter.emit([make_face(seq=seq)])
        return seq > 8 * STATE.backlog

    eventually(is_full)
    emitter.close()
    # With heartbeats on the receiver's socket, the first one is refused and the second aborts this process.
    time.sleep(2.5)
    subscriber.receive(0.1)
    assert subscriber.face is not None


def test_every_event_arrives_in_order_also_at_a_subscriber_that_reads_late(
    emitter: ZeroMQEmitter, subscribe: Callable[..., Subscriber], eventually: Eventually
) -> None:
    subscriber = subscribe()
    received: list[Message] = []

    def joined() -> bool:
        emitter.emit([Status(t=0, origin="director")])
        return bool(subscriber.receive())

    eventually(joined)
    emitter.emit([event(number) for number in range(3000)])

    def all_there() -> bool:
        received.extend(message for message in subscriber.receive() if isinstance(message, BehaviorEvent))
        return len(received) == 3000

    eventually(all_there)
    assert [message.t for message in received] == list(range(3000))


def test_a_subscriber_gets_only_the_kinds_that_it_asked_for_and_the_hello(
    emitter: ZeroMQEmitter, subscribe: Callable[..., Subscriber], make_hello: MakeHello, make_face: MakeFace,
    eventually: Eventually,
) -> None:  # fmt: skip
    subscriber = subscribe(kinds=frozenset({"status"}))
    kinds: set[str] = set()

    def arrived() -> bool:
        emitter.emit([make_hello("Ann", "Bob"), make_face(1), event(1), Status(t=0, origin="director")])
        kinds.update(message.KIND for message in subscriber.receive())
        return kinds >= {"hello", "status"}

    eventually(arrived)
    assert kinds == {"hello", "status"}


def test_closing_tells_subscribers_that_nobody_is_left(
    subscribe: Callable[..., Subscriber],
    emitter: ZeroMQEmitter,
    make_hello: MakeHello,
    eventually: Eventually,
) -> None:
    subscriber = subscribe()

    def joined() -> bool:
        emitter.emit([make_hello("Ann", "Bob", generation=7)])
        subscriber.receive()
        return subscriber.hello is not None

    eventually(joined)
    emitter.close()
    emitter.close()
    eventually(lambda: (subscriber.receive(), subscriber.hello and subscriber.hello.characters == ())[1])
    assert subscriber.hello is not None
    assert subscriber.hello.generation == 8


def test_after_a_restart_of_the_director_the_subscriber_is_back_and_counts_no_gap(
    make_hello: MakeHello, make_face: MakeFace, eventually: Eventually
) -> None:
    first = ZeroMQEmitter(Endpoints.on(port=0))
    subscriber = Subscriber(first.endpoints)

    def sees(emitter: ZeroMQEmitter, session: str, seq: int) -> Callable[[], bool]:
        def ask() -> bool:
            emitter.emit([make_hello("Ann", "Bob", session=session), make_face(seq)])
            subscriber.receive()
            return subscriber.hello is not None and subscriber.hello.session == session

        return ask

    eventually(sees(first, "one", 1000))
    first.close()
    second = ZeroMQEmitter(first.endpoints)
    eventually(sees(second, "two", 1))
    eventually(lambda: (subscriber.receive(), subscriber.face and subscriber.face.seq == 1)[1])
    reception = subscriber.reception()
    assert reception.connected
    assert reception.connections == 2
    assert reception.gaps == 0
    subscriber.close()
    second.close()


def test_frames_that_never_came_are_counted_as_gaps(
    emitter: ZeroMQEmitter, subscribe: Callable[..., Subscriber], make_hello: MakeHello, make_face: MakeFace,
    eventually: Eventually,
) -> None:  # fmt: skip
    subscriber = subscribe()

    def joined() -> bool:
        emitter.emit([make_hello("Ann", "Bob"), make_face(1)])
        subscriber.receive()
        return subscriber.face is not None

    eventually(joined)
    emitter.emit([make_face(5)])
    eventually(lambda: (subscriber.receive(), subscriber.face and subscriber.face.seq == 5)[1])
    assert subscriber.reception().gaps == 3


def test_frames_of_another_generation_than_the_hellos_are_passed_over(
    emitter: ZeroMQEmitter, subscribe: Callable[..., Subscriber], make_hello: MakeHello, make_face: MakeFace,
    eventually: Eventually,
) -> None:  # fmt: skip
    subscriber = subscribe()
    received: list[Message] = []

    def arrived() -> bool:
        emitter.emit(
            [make_face(1), make_hello("Ann", "Bob", generation=2), make_face(2), make_face(3, generation=2)]
        )
        received.extend(subscriber.receive())
        return subscriber.face is not None

    eventually(arrived)
    assert {message.seq for message in received if isinstance(message, FaceFrame)} == {3}


def test_a_newcomer_gets_no_frame_from_before_the_newest_hello(
    emitter: ZeroMQEmitter, make_hello: MakeHello, make_face: MakeFace, eventually: Eventually
) -> None:
    emitter.emit([make_hello("Ann", "Bob"), make_face(1)])
    emitter.emit([make_hello("Ann", generation=2)])
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.subscribe(b"")
        socket.connect(emitter.endpoints.state)
        received: list[bytes] = []

        def arrived() -> bool:
            emitter.emit([])
            while socket.poll(0):
                received.append(socket.recv())
            return bool(received)

        eventually(arrived)
        emitter.emit([make_face(2, 1, generation=2)])
        eventually(lambda: (arrived(), len(received) >= 2)[1])
    assert received == [encode(make_hello("Ann", generation=2)), encode(make_face(2, 1, generation=2))]


def test_a_message_out_of_its_ranges_is_dropped_counted_and_logged_and_the_rest_goes_out(
    emitter: ZeroMQEmitter, make_face: MakeFace, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        emitter.emit([make_face(face=np.full((2, 61), np.nan, np.float32)), make_face(2)])
    assert emitter.stats()["refused"] == 1
    assert emitter.stats()["sent"] == 1
    assert caplog.messages == ["not sent: face.face holds a number that is not finite"]


def test_kinds_of_no_outbound_channel_are_passed_over(emitter: ZeroMQEmitter) -> None:
    emitter.emit([GameEvent(t=1, name="thunder", subject=0, object=0, intensity=1.0)])
    assert emitter.stats()["sent"] == 0


def test_a_frame_on_the_wire_is_one_part_that_any_zeromq_client_can_decode(
    emitter: ZeroMQEmitter, make_hello: MakeHello, make_face: MakeFace, eventually: Eventually
) -> None:
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.subscribe(b"")
        socket.connect(emitter.endpoints.state)
        parts: list[list[bytes]] = []

        def arrived() -> bool:
            emitter.emit([make_hello("Ann", "Bob"), make_face(1)])
            while socket.poll(0):
                parts.append(socket.recv_multipart())
            return len(parts) >= 2

        eventually(arrived)
    assert all(len(part) == 1 for part in parts)
    assert decode(parts[0][0], STATE.kinds, STATE.limit).KIND == "hello"
    assert parts[1][0] == encode(make_face(1))


def test_malformed_messages_from_a_sender_are_dropped_counted_and_logged(
    caplog: pytest.LogCaptureFixture, eventually: Eventually
) -> None:
    with zmq.Context() as context, context.socket(zmq.PUB) as state, context.socket(zmq.PUB) as events:
        ports = [socket.bind_to_random_port("tcp://127.0.0.1") for socket in (state, events)]
        subscriber = Subscriber(
            Endpoints(state=f"tcp://127.0.0.1:{ports[0]}", events=f"tcp://127.0.0.1:{ports[1]}")
        )
        # it starts as a status does, or the subscription would keep it out
        damaged = encode(Status(t=0, origin="director"))[:-3]

        def arrived() -> bool:
            events.send(damaged)
            assert subscriber.receive() == []
            return subscriber.reception().malformed > 1

        with caplog.at_level(logging.WARNING):
            eventually(arrived)
        subscriber.close()
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith(f"dropped on the {EVENTS.name} channel: not msgpack")


def test_age_and_response_of_a_frame_from_the_same_clock_are_exact_to_the_reading(
    emitter: ZeroMQEmitter, make_hello: MakeHello, make_face: MakeFace, eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("mien.bridge.subscriber.monotonic_micros", lambda: 5_000_000)
    subscriber = Subscriber(emitter.endpoints)

    def arrived() -> bool:
        emitter.emit([make_hello("Ann", "Bob"), make_face(t=4_990_000, captured=4_960_000)])
        subscriber.receive()
        return subscriber.face is not None

    eventually(arrived)
    assert subscriber.reception().age == 10_000
    assert subscriber.reception().response == 40_000
    subscriber.close()


def test_age_from_another_clock_is_told_beyond_the_fastest_arrival(
    emitter: ZeroMQEmitter, make_hello: MakeHello, make_face: MakeFace, eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    now = 5_000_000
    monkeypatch.setattr("mien.bridge.subscriber.monotonic_micros", lambda: now)
    subscriber = Subscriber(emitter.endpoints)

    def receives(face: FaceFrame) -> Callable[[], bool]:
        def ask() -> bool:
            emitter.emit([make_hello("Ann", "Bob", clock="elsewhere"), face])
            subscriber.receive()
            return subscriber.face is not None and subscriber.face.t == face.t

        return ask

    eventually(receives(make_face(1, t=70_000_000)))
    assert subscriber.reception().age == 0
    now += 100_000
    eventually(receives(make_face(2, t=70_097_000)))
    assert subscriber.reception().age == 3_000
    subscriber.close()


def test_a_character_that_frames_leave_out_stays_as_it_was_and_is_no_gap(
    emitter: ZeroMQEmitter, subscribe: Callable[..., Subscriber], make_hello: MakeHello, make_face: MakeFace,
    eventually: Eventually,
) -> None:  # fmt: skip
    emitter.emit([make_hello("Ann", "Bob", "Cy")])
    subscriber = subscribe()

    def row(seq: int, id_: int, value: float) -> FaceFrame:
        return make_face(
            seq, 1, ids=np.array([id_], np.uint32), face=np.full((1, 61), value, np.float32),
            affect=np.full((1, 2, 7), value, np.float32),
        )  # fmt: skip

    def arrived(seq: int, *messages: Message) -> None:
        emitter.emit(messages)
        eventually(lambda: subscriber.receive() and subscriber.face and subscriber.face.seq == seq)

    eventually(lambda: (emitter.emit([]), subscriber.receive(), subscriber.hello)[2])
    arrived(1, make_face(1, 3))
    arrived(3, row(2, 17, 0.5), row(3, 16, 0.75))  # both before the subscriber looks
    arrived(4, make_face(4, 0))
    assert subscriber.face is not None
    assert subscriber.face.ids.tolist() == [16, 17, 18]
    assert subscriber.face.face[:, 0].tolist() == [0.75, 0.5, 0.25]
    assert subscriber.face.affect[:, 1, 6].tolist() == [0.75, 0.5, 0.5]
    assert (subscriber.reception().frames, subscriber.reception().gaps) == (4, 0)
    arrived(5, make_hello("Ann", "Bob", generation=2), make_face(5, 1, generation=2))
    assert subscriber.face.ids.tolist() == [16]
