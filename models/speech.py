"""From samples to speech frames: log-mel bands, pitch, level and voice quality of every 10 ms.

Training and running share this file: both see the same frames, gated by the same voice activity.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import webrtcvad
from numpy.typing import NDArray

RATE: Final = 16_000
HOP: Final = 160
"""Samples between frames: 10 ms."""
WINDOW: Final = 400
"""Samples a frame's spectrum covers: 25 ms."""
PITCH_WINDOW: Final = 640
"""Samples the pitch of a frame is sought in: 40 ms, two periods of a deep voice."""
BANDS: Final = 50
SPECTRAL: Final = BANDS + 3
"""Log-mel bands, then log2 of the pitch over 150 Hz (0 where unvoiced), periodicity, level in bels."""
FEATURES: Final = SPECTRAL + 7
"""The above, then in bels the first harmonic over the second and over the strongest partial of 2 to 4 kHz
(0 where unvoiced), and the strongest of 0.3 to 1 kHz over that; the prominence of the cepstral peak,
decibels; the change of the spectrum since the frame before; the share of samples at which the sign changes;
log(1 + the frames of silence skipped just before)."""
GATE_DB: Final = 9.0
"""How far above the noise floor a frame must be to count as speech."""
FLOOR_START_DB: Final = -65.0
FLOOR_RISE_DB: Final = 0.03
"""Per frame: 3 dB a second, slow enough that speech does not lift the floor it is measured against."""
LEAST_DB: Final = -45.0
"""Voices softer than this are amplified for voice activity alone, which takes what is soft for noise."""
GAIN_DB: Final = 30.0
"""How much they are amplified at most."""
VOICED: Final = 0.8
"""Periodicity from which a frame tells how loud the voice is: hiss, wind and clicks are below."""
FORGET: Final = 80
"""Frames of silence after which the next speech does not follow on anything: its pause counts as none."""
_PITCH_LOW, _PITCH_HIGH = 70.0, 450.0
_SHORTEST, _LONGEST = int(RATE / _PITCH_HIGH), int(RATE / _PITCH_LOW)

Frames = NDArray[np.float32]


def _mel_filters() -> NDArray[np.float64]:
    """Return triangular filters on the HTK mel scale, 60 Hz to 7.6 kHz: (BANDS, 257)."""
    low, high = (2595 * np.log10(1 + f / 700) for f in (60.0, 7600.0))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    frequency = np.fft.rfftfreq(512, 1 / RATE)
    rising = (frequency - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - frequency) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(rising, falling))


_FREQUENCY: Final = np.fft.rfftfreq(2048, 1 / RATE)
_LOW: Final = (_FREQUENCY > 300) & (_FREQUENCY < 1000)
_HIGH: Final = (_FREQUENCY > 2000) & (_FREQUENCY < 4000)
_WIDEST: Final = 32
_FILTERS: Final = _mel_filters()
_HANN: Final = np.hanning(WINDOW)
_PITCH_HANN: Final = np.hanning(PITCH_WINDOW)
_TAPER_ACF: Final = np.fft.irfft(np.abs(np.fft.rfft(_PITCH_HANN, 2048)) ** 2)[: _LONGEST + 2]


def spectral_frames(samples: NDArray[np.float64]) -> tuple[Frames, NDArray[np.float64]]:
    """Return the first SPECTRAL features (n, SPECTRAL) and levels in dBFS (n,), as `analyze` does."""
    features, level = analyze(samples)
    return features[:, :SPECTRAL], level


