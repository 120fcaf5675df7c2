"""The sending ends of the director's inbound channels: a perceiver's and a game's."""

from collections.abc import Mapping
from typing import Final

import zmq

from mien.bridge.channels import GAME, PERCEPTS, Channel, Endpoints
from mien.bridge.codec import encode
from mien.bridge.handshakes import Handshakes
from mien.bridge.keys import ClientKeys
from mien.bridge.messages import Message
from mien.bridge.transport import Transport

CLOSING_MS: Final = 200
"""How long closing waits for what is on its way."""


class Outbox:
    """Pushes messages to the director without ever waiting, unless asked to."""

    def __init__(self, channel: Channel, address: str, keys: ClientKeys | None, *, keep: bool) -> None:
        """Connect, now or whenever the director is there.

        Args:
            channel: what may be sent.
            address: where the director listens.
            keys: needed for a `curve+tcp` address.
            keep: whether to keep up to `channel.queue` messages while the director is away; otherwise they
                are dropped, since they would come late.
        """

        def set_up(socket: "zmq.Socket[bytes]") -> None:
            socket.immediate = not keep
            monitor = self._transport.watch(socket)
            self._handshakes = Handshakes(monitor, encrypted=keys is not None)

        self._channel = channel
        self._transport = Transport(keys)
        try:
            self._socket = self._transport.connect(zmq.PUSH, channel, address, set_up)
        except BaseException:
            self._transport.close()
            raise
        self._sent = self._dropped = 0

    def send(self, message: Message, wait: float = 0.0) -> bool:
        """Send, or drop and count the message when the director is away or its queue is full.

        Args:
            message: of a kind that this channel carries.
            wait: seconds to wait for room: more than 0 only where time may stand still, as with `--fast`.

        Returns:
            whether it went out.

        Raises:
            ValueError: a field is out of its range, the message is too long or is not of this channel.
        """
        if type(message) not in self._channel.carries:
            raise ValueError(f"the {self._channel.name} channel carries no {type(message).__name__}")
        data = encode(message)
        if len(data) > self._channel.limit:
            raise ValueError(
                f"{message.KIND} has {len(data)} bytes, the {self._channel.name} channel carries at most "
                f"{self._channel.limit}"
            )
        try:
            if wait > 0:
                self._socket.poll(round(wait * 1000), zmq.POLLOUT)
            self._socket.send(data, zmq.DONTWAIT)
        except zmq.Again:
            self._dropped += 1
            return False
        self._sent += 1
        return True

    def refused(self) -> str:
        """Return why whoever listens there will not have us; empty where nothing has said so."""
        self._handshakes.look()
        return self._handshakes.refused

    def stats(self) -> Mapping[str, int]:
        """Return totals since the start: messages `sent` and `dropped`."""
        return {"sent": self._sent, "dropped": self._dropped}

    def close(self) -> None:
        """Disconnect, after a moment for what is on its way."""
        self._transport.close(CLOSING_MS)


class PerceptSender(Outbox):
    """A perceiver's end: estimates, its status, and what a recording keeps of sound and pictures."""

    def __init__(self, endpoints: Endpoints, keys: ClientKeys | None = None) -> None:
        """Connect to `endpoints.percepts`."""
        super().__init__(PERCEPTS, endpoints.percepts, keys, keep=False)


class GameLink(Outbox):
    """A game's end: where everyone is, its smart objects, what happens."""

    def __init__(self, endpoints: Endpoints, keys: ClientKeys | None = None) -> None:
        """Connect to `endpoints.game`."""
        super().__init__(GAME, endpoints.game, keys, keep=True)


class LineSender(Outbox):
    """The end of a speech recognizer, or of whoever else tells what is said: late lines are dropped."""

    def __init__(self, endpoints: Endpoints, keys: ClientKeys | None = None) -> None:
        """Connect to `endpoints.game`."""
        super().__init__(GAME, endpoints.game, keys, keep=False)
