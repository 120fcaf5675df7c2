"""From entries of a set to the arrays that networks and baselines take; slow ones are kept in a cache folder.

| name | array | what |
|---|---|---|
| `faces` | (N, F, 48, 48) float32 in [0, 1] | gray crops; one, or the frames of a pair |
| `hog` | (N, F, 324) | histograms of oriented gradients of each crop |
| `prosody` | (N, 100, 4) | pitch, periodicity, intensity and speed (spectral change), 30 ms a step |
| `mfcc` | (N, 100, 16) | 13 cepstra and pitch, periodicity, intensity |
| `tokens`, `segments` | (N, 96) int64 | a line after the two before it, see `dialogue` |
| `lengths` | (N,) int64 | how many of these are not padding |
| `encoded` | (N, 64, W) float16 | in place of `tokens`: vectors of a pretrained encoder, see `encoder` |
| `line` | (N, 24) int64 | subwords of the line alone, padded in front |
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.models import speech
from mien.models.grams import Line
from mien.models.laboratory.sets import Entry
from mien.models.laboratory.subwords import UNKNOWN, Subwords
from mien.models.manifest import ManifestError
from mien.models.text import MEMORY

SIDE: Final = 48
STEPS: Final = 100
"""Steps of 30 ms that a sound has: the last 3 s of it, padded in front with its first step."""
QUIET_DB: Final = 35.0
"""Frames at either end that are this far below the loudest are cut off."""
CEPSTRA: Final = 13
TOKENS: Final = 96
LONGEST: Final = 48
"""Subwords of a line with those before it that are read: the last ones."""
LONGEST_BEFORE: Final = 24
"""Subwords of each line before it."""
CURRENT: Final = 1
BEFORE: Final = (2, 4)
"""Segments of the line before and of the one before that; one more where somebody else said it."""
LINE: Final = 24

Array = NDArray[Any]


def faces(entries: Sequence[Entry]) -> Array:
    """Return gray crops (N, F, SIDE, SIDE)."""
    crops = [_crops(e.path) for e in entries]
    return np.stack(crops).astype(np.float32) / 255


def _crops(path: Path) -> Array:
    if path.suffix == ".npz":
        return member(path, "faces")
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise ManifestError(f"{path}: is not a picture")
    return np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA))[None]


def member(path: Path, name: str) -> Array:
    """Return one array of an `.npz` file; pickled content is refused."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return np.asarray(file[name])
    except (OSError, KeyError, ValueError) as error:
        raise ManifestError(f"{path}: has no readable array {name} ({error})") from None


def hog(crops: Array) -> Array:
    """Return HOG (N, F, 324) of crops in [0, 1]: cells of 12 pixels, blocks of 2 × 2, 9 directions."""
    describe = cv2.HOGDescriptor((SIDE, SIDE), (24, 24), (12, 12), (12, 12), 9)
    return np.stack(
        [[np.ravel(describe.compute((c * 255).astype(np.uint8))) for c in clip] for clip in crops]
    ).astype(np.float32)


def frames(entries: Sequence[Entry]) -> Array:
    """Return speech features (N, STEPS, 53 + 1) of the sounds: see `mien.models.speech`, then speed."""
    return np.stack([_steps(read_sound(Path(e.extra.get("sound") or e.path))) for e in entries])


