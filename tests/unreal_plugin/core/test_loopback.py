"""MienCore through its C interface against the real publisher, libzmq, and sockets that misbehave."""

import re
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zmq

from mien.bridge.channels import Endpoints
from mien.bridge.clock import clock_id, monotonic_micros
from mien.bridge.codec import encode
from mien.bridge.faces import FACE
from mien.bridge.inbox import Inbox
from mien.bridge.messages import (
    EMOTIONS,
    Activity,
    BehaviorEvent,
    FaceFrame,
    GameEvent,
    Hello,
    Interest,
    Message,
    Relations,
    SmartObject,
    Status,
    World,
)
from mien.bridge.zeromq import ZeroMQEmitter
from mien.runtime.interests import Interests

Connect = Callable[..., Any]
JAW = FACE.index("jawOpen")
QUICK = {"heartbeat_interval": 100_000, "heartbeat_timeout": 200_000, "handshake_timeout": 200_000}


def hello(*names: str, **changes: Any) -> Hello:
    first = Hello(
        t=monotonic_micros(), session="tavern", generation=1, clock=clock_id(), wall=1, rate=60,
        emotions=EMOTIONS, pad=np.zeros((7, 3), np.float32),
        ids=np.arange(16, 16 + len(names), dtype=np.uint32), characters=names, face=FACE, rules=("wave",),
    )  # fmt: skip
    return replace(first, **changes)


def behavior(rule: str) -> BehaviorEvent:
    return BehaviorEvent(
        t=1, character=16, rule=rule, phase="started", reason="selected", inflicter=16, target=1,
        intensity=0.5, expression="smile", gaze="player", gesture="wave", speech="",
    )  # fmt: skip


class Sidecar:
    """The real emitter and inbox, ticking on a thread of their own at 60 Hz."""

    def __init__(
        self,
        *names: str,
        ports: tuple[int, int, int] = (0, 0, 0),
        interests: Interests | None = None,
        **changes: Any,
    ) -> None:
        self.interests = interests
        addresses = [f"tcp://127.0.0.1:{port}" for port in (*ports, 0)]
        self.emitter = ZeroMQEmitter(Endpoints(*addresses))
        self.inbox = Inbox(replace(self.emitter.endpoints, game=addresses[2], percepts=addresses[3]))
        found = (self.emitter.endpoints.state, self.emitter.endpoints.events, self.inbox.endpoints.game)
        self.ports = tuple(int(address.rpartition(":")[2]) for address in found)
        self.hello = hello(*names, **changes)
        self.jaw = 0.5
        self.ticking = True
        self.received: list[Message] = []
        self._events: list[Message] = []
        self._seq = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def options(self) -> dict[str, int]:
        return dict(zip(("state_port", "events_port", "game_port"), self.ports, strict=True))

    def emit(self, *events: Message) -> None:
        self._events += events

    def _run(self) -> None:
        self.emitter.emit([self.hello])
        count = len(self.hello.ids)
        while not self._stop.wait(1 / 60):
            inputs = self.inbox.drain()
            self.received += inputs
            if not self.ticking:
                continue
            self._seq += 1
            face = np.zeros((count, 61), np.float32)
            face[:, JAW] = self.jaw
            events, self._events = self._events, []
            frame = FaceFrame(
                t=monotonic_micros(), seq=self._seq, generation=self.hello.generation, captured=0,
                ids=self.hello.ids, affect=np.full((count, 2, 7), 0.25, np.float32), face=face,
            )  # fmt: skip
            if self.interests is not None:
                self.interests.take(inputs, frame.t)
                frame = self.interests.due(frame)
            self.emitter.emit([frame, *events])

    def close(self, goodbye: bool = True) -> None:
        if self._stop.is_set():
            return
        self._stop.set()
        self._thread.join()
        if goodbye:
            self.emitter.close()
        else:  # as if killed: the sockets go without a word
            self.emitter._transport.close()
            self.emitter._closed = True
        self.inbox.close()


