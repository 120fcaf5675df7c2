"""The pictures and sound of a recording, embedded in it or in the clip it refers to, as a source."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from mien.bridge.messages import (
    CAMERA,
    MICROPHONE,
    AudioChunk,
    Micros,
    UInt8,
    Utterance,
    VideoFrame,
    VideoPacket,
)
from mien.runtime.sense.clip import Clip
from mien.runtime.sense.source import Combined, Sensed, SenseError, Source
from mien.runtime.sense.transcript import Lines
from mien.runtime.sessions.metadata import MediaReference, SessionError, sha256
from mien.runtime.sessions.session import Recorded, Session

QUALITY: Final = 90
"""JPEG quality of embedded pictures."""

MAX_PIXELS: Final = 8192 * 8192
"""No embedded picture is larger."""


def compress(frame: VideoFrame) -> VideoPacket:
    """Return a picture as a recording embeds it."""
    _, jpeg = cv2.imencode(".jpg", frame.pixels, (cv2.IMWRITE_JPEG_QUALITY, QUALITY))
    return VideoPacket(t=frame.t, jpeg=np.asarray(jpeg, np.uint8).reshape(-1))


def decompress(packet: VideoPacket) -> VideoFrame:
    """Return the picture that a recording embeds.

    Raises:
        ValueError: it is no JPEG picture, or one of more than `MAX_PIXELS`.
    """
    width, height = _jpeg_size(packet.jpeg)
    if not 0 < width * height <= MAX_PIXELS:
        raise ValueError(f"the picture at {packet.t} µs is no JPEG, or too large: {width} × {height}")
    pixels = cv2.imdecode(packet.jpeg, cv2.IMREAD_COLOR)
    if pixels is None:
        raise ValueError(f"the picture at {packet.t} µs is damaged")
    return VideoFrame(t=packet.t, pixels=np.asarray(pixels, np.uint8))


def session_media(session: Session, start: Micros | None = None) -> Source:
    """Return the media of a recording as a source.

    Args:
        session: holds its media, or refers to a clip that lies where it lay, or beside the recording.
        start: time at which it shall begin; None keeps the times of the recording.

    Raises:
        SessionError: it neither holds media nor refers to any, or the clip has moved, changed, or is no clip.
    """
    media = session.metadata.media
    if media is None or _senses(session):  # what it holds is what was looked at: prefer it to the clip
        return Embedded(session, 0 if start is None else start - session.start)
    path = _find(session, media)
    try:
        clip = Clip(path, media.start if start is None else start)
    except SenseError as error:
        raise SessionError(str(error)) from None
    lines = Lines(_lines(session, 0 if start is None else start - media.start))
    return Combined((clip, lines)) if lines.any else clip


class Embedded:
    """The media that a recording holds; each becomes known at the tick that recorded it, in that order."""

    def __init__(self, session: Session, shift: int = 0) -> None:
        """Begin at the first tick.

        Args:
            session: holds its media.
            shift: added to all times, µs.

        Raises:
            SessionError: it holds none.
        """
        self._shift = shift
        self._notices: list[str] = [session.truncated] if session.truncated else []
        self.senses: int = _senses(session)
        if not self.senses:
            raise SessionError(f"{session.path} holds neither pictures nor sound and refers to no clip")
        self._records = session.records(VideoPacket.KIND, AudioChunk.KIND, Utterance.KIND)
        self._next: Recorded | None = next(self._records, None)

    def read(self, until: Micros) -> list[Sensed]:
        """Return what was recorded at ticks up to `until`, in the order of recording."""
        sensed: list[Sensed] = []
        try:
            while self._next is not None and self._next.t + self._shift <= until:
                sensed += self._decoded(self._next)
                self._next = next(self._records, None)
        except SessionError as error:
            self._notices.append(f"{error}; the rest cannot be read")
            self._next = None
        return sensed

    def notices(self) -> list[str]:
        """Return which pictures were damaged."""
        notices, self._notices = self._notices, []
        return notices

    def finished(self) -> bool:
        """Return whether everything was returned."""
        return self._next is None

    def close(self) -> None:
        """Close the file."""
        self._next = None
        self._records = iter(())

    def _decoded(self, record: Recorded) -> Iterator[Sensed]:
        message = record.message
        if isinstance(message, VideoPacket):
            try:
                frame = decompress(message)
            except ValueError as error:
                self._notices.append(str(error))
            else:
                yield VideoFrame(t=max(0, frame.t + self._shift), pixels=frame.pixels)
        elif isinstance(message, AudioChunk):
            yield AudioChunk(t=max(0, message.t + self._shift), samples=message.samples)
        elif isinstance(message, Utterance):
            yield replace(message, t=max(0, message.t + self._shift))


def _lines(session: Session, shift: Micros) -> Iterator[Utterance]:
    """Yield the lines of dialogue that the perceiver took in."""
    for record in session.records(Utterance.KIND):
        if isinstance(record.message, Utterance):
            yield replace(record.message, t=max(0, record.message.t + shift))


def _senses(session: Session) -> int:
    """Return which senses the first seconds of the media hold."""
    senses = 0
    for record in session.records(VideoPacket.KIND, AudioChunk.KIND):
        senses |= CAMERA if record.kind == VideoPacket.KIND else MICROPHONE
        if senses == CAMERA | MICROPHONE or record.t > session.start + 5_000_000:
            break
    return senses


def _find(session: Session, media: MediaReference) -> Path:
    candidates = (media.path, session.path.parent / media.path.name)
    try:
        for path in candidates:
            if path.is_file():
                found = sha256(path)
                if found == media.sha256:
                    return path
                raise SessionError(
                    f"{path} has changed since {session.path} was recorded from it "
                    f"(SHA-256 {found[:12]}…, was {media.sha256[:12]}…)"
                )
    except OSError as error:
        raise SessionError(f"cannot read {path}: {error.strerror or error}") from None
    places = " or ".join(str(path) for path in dict.fromkeys(candidates))
    raise SessionError(f"the clip that {session.path} was recorded from is gone: put it at {places}")


def _jpeg_size(jpeg: UInt8) -> tuple[int, int]:
    """Return width and height that the frame header of a JPEG file gives (ITU-T T.81, B.2.2), or zeros."""
    data = jpeg.tobytes()
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return 0, 0
