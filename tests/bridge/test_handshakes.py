"""Who connects to the wrong thing learns what listens there."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mien.bridge.channels import Endpoints
from mien.bridge.inbox import Inbox
from mien.bridge.keys import load_client, load_server, make
from mien.bridge.outbox import LineSender
from mien.bridge.subscriber import Subscriber
from mien.bridge.zeromq import ZeroMQEmitter

Eventually = Callable[[Callable[[], object]], None]


@pytest.fixture(params=["plain", "encrypted"])
def director(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Endpoints]:
    make(tmp_path)
    curve = request.param == "encrypted"
    where, keys = Endpoints.on(port=0, curve=curve), load_server(tmp_path) if curve else None
    emitter, inbox = ZeroMQEmitter(where, keys), Inbox(where, keys)
    yield replace(emitter.endpoints, game=inbox.endpoints.game)
    emitter.close()
    inbox.close()


def test_with_keys_or_without_where_the_other_side_is_otherwise_the_reason_is_said(
    director: Endpoints, tmp_path: Path, eventually: Eventually
) -> None:
    encrypted = director.state.startswith("curve")
    keys = None if encrypted else load_client(tmp_path)
    otherwise = Endpoints(
        *(
            address.removeprefix("curve+") if encrypted else f"curve+{address}"
            for address in (director.state, director.events, director.game, director.percepts)
        )
    )
    reason = "wants encryption" if encrypted else "takes no encrypted connections"
    viewer, sender = Subscriber(otherwise, keys), LineSender(otherwise, keys)
    try:
        eventually(lambda: (viewer.receive(0.05), reason in viewer.reception().refused)[1])
        eventually(lambda: reason in sender.refused())
        assert not viewer.reception().connected
    finally:
        viewer.close()
        sender.close()


def test_what_is_no_mien_is_told_from_nobody(eventually: Eventually) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"

        def answer() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(64)
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"x" * 64)

        thread = threading.Thread(target=answer)
        thread.start()
        sender = LineSender(Endpoints(game=address))
        try:
            eventually(lambda: "no Mien" in sender.refused())
        finally:
            sender.close()
            thread.join()