@pytest.fixture
def sidecar() -> Iterator[Callable[..., Sidecar]]:
    opened: list[Sidecar] = []

    def start(*names: str, **options: Any) -> Sidecar:
        opened.append(Sidecar(*names, **options))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def play(client: Any, until: Callable[[Any], object], seconds: float = 10.0) -> Any:
    """Run the game at about 100 Hz until the poses satisfy; fail with the statistics otherwise."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        poses = client.update()
        if until(poses):
            return poses
        time.sleep(0.01)
    now = client.statistics()
    pytest.fail(
        f"not within {seconds} s: {now.frames} frames, {now.state.connections} connections, "
        f"{now.state.failures} failures {now.state.error!r}, {now.malformed} malformed {now.decode_error!r}, "
        f"{now.unnamed} unnamed; {client.notices()}"
    )


def jaw(value: float, index: int = 0) -> Callable[[Any], bool]:
    return lambda poses: len(poses.ids) > index and abs(poses.faces[index, JAW] - value) < 1e-3


def test_a_game_that_joins_late_gets_names_and_faces(
    sidecar: Callable[..., Sidecar], connect: Connect
) -> None:
    director = sidecar("Anna", "Bert")
    time.sleep(0.2)
    client = connect(**director.options)
    poses = play(client, jaw(0.5, 1))
    assert list(poses.ids) == [16, 17]
    assert np.allclose(poses.moods, 0.25) and np.allclose(poses.emotions, 0.25)
    assert client.names("character") == ["Anna", "Bert"]
    assert client.names("emotion") == list(EMOTIONS)
    assert client.names("face") == list(FACE)
    assert client.session() == "tavern"
    assert client.statistics().malformed == 0


def test_a_game_that_starts_first_waits_for_the_sidecar(
    sidecar: Callable[..., Sidecar], connect: Connect
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    client = connect(state_port=port)
    play(client, lambda _: client.statistics().state.failures >= 2)
    assert client.statistics().state.error == b"NobodyListens"
    sidecar("Anna", ports=(port, 0, 0))
    play(client, jaw(0.5))


def test_behaviors_and_notices_arrive_and_the_world_goes_back(
    sidecar: Callable[..., Sidecar], connect: Connect
) -> None:
    director = sidecar("Anna")
    client = connect(**director.options)
    play(client, lambda _: client.statistics().events.connected and client.statistics().game.connected)
    assert client.place(17, (1.0, 2.0, 3.0), 0.5, 16)
    assert client.object(20, "fire", True, {"burning": 0.75})
    assert client.event("thunder", 1, 16, 0.5)
    waved = replace(behavior("wave"), speech="Grüß Gott!")
    fetched: list[Any] = []
    deadline = time.monotonic() + 10  # PUB drops what comes before the subscription does, so say it again
    while time.monotonic() < deadline and not fetched:
        director.emit(waved, Status(t=1, origin="director", notice="camera is gone"))
        client.update()
        fetched += client.behaviors()
        time.sleep(0.02)
    assert fetched[0].rule == b"wave" and fetched[0].speech.decode() == "Grüß Gott!" and fetched[0].started
    play(client, lambda _: {World, SmartObject, GameEvent} <= {type(one) for one in director.received})
    world = next(one for one in director.received if isinstance(one, World))
    assert world.position.tolist() == [[1.0, 2.0, 3.0]] and world.looks_at.tolist() == [16]
    fire = next(one for one in director.received if isinstance(one, SmartObject))
    assert (fire.id, fire.name, fire.state) == (20, "fire", {"burning": 0.75})
    client.behaviors()
    assert any("camera is gone" in line for line in client.notices())


def test_what_a_game_wants_to_hear_and_who_likes_whom_reach_the_sidecar(
    sidecar: Callable[..., Sidecar], connect: Connect
) -> None:
    director = sidecar("Anna", "Bert")
    client = connect(**director.options)
    assert client.interest(17, 6) and client.interest(16, 1)
    assert client.relation(16, 1, -0.5)
    assert not client.relation(16, 1, 1.5)
    play(client, lambda _: {Interest, Relations} <= {type(one) for one in director.received})
    wish = next(one for one in director.received if isinstance(one, Interest))
    assert (wish.ids.tolist(), wish.every.tolist()) == ([16, 17], [1, 6])
    regard = next(one for one in director.received if isinstance(one, Relations))
    assert (regard.ids.tolist(), regard.whom.tolist(), regard.liking.tolist()) == ([16], [1], [-0.5])


def test_a_character_whose_turn_it_is_not_holds_its_pose_and_is_counted(
    sidecar: Callable[..., Sidecar], connect: Connect
) -> None:
    director = sidecar("Anna", "Bert", interests=Interests())
    client = connect(**director.options, hold=200_000, fade_out=100_000)
    play(client, jaw(0.5, 1))
    client.interest(17, 0)
    play(client, lambda _: director.interests.withheld)
    director.jaw = 1.0
    play(client, jaw(1.0))
    before = client.share()
    time.sleep(0.5)  # longer than it holds without a sidecar
    poses = client.update()
    assert poses.faces[1, JAW] == 0.5 and poses.presence.tolist() == [1.0, 1.0]
    now = client.share()
    assert now.in_frame == 1
    assert now.withheld - before.withheld == now.faces - before.faces > 10
    assert client.statistics().gaps == 0
    client.interest(17, 2)
    play(client, jaw(1.0, 1))


def test_what_one_game_hides_another_still_gets_without_asking(
    sidecar: Callable[..., Sidecar], connect: Connect
) -> None:
    interests = Interests()
    director = sidecar("Anna", "Bert", interests=interests)
    one, other = connect(**director.options), connect(**director.options)
    play(one, jaw(0.5, 1))
    play(other, jaw(0.5, 1))
    one.interest(17, 0)
    play(one, lambda _: any(len(wish.ids) for wish in interests.wishes.values()))
    assert len(interests.wishes) == 2
    director.jaw = 1.0
    play(other, jaw(1.0, 1))
    other.close()
    withheld = interests.withheld
    interests.wishes = {game: wish for game, wish in interests.wishes.items() if len(wish.ids)}  # it expires
    play(one, lambda _: interests.withheld > withheld)


def test_what_characters_execute_is_known_by_rule(sidecar: Callable[..., Sidecar], connect: Connect) -> None:
    director = sidecar("Anna", "Bert", rules=("wave", "frown"))
    client = connect(**director.options)
    play(client, jaw(0.5, 1))
    assert client.names("rule") == ["wave", "frown"]
    assert client.activity(2).tolist() == [[0, 0], [0, 0]]
    strengths = np.array([[0, 1], [0.5, 0]], np.float32)
    director.emit(Activity(t=1, ids=np.array([16, 17], np.uint32), intensity=strengths))
    play(client, lambda _: client.activity(2).tolist() == strengths.tolist())


def test_a_killed_sidecar_fades_and_one_with_other_characters_takes_its_place(
    sidecar: Callable[..., Sidecar], connect: Connect
) -> None:
    first = sidecar("Anna", "Bert")
    client = connect(**first.options, hold=200_000, fade_out=200_000)
    client.object(20, "fire", True, {})
    play(client, jaw(0.5, 1))
    edition = client.edition()
    first.close(goodbye=False)
    play(client, jaw(0.0, 1))
    assert not client.statistics().receiving
    second = sidecar("Zoe", ports=first.ports, session="castle", ids=np.array([40], np.uint32))
    poses = play(client, jaw(0.5))
    assert list(poses.ids) == [40] and client.names("subject") == ["Zoe"] and client.session() == "castle"
    assert client.edition() != edition
    assert client.statistics().state.connections == 2
    play(client, lambda _: any(isinstance(one, SmartObject) for one in second.received))


def test_a_sidecar_that_says_goodbye_is_gone_at_once(
    sidecar: Callable[..., Sidecar], connect: Connect
) -> None:
    director = sidecar("Anna")
    client = connect(**director.options, fade_out=100_000)
    play(client, jaw(0.5))
    director.close()
    play(client, lambda poses: len(poses.ids) == 0)


def test_a_game_that_restarts_is_served_again_and_two_games_are_served_alike(
    sidecar: Callable[..., Sidecar], connect: Connect
) -> None:
    director = sidecar("Anna")
    first, second = connect(**director.options), connect(**director.options)
    play(first, jaw(0.5))
    play(second, jaw(0.5))
    started = time.monotonic()
    first.close()
    assert time.monotonic() - started < 2
    play(second, jaw(0.5))
    play(connect(**director.options), jaw(0.5))


def test_a_level_change_ends_one_client_and_begins_another_at_once(
    sidecar: Callable[..., Sidecar], connect: Connect
) -> None:
    director = sidecar("Anna")
    for _ in range(10):
        client = connect(**director.options)
        client.update()
        client.close()
    play(connect(**director.options), jaw(0.5))


def test_a_slow_reader_is_never_shown_old_faces(sidecar: Callable[..., Sidecar], connect: Connect) -> None:
    director = sidecar("Anna")
    client = connect(**director.options)
    play(client, jaw(0.5))
    time.sleep(1.5)  # the game hangs: more frames than the queue between the threads holds
    director.jaw = 0.75
    time.sleep(0.5)
    client.update()
    play(client, jaw(0.75), seconds=5)
    assert client.statistics().state.dropped > 0
    assert client.statistics().age < 1_000_000


def test_malformed_messages_and_other_versions_are_dropped_and_the_rest_goes_on(connect: Connect) -> None:
    context = zmq.Context()
    publisher = context.socket(zmq.XPUB)
    port = publisher.bind_to_random_port("tcp://127.0.0.1")
    try:
        client = connect(state_port=port)
        publisher.poll(10_000)
        frame = FaceFrame(
            t=1, seq=1, generation=1, captured=0, ids=np.array([16], np.uint32),
            affect=np.zeros((1, 2, 7), np.float32), face=np.full((1, 61), 0.5, np.float32),
        )  # fmt: skip
        good = encode(frame)
        other_version = good.replace(b"mien\x01", b"mien\x02")
        not_a_number = good[:-4] + struct.pack("<f", float("nan"))
        publisher.send(encode(hello("Anna")))
        for bad in (b"", b"nonsense", other_version, not_a_number, good[:-1], good + b"\0"):
            publisher.send(bad)
        publisher.send_multipart([good, good])
        publisher.send(good)
        play(client, jaw(0.5))
        now = client.statistics()
        assert (now.malformed, now.state.skipped, now.frames, now.state.connections) == (6, 1, 1, 1)
        lines = client.notices()
        assert sum("another version" in line for line in lines) == 1
    finally:
        publisher.close(0)
        context.term()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("flavor", ["address", "thread"])
def test_a_game_with_a_receiving_thread_survives_restarts_under_the_sanitizers(
    build: Callable[[str], Path], sidecar: Callable[..., Sidecar], flavor: str
) -> None:
    program = build(flavor) / "live"
    first = sidecar("Anna", "Bert")
    command = [program, *map(str, first.ports), "4"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as game:
        time.sleep(1.2)
        first.close(goodbye=False)
        time.sleep(0.3)
        second = sidecar(*(f"c{i}" for i in range(50)), ports=first.ports, session="castle")
        for _ in range(10):
            second.emit(behavior("wave"))
            time.sleep(0.1)
        output, errors = game.communicate(timeout=60)
    assert game.returncode == 0, errors
    found = re.search(r"frames (\d+) behaviors (\d+) connections (\d+) malformed 0 sent (\d+)", output)
    assert found, output + errors
    frames, behaviors, connections, sent = map(int, found.groups())
    assert frames > 60 and behaviors > 0 and connections == 2 and sent > 30
    assert any(isinstance(message, GameEvent) for message in second.received)


# --- sockets that misbehave ----------------------------------------------------------------------------


class Server:
    """A listener whose behavior towards each connection is given."""

    def __init__(self, behave: Callable[[socket.socket], None]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.accepted = 0
        self._behave = behave
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            self._open.append(connection)
            with suppress(OSError):  # the client may go away
                self._behave(connection)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()
        self._thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[socket.socket], None]], Server]]:
    opened: list[Server] = []

    def start(behave: Callable[[socket.socket], None]) -> Server:
        opened.append(Server(behave))
        return opened[-1]

    yield start
    for server in opened:
        server.close()


GREETING = b"\xff" + 8 * b"\0" + b"\x7f\x03\x01NULL" + 48 * b"\0"
READY = b"\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x04XPUB"


def zmtp_message(body: bytes) -> bytes:
    return b"\x02" + len(body).to_bytes(8, "big") + body


def stream() -> bytes:
    face = FaceFrame(
        t=1, seq=1, generation=1, captured=0, ids=np.array([16], np.uint32),
        affect=np.zeros((1, 2, 7), np.float32), face=np.full((1, 61), 0.5, np.float32),
    )  # fmt: skip
    return GREETING + READY + zmtp_message(encode(hello("Anna"))) + zmtp_message(encode(face))


Serve = Callable[[Callable[[socket.socket], None]], Server]


def test_delivery_a_byte_at_a_time_is_understood(serve: Serve, connect: Connect) -> None:
    def drip(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in stream():
            connection.send(bytes([byte]))

    client = connect(state_port=serve(drip).port, hold=30_000_000)
    play(client, jaw(0.5))


def test_a_connection_cut_in_the_middle_of_a_message_is_begun_anew(serve: Serve, connect: Connect) -> None:
    def behave(connection: socket.socket) -> None:
        whole = server.accepted > 1
        connection.sendall(stream() if whole else stream()[:-100])
        if not whole:
            connection.close()

    server = serve(behave)
    client = connect(state_port=server.port, hold=30_000_000)
    play(client, jaw(0.5))
    assert client.statistics().state.connections == 2


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"NotZmtp"),
        (b"", b"HandshakeTimeout"),
        (GREETING, b"HandshakeTimeout"),
        (GREETING + READY, b"HeartbeatTimeout"),
        (GREETING + READY + b"\x02" + (200 << 20).to_bytes(8, "big"), b"TooLong"),
        (GREETING.replace(b"NULL\0", b"CURVE"), b"Mechanism"),
        (GREETING + READY.replace(b"XPUB", b"PULL"), b"SocketType"),
    ],
    ids=["web server", "silent", "half-open", "silent later", "200 MB announced", "encrypted", "other port"],
)
def test_whatever_else_listens_is_named_given_up_and_tried_again(
    serve: Serve, connect: Connect, said: bytes, error: bytes
) -> None:
    server = serve(lambda connection: connection.sendall(said))
    client = connect(state_port=server.port, **QUICK)
    play(client, lambda _: client.statistics().state.failures >= 2)
    now = client.statistics()
    assert now.state.error == error
    assert server.accepted >= 2
    warned = [
        line
        for line in client.notices()
        if line.startswith("state channel") and line != "state channel: connected"
    ]
    assert 1 <= len(warned) <= 2  # once, and once more where it was connected in between


def test_closing_is_quick_whatever_the_other_side_does(serve: Serve, connect: Connect) -> None:
    for said in (b"", GREETING, GREETING + READY):
        server = serve(lambda connection, said=said: connection.sendall(said))  # type: ignore[misc]
        client = connect(state_port=server.port)
        time.sleep(0.05)
        started = time.monotonic()
        client.close()
        assert time.monotonic() - started < 2
