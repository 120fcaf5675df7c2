"""Sound as devices and files give it, made into what the recognizers take."""

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.bridge.messages import AudioChunk
from mien.runtime.sense.sound import Sound


def frame(
    samples: NDArray[np.generic], form: str = "s16", layout: str = "mono", rate: int = 16_000
) -> av.AudioFrame:
    made = av.AudioFrame.from_ndarray(samples, format=form, layout=layout)
    made.sample_rate = rate
    return made


def heard(chunks: list[AudioChunk]) -> NDArray[np.int16]:
    return np.concatenate([chunk.samples for chunk in chunks])


def tone(seconds: float, rate: int, loudness: float = 0.5) -> NDArray[np.float32]:
    return (loudness * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 192_000])
def test_sound_of_any_rate_keeps_its_length_pitch_and_loudness(rate: int) -> None:
    sound = Sound()
    samples = heard(sound.feed(frame(tone(1, rate)[None], "fltp", rate=rate), 0) + sound.flush())
    assert len(samples) == pytest.approx(16_000, abs=40)
    spectrum = np.abs(np.fft.rfft(samples[:16_000], 16_000))
    assert spectrum.argmax() == 440
    assert np.abs(samples[1000:15_000]).max() == pytest.approx(16_384, rel=0.05)


@pytest.mark.parametrize(("form", "planar"), [("s16", False), ("fltp", True)])
def test_both_channels_of_stereo_are_heard(form: str, planar: bool) -> None:
    left, right = tone(0.5, 16_000), np.zeros(8_000, np.float32)
    both = np.stack([left, right])
    if form == "s16":
        both = (both * 32_767).astype(np.int16)
    packed = both if planar else both.T.reshape(1, -1)
    for swap in (packed, packed[::-1] if planar else both[::-1].T.reshape(1, -1)):
        samples = heard(Sound().feed(frame(np.ascontiguousarray(swap), form, "stereo"), 0))
        assert np.abs(samples).max() > 5_000


def test_clipped_sound_stays_clipped_and_does_not_wrap() -> None:
    samples = heard(Sound().feed(frame(tone(0.5, 16_000, 8.0)[None], "fltp"), 0))
    assert (samples.max(), samples.min()) == (32_767, -32_768)
    assert (
        np.abs(np.diff(samples.astype(int))).max() < 65_535
    )  # full scale of one sign never becomes the other


@pytest.mark.parametrize("form", ["flt", "fltp", "dbl", "dblp"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_are_silence_and_spoil_no_others(form: str, bad: float) -> None:
    kind = np.float32 if form.startswith("flt") else np.float64
    clean = tone(0.1, 16_000).astype(kind)
    spoiled = clean.copy()
    spoiled[800:810] = bad
    samples = heard(Sound().feed(frame(spoiled[None], form), 0))
    assert not samples[800:810].any()
    assert samples[:800].tolist() == heard(Sound().feed(frame(clean[None], form), 0))[:800].tolist()


def test_a_frame_of_nothing_but_nan_is_silence() -> None:
    samples = heard(Sound().feed(frame(np.full((1, 1600), np.nan, np.float32), "fltp"), 0))
    assert len(samples) == 1600
    assert not samples.any()


def test_an_absurd_loudness_is_full_scale_of_its_own_sign() -> None:
    samples = heard(Sound().feed(frame(np.full((1, 1600), 1e30, np.float32), "fltp"), 0))
    assert (samples == 32_767).all()


def test_a_gap_begins_a_new_count_and_what_overlaps_is_dropped() -> None:
    sound = Sound()
    block = np.zeros((1, 3200), np.int16)
    first = sound.feed(frame(block), 0)
    after = sound.feed(frame(block), 1_000_000)
    assert after[0].t == 1_000_000
    assert sound.feed(frame(block), 0) == []  # time goes backwards
    assert [c.t for c in first] == [i * 20_000 for i in range(10)]


def test_a_change_of_rate_in_mid_stream_is_followed() -> None:
    sound = Sound()
    chunks = sound.feed(frame(np.zeros((1, 4_800), np.int16), rate=48_000), 0)
    chunks += sound.feed(frame(np.zeros((1, 800), np.int16), rate=8_000), 100_000)
    assert len(heard(chunks + sound.flush())) == pytest.approx(3_200, abs=20)
