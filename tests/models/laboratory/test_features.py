"""From files to arrays."""

from pathlib import Path

import numpy as np
import pytest

soundfile = pytest.importorskip("soundfile", reason="the train extra is not installed")

from mien.models.grams import Line  # noqa: E402
from mien.models.laboratory import baselines, features, sets  # noqa: E402
from mien.models.laboratory.sets import Entry  # noqa: E402
from mien.models.laboratory.vocabulary import learn  # noqa: E402
from mien.models.manifest import ManifestError  # noqa: E402


def sound(path: Path, samples: np.ndarray, rate: int) -> Entry:
    soundfile.write(path, samples, rate)
    return Entry(path, "joy", "A", "", "train")


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_a_tone_has_its_pitch_whatever_the_rate_of_the_file(rate: int, tmp_path: Path) -> None:
    tone = 0.3 * np.sign(np.sin(2 * np.pi * 150 * np.arange(rate) / rate))
    steps = features.frames([sound(tmp_path / "a.wav", np.stack((tone, tone), 1), rate)])
    assert steps.shape == (1, features.STEPS, 54)
    assert np.median(features.prosody(steps)[0, :, 0]) == pytest.approx(0, abs=0.03)  # log2 over 150 Hz


@pytest.mark.parametrize("length", [0, 1, 100, 700])
def test_a_sound_shorter_than_a_step_has_finite_features(length: int, tmp_path: Path) -> None:
    steps = features.frames([sound(tmp_path / "a.wav", np.zeros(length), 16000)])
    assert np.isfinite(features.mfcc(steps)).all()


def test_what_is_no_sound_or_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no")
    with pytest.raises(ManifestError, match="is not a readable sound"):
        features.frames([Entry(tmp_path / "a.wav", "joy", "A", "", "")])
    with pytest.raises(ManifestError, match="is not a picture"):
        features.faces([Entry(tmp_path / "a.wav", "joy", "A", "", "")])


def test_pickled_arrays_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", faces=np.array([{}], dtype=object))
    with pytest.raises(ManifestError, match="no readable array faces"):
        features.faces([Entry(tmp_path / "a.npz", "joy", "A", "", "")])


def test_the_cache_gives_the_same_and_notices_another_file(data: Path, tmp_path: Path) -> None:
    entries = sets.read(data / "faces_toy").entries[:4]
    calls: list[int] = []

    def compute(chosen: "list[Entry]") -> np.ndarray:
        calls.append(len(chosen))
        return features.faces(chosen)

    first = features.cached(tmp_path, "faces", entries, compute)
    assert np.array_equal(features.cached(tmp_path, "faces", entries, compute), first)
    features.cached(tmp_path, "faces", entries[:3], compute)
    assert calls == [4, 3]


def test_a_dialogue_begins_without_the_lines_of_the_one_before(data: Path) -> None:
    entries = sets.read(data / "text_toy").split("train")
    vocabulary = learn([e.extra["text"] for e in entries], 100)
    tokens, segments, lengths = features.dialogue(entries, vocabulary)
    own = [len(vocabulary.encode(e.extra["text"])) for e in entries]
    assert list(lengths[:4]) == [own[0], own[0] + own[1], sum(own[:3]), own[3]]
    assert ((tokens > 0) == (segments > 0)).all()


def test_local_binary_patterns_do_not_change_with_brightness() -> None:
    crops = np.random.default_rng(0).random((2, 1, 48, 48)).astype(np.float32)
    assert np.array_equal(baselines.lbp(crops), baselines.lbp(crops * 0.5 + 0.25))
    assert baselines.lbp(crops).shape == (2, 36 * 59)


def test_haar_contrasts_of_a_flat_picture_are_zero_and_of_an_edge_are_not() -> None:
    flat = np.full((1, 1, 48, 48), 0.5, np.float32)
    edge = flat.copy()
    edge[:, :, :24] = 1
    assert np.abs(baselines.haar(flat)).max() < 1e-3
    assert np.abs(baselines.haar(edge)).max() > 0.5


def test_lines_before_carry_who_said_them_and_how_long_ago() -> None:
    vocabulary = learn(["a b c"] * 3, 20)
    before = [Line("a", "Ann"), Line("b", "Bob"), Line("c", "Ann")]
    tokens, segments = features.sequence(Line("a", "Ann"), before, vocabulary)
    assert segments == [5] * len(vocabulary.encode("b")) + [2] * len(vocabulary.encode("c")) + [1]
    assert len(tokens) == len(segments)
