"""Opens sockets safely: loopback or encrypted, bounded queues and sizes, heartbeats, clear errors."""

import ipaddress
import re
from collections.abc import Callable
from typing import Final

import zmq
from zmq.auth.thread import ThreadAuthenticator

from mien.bridge.channels import Channel
from mien.bridge.handshakes import COMES_AND_GOES
from mien.bridge.keys import ClientKeys, ServerKeys

HEARTBEAT_MS: Final = 1000
HEARTBEAT_TIMEOUT_MS: Final = 10_000
"""A connection that has been silent for so long is closed, and connected anew by whoever connects.

A peer with full queues reads nothing, heartbeats neither, so this is also how long it may be busy.
"""
KEEPALIVE_S: Final = 5
"""A receiver asks after a sender that was silent for so many seconds, and gives up after as many more."""
RECONNECT_MS: Final = 100
RECONNECT_MAX_MS: Final = 2000

_ADDRESS: Final = re.compile(r"(?P<curve>curve\+)?tcp://(?P<host>\[[^\]]+\]|[^:/\[\]]+):(?P<port>\d{1,5})")
_SENDERS: Final = (zmq.PUB, zmq.XPUB, zmq.PUSH)
_ZAP_DOMAIN: Final = "mien"


class AddressError(ValueError):
    """An address that is no address, or may not be used; says what would be right."""


class InsecureAddressError(AddressError):
    """A plain address beyond this machine, or an encrypted one without keys."""


class PortInUseError(Exception):
    """Somebody listens there already; says where and how to choose another port."""

    def __init__(self, address: str, channel: str) -> None:
        self.address = address
        super().__init__(
            f"cannot listen on {address} for the {channel} channel: the port is in use, "
            f"perhaps by another Mien. End that one, or choose other ports (`--port {_elsewhere(address)}`)"
        )


