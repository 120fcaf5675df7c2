"""From samples to speech frames: log-mel bands, pitch and level of every 10 ms in which somebody speaks.

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
FEATURES: Final = BANDS + 3
"""Log-mel bands, then log2 of the pitch over 150 Hz (0 where unvoiced), periodicity, level in bels."""
GATE_DB: Final = 9.0
"""How far above the noise floor a frame must be to count as speech."""
FLOOR_START_DB: Final = -65.0
FLOOR_RISE_DB: Final = 0.03
"""Per frame: 3 dB a second, slow enough that speech does not lift the floor it is measured against."""
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


_FILTERS: Final = _mel_filters()
_HANN: Final = np.hanning(WINDOW)
_PITCH_HANN: Final = np.hanning(PITCH_WINDOW)
_TAPER_ACF: Final = np.fft.irfft(np.abs(np.fft.rfft(_PITCH_HANN, 2048)) ** 2)[: _LONGEST + 2]


def spectral_frames(samples: NDArray[np.float64]) -> tuple[Frames, NDArray[np.float64]]:
    """Return features (n, FEATURES) and levels in dBFS (n,) of all whole frames in samples of ±1.

    Frame i describes the hop that ends at sample PITCH_WINDOW + i HOP; nothing after it is looked at.
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
    correlation = np.fft.irfft(np.abs(np.fft.rfft(view * _PITCH_HANN, 2048)) ** 2)[:, : _LONGEST + 2]
    correlation = correlation / _TAPER_ACF / np.maximum(correlation[:, :1] / _TAPER_ACF[0], 1e-12)
    span = correlation[:, _SHORTEST : _LONGEST + 1] * (1 - 0.001 * np.arange(_LONGEST + 1 - _SHORTEST))
    lag = span.argmax(1) + _SHORTEST
    strength = np.clip(correlation[np.arange(count), lag], 0.0, 1.0)
    pitch = np.where(strength > 0.5, np.log2(RATE / lag / 150.0), 0.0)
    features = np.concatenate((mel, pitch[:, None], strength[:, None], level[:, None] / 10), 1)
    return features.astype(np.float32), level


@dataclass
class SpeechState:
    """What is carried from one piece of sound to the next."""

    tail: NDArray[np.int16] = field(default_factory=lambda: np.zeros(PITCH_WINDOW - HOP, np.int16))
    floor: float = FLOOR_START_DB
    vad: webrtcvad.Vad = field(default_factory=lambda: webrtcvad.Vad(2))


def step(state: SpeechState, samples: NDArray[np.int16]) -> tuple[Frames, NDArray[np.bool_]]:
    """Return the features (n, FEATURES) of the frames that `samples` completes, and which are speech (n,)."""
    joined = np.concatenate((state.tail, samples))
    features, level = spectral_frames(joined / 32768.0)
    state.tail = joined[len(features) * HOP :]
    speech = np.zeros(len(features), np.bool_)
    for i in range(len(features)):
        end = PITCH_WINDOW + i * HOP
        active = state.vad.is_speech(joined[end - HOP : end].tobytes(), RATE)
        speech[i] = active and level[i] > state.floor + GATE_DB
        if level[i] < state.floor:
            state.floor += 0.3 * (level[i] - state.floor)
        else:
            state.floor = min(state.floor + FLOOR_RISE_DB, level[i])
        state.floor = max(state.floor, -90.0)
    return features, speech
