import socket

import pytest

from mien.bridge.channels import CHANNELS, Endpoints
from mien.bridge.inbox import Inbox
from mien.bridge.messages import MESSAGES, Affect, VideoFrame
from mien.bridge.subscriber import Subscriber
from mien.bridge.transport import AddressError, InsecureAddressError, PortInUseError
from mien.bridge.zeromq import ZeroMQEmitter


def test_by_default_everything_is_on_loopback_at_consecutive_ports() -> None:
    assert Endpoints() == Endpoints.on()
    assert Endpoints.on(port=7000) == Endpoints(
        "tcp://127.0.0.1:7000", "tcp://127.0.0.1:7001", "tcp://127.0.0.1:7002", "tcp://127.0.0.1:7003"
    )


def test_every_message_travels_on_a_channel_except_what_only_recordings_hold() -> None:
    carried = {message for channel in CHANNELS for message in channel.carries}
    assert set(MESSAGES) - carried == {VideoFrame, Affect}


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:0", "tcp://127.1.2.3:0", "tcp://localhost:0", "tcp://[::1]:0"]
)
def test_loopback_needs_no_keys(address: str) -> None:
    if "::1" in address:
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            pytest.skip("this machine has no IPv6")
    Inbox(Endpoints(game=address, percepts=address)).close()


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "*", "192.168.7.7", "[::]", "example.org", "127.0.0.1.example.org"],  # noqa: S104
)
def test_beyond_this_machine_a_plain_address_is_refused_and_the_error_says_how_to_do_it(host: str) -> None:
    endpoints = Endpoints.on(host, 7000)
    for party in (Inbox, ZeroMQEmitter, Subscriber):
        with pytest.raises(InsecureAddressError, match=r"mien keys.*curve\+tcp://"):
            party(endpoints)


def test_an_encrypted_address_without_keys_is_refused_and_the_error_says_how_to_get_them() -> None:
    endpoints = Endpoints.on(curve=True)
    with pytest.raises(InsecureAddressError, match="needs the server's keys: make them with `mien keys`"):
        Inbox(endpoints)
    with pytest.raises(InsecureAddressError, match="needs a client's keys: make them with `mien keys`"):
        Subscriber(endpoints)


@pytest.mark.parametrize(
    "address",
    ["", "5570", "127.0.0.1:5570", "tcp://127.0.0.1", "udp://127.0.0.1:5570", "tcp://127.0.0.1:70000",
     "tcp://::1:5570", "ipc:///tmp/mien", "tcp://127.0.0.1:5570;tcp://0.0.0.0:5571"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_an_example_of_one(address: str) -> None:
    with pytest.raises(AddressError, match=r"one looks like tcp://127.0.0.1:5570"):
        Inbox(Endpoints(percepts=address))


def test_a_port_in_use_is_an_error_that_names_it_and_says_how_to_choose_another() -> None:
    first = Inbox(Endpoints.on(port=0))
    with pytest.raises(PortInUseError, match=r"game channel.*--port") as caught:
        Inbox(Endpoints(game=first.endpoints.game, percepts="tcp://127.0.0.1:0"))
    assert caught.value.address == first.endpoints.game
    assert first.endpoints.game in str(caught.value)
    first.close()


def test_one_cannot_connect_to_port_0() -> None:
    with pytest.raises(AddressError, match="names no port to connect to"):
        Subscriber(Endpoints.on(port=0))


def test_a_closed_party_leaves_its_ports_to_the_next() -> None:
    first = Inbox(Endpoints.on(port=0))
    first.close()
    second = Inbox(first.endpoints)
    assert second.endpoints == first.endpoints
    second.close()
