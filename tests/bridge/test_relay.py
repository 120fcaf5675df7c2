"""The relay end to end: a director under CURVE, the relay, and plain subscribers and games on loopback."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

import pytest
import zmq

from mien.bridge.channels import GAME, Endpoints
from mien.bridge.codec import encode
from mien.bridge.inbox import Inbox
from mien.bridge.keys import load_client, load_server, make
from mien.bridge.messages import BehaviorEvent, FaceFrame, GameEvent, Hello
from mien.bridge.outbox import GameLink
from mien.bridge.relay import Relay, RelayError
from mien.bridge.subscriber import Subscriber
from mien.bridge.transport import InsecureAddressError, PortInUseError, Transport
from mien.bridge.zeromq import ZeroMQEmitter

MakeHello = Callable[..., Hello]
MakeFace = Callable[..., FaceFrame]
Eventually = Callable[[Callable[[], object]], None]

THUNDER = GameEvent(t=1, name="thunder", subject=1, object=0, intensity=0.5)
WAVE = BehaviorEvent(
    t=1, character=16, rule="wave", phase="started", reason="selected", inflicter=16, target=1, intensity=1.0,
    expression="", gaze="", gesture="", speech="",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make(tmp_path)
    make(tmp_path, "other")
    return tmp_path


class Remote:
    """A director that only its clients' keys open."""

    def __init__(self, folder: Path, where: Endpoints = Endpoints.on(port=0, curve=True)) -> None:  # noqa: B008
        keys = load_server(folder)
        self.emitter = ZeroMQEmitter(where, keys)
        self.inbox = Inbox(where, keys)
        self.endpoints = replace(self.emitter.endpoints, game=self.inbox.endpoints.game)

    def close(self) -> None:
        self.emitter.close()
        self.inbox.close()


class Running:
    """A relay on a thread of its own, as its command runs it."""

    def __init__(self, remote: Endpoints, folder: Path, client: str = "client") -> None:
        self.relay = Relay(remote, Endpoints.on(port=0), load_client(folder, client))
        self.lines: list[str] = []
        self.error: RelayError | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self.lines += self.relay.step(0.02)
        except RelayError as error:
            self.error = error
        self.relay.close()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()


class Closable(Protocol):
    def close(self) -> None: ...


Part = TypeVar("Part", bound=Closable)


class Opened:
    """Closes what a test opened, the last first."""

    def __init__(self) -> None:
        self.parts: list[Closable] = []

    def __call__(self, part: Part) -> Part:
        self.parts.append(part)
        return part


@pytest.fixture
def opened() -> Iterator[Opened]:
    keep = Opened()
    yield keep
    for part in reversed(keep.parts):
        part.close()


def test_faces_and_behaviors_come_in_and_what_the_game_says_goes_back(
    folder: Path, opened: Opened, make_hello: MakeHello, make_face: MakeFace,
    eventually: Eventually,
) -> None:  # fmt: skip
    remote = opened(Remote(folder))
    emitter = remote.emitter
    running = opened(Running(remote.endpoints, folder))
    here = running.relay.endpoints
    assert here.state.startswith("tcp://127.0.0.1:")
    emitter.emit([make_hello("Ann", "Bob")])
    games = [opened(Subscriber(here)), opened(Subscriber(here))]  # the second gets its hello, too
    heard: list[list[str]] = [[], []]
    seq = iter(range(1, 100_000))

    def arrived() -> bool:
        emitter.emit([make_face(next(seq)), WAVE])
        for game, kinds in zip(games, heard, strict=True):
            kinds += [message.KIND for message in game.receive()]
        return all({"hello", "face", "behavior"} <= set(kinds) for kinds in heard)

    eventually(arrived)
    link = opened(GameLink(here))
    received: list[object] = []
    link.send(THUNDER)
    eventually(lambda: received.extend(remote.inbox.drain()) or received)
    assert isinstance(received[0], GameEvent) and received[0].name == "thunder"
    totals = running.relay.stats()
    assert totals["subscribers"] == 2 and totals["game"] == 1 and totals["state"] >= 2 and totals["events"]
    assert running.lines == [f"connected to {remote.endpoints.state}"]


def test_a_late_game_gets_the_hello_and_the_newest_face_without_another_tick(
    folder: Path, opened: Opened, make_hello: MakeHello, make_face: MakeFace,
    eventually: Eventually,
) -> None:  # fmt: skip
    remote = opened(Remote(folder))
    running = opened(Running(remote.endpoints, folder))
    remote.emitter.emit([make_hello("Ann", "Bob"), make_face(7)])
    eventually(lambda: running.relay.connected)
    game = opened(Subscriber(running.relay.endpoints))
    eventually(lambda: (remote.emitter.emit([]), game.receive(), game.face)[2])
    assert game.face is not None and game.face.seq == 7


