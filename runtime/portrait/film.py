"""A session as a film or as one sheet of stills."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import av
import cv2
import numpy as np

from mien.bridge.messages import EMOTIONS, AudioChunk, Int16, Micros, UInt8
from mien.runtime.portrait.panel import Character, Shot, compose

__all__ = ["Character", "Shot", "film", "still"]

SIZE: Final = (1280, 720)
_STILL_SIZE: Final = (640, 360)
_SECOND: Final = 1_000_000
_SOUND_RATE: Final = 16_000


def film(
    shots: Iterable[Shot],
    path: Path,
    *,
    emotions: Sequence[str] = EMOTIONS,
    sound: Iterable[AudioChunk] = (),
    rate: int = 30,
) -> int:
    """Write shots, in order of time, as MP4 (H.264, AAC where there is sound); return the number of frames.

    The film runs at `rate` pictures a second from the first shot on, each picture the newest shot by then:
    ticks between pictures cost no drawing. A place for the player is kept when the first shot has a picture
    of them. Sound before the first shot is left out; gaps are silent. Raises `ValueError` where there is no
    shot, where time runs backwards, and what `compose` raises; `OSError` where the file cannot be written.
    """
    rest = iter(shots)
    first = next(rest, None)
    if first is None:
        raise ValueError("there is nothing to film")
    with _Writer(path, first.t, rate, sound) as writer:
        shown, due = first, Fraction(first.t)
        for shot in rest:
            if shot.t < shown.t:
                raise ValueError(f"a shot at {shot.t} µs follows one at {shown.t} µs")
            while due < shot.t:
                writer.add(compose(shown, emotions, SIZE, with_player=first.player is not None))
                due += Fraction(_SECOND, rate)
            shown = shot
        writer.add(compose(shown, emotions, SIZE, with_player=first.player is not None))
    return writer.frames


def still(
    shots: Iterable[Shot], path: Path, start: Micros, *, emotions: Sequence[str] = EMOTIONS, columns: int = 3
) -> None:
    """Write shots beside one another as one PNG, `columns` in a row, each with its time since `start` (µs).

    Raises `ValueError` where there is no shot, and what `compose` raises; `OSError` where the file cannot be
    written.
    """
    tiles: list[UInt8] = []
    for shot in shots:
        tile = compose(shot, emotions, SIZE, with_player=shot.player is not None)
        tile = np.asarray(cv2.resize(tile, _STILL_SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        stamp = f"{(shot.t - start) / _SECOND:.1f} s"
        cv2.putText(tile, stamp, (14, 24), cv2.FONT_HERSHEY_DUPLEX, 0.5, (58, 48, 44), 1, cv2.LINE_AA)
        tiles.append(tile)
    if not tiles:
        raise ValueError("there is nothing to show")
    columns = min(columns, len(tiles))
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % columns)
    sheet = np.vstack([np.hstack(tiles[row : row + columns]) for row in range(0, len(tiles), columns)])
    done, png = cv2.imencode(".png", sheet)
    if not done:
        raise OSError(f"the pictures do not fit into {path}")
    path.write_bytes(png.tobytes())


class _Writer:
    """An MP4 being written: pictures at a constant rate, and sound that keeps up with them."""

    def __init__(self, path: Path, start: Micros, rate: int, sound: Iterable[AudioChunk]) -> None:
        self.frames = 0
        self._start, self._rate = start, rate
        self._chunks: Iterator[AudioChunk] = iter(sound)
        self._ahead = next(self._chunks, None)
        path.open("wb").close()  # its error names the file, unlike that of av
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        options = {"crf": "20", "preset": "veryfast"}
        self._video = self._container.add_stream("libx264", rate=rate, options=options)
        self._video.width, self._video.height, self._video.pix_fmt = *SIZE, "yuv420p"
        self._audio: av.AudioStream | None = None
        self._samples = 0
        if self._ahead is not None:
            self._audio = self._container.add_stream("aac", rate=_SOUND_RATE, layout="mono", bit_rate=64_000)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._container.mux(self._video.encode())
                if self._audio is not None:
                    self._container.mux(self._audio.encode())
        finally:
            self._container.close()

    def add(self, picture: UInt8) -> None:
        """Append one picture, and the sound until its end."""
        frame = av.VideoFrame.from_ndarray(picture, "bgr24")
        frame.pts, frame.time_base = self.frames, Fraction(1, self._rate)
        self._container.mux(self._video.encode(frame))
        self.frames += 1
        if self._audio is not None:
            end = self.frames * _SOUND_RATE // self._rate
            sound = av.AudioFrame.from_ndarray(self._sound_until(end)[None], "s16", "mono")
            sound.sample_rate, sound.pts = _SOUND_RATE, self._samples
            self._container.mux(self._audio.encode(sound))
            self._samples = end

    def _sound_until(self, end: int) -> Int16:
        """Return the samples from where the film is up to number `end`, silence where none were captured."""
        block = np.zeros(end - self._samples, np.int16)
        while self._ahead is not None:
            at = round((self._ahead.t - self._start) * _SOUND_RATE / _SECOND)
            if at >= end:
                break
            low, high = max(at, self._samples), min(at + len(self._ahead.samples), end)
            if high > low:
                block[low - self._samples : high - self._samples] = self._ahead.samples[low - at : high - at]
            if at + len(self._ahead.samples) > end:
                break
            self._ahead = next(self._chunks, None)
        return block
