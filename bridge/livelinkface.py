"""The Live Link Face emitter: moves a face in stock Unreal, with Epic's own Live Link source.

One UDP packet a character and tick, version 6 of what the iPhone app sends in ARKit mode, all big-endian:

    u8 version = 6 | i32 length, UTF-8 device id | i32 length, UTF-8 subject name
    | i32 frame, f32 subframe, i32 rate numerator, i32 rate denominator | u8 count = 61 | 61 × f32

The 61 values are `faces.FACE` in that order. Each character is a subject of its own, told apart by name,
and a device of its own, since a receiver may take a device with a new subject name for a rename. Where a
receiver wants a port for each, give each character an emitter of its own.
Rotations go out as they are, in radians and with our signs (see `faces.ROTATIONS`): the format is known to
carry them as small numbers around 0, but its signs have not been checked against Unreal.
"""

import struct
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from mien.bridge.faces import FACE
from mien.bridge.messages import FaceFrame, Hello, Message
from mien.bridge.udp import Datagrams

PORT: Final = 11_111
"""Where Unreal listens unless told otherwise."""
VERSION: Final = 6

_DEVICES: Final = uuid.UUID("6d69656e-0000-5000-8000-000000000000")
_DAY: Final = 24 * 60 * 60


class LiveLinkFaceEmitter:
    """Sends faces to one address; keeps no connection and cannot know who listens."""

    def __init__(self, host: str = "127.0.0.1", port: int = PORT, character: str | None = None) -> None:
        """Look the host up.

        Args:
            host: where to send.
            port: where to send.
            character: whose face, by the name in the hello; everybody's unless given.

        Raises:
            OSError: the host is unknown.
        """
        self._datagrams = Datagrams(host, port)
        self._name = character
        self._heads: dict[int, bytes] = {}
        self._named = False
        self._rate = 1

    def emit(self, messages: Sequence[Message]) -> None:
        """Send the newest face frame among the messages; see `Emitter.emit`."""
        newest = None
        for message in messages:
            if isinstance(message, Hello):
                self._rate = max(1, message.rate)
                self._heads = {
                    int(character): packet_head(device_id(message.session, int(character)), name)
                    for character, name in zip(message.ids, message.characters, strict=True)
                    if self._name in (None, name)
                }
                self._named = True
            elif isinstance(message, FaceFrame):
                newest = message
        if newest is None:
            return
        clock = packet_clock(newest.t, self._rate)
        values = newest.face.astype(">f4").tobytes()
        size = 4 * len(FACE)
        for row, character in enumerate(newest.ids):
            head = self._heads.get(int(character))
            if head is not None:
                self._datagrams.send(head + clock + values[row * size : (row + 1) * size])
            elif self._name is None or not self._named:  # no hello has named it yet
                self._datagrams.drop()

    def stats(self) -> Mapping[str, int]:
        """Return totals since the start: packets `sent` and `dropped`."""
        return self._datagrams.stats()

    def close(self) -> None:
        """Close the socket; the protocol has no goodbye."""
        self._datagrams.close()


def device_id(session: str, character: int) -> str:
    """Return the 36 characters that name one character's device, the same throughout a session."""
    return str(uuid.uuid5(_DEVICES, f"{session}/{character}"))


def packet_head(device: str, subject: str) -> bytes:
    """Return a packet's version, device id and subject name."""
    texts = (text.encode() for text in (device, subject))
    return struct.pack(">B", VERSION) + b"".join(struct.pack(">i", len(text)) + text for text in texts)


def packet_clock(t: int, rate: int) -> bytes:
    """Return a packet's frame number, which starts again every 24 hours, frame rate and count of values.

    Args:
        t: microseconds.
        rate: ticks a second, at least 1.
    """
    frame, rest = divmod(t * rate, 1_000_000)
    return struct.pack(">ifiiB", frame % (_DAY * rate) & 0x7FFF_FFFF, rest / 1_000_000, rate, 1, len(FACE))