def test_when_the_director_returns_games_go_on_without_connecting_anew(
    folder: Path, opened: Opened, make_hello: MakeHello,
    eventually: Eventually,
) -> None:  # fmt: skip
    first = Remote(folder)
    running = opened(Running(first.endpoints, folder))
    game = opened(Subscriber(running.relay.endpoints))
    eventually(lambda: (first.emitter.emit([make_hello("Ann")]), game.receive(), game.hello)[2])
    first.close()
    eventually(lambda: any("is gone; trying on" in line for line in running.lines))
    link = opened(GameLink(running.relay.endpoints))
    link.send(THUNDER)
    eventually(lambda: running.relay.stats()["dropped"] == 1)  # it would come late
    second = opened(Remote(folder, first.endpoints))
    hello = make_hello("Zoe", session="second")
    eventually(lambda: (second.emitter.emit([hello]), game.receive(), game.hello.session == "second")[2])  # type: ignore[union-attr]
    assert game.reception().connections == 1
    assert running.lines[-1].startswith("connected to")


def test_nothing_there_is_said_once_and_a_director_that_starts_later_is_found(
    folder: Path, opened: Opened, eventually: Eventually
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    where = replace(Endpoints.on(port=0, curve=True), state=f"curve+tcp://127.0.0.1:{port}")
    gone = Remote(folder)
    gone.close()
    running = opened(Running(replace(gone.endpoints, state=where.state), folder))
    eventually(lambda: running.lines)
    time.sleep(0.5)
    assert running.lines == [f"nothing answers on {where.state} yet; trying on"]
    opened(Remote(folder, where))
    eventually(lambda: running.relay.connected)


def test_a_key_that_the_director_does_not_know_is_called_so(
    folder: Path, opened: Opened, eventually: Eventually
) -> None:
    (folder / "clients" / "other.key").unlink()
    remote = opened(Remote(folder))
    running = opened(Running(remote.endpoints, folder, "other"))
    eventually(lambda: running.error)
    assert "does not know our key" in str(running.error)


def test_the_key_of_another_director_is_called_so(
    folder: Path, tmp_path: Path, opened: Opened, eventually: Eventually
) -> None:
    elsewhere = tmp_path / "elsewhere"
    make(elsewhere)
    remote = opened(Remote(folder))
    ours = tmp_path / "ours"
    shutil.copytree(folder, ours, ignore=shutil.ignore_patterns("elsewhere", "ours"))
    shutil.copy(elsewhere / "server.key", ours / "server.key")
    running = opened(Running(remote.endpoints, ours))
    eventually(lambda: running.error)
    assert "is not the director whose server.key we have" in str(running.error)


def test_a_director_without_encryption_is_called_so(
    folder: Path, opened: Opened, eventually: Eventually
) -> None:
    emitter, inbox = opened(ZeroMQEmitter(Endpoints.on(port=0))), opened(Inbox(Endpoints.on(port=0)))
    plain = replace(emitter.endpoints, game=inbox.endpoints.game)
    there = Endpoints(
        *(f"curve+{address}" for address in (plain.state, plain.events, plain.game, plain.percepts))
    )
    running = opened(Running(there, folder))
    eventually(lambda: running.error)
    assert "takes no encrypted connections" in str(running.error)


def test_something_else_on_the_port_is_called_so(
    folder: Path, opened: Opened, eventually: Eventually
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b" " * 100)

        thread = threading.Thread(target=answer)
        thread.start()
        port = server.getsockname()[1]
        running = opened(Running(Endpoints.on(port=port, curve=True), folder))
        eventually(lambda: running.error)
        thread.join()
    assert "something else than Mien listens" in str(running.error)


def test_a_port_in_use_on_this_side_is_called_so(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        local = replace(Endpoints.on(port=0), events=f"tcp://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(PortInUseError, match="events channel"):
            Relay(Endpoints.on(port=5570, curve=True), local, load_client(folder))


def test_it_never_listens_beyond_this_machine_nor_connects_in_the_clear(folder: Path) -> None:
    keys = load_client(folder)
    with pytest.raises(InsecureAddressError):
        Relay(Endpoints.on(port=5570, curve=True), Endpoints.on("198.51.100.1", 0), keys)
    with pytest.raises(InsecureAddressError):
        Relay(Endpoints.on("192.0.2.1", 5570), Endpoints.on(port=0), keys)


def test_what_no_channel_may_carry_is_dropped_and_counted(
    folder: Path, opened: Opened, eventually: Eventually
) -> None:
    remote = opened(Remote(folder))
    running = opened(Running(remote.endpoints, folder))
    eventually(lambda: running.relay.connected)
    transport = opened(Transport())
    game = transport.connect(zmq.PUSH, GAME, running.relay.endpoints.game)
    game.send(b"x" * (GAME.limit + 1))
    game.send_multipart([encode(THUNDER), b"rest"])
    game.send(encode(THUNDER))
    received: list[object] = []
    eventually(lambda: received.extend(remote.inbox.drain()) or received)
    assert len(received) == 1
    assert remote.inbox.stats()["malformed"] == 0
    assert running.relay.stats()["dropped"] == 2
