"""The one interface of everything that delivers pictures, sound and lines of dialogue."""

from collections.abc import Sequence
from typing import Final, Protocol

from mien.bridge.messages import AudioChunk, Micros, Utterance, VideoFrame

RATE: Final = 16_000
"""Samples a second of every `AudioChunk`."""

Sensed = VideoFrame | AudioChunk | Utterance


class SenseError(Exception):
    """A source that cannot be opened; one line that says what was tried and what is there."""


class Source(Protocol):
    """Delivers pictures and sound; the perceiver's loop reads it at its own pace, live or in virtual time."""

    @property
    def senses(self) -> int:
        """Bits `CAMERA` and `MICROPHONE`: which devices deliver now; a lost camera is missing here."""

    def read(self, until: Micros) -> list[Sensed]:
        """Return at once everything captured up to `until` and not yet returned, in order of `t`.

        A picture is captured at its `t`, a chunk of sound when its last sample is, a line when it ended.
        """

    def notices(self) -> list[str]:
        """Return the lines for a person that arose since the last call, such as a lost camera."""

    def finished(self) -> bool:
        """Return whether nothing will ever come again."""

    def close(self) -> None:
        """Release devices and files; may be called twice."""


def captured(sensed: Sensed) -> Micros:
    """Return the time at which `sensed` was complete: for sound, the end of its last sample."""
    if isinstance(sensed, AudioChunk):
        return sensed.t + len(sensed.samples) * 1_000_000 // RATE
    return sensed.t


class Combined:
    """Several sources as one, such as a camera and a microphone."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)

    @property
    def duration(self) -> Micros | None:
        """Length of the longest part in microseconds; None where none tells its own."""
        return max((getattr(source, "duration", None) or 0 for source in self._sources), default=0) or None

    @property
    def senses(self) -> int:
        """Bits of all parts together."""
        senses = 0
        for source in self._sources:
            senses |= source.senses
        return senses

    def read(self, until: Micros) -> list[Sensed]:
        """Return what all parts captured up to `until`, merged by time."""
        return sorted(
            (sensed for source in self._sources for sensed in source.read(until)), key=lambda s: s.t
        )

    def notices(self) -> list[str]:
        """Return the notices of all parts."""
        return [notice for source in self._sources for notice in source.notices()]

    def finished(self) -> bool:
        """Return whether all parts are finished."""
        return all(source.finished() for source in self._sources)

    def close(self) -> None:
        """Close all parts."""
        for source in self._sources:
            source.close()