def read_sound(path: Path) -> NDArray[np.float64]:
    """Return a sound as mono samples of ±1 at 16 kHz."""
    import soundfile  # noqa: PLC0415 - of the train extra, and pictures do not need it

    try:
        samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    except (OSError, RuntimeError) as error:
        raise ManifestError(f"{path}: is not a readable sound ({error})") from None
    mono: NDArray[np.float64] = samples.mean(1)
    if rate != speech.RATE:
        from scipy.signal import resample_poly  # noqa: PLC0415 - comes with scikit-learn, train extra

        common = math.gcd(rate, speech.RATE)
        mono = resample_poly(mono, speech.RATE // common, rate // common)
    return np.clip(np.nan_to_num(mono), -1, 1)


def _steps(samples: NDArray[np.float64]) -> Array:
    """Return (STEPS, 54) from the part of a sound between its first and last loud frame."""
    features, level = speech.spectral_frames(samples)
    if not len(features):
        return np.zeros((STEPS, speech.SPECTRAL + 1), np.float32)
    loud = np.flatnonzero(level > level.max() - QUIET_DB)
    features = features[loud[0] : loud[-1] + 1]
    change = np.abs(np.diff(features[:, : speech.BANDS], axis=0, prepend=features[:1, : speech.BANDS]))
    features = np.concatenate((features, change.mean(1, keepdims=True)), 1)
    count = max(len(features) // 3, 1)
    steps = features[: count * 3].reshape(count, -1, features.shape[1]).mean(1)[-STEPS:]
    padded: Array = np.concatenate((np.repeat(steps[:1], STEPS - len(steps), 0), steps)).astype(np.float32)
    return padded


def prosody(steps: Array) -> Array:
    """Return pitch, periodicity, intensity, speed (N, STEPS, 4) out of `frames`."""
    return steps[:, :, speech.BANDS :]


def mfcc(steps: Array) -> Array:
    """Return CEPSTRA cepstra of the log-mel bands, then pitch, periodicity and intensity (N, STEPS, 16)."""
    order, band = np.arange(CEPSTRA)[:, None], np.arange(speech.BANDS)[None] + 0.5
    cosines = np.cos(np.pi * order * band / speech.BANDS).T * (2 / speech.BANDS) ** 0.5
    cepstra = steps[:, :, : speech.BANDS] @ cosines
    return np.concatenate((cepstra, steps[:, :, speech.BANDS : speech.BANDS + 3]), 2).astype(np.float32)


def utterance(sequence: Array) -> Array:
    """Return mean, deviation, 10th, 50th and 90th percentile and mean change over time: (N, 6 D)."""
    parts = [sequence.mean(1), sequence.std(1), *np.percentile(sequence, (10, 50, 90), axis=1)]
    parts.append(np.abs(np.diff(sequence, axis=1)).mean(1))
    return np.concatenate(parts, 1).astype(np.float32)


def line(entries: Sequence[Entry], vocabulary: Subwords) -> Array:
    """Return the subwords of each line (N, LINE), padded in front."""
    ids = np.zeros((len(entries), LINE), np.int64)
    for row, e in zip(ids, entries, strict=True):
        found = vocabulary.encode(e.extra.get("text", ""))[-LINE:] or [UNKNOWN]
        row[-len(found) :] = found
    return ids


def sequence(line: Line, before: Sequence[Line], vocabulary: Subwords) -> tuple[list[int], list[int]]:
    """Return subwords and their segments: the lines before in order, then the line itself; at least one."""
    tokens: list[int] = []
    segments: list[int] = []
    recent = list(before)[-MEMORY:]
    for age, old in zip(range(len(recent), 0, -1), recent, strict=True):
        found = vocabulary.encode(old.text)[-LONGEST_BEFORE:]
        tokens += found
        segments += [BEFORE[age - 1] + (old.speaker != line.speaker)] * len(found)
    found = vocabulary.encode(line.text)[-LONGEST:] or [UNKNOWN]
    return tokens + found, segments + [CURRENT] * len(found)


def dialogue(entries: Sequence[Entry], vocabulary: Subwords) -> tuple[Array, Array, Array]:
    """Return tokens, segments (N, TOKENS) and lengths (N,): each line after the lines before it.

    Entries of one dialogue must stand in order; see `sequence` for the segments.
    """
    tokens = np.zeros((len(entries), TOKENS), np.int64)
    segments, lengths = tokens.copy(), np.zeros(len(entries), np.int64)
    before: list[Line] = []
    current = ""
    for i, e in enumerate(entries):
        if e.extra["dialogue"] != current:
            before, current = [], e.extra["dialogue"]
        spoken = Line(e.extra["text"], e.extra["speaker"])
        found, kinds = sequence(spoken, before, vocabulary)
        lengths[i] = len(found)
        tokens[i, : len(found)], segments[i, : len(found)] = found, kinds
        before.append(spoken)
    return tokens, segments, lengths


def cached(
    folder: Path, kind: str, entries: Sequence[Entry], compute: Callable[[Sequence[Entry]], Array]
) -> Array:
    """Return what `compute` makes of the entries, from the cache if the files are the same."""
    digest = hashlib.sha256()
    for e in entries:
        path = Path(e.extra.get("sound") or e.path) if kind == "frames" else e.path
        stamp = path.stat().st_mtime_ns if path.exists() else 0
        said = e.extra.get("text", "") if kind.startswith("encoded") else ""
        digest.update(f"{path}|{stamp};{said}".encode())
    file = folder / f"{kind}-{digest.hexdigest()[:16]}.npy"
    if file.exists():
        return np.asarray(np.load(file, allow_pickle=False))
    array = compute(entries)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(file.with_suffix(".part.npy"), array)
    file.with_suffix(".part.npy").replace(file)
    return array
