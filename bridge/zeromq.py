"""The ZeroMQ emitter: publishes state and events to any number of subscribers."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import zmq

from mien.bridge.channels import EVENTS, STATE, Endpoints
from mien.bridge.clock import monotonic_micros
from mien.bridge.codec import encode, prefix
from mien.bridge.complaints import Complaints
from mien.bridge.keys import ServerKeys
from mien.bridge.messages import Hello, Message
from mien.bridge.transport import Transport

GOODBYE_MS: Final = 200
"""How long closing waits for the goodbye to reach slow subscribers."""
MOST_SUBSCRIPTIONS: Final = 1000
"""How many comings and goings one tick looks at; the rest wait for the next."""


class ZeroMQEmitter:
    """Publishes what the channels `STATE` and `EVENTS` carry; greets newcomers with the hello and the newest.

    Subscribers that read too slowly miss messages beyond `Channel.queue`; ZeroMQ drops those silently, so it
    is the subscriber who counts them, by the gaps in `FaceFrame.seq`.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        keys: ServerKeys | None = None,
        logger: logging.Logger = logging.getLogger(__name__),  # noqa: B008 - one constant logger
    ) -> None:
        """Listen on `endpoints.state` and `endpoints.events`.

        Raises:
            AddressError, InsecureAddressError, PortInUseError: see `Transport.bind`.
        """
        self._transport = Transport(keys)
        try:
            self._state, state = self._transport.bind(zmq.XPUB, STATE, endpoints.state, _report_subscriptions)
            self._events, events = self._transport.bind(zmq.PUB, EVENTS, endpoints.events)
        except BaseException:
            self._transport.close()
            raise
        self.endpoints = replace(endpoints, state=state, events=events)
        """The addresses with the ports that were bound."""
        self._complaints = Complaints(logger)
        self._hello: Hello | None = None
        self._newest: dict[str, bytes] = {}
        self._totals = {"sent": 0, "refused": 0, "bytes": 0, "greeted": 0, "subscribers": 0}
        self._closed = False

    def emit(self, messages: Sequence[Message]) -> None:
        """Publish the messages; see `Emitter.emit`.

        A message out of its ranges is dropped, counted as `refused` and logged: no receiver would take it.
        """
        if self._newcomers():
            # what this tick brings anyway need not be said twice
            now = {message.KIND for message in messages}
            for kind in sorted(self._newest.keys() - now, key=lambda kind: kind != Hello.KIND):
                self._send(self._state, self._newest[kind])
            self._totals["greeted"] += 1
        for message in messages:
            is_state = type(message) in STATE.carries
            if not is_state and type(message) not in EVENTS.carries:
                continue
            try:
                data = encode(message)
            except ValueError as error:
                self._totals["refused"] += 1
                self._complaints.add(monotonic_micros(), f"not sent: {error}")
                continue
            if is_state:
                self._newest[message.KIND] = data
            if isinstance(message, Hello):
                if self._hello is not None and message.generation != self._hello.generation:
                    # frames of former names mean nothing to newcomers
                    self._newest = {Hello.KIND: data}
                self._hello = message
            self._send(self._state if is_state else self._events, data)

    def stats(self) -> Mapping[str, int]:
        """Return totals: messages `sent` and `refused`, `bytes`, newcomers `greeted`; `subscribers` now."""
        return dict(self._totals)

    def close(self) -> None:
        """End the stream, with a hello that names no character, and free the ports."""
        if self._closed:
            return
        self._closed = True
        if self._hello is not None:
            nobody = np.zeros(0, np.uint32)
            generation = self._hello.generation + 1 & 0xFFFF_FFFF
            self.emit([replace(self._hello, generation=generation, ids=nobody, characters=())])
        self._transport.close(GOODBYE_MS)

    def _send(self, socket: "zmq.Socket[bytes]", data: bytes) -> None:
        socket.send(data, zmq.DONTWAIT)
        self._totals["sent"] += 1
        self._totals["bytes"] += len(data)

    def _newcomers(self) -> bool:
        newcomers = False
        for _ in range(MOST_SUBSCRIPTIONS):
            try:
                event = self._state.recv(zmq.DONTWAIT)
            except zmq.Again:
                break
            joins, topic = event[:1] == b"\x01", event[1:]
            newcomers |= joins
            # every receiver subscribes to the hello once, by an empty topic or by its prefix
            if prefix(Hello.KIND).startswith(topic):
                self._totals["subscribers"] += 1 if joins else -1
        return newcomers


def _report_subscriptions(socket: "zmq.Socket[bytes]") -> None:
    # XPUB otherwise reports only the first subscriber of a topic: the second would get no hello.
    socket.setsockopt(zmq.XPUB_VERBOSER, 1)
