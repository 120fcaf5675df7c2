"""A video or sound file as a source; picture and sound on one clock."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
from av.stream import Disposition
from av.video.reformatter import VideoReformatter

from mien.bridge.messages import CAMERA, MICROPHONE, AudioChunk, Micros, UInt8, VideoFrame
from mien.runtime.sense.sound import Sound
from mien.runtime.sense.source import Sensed, SenseError, captured

LONGEST_SIDE: Final = 1280
"""Larger pictures are scaled down to this many pixels."""

DAMAGED_READS: Final = 100
"""So many failures to read the file in a row end the clip."""

SHORTFALL: Final = 1_000_000
"""A clip that ends this much (µs) before the announced end breaks off."""

OVERRUN: Final = 10_000_000
"""Frames that claim a time this far (µs) beyond both the frame before and the end of the file are damaged."""

_TURNS: Final = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


class Clip:
    """Plays a file: `t` is `start` plus the presentation time, which is 0 where the first stream begins.

    Decodes as far as it is read, no further. Picture and sound are read through two handles of the file, so
    that neither piles up in memory while the other is sought, however the file interleaves them. What is
    damaged is skipped and noticed.
    """

    def __init__(self, path: Path, start: Micros = 0, longest_side: int = LONGEST_SIDE) -> None:
        """Open `path`.

        Raises:
            SenseError: no such file, not a video or sound file, or neither picture nor sound in it.
        """
        self._name = path.name
        self._start = start
        self._longest_side = longest_side
        self._end = start
        self._ended = False
        self._notices: list[str] = []
        self._noticed: dict[str, Micros] = {}
        self._containers = [_open(path), _open(path)]
        video = _first(self._containers[0].streams.video)
        audio = _first(self._containers[1].streams.audio)
        if video is None and audio is None:
            self.close()
            raise SenseError(f"{path} has neither picture nor sound")
        self.senses: int = (CAMERA if video else 0) | (MICROPHONE if audio else 0)
        starts = [s.start_time * s.time_base for s in (video, audio) if s and s.start_time is not None]
        self._origin: Fraction = min(starts, default=Fraction(0))
        duration = self._containers[0].duration
        self.duration: Micros | None = duration if duration is not None and duration > 0 else None
        """Length in microseconds, where the file tells it."""
        self._lanes: list[_Lane] = []
        if video:
            self._lanes.append(_Lane(self._pictures(self._containers[0], video)))
        if audio:
            self._lanes.append(_Lane(self._sound(self._containers[1], audio)))

    def read(self, until: Micros) -> list[Sensed]:
        """Return everything up to `until` that was not yet returned, in order of `t`."""
        sensed = [sensed for lane in self._lanes for sensed in lane.take(until)]
        if sensed:
            self._end = max(self._end, *map(captured, sensed))
        if self.finished() and not self._ended:
            self._ended = True
            played = self._end - self._start
            if self.duration and played < self.duration - SHORTFALL:
                announced = _clock(self.duration)
                self._notices.append(
                    f"{self._name}: breaks off at {_clock(played)}, of {announced} announced"
                )
        return sorted(sensed, key=lambda each: each.t)

    def notices(self) -> list[str]:
        """Return what was found damaged since the last call."""
        notices, self._notices = self._notices, []
        return notices

    def finished(self) -> bool:
        """Return whether the last picture and the last sound were returned."""
        return all(lane.exhausted for lane in self._lanes)

    def close(self) -> None:
        """Close the file."""
        self._lanes = []
        for container in self._containers:
            container.close()

    def _pictures(self, container: Any, stream: Any) -> Iterator[VideoFrame]:
        reformatter = VideoReformatter()
        period = int(1_000_000 / (stream.average_rate or stream.guessed_rate or 25))
        latest = -period
        for frame in self._decoded(container, stream, "picture"):
            t = self._elapsed(frame.pts, frame.time_base)
            if t is None:
                t = latest + period
            if t < 0 or t <= latest:
                continue
            latest = t
            try:
                pixels = self._pixels(frame, stream, reformatter)
            except (av.FFmpegError, ValueError) as error:
                self._damage("picture", t, error)
                continue
            yield VideoFrame(t=self._start + t, pixels=pixels)

    def _sound(self, container: Any, stream: Any) -> Iterator[AudioChunk]:
        sound = Sound()
        t: Micros | None = 0
        for frame in chain(self._decoded(container, stream, "sound"), [None]):
            try:
                if frame is None:
                    chunks = sound.flush()
                else:
                    t = self._elapsed(frame.pts, frame.time_base)
                    chunks = sound.feed(frame, None if t is None else self._start + t)
            except (av.FFmpegError, ValueError) as error:
                self._damage("sound", t, error)
                continue
            yield from (chunk for chunk in chunks if chunk.t >= self._start)

    def _decoded(self, container: Any, stream: Any, what: str) -> Iterator[Any]:
        """Yield the decoded frames of a stream; damage is noticed and skipped."""
        latest: Micros = 0
        for packet in _packets(container, stream):
            if isinstance(packet, Exception):
                self._damage(what, latest, packet)
                continue
            t = self._elapsed(packet.pts, packet.time_base)
            try:
                frames = packet.decode()
            except av.FFmpegError as error:
                self._damage(what, latest if t is None else t, error)
                continue
            for frame in frames:
                at = self._elapsed(frame.pts, frame.time_base)
                lost = at and self.duration and at - max(latest, self.duration) > OVERRUN
                if frame.is_corrupt or lost:
                    self._damage(what, latest, ValueError("damaged frame"))
                    continue
                latest = latest if at is None else at
                yield frame

    def _elapsed(self, pts: int | None, time_base: Fraction | None) -> Micros | None:
        if pts is None or time_base is None:
            return None
        return int((pts * time_base - self._origin) * 1_000_000)

    def _pixels(self, frame: Any, stream: Any, reformatter: VideoReformatter) -> UInt8:
        """Return the picture upright, with square pixels, blue green red."""
        aspect = float(stream.sample_aspect_ratio or 1)
        width = frame.width * (aspect if 0.1 < aspect < 10 else 1.0)
        scale = min(1.0, self._longest_side / max(width, frame.height))
        size = max(1, round(width * scale)), max(1, round(frame.height * scale))
        pixels = reformatter.reformat(frame, *size, format="bgr24", interpolation="AREA").to_ndarray()
        turn = _TURNS.get(round(frame.rotation / 90) * 90 % 360)
        upright = pixels if turn is None else cv2.rotate(pixels, turn)
        return np.ascontiguousarray(upright, np.uint8)

    def _damage(self, what: str, t: Micros | None, error: Exception) -> None:
        """Notice damage, once for every second of the clip."""
        t = max(0, t or 0)
        if t - self._noticed.get(what, -1_000_000) >= 1_000_000:
            self._noticed[what] = t
            self._notices.append(f"{self._name}: {what} corrupt at {_clock(t)}, skipped: {_reason(error)}")


class _Lane:
    """One stream, decoded one element ahead of what was taken."""

    def __init__(self, elements: Iterator[Sensed]) -> None:
        self._elements = elements
        self._next: Sensed | None = None
        self.exhausted = False

    def take(self, until: Micros) -> list[Sensed]:
        taken: list[Sensed] = []
        while not self.exhausted:
            if self._next is None:
                self._next = next(self._elements, None)
                self.exhausted = self._next is None
            elif captured(self._next) <= until:
                taken.append(self._next)
                self._next = None
            else:
                break
        return taken


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    """Yield the packets of a stream and the errors between them; ends if nothing but errors comes."""
    errors = 0
    while errors < DAMAGED_READS:
        try:
            for packet in container.demux(stream):
                errors = 0
                yield packet
            return
        except (av.FFmpegError, IndexError) as error:  # IndexError: damage looks like one more stream
            errors += 1
            yield error


def _first(streams: Any) -> Any:
    """Return the first stream that is no cover picture and that can be decoded, or None."""
    for stream in streams:
        if stream.codec_context is not None and not stream.disposition & Disposition.attached_pic:
            return stream
    return None


def _open(path: Path) -> Any:
    if path.is_dir():
        raise SenseError(f"{path} is a folder, not a video file; it holds {_listing(path)}")
    if not path.exists():
        folder = path.parent
        there = f"{folder} holds {_listing(folder)}" if folder.is_dir() else f"there is no folder {folder}"
        raise SenseError(f"no such file: {path}; {there}")
    try:
        # A playlist could otherwise make this machine fetch what a stranger names.
        container = av.open(str(path), options={"protocol_whitelist": "file"}, metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise SenseError(f"{path} cannot be read as a video or sound file: {_reason(error)}") from None
    if container.format.name == "tty":  # FFmpeg would play any text file as terminal art
        container.close()
        raise SenseError(f"{path} cannot be read as a video or sound file: it is text")
    return container


def _reason(error: Exception) -> str:
    """Return the one line of an error that means something to a person."""
    return str(getattr(error, "strerror", None) or error)


def _clock(t: Micros) -> str:
    return f"{t // 60_000_000:02}:{t % 60_000_000 / 1_000_000:04.1f}"


def _listing(folder: Path) -> str:
    names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "") or "nothing"
