"""A director's channels brought from another machine to this one, for games that speak no encryption.

Outwards it is a client under CURVE, inwards it listens on loopback as the director would. Messages pass
unopened; what subscribers on this side ask for is asked for on the other, so that newcomers get their hello.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import zmq
from zmq.utils.monitor import parse_monitor_message

from mien.bridge.channels import EVENTS, GAME, STATE, Channel, Endpoints
from mien.bridge.codec import prefix
from mien.bridge.handshakes import MECHANISM_MISMATCH, REFUSALS
from mien.bridge.keys import ClientKeys
from mien.bridge.messages import Hello
from mien.bridge.transport import Transport

AT_ONCE: Final = 1000
"""Messages that one step moves of each channel; the rest wait for the next."""
FEW: Final = 3
"""Handshakes that fail in a row before it is called a mistake: one may fall into a restart."""
PATIENCE_MS: Final = 3000
"""A connection that ended before any handshake, and was not tried again for so long, never will be."""

_WATCHED: Final = (
    zmq.EVENT_CONNECTED | zmq.EVENT_CONNECT_RETRIED | zmq.EVENT_DISCONNECTED | zmq.EVENT_HANDSHAKE_SUCCEEDED
    | REFUSALS
)  # fmt: skip


class RelayError(Exception):
    """The other side will not have us, whatever we try; says why and what to do."""


@dataclass(frozen=True)
class _Way:
    """One direction of one channel."""

    channel: Channel
    source: "zmq.Socket[bytes]"
    sink: "zmq.Socket[bytes]"


class Relay:
    """Moves state and events from a remote director to subscribers here, and what games here say back."""

    def __init__(self, remote: Endpoints, local: Endpoints, keys: ClientKeys) -> None:
        """Listen on the `local` ports of state, events and game; connect to the `remote` ones.

        Raises:
            AddressError, InsecureAddressError, PortInUseError: see `Transport.bind` and `Transport.connect`.
        """
        self._transport = Transport(keys)
        self._remote = remote.state
        try:
            state, state_address = self._transport.bind(
                zmq.XPUB, STATE, local.state, _pass_every_subscription
            )
            events, events_address = self._transport.bind(zmq.XPUB, EVENTS, local.events)
            game, game_address = self._transport.bind(zmq.PULL, GAME, local.game)
            far_state = self._transport.connect(zmq.XSUB, STATE, remote.state, self._watch)
            far_events = self._transport.connect(zmq.XSUB, EVENTS, remote.events)
            far_game = self._transport.connect(zmq.PUSH, GAME, remote.game, _only_to_the_connected)
        except BaseException:
            self._transport.close()
            raise
        self.endpoints = replace(local, state=state_address, events=events_address, game=game_address)
        """The addresses on this side with the ports that were bound."""
        self._ways = (
            _Way(STATE, far_state, state),
            _Way(EVENTS, far_events, events),
            _Way(GAME, game, far_game),
        )
        self._subscriptions = ((state, far_state), (events, far_events))
        self._poller = zmq.Poller()
        for socket in (far_state, far_events, game, state, events, self._monitor):
            self._poller.register(socket, zmq.POLLIN)
        self._totals = dict.fromkeys(("state", "events", "game", "bytes", "dropped", "subscribers"), 0)
        self.connected = False
        """Whether the director is there."""
        self._told_absence = False
        self._failed = 0
        self._shaking = False
        self._gave_up = False

    def step(self, timeout: float) -> list[str]:
        """Move what has come, after waiting for it; return lines for a person.

        Args:
            timeout: most seconds to wait.

        Raises:
            RelayError: the remote side refuses, or is no director.
        """
        ready = dict(self._poller.poll(round(timeout * 1000)))
        for way in self._ways:
            if way.source in ready:
                self._move(way)
        for near, far in self._subscriptions:
            if near in ready:
                self._ask(near, far)
        return self._look()

    def stats(self) -> Mapping[str, int]:
        """Return totals: messages of each channel, `bytes`, messages `dropped`; `subscribers` now."""
        return dict(self._totals)

    def close(self) -> None:
        """Disconnect both sides and free the ports."""
        self._transport.close()

    def _move(self, way: _Way) -> None:
        for _ in range(AT_ONCE):
            try:
                frame: Any = way.source.recv(zmq.DONTWAIT, copy=False)
            except zmq.Again:
                return
            # Several parts are no message of the protocol, and too long a one would break our own limit.
            fits, rest = not frame.more and len(frame) <= way.channel.limit, frame.more
            while rest:
                rest = way.source.recv(copy=False).more
            try:
                if not fits:
                    raise zmq.Again
                way.sink.send(frame, zmq.DONTWAIT, copy=False)
            except zmq.Again:  # nobody there, or the queue is full
                self._totals["dropped"] += 1
                continue
            self._totals[way.channel.name] += 1
            self._totals["bytes"] += len(frame)

    def _ask(self, near: "zmq.Socket[bytes]", far: "zmq.Socket[bytes]") -> None:
        for _ in range(AT_ONCE):
            try:
                wish = near.recv(zmq.DONTWAIT)
            except zmq.Again:
                return
            if near is self._subscriptions[0][0] and prefix(Hello.KIND).startswith(wish[1:]):
                self._totals["subscribers"] += 1 if wish[:1] == b"\x01" else -1
            far.send(wish, zmq.DONTWAIT)

    def _watch(self, socket: "zmq.Socket[bytes]") -> None:
        self._monitor = self._transport.watch(socket, _WATCHED)

    def _look(self) -> list[str]:
        lines = []
        # After an ended connection without a handshake, ZeroMQ may never try again: nothing would ever come.
        while self._monitor.poll(PATIENCE_MS if self._gave_up else 0):
            told = parse_monitor_message(self._monitor.recv_multipart())
            line = self._note(told["event"], int(told["value"]))
            lines += [line] if line else []
        if self._gave_up:
            raise RelayError(f"something else than Mien listens on {self._remote}")
        return lines

    def _note(self, event: int, value: int) -> str:
        shaking, self._shaking, self._gave_up = self._shaking, False, False
        if event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
            self.connected, self._told_absence, self._failed = True, False, 0
            return f"connected to {self._remote}"
        if event == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
            raise RelayError(
                f"{self._remote} does not know our key: its folder of keys needs our public one, "
                "clients/client.key as `mien keys` made it, and a restart"
            )
        if event == zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL and value == MECHANISM_MISMATCH:
            raise RelayError(f"{self._remote} takes no encrypted connections: start it with --keys")
        if event in (zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL, zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL):
            self._failed += 1
            if self._failed >= FEW:
                raise RelayError(
                    f"{self._remote} is not the director whose server.key we have: "
                    "copy that file from its folder of keys again"
                )
        elif event == zmq.EVENT_CONNECTED:
            self._shaking = True
        elif event == zmq.EVENT_DISCONNECTED and shaking:
            self._gave_up = True
        elif event == zmq.EVENT_DISCONNECTED and self.connected:
            self.connected, self._told_absence = False, True
            return f"{self._remote} is gone; trying on"
        elif event == zmq.EVENT_CONNECT_RETRIED and not self._told_absence and not self._failed:
            self._told_absence = True
            return f"nothing answers on {self._remote} yet; trying on"
        return ""


def _pass_every_subscription(socket: "zmq.Socket[bytes]") -> None:
    # As for the director: the second subscriber of a topic would otherwise be no news, and get no hello.
    socket.setsockopt(zmq.XPUB_VERBOSER, 1)


def _only_to_the_connected(socket: "zmq.Socket[bytes]") -> None:
    socket.immediate = True
