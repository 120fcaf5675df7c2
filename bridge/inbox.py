"""What comes in to the director: from the game and from perceivers."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import zmq

from mien.bridge.channels import GAME, PERCEPTS, Channel, Endpoints
from mien.bridge.clock import ClockAlignment, clock_id, monotonic_micros
from mien.bridge.codec import MalformedMessageError, decode
from mien.bridge.complaints import Complaints
from mien.bridge.keys import ServerKeys
from mien.bridge.messages import EmotionEstimate, Message, Status
from mien.bridge.transport import Transport

LIMIT: Final = 128
"""Messages that one call of `drain` takes from each channel unless told otherwise."""


class Inbox:
    """The director's two inbound sockets; what is not a welcome message is dropped, counted and logged.

    Times of a perceiver that counts another clock are turned into this machine's (PROTOCOL.md, section 6).
    """

    def __init__(
        self,
        endpoints: Endpoints,
        keys: ServerKeys | None = None,
        logger: logging.Logger = logging.getLogger(__name__),  # noqa: B008 - one constant logger
    ) -> None:
        """Listen on `endpoints.game` and `endpoints.percepts`.

        Raises:
            AddressError, InsecureAddressError, PortInUseError: see `Transport.bind`.
        """
        self._transport = Transport(keys)
        self._complaints = Complaints(logger)
        self._received = self._malformed = 0
        self._clock = clock_id()
        self._alignment = ClockAlignment()
        try:
            percepts, percepts_address = self._transport.bind(zmq.PULL, PERCEPTS, endpoints.percepts)
            game, game_address = self._transport.bind(zmq.PULL, GAME, endpoints.game)
        except BaseException:
            self._transport.close()
            raise
        self._sockets: list[tuple[Channel, zmq.Socket[bytes]]] = [(PERCEPTS, percepts), (GAME, game)]
        self.endpoints = replace(endpoints, game=game_address, percepts=percepts_address)
        """The addresses with the ports that were bound."""

    def drain(self, limit: int = LIMIT) -> list[Message]:
        """Return what has come, percepts first, each channel in order of arrival; never waits.

        Args:
            limit: most messages, good or bad, to take from each channel; the rest wait for the next call, and
                beyond `Channel.queue` with their sender.
        """
        messages = []
        for channel, socket in self._sockets:
            for _ in range(limit):
                try:
                    data = socket.recv(zmq.DONTWAIT)
                except zmq.Again:
                    break
                try:
                    message = decode(data, channel.kinds, channel.limit)
                    messages.append(self._on_our_clock(message) if channel is PERCEPTS else message)
                except MalformedMessageError as error:
                    self._malformed += 1
                    self._complaints.add(
                        monotonic_micros(), f"dropped on the {channel.name} channel: {error}"
                    )
        self._received += len(messages)
        return messages

    def _on_our_clock(self, message: Message) -> Message:
        if isinstance(message, Status) and message.clock not in ("", self._clock):
            self._clock, self._alignment = message.clock, ClockAlignment()
        if self._clock == clock_id():
            return message
        if isinstance(message, Status):
            self._alignment.observe(message.t, monotonic_micros())
        elif isinstance(message, EmotionEstimate):
            self._alignment.observe(message.produced, monotonic_micros())
            return replace(message, t=self._local(message.t), produced=self._local(message.produced))
        return replace(message, t=self._local(message.t))

    def _local(self, sent: int) -> int:
        return max(0, sent + (self._alignment.offset or 0))

    def stats(self) -> Mapping[str, int]:
        """Return totals since the start: good messages `received` and `malformed` ones dropped."""
        return {"received": self._received, "malformed": self._malformed}

    def close(self) -> None:
        """Free the ports."""
        self._transport.close()
