from typing import Protocol

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.models.speech import BANDS, FEATURES, HOP, RATE, SpeechState, step


class Drawn(Protocol):
    """What the fixture `drawn` makes."""

    def hum(self, seconds: float, loudness: float = 0.2) -> NDArray[np.int16]: ...


def tone(frequency: float, seconds: float = 1.0, loudness: float = 0.3) -> NDArray[np.int16]:
    t = np.arange(int(seconds * RATE)) / RATE
    sound = sum(np.sin(2 * np.pi * k * frequency * t) / k for k in range(1, 6))
    return np.asarray(sound * loudness * 20_000, np.int16)


def test_a_frame_comes_every_hop() -> None:
    features, speech = step(SpeechState(), tone(150))
    assert features.shape == (RATE // HOP, FEATURES)
    assert speech.shape == (RATE // HOP,)


@pytest.mark.parametrize("frequency", [90, 120, 180, 250, 400])
def test_pitch_is_found_in_octaves_over_150_hz(frequency: float) -> None:
    features, _ = step(SpeechState(), tone(frequency))
    assert np.median(features[20:, BANDS]) == pytest.approx(np.log2(frequency / 150), abs=0.05)
    assert features[20:, BANDS + 1].min() > 0.9


def test_noise_has_no_pitch() -> None:
    noise = np.random.default_rng(0).normal(0, 3000, RATE).astype(np.int16)
    features, _ = step(SpeechState(), noise)
    assert np.median(features[20:, BANDS]) == 0


def test_ten_times_as_loud_is_two_bels_more() -> None:
    quiet, _ = step(SpeechState(), tone(150, loudness=0.03))
    loud, _ = step(SpeechState(), tone(150, loudness=0.3))
    np.testing.assert_allclose((loud - quiet)[20:, BANDS + 2], 2.0, atol=0.02)


def test_silence_is_no_speech_and_all_features_are_finite() -> None:
    features, speech = step(SpeechState(), np.zeros(RATE, np.int16))
    assert np.isfinite(features).all()
    assert not speech.any()


def test_a_steady_hum_becomes_the_noise_floor() -> None:
    state = SpeechState()
    random = np.random.default_rng(0)
    step(state, random.normal(0, 100, 30 * RATE).astype(np.int16))
    level = 20 * np.log10(100 / 32768)
    assert state.floor == pytest.approx(level, abs=3)
    _, speech = step(state, random.normal(0, 150, RATE).astype(np.int16))
    assert not speech.any()


@pytest.mark.parametrize("size", [1, 100, 160, 333, 4000])
def test_chunks_of_any_size_give_the_same_frames(size: int) -> None:
    sound = tone(170, 0.5)
    whole, spoken = step(SpeechState(), sound)
    state = SpeechState()
    parts = [step(state, sound[i : i + size]) for i in range(0, len(sound), size)]
    np.testing.assert_array_equal(np.concatenate([p[0] for p in parts]), whole)
    np.testing.assert_array_equal(np.concatenate([p[1] for p in parts]), spoken)


def test_a_quiet_microphone_is_heard_nearly_as_well_and_its_features_stay_quiet(drawn: Drawn) -> None:
    loud, quiet = drawn.hum(4.0, 0.1), drawn.hum(4.0, 0.001)
    features, spoken = step(SpeechState(), loud)
    softer, also_spoken = step(SpeechState(), quiet)
    assert spoken.mean() > 0.5
    # Half a second may pass before the voice's loudness is known.
    assert (spoken & also_spoken)[50:].sum() > 0.8 * spoken[50:].sum()
    level = (features - softer)[spoken, BANDS + 2]
    assert np.median(level) == pytest.approx(2 * np.log10(100), abs=0.1)


@pytest.mark.parametrize("level", [-80, -70, -60])
@pytest.mark.parametrize("after_quiet_speech", [False, True])
def test_hiss_is_not_amplified_into_speech(level: float, after_quiet_speech: bool, drawn: Drawn) -> None:
    hiss = np.random.default_rng(0).normal(0, 32768 * 10 ** (level / 20), 10 * RATE).astype(np.int16)
    state = SpeechState()
    if after_quiet_speech:
        step(state, drawn.hum(4.0, 0.001))
        step(state, hiss)  # the noise floor follows
    else:
        step(state, np.zeros(RATE, np.int16))
    _, spoken = step(state, hiss)
    assert spoken.mean() < 0.01
