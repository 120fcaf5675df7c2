"""The VMC emitter: one character's face to VTuber tools, Unity and whatever else speaks VMC over OSC.

One OSC bundle a tick, in one UDP packet: `/VMC/Ext/OK 1`, `/VMC/Ext/T seconds`, one `/VMC/Ext/Blend/Val name
weight` for each of the 52 shapes, `/VMC/Ext/Blend/Apply`, and the head bone where asked for. VMC knows one
avatar a port: give each character an emitter and a port of its own.
"""

import math
import struct
from collections.abc import Mapping, Sequence
from typing import Final

from mien.bridge.faces import SHAPE, SHAPES
from mien.bridge.messages import NOBODY, FaceFrame, Float32, Hello, Message
from mien.bridge.udp import Datagrams

PORT: Final = 39_539
"""Where a VMC receiver ("marionette") listens unless told otherwise."""

_IMMEDIATELY: Final = struct.pack(">Q", 1)


class VMCEmitter:
    """Sends the face of one character to one address; keeps no connection and cannot know who listens."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = PORT,
        character: str | None = None,
        head: tuple[float, float, float] | None = None,
    ) -> None:
        """Look the host up.

        Args:
            host: where to send.
            port: where to send.
            character: whose face, by the name in the hello; the first one's unless given.
            head: position of the avatar's head bone in its parent's space (meters, Unity axes). With it, the
                head's rotation is sent too; without it is not, since receivers apply both or neither.

        Raises:
            OSError: the host is unknown.
        """
        self._datagrams = Datagrams(host, port)
        self._name = character
        self._head = head
        self._character = NOBODY

    def emit(self, messages: Sequence[Message]) -> None:
        """Send the newest face frame among the messages; see `Emitter.emit`."""
        newest = None
        for message in messages:
            if isinstance(message, Hello):
                self._character = self._find(message)
            elif isinstance(message, FaceFrame):
                newest = message
        if newest is None:
            return
        for face in newest.face[newest.ids == self._character]:
            self._datagrams.send(bundle(newest.t, face, self._head))

    def stats(self) -> Mapping[str, int]:
        """Return totals since the start: bundles `sent` and `dropped`."""
        return self._datagrams.stats()

    def close(self) -> None:
        """Close the socket; the protocol has no goodbye."""
        self._datagrams.close()

    def _find(self, hello: Hello) -> int:
        for character, name in zip(hello.ids, hello.characters, strict=True):
            if self._name in (None, name):
                return int(character)
        return NOBODY


def bundle(t: int, face: Float32, head: tuple[float, float, float] | None) -> bytes:
    """Return one tick of one character as an OSC bundle.

    Args:
        t: microseconds.
        face: 61 values as in `faces.FACE`.
        head: see `VMCEmitter`.
    """
    messages = [_message("/VMC/Ext/OK", 1), _message("/VMC/Ext/T", t / 1e6)]
    if head is not None:
        yaw, pitch, roll = (float(face[SHAPE[name]]) for name in ("headYaw", "headPitch", "headRoll"))
        messages.append(_message("/VMC/Ext/Bone/Pos", "Head", *head, *unity_rotation(yaw, pitch, roll)))
    for name, weight in zip(SHAPES, face.tolist(), strict=False):
        messages.append(_message("/VMC/Ext/Blend/Val", name, weight))
    messages.append(_message("/VMC/Ext/Blend/Apply"))
    return b"#bundle\0" + _IMMEDIATELY + b"".join(struct.pack(">i", len(item)) + item for item in messages)


def unity_rotation(yaw: float, pitch: float, roll: float) -> tuple[float, float, float, float]:
    """Return our head rotation (see `faces.ROTATIONS`, radians) as a quaternion x, y, z, w in Unity's axes.

    Unity is left-handed: x to the right, y up, z ahead. The order is roll, then pitch, then yaw, as Unity's
    Euler angles have it; their yaw turns to the right, ours to the character's left.
    """
    (sy, cy), (sx, cx), (sz, cz) = ((math.sin(a / 2), math.cos(a / 2)) for a in (-yaw, pitch, roll))
    return (
        cy * sx * cz + sy * cx * sz,
        sy * cx * cz - cy * sx * sz,
        cy * cx * sz - sy * sx * cz,
        cy * cx * cz + sy * sx * sz,
    )


def _message(address: str, *values: str | float) -> bytes:
    tags, data = ",", b""
    for value in values:
        if isinstance(value, str):
            tags, data = tags + "s", data + _text(value)
        elif isinstance(value, int):
            tags, data = tags + "i", data + struct.pack(">i", value)
        else:
            tags, data = tags + "f", data + struct.pack(">f", value)
    return _text(address) + _text(tags) + data


def _text(text: str) -> bytes:
    data = text.encode() + b"\0"
    return data + b"\0" * (-len(data) % 4)
