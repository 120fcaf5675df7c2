import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mien.bridge import keys
from mien.bridge.channels import Endpoints
from mien.bridge.inbox import Inbox
from mien.bridge.keys import KeyFileError
from mien.bridge.messages import FaceFrame, Hello, Status
from mien.bridge.outbox import PerceptSender
from mien.bridge.subscriber import Subscriber
from mien.bridge.transport import AddressError
from mien.bridge.zeromq import ZeroMQEmitter

Eventually = Callable[[Callable[[], object]], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys.make(tmp_path)
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_key_files_are_readable_by_their_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        written = keys.make(tmp_path / "keys")
    finally:
        os.umask(before)
    assert {path.name for path in written} == {
        "server.key", "server.key_secret", "client.key", "client.key_secret",
    }  # fmt: skip
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert stat.S_IMODE((tmp_path / "keys" / "clients").stat().st_mode) & 0o077 == 0


def test_server_and_client_read_back_what_was_made(folder: Path) -> None:
    server, client = keys.load_server(folder), keys.load_client(folder)
    assert client.server == server.public
    assert server.clients == {client.public}
    assert server.secret not in (folder / "server.key").read_bytes()
    assert "secret" not in repr(server) + repr(client)


def test_a_further_client_gets_keys_and_the_server_keeps_its_own(folder: Path) -> None:
    before = keys.load_server(folder)
    keys.make(folder, "studio")
    after = keys.load_server(folder)
    assert (after.public, after.secret) == (before.public, before.secret)
    assert after.clients == before.clients | {keys.load_client(folder, "studio").public}


def test_keys_that_exist_are_never_overwritten(folder: Path) -> None:
    with pytest.raises(KeyFileError, match=r"client\.key_secret exists already"):
        keys.make(folder)


@pytest.mark.parametrize("name", ["", "server", "../x", "a b"])
def test_a_client_needs_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyFileError, match="cannot name a client"):
        keys.make(tmp_path, name)


def test_a_missing_key_file_is_named_with_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"server.key_secret is missing; `mien keys` makes keys"):
        keys.load_server(tmp_path)


def test_a_file_that_is_no_key_is_refused(folder: Path) -> None:
    (folder / "server.key").write_text("not a key")
    with pytest.raises(KeyFileError, match=r"server.key is no key file"):
        keys.load_client(folder)


def test_a_server_that_would_let_nobody_in_is_refused(folder: Path) -> None:
    (folder / "clients" / "client.key").unlink()
    with pytest.raises(KeyFileError, match="holds no client's key"):
        keys.load_server(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_a_secret_that_others_can_read_is_refused(folder: Path) -> None:
    (folder / "server.key_secret").chmod(0o644)
    with pytest.raises(KeyFileError, match="is open to other users; run: chmod 600"):
        keys.load_server(folder)


def test_who_has_a_known_key_receives_and_who_has_another_or_none_gets_nothing(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, make_hello: Callable[..., Hello],
    make_face: Callable[..., FaceFrame], eventually: Eventually,
) -> None:  # fmt: skip
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    keys.make(elsewhere)
    stranger = keys.load_client(elsewhere)
    emitter = ZeroMQEmitter(Endpoints.on(port=0, curve=True), keys.load_server(folder))
    plain = Endpoints(
        state=emitter.endpoints.state.removeprefix("curve+"),
        events=emitter.endpoints.events.removeprefix("curve+"),
    )
    knows_the_server = keys.ClientKeys(stranger.public, stranger.secret, keys.load_server(folder).public)
    outsiders = [
        Subscriber(emitter.endpoints, knows_the_server),
        Subscriber(emitter.endpoints, stranger),
        Subscriber(plain),
    ]
    insider = Subscriber(emitter.endpoints, keys.load_client(folder))
    seq = iter(range(1, 1_000_000))

    def tick() -> None:
        emitter.emit([make_hello("Ann", "Bob"), make_face(next(seq))])
        for subscriber in (insider, *outsiders):
            subscriber.receive()

    # outsiders try again every 100 ms: two hundred ticks at the insider's pace give them their chance
    eventually(lambda: (tick(), insider.reception().frames >= 200)[1])
    assert emitter.stats()["subscribers"] == 1
    for outsider in outsiders:
        assert outsider.hello is None
        assert outsider.face is None
        assert not outsider.reception().connected
    for party in (insider, *outsiders, emitter):
        party.close()


def test_percepts_reach_the_director_encrypted_with_a_known_key_only(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, eventually: Eventually
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    keys.make(elsewhere)
    wrong = keys.ClientKeys(
        keys.load_client(elsewhere).public,
        keys.load_client(elsewhere).secret,
        keys.load_server(folder).public,
    )
    inbox = Inbox(Endpoints.on(port=0, curve=True), keys.load_server(folder))
    outsider = PerceptSender(inbox.endpoints, wrong)
    insider = PerceptSender(inbox.endpoints, keys.load_client(folder))
    received: list[object] = []

    def talk() -> bool:
        outsider.send(Status(t=1, origin="outsider"))
        insider.send(Status(t=2, origin="insider"))
        received.extend(inbox.drain())
        return len(received) >= 50

    eventually(talk)
    assert {message.origin for message in received if isinstance(message, Status)} == {"insider"}
    assert outsider.stats()["sent"] == 0
    for party in (outsider, insider, inbox):
        party.close()


def test_with_keys_an_address_beyond_this_machine_is_served(folder: Path) -> None:
    everywhere = Endpoints.on("0.0.0.0", 0, curve=True)  # noqa: S104 - what is tested
    inbox = Inbox(everywhere, keys.load_server(folder))
    assert inbox.endpoints.game.startswith("curve+tcp://0.0.0.0:")
    inbox.close()


def test_an_address_of_no_network_card_here_is_an_error(folder: Path) -> None:
    with pytest.raises(AddressError, match=r"cannot listen on curve\+tcp://203.0.113.7:7003"):
        Inbox(Endpoints.on("203.0.113.7", 7000, curve=True), keys.load_server(folder))
