"""Any sound to what the recognizers take: mono, 16 kHz, 16 bit, chunks of 20 ms."""

from typing import Final

import av
import numpy as np

from mien.bridge.messages import AudioChunk, Int16, Micros
from mien.models.sound import audible
from mien.runtime.sense.source import RATE

CHUNK: Final = RATE // 50
"""Samples in a chunk: 20 ms, a frame size that the voice activity detector takes."""

TOLERANCE: Final = 40_000
"""A time stamp this far (µs) from where counted samples lead is a gap or an overlap; nearer, it is jitter."""


class Sound:
    """Resamples frames of sound and cuts them into chunks whose times follow from the count of samples.

    Counting keeps chunks evenly spaced though time stamps jitter. A gap ends the chunk in progress (which is
    then shorter than `CHUNK`) and starts a new count; a frame that overlaps what came before is dropped.
    """

    def __init__(self) -> None:
        self._run: _Run | None = None
        self._format: tuple[str, str, int] | None = None
        self._expected: Micros = 0

    def feed(self, frame: av.AudioFrame, t: Micros | None) -> list[AudioChunk]:
        """Return the chunks that `frame` completes.

        Args:
            frame: decoded sound in any format, layout and rate; what is no number in it is silence.
            t: time of its first sample; None where nothing says, which means right after the frame before.
        """
        if frame.samples == 0 or frame.sample_rate <= 0:
            return []
        frame = audible(frame)
        if t is None:
            t = self._expected
        chunks: list[AudioChunk] = []
        format_ = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._run is not None:
            if t < self._expected - TOLERANCE:
                return []
            if t > self._expected + TOLERANCE or format_ != self._format:
                chunks = self.flush()
        if self._run is None:
            self._run = _Run(t)
            self._format = format_
        chunks += self._run.feed(frame)
        self._expected = self._run.end
        return chunks

    def flush(self) -> list[AudioChunk]:
        """Return what is left; its last chunk may be shorter than `CHUNK`."""
        run, self._run = self._run, None
        return [] if run is None else run.finish()


class _Run:
    """Sound without a gap and of one format."""

    def __init__(self, start: Micros) -> None:
        self._start = start
        self.end = start
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        self._taken = 0
        self._cut = 0
        self._rest: Int16 = np.zeros(0, np.int16)

    def feed(self, frame: av.AudioFrame) -> list[AudioChunk]:
        self._taken += frame.samples
        self.end = self._start + self._taken * 1_000_000 // frame.sample_rate
        frame.pts = None  # else the resampler fills jitter with silence
        return self._chunks(frame, CHUNK)

    def finish(self) -> list[AudioChunk]:
        return self._chunks(None, 1)

    def _chunks(self, frame: av.AudioFrame | None, least: int) -> list[AudioChunk]:
        resampled = [part.to_ndarray().reshape(-1) for part in self._resampler.resample(frame)]
        samples = np.concatenate([self._rest, *resampled]).astype(np.int16, copy=False)
        chunks = []
        while len(samples) >= least:
            chunk, samples = samples[:CHUNK], samples[CHUNK:]
            chunks.append(AudioChunk(t=self._start + self._cut * 1_000_000 // RATE, samples=chunk))
            self._cut += len(chunk)
        self._rest = samples
        return chunks
