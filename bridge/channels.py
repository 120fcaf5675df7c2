"""Where messages travel: four one-way channels, what each carries, its limits and its address.

The director binds all four; games, viewers and perceivers connect.
"""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final, Self

from mien.bridge.messages import (
    Activity,
    AudioChunk,
    BehaviorEvent,
    EmotionEstimate,
    FaceFrame,
    GameEvent,
    Hello,
    Interest,
    Message,
    Relations,
    SmartObject,
    Status,
    Utterance,
    VideoPacket,
    World,
)


@dataclass(frozen=True)
class Channel:
    """One direction of one socket pair."""

    name: str
    carries: tuple[type[Message], ...]
    limit: int
    """Most bytes of one message."""
    queue: int
    """Most messages that a sender keeps for one peer."""
    backlog: int
    """Most messages that a receiver keeps of one peer."""

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Kinds of the messages that it carries."""
        return frozenset(message.KIND for message in self.carries)


STATE: Final = Channel("state", (Hello, FaceFrame, Activity, EmotionEstimate), 64 << 20, 32, 256)
"""Director to everyone, PUB/SUB; of each kind only the newest counts.

The receiver's backlog is the longer one: what it has not taken in by the time that it reads lies in the
operating system's buffers and the sender's queue, and is old when it comes.
"""
EVENTS: Final = Channel("events", (BehaviorEvent, Status, Utterance), 64 << 10, 10_000, 10_000)
"""Director to everyone, PUB/SUB; every one counts."""
GAME: Final = Channel(
    "game", (World, SmartObject, GameEvent, Relations, Interest, Utterance), 1 << 20, 64, 64
)
"""Game to director, PUSH/PULL."""
PERCEPTS: Final = Channel(
    "percepts", (EmotionEstimate, Status, VideoPacket, AudioChunk, Utterance), 2 << 20, 128, 128
)
"""Perceiver to director, PUSH/PULL."""
CHANNELS: Final = (STATE, EVENTS, GAME, PERCEPTS)

DEFAULT_PORT: Final = 5570


@dataclass(frozen=True)
class Endpoints:
    """Address of each channel.

    `tcp://HOST:PORT` is plain and only for this machine (127.0.0.1, [::1]); `curve+tcp://HOST:PORT` is
    encrypted, lets in only clients whose key is known, and needs keys. Port 0 lets the system choose.
    """

    state: str = f"tcp://127.0.0.1:{DEFAULT_PORT}"
    events: str = f"tcp://127.0.0.1:{DEFAULT_PORT + 1}"
    game: str = f"tcp://127.0.0.1:{DEFAULT_PORT + 2}"
    percepts: str = f"tcp://127.0.0.1:{DEFAULT_PORT + 3}"

    @classmethod
    def on(cls, host: str = "127.0.0.1", port: int = DEFAULT_PORT, *, curve: bool = False) -> Self:
        """Return four consecutive ports of one host, or four of the system's choice where `port` is 0."""
        scheme = "curve+tcp" if curve else "tcp"
        ports = (port + number if port else 0 for number in range(len(fields(cls))))
        return cls(*(f"{scheme}://{host}:{number}" for number in ports))