class Transport:
    """The sockets of one party, with their own ZeroMQ context; closing it closes them all."""

    def __init__(self, keys: ServerKeys | ClientKeys | None = None) -> None:
        self._keys = keys
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._sockets: list[zmq.Socket[bytes]] = []
        self._authenticator: ThreadAuthenticator | None = None

    def bind(
        self,
        kind: int,
        channel: Channel,
        address: str,
        set_up: Callable[[zmq.Socket[bytes]], None] | None = None,
    ) -> tuple["zmq.Socket[bytes]", str]:
        """Return a socket that listens, and the address with the port that it got.

        Raises:
            AddressError: not an address, or not one of this machine.
            InsecureAddressError: beyond this machine without encryption, or encryption without keys.
            PortInUseError: somebody listens there.
        """
        scheme, host, port = _parse(address)
        socket = self._open(kind, channel)
        if scheme == "curve+tcp":
            keys = self._keys
            if not isinstance(keys, ServerKeys):
                raise InsecureAddressError(f"{address} needs the server's keys: make them with `mien keys`")
            self._authenticate(keys)
            socket.curve_server = True
            socket.curve_secretkey = keys.secret
            socket.zap_domain = _ZAP_DOMAIN.encode()
        if set_up:
            set_up(socket)
        socket.ipv6 = host.startswith("[")
        try:
            socket.bind(f"tcp://{host}:{port or '*'}")
        except zmq.ZMQError as error:
            if error.errno == zmq.EADDRINUSE:
                raise PortInUseError(address, channel.name) from None
            raise AddressError(f"cannot listen on {address}: {error.strerror}") from None
        bound = socket.getsockopt_string(zmq.LAST_ENDPOINT).rpartition(":")[2]
        return socket, f"{scheme}://{host}:{bound}"

    def connect(
        self,
        kind: int,
        channel: Channel,
        address: str,
        set_up: Callable[[zmq.Socket[bytes]], None] | None = None,
    ) -> "zmq.Socket[bytes]":
        """Return a socket that connects, now or once the other side is there, and again when it returns.

        Raises:
            AddressError: not an address.
            InsecureAddressError: beyond this machine without encryption, or encryption without keys.
        """
        scheme, host, port = _parse(address)
        if not port:
            raise AddressError(f"{address} names no port to connect to")
        socket = self._open(kind, channel)
        if scheme == "curve+tcp":
            if not isinstance(self._keys, ClientKeys):
                raise InsecureAddressError(f"{address} needs a client's keys: make them with `mien keys`")
            socket.curve_serverkey = self._keys.server
            socket.curve_publickey = self._keys.public
            socket.curve_secretkey = self._keys.secret
        if set_up:
            set_up(socket)
        socket.ipv6 = host.startswith("[")
        socket.connect(f"tcp://{host}:{port}")
        return socket

    def watch(self, socket: "zmq.Socket[bytes]", events: int = COMES_AND_GOES) -> "zmq.Socket[bytes]":
        """Return a socket that tells when this one's connection comes up and goes, or of other `events`."""
        monitor = socket.get_monitor_socket(events)
        self._sockets.append(monitor)
        return monitor

    def close(self, linger_ms: int = 0) -> None:
        """Close all sockets, giving what is on its way so many milliseconds."""
        for socket in self._sockets:
            socket.close(linger=linger_ms)
        self._sockets.clear()
        if self._authenticator:
            self._authenticator.stop()
            self._authenticator = None
        self._context.term()

    def _open(self, kind: int, channel: Channel) -> "zmq.Socket[bytes]":
        socket = self._context.socket(kind)
        self._sockets.append(socket)
        socket.linger = 0
        socket.sndhwm, socket.rcvhwm = channel.queue, channel.backlog
        # What is a little too long is refused, counted and logged by the decoder; what is far too long costs
        # the peer its connection before any of it is kept.
        socket.maxmsgsize = 2 * channel.limit
        if kind in _SENDERS:
            socket.heartbeat_ivl = HEARTBEAT_MS
            socket.heartbeat_timeout = HEARTBEAT_TIMEOUT_MS
        else:
            # libzmq aborts the process when a receiver with heartbeats loses a connection while its queue is
            # full (libzmq issues 3937, 4364, 4767): there TCP itself has to find out that the peer is gone.
            socket.tcp_keepalive = 1
            socket.tcp_keepalive_idle = KEEPALIVE_S
            socket.tcp_keepalive_intvl = 1
            socket.tcp_keepalive_cnt = KEEPALIVE_S
        socket.reconnect_ivl = RECONNECT_MS
        socket.reconnect_ivl_max = RECONNECT_MAX_MS
        return socket

    def _authenticate(self, keys: ServerKeys) -> None:
        if self._authenticator is None:
            # Without this, CURVE encrypts but lets anyone in who knows the server's public key.
            self._authenticator = ThreadAuthenticator(self._context)
            self._authenticator.start()
            self._authenticator.configure_curve_callback(
                _ZAP_DOMAIN, credentials_provider=_Known(keys.clients)
            )


class _Known:
    def __init__(self, clients: frozenset[bytes]) -> None:
        self._clients = clients

    def callback(self, _domain: str, key: bytes) -> bool:
        return key in self._clients


def _parse(address: str) -> tuple[str, str, int]:
    match = _ADDRESS.fullmatch(address)
    if match is None or int(match["port"]) > 65_535:
        raise AddressError(f"{address!r} is no address; one looks like tcp://127.0.0.1:5570")
    host, curve = match["host"].replace("localhost", "127.0.0.1"), bool(match["curve"])
    if not curve and not _is_loopback(host):
        raise InsecureAddressError(
            f"{address} reaches beyond this machine, where a plain connection could be read and forged: "
            f"make keys with `mien keys` and use curve+{address}"
        )
    return ("curve+tcp" if curve else "tcp"), host, int(match["port"])


def _elsewhere(address: str) -> int:
    """Return a first port well away from an address that is in use."""
    port = int(address.rpartition(":")[2]) // 10 * 10
    return port + 10 if port < 65_500 else port - 100


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