def analyze(samples: NDArray[np.float64]) -> tuple[Frames, NDArray[np.float64]]:
    """Return features (n, FEATURES) and levels in dBFS (n,) of all whole frames in samples of ±1.

    Frame i describes the hop that ends at sample PITCH_WINDOW + i HOP; nothing after it is looked at. The
    change of the spectrum and the silence before are left at 0: they depend on other frames.
    """
    count = (len(samples) - PITCH_WINDOW) // HOP + 1
    if count <= 0:
        return np.zeros((0, FEATURES), np.float32), np.zeros(0)
    view = np.lib.stride_tricks.sliding_window_view(samples, PITCH_WINDOW)[::HOP][:count]
    view = view - view.mean(1, keepdims=True)
    recent = view[:, -WINDOW:]
    emphasized = recent - 0.97 * view[:, -WINDOW - 1 : -1]
    power = np.abs(np.fft.rfft(emphasized * _HANN, 512)) ** 2
    mel = np.log(power @ _FILTERS.T + 1e-6)
    level = 10 * np.log10((recent * recent).mean(1) + 1e-10)
    # Pitch: the autocorrelation divided by the window's own (Boersma 1993, equation 9).
    fine = np.abs(np.fft.rfft(view * _PITCH_HANN, 2048)) ** 2
    correlation = np.fft.irfft(fine)[:, : _LONGEST + 2]
    correlation = correlation / _TAPER_ACF / np.maximum(correlation[:, :1] / _TAPER_ACF[0], 1e-12)
    span = correlation[:, _SHORTEST : _LONGEST + 1] * (1 - 0.001 * np.arange(_LONGEST + 1 - _SHORTEST))
    row = np.arange(count)
    lag = span.argmax(1) + _SHORTEST
    left, top, right = (correlation[row, lag + i] for i in (-1, 0, 1))
    bend = left - 2 * top + right
    offset = np.where(
        np.abs(bend) > 1e-9, 0.5 * (left - right) / np.where(np.abs(bend) > 1e-9, bend, 1.0), 0.0
    )
    frequency = RATE / (lag + offset.clip(-0.5, 0.5))
    strength = np.clip(top, 0.0, 1.0)
    voiced = strength > 0.5
    pitch = np.where(voiced, np.log2(frequency / 150.0), 0.0)
    # Voice quality, all in bels: how steeply the voice's spectrum falls (a tense voice's falls less).
    bels = np.log10(fine + 1e-9)
    first, second = _peak(bels, frequency, 0.2), _peak(bels, 2 * frequency, 0.1)
    low, high = bels[:, _LOW].max(1), bels[:, _HIGH].max(1)
    cepstrum = np.fft.irfft(10 * bels)[:, _SHORTEST : _LONGEST + 1]
    columns = (
        pitch,
        strength,
        level / 10,
        np.where(voiced, first - second, 0.0),
        np.where(voiced, first - high, 0.0),
        low - high,
        cepstrum.max(1) - cepstrum.mean(1),
        np.zeros(count),
        np.diff(np.signbit(recent), axis=1).mean(1),
        np.zeros(count),
    )
    return np.concatenate((mel, np.stack(columns, 1)), 1).astype(np.float32), level


def _peak(bels: NDArray[np.float64], frequency: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Return each row's maximum within ± `width` (a share) of its frequency in hertz."""
    first = np.round(frequency * (1 - width) * 2048 / RATE).astype(int)
    last = np.round(frequency * (1 + width) * 2048 / RATE).astype(int)
    # As wide as the widest there can be, so that a row does not depend on the others.
    columns = np.minimum(first[:, None] + np.arange(_WIDEST), last[:, None]).clip(0, 1024)
    found: NDArray[np.float64] = np.take_along_axis(bels, columns, 1).max(1)
    return found


@dataclass
class SpeechState:
    """What is carried from one piece of sound to the next."""

    tail: NDArray[np.int16] = field(default_factory=lambda: np.zeros(PITCH_WINDOW - HOP, np.int16))
    floor: float = FLOOR_START_DB
    loudness: float = LEAST_DB
    """Of the voice, dBFS."""
    vad: webrtcvad.Vad = field(default_factory=lambda: webrtcvad.Vad(2))
    shape: NDArray[np.float32] | None = None
    """Log-mel bands of the last frame, without their mean."""
    skipped: int = FORGET
    """Frames of silence since somebody spoke."""


def step(state: SpeechState, samples: NDArray[np.int16]) -> tuple[Frames, NDArray[np.bool_]]:
    """Return the features (n, FEATURES) of the frames that `samples` completes, and which are speech (n,)."""
    joined = np.concatenate((state.tail, samples))
    features, level = analyze(joined / 32768.0)
    state.tail = joined[len(features) * HOP :]
    _add_change(state, features)
    speech = np.zeros(len(features), np.bool_)
    for i in range(len(features)):
        end = PITCH_WINDOW + i * HOP
        above = bool(level[i] > state.floor + GATE_DB)
        if above and features[i, BANDS + 1] > VOICED:
            state.loudness += (0.3 if level[i] > state.loudness else 0.1) * (level[i] - state.loudness)
        active = state.vad.is_speech(_amplified(joined[end - HOP : end], state.loudness).tobytes(), RATE)
        speech[i] = active and above
        features[i, -1] = np.log1p(state.skipped) if state.skipped < FORGET else 0.0
        state.skipped = 0 if speech[i] else state.skipped + 1
        if level[i] < state.floor:
            state.floor += 0.3 * (level[i] - state.floor)
        else:
            state.floor = min(state.floor + FLOOR_RISE_DB, level[i])
        state.floor = max(state.floor, -90.0)
    return features, speech


def _amplified(samples: NDArray[np.int16], loudness: float) -> NDArray[np.int16]:
    """Return samples as loud as if a soft voice were at LEAST_DB."""
    gain = min(LEAST_DB - loudness, GAIN_DB)
    if gain <= 0:
        return samples
    return np.clip(np.round(samples * 10 ** (gain / 20)), -32768, 32767).astype(np.int16)


def _add_change(state: SpeechState, features: Frames) -> None:
    """Fill in how far each frame's spectrum, loudness aside, is from that of the frame before."""
    if not len(features):
        return
    bands = features[:, :BANDS]
    shapes = bands - bands.mean(1, keepdims=True)
    before = np.concatenate((shapes[:1] if state.shape is None else state.shape[None], shapes[:-1]))
    features[:, -3] = np.sqrt(((shapes - before) ** 2).mean(1))
    state.shape = shapes[-1].copy()
