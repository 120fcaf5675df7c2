"""The receiving end of state and events: for `mien probe`, live views, tests and games in Python."""

import logging
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import zmq

from mien.bridge.channels import EVENTS, STATE, Channel, Endpoints
from mien.bridge.clock import ClockAlignment, clock_id, monotonic_micros
from mien.bridge.codec import MalformedMessageError, decode, prefix
from mien.bridge.complaints import Complaints
from mien.bridge.handshakes import Handshakes
from mien.bridge.keys import ClientKeys
from mien.bridge.messages import Activity, FaceFrame, Hello, Message
from mien.bridge.transport import Transport

LIMIT: Final = 10_000
"""Messages that one call of `receive` takes from each channel; the rest wait for the next."""
RATE_WINDOW: Final = 2_000_000
"""Microseconds over which the rate is taken."""


@dataclass(frozen=True)
class Reception:
    """How well the stream arrives."""

    rate: float
    """Face frames a second that came over the last two seconds, skipped ones included."""
    age: int | None
    """Microseconds from the newest face frame's tick until it was read; where the sender counts another
    clock, this is what it took beyond the fastest recent one."""
    response: int | None
    """Microseconds from the capture that the newest face frame answers until it was read."""
    frames: int
    """Face frames that came."""
    gaps: int
    """Face frames that were sent and never came."""
    skipped: int
    """Face frames that came but were passed over for a newer one."""
    malformed: int
    connections: int
    """Times that the state channel was connected: one more than reconnections."""
    connected: bool
    refused: str = ""
    """Why whoever listens there will not have us, as far as can be told; empty where nothing says so."""


class Subscriber:
    """Connects to a director, keeps its newest hello and face, and tells how well they arrive."""

    def __init__(
        self,
        endpoints: Endpoints,
        keys: ClientKeys | None = None,
        kinds: frozenset[str] = STATE.kinds | EVENTS.kinds,
        logger: logging.Logger = logging.getLogger(__name__),  # noqa: B008 - one constant logger
    ) -> None:
        """Connect, now or whenever the director is there.

        Args:
            endpoints: `state` and `events` are used.
            keys: needed for `curve+tcp` addresses.
            kinds: what to subscribe to; the hello is always among it. The sender leaves out the rest.
            logger: where malformed messages are told, at most once a second.

        Raises:
            AddressError, InsecureAddressError: see `Transport.connect`.
        """
        self._transport = Transport(keys)
        self._complaints = Complaints(logger)
        self._poller = zmq.Poller()
        self._monitors: list[zmq.Socket[bytes]] = []
        self._sockets: list[tuple[Channel, zmq.Socket[bytes]]] = []
        try:
            for channel, address in ((STATE, endpoints.state), (EVENTS, endpoints.events)):
                socket = self._transport.connect(zmq.SUB, channel, address, self._watch)
                for kind in sorted((kinds | {Hello.KIND}) & channel.kinds):
                    socket.subscribe(prefix(kind))
                self._poller.register(socket, zmq.POLLIN)
                self._sockets.append((channel, socket))
        except BaseException:
            self._transport.close()
            raise
        self.hello: Hello | None = None
        """The names that apply."""
        self.face: FaceFrame | None = None
        """The newest face of every character that came under the hello's names; times and `seq` of the newest
        frame."""
        self._alignment = ClockAlignment()
        self._same_clock = False
        self._arrivals: deque[int] = deque()
        self._age: int | None = None
        self._response: int | None = None
        self._frames = self._gaps = self._skipped = self._malformed = 0
        self._handshakes = Handshakes(self._monitors[0], encrypted=keys is not None)

    def receive(self, timeout: float = 0.0) -> list[Message]:
        """Return what has come: all messages in order, but of face frames and activity only the newest.

        Face frames of names that no longer apply, or do not yet, are passed over. Where frames leave
        characters out, the one that is returned has these as they were last.

        Args:
            timeout: seconds to wait for the first message; 0 does not wait.
        """
        if timeout > 0:
            self._poller.poll(round(timeout * 1000))
        self._handshakes.look()
        return [message for channel, socket in self._sockets for message in self._drain(channel, socket)]

    def reception(self) -> Reception:
        """Return how well the stream arrives, as of now."""
        now = monotonic_micros()
        while self._arrivals and self._arrivals[0] < now - RATE_WINDOW:
            self._arrivals.popleft()
        return Reception(
            rate=len(self._arrivals) * 1e6 / RATE_WINDOW,
            age=self._age,
            response=self._response,
            frames=self._frames,
            gaps=self._gaps,
            skipped=self._skipped,
            malformed=self._malformed,
            connections=self._handshakes.connections,
            connected=self._handshakes.connected,
            refused=self._handshakes.refused,
        )

    def close(self) -> None:
        """Disconnect."""
        self._transport.close()

    def _drain(self, channel: Channel, socket: "zmq.Socket[bytes]") -> list[Message]:
        messages: list[Message] = []
        for _ in range(LIMIT):
            try:
                data = socket.recv(zmq.DONTWAIT)
            except zmq.Again:
                break
            try:
                messages.append(decode(data, channel.kinds, channel.limit))
            except MalformedMessageError as error:
                self._malformed += 1
                self._complaints.add(monotonic_micros(), f"dropped on the {channel.name} channel: {error}")
        messages = [message for message in messages if self._applies(message, monotonic_micros())]
        newest = {type(message): message for message in messages}
        self._skipped += max(0, sum(isinstance(message, FaceFrame) for message in messages) - 1)
        return [
            self.face if isinstance(message, FaceFrame) and self.face is not None else message
            for message in messages
            if message is newest[type(message)] or not isinstance(message, (FaceFrame, Activity))
        ]

    def _applies(self, message: Message, now: int) -> bool:
        """Take note of names and faces; say whether the message means anything by the names that apply."""
        if isinstance(message, Hello):
            self._greet(message)
        elif isinstance(message, FaceFrame):
            if self.hello is None or message.generation != self.hello.generation:
                return False
            if message.affect.shape[2] != len(self.hello.emotions):
                return False
            self._note_face(message, now)
        return True

    def _greet(self, hello: Hello) -> None:
        if self.hello is None or hello.session != self.hello.session:
            self.face = None
            self._alignment = ClockAlignment()
        self._same_clock = hello.clock == clock_id()
        self.hello = hello

    def _note_face(self, face: FaceFrame, now: int) -> None:
        if self.face is not None:
            if face.seq <= self.face.seq:  # repeated for somebody who has just joined
                return
            self._gaps += face.seq - self.face.seq - 1
        self.face = face if self.face is None else _over(face, self.face)
        self._frames += 1
        self._arrivals.append(now)
        self._alignment.observe(face.t, now)
        offset = 0 if self._same_clock else self._alignment.offset or 0
        self._age = now - offset - face.t
        self._response = now - offset - face.captured if face.captured else None

    def _watch(self, socket: "zmq.Socket[bytes]") -> None:
        self._monitors.append(self._transport.watch(socket))


def _over(face: FaceFrame, before: FaceFrame) -> FaceFrame:
    """Return a frame with the characters that it leaves out as they were before, of the same names."""
    if face.generation != before.generation:
        return face
    kept = np.flatnonzero(~np.isin(before.ids, face.ids))
    if not len(kept):
        return face
    ids = np.concatenate([before.ids[kept], face.ids])
    affect = np.concatenate([before.affect[kept], face.affect])
    faces = np.concatenate([before.face[kept], face.face])
    order = np.argsort(ids)
    return replace(face, ids=ids[order], affect=affect[order], face=faces[order])
