"""Recordings of speech as frames, their random changes, and folds that never divide a person."""

from pathlib import Path

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from torch import Tensor

from mien.models import speech
from mien.models.manifest import ManifestError, Row
from mien.models.voice import BLOCK

SPEEDS = (1.0, 0.93, 1.07, 0.86, 1.15)
"""Every utterance is also played slower and faster: another throat, another pitch."""
LONGEST = 24 * BLOCK
TEMPO = 0.12
"""By how much the tempo changes at most, a share, beside the speed."""
Frames = NDArray[np.float32]


def load(rows: list[Row], cache: Path | None, console: Console) -> list[list[Frames]]:
    """Return the speech frames by speed and utterance.

    Raises:
        ManifestError: a file is not mono at 16 kHz.
    """
    if cache is not None and cache.is_file():
        with np.load(cache) as stored:
            pieces = np.split(stored["flat"], np.cumsum(stored["lengths"].ravel())[:-1])
        return [pieces[i * len(rows) : (i + 1) * len(rows)] for i in range(len(SPEEDS))]
    found: list[list[Frames]] = [[] for _ in SPEEDS]
    for row in track(rows, "hearing", console=console):
        samples, rate = soundfile.read(str(row.path), dtype="float64")
        if rate != speech.RATE or samples.ndim != 1:
            raise ManifestError(f"{row.path}: should be mono at {speech.RATE} Hz, is at {rate} Hz")
        for speed, frames in zip(SPEEDS, found, strict=True):
            places = np.arange(0, len(samples) - 1, speed)
            frames.append(hear(np.interp(places, np.arange(len(samples)), samples)))
    if cache is not None:
        lengths = np.array([[len(frames) for frames in each] for each in found])
        np.savez(cache, flat=np.concatenate([f for each in found for f in each]), lengths=lengths)
    return found


def hear(samples: NDArray[np.float64]) -> Frames:
    """Return the frames of speech in samples of ±1; all frames when less than a block is speech."""
    pcm = np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16)
    features, active = speech.step(speech.SpeechState(), pcm)
    kept = features[active]
    return kept if len(kept) >= BLOCK else features[: max(len(features) // BLOCK, 1) * BLOCK]


def whole(frames: Frames) -> Frames:
    """Return the whole blocks of an utterance."""
    return frames[: len(frames) // BLOCK * BLOCK]


def changed(frames: Frames, random: np.random.Generator) -> Frames:
    """Return an utterance with another tempo and start."""
    kept = np.arange(0, len(frames) - 1, random.uniform(1 - TEMPO, 1 + TEMPO)).round().astype(int)
    other = frames[kept]
    if len(other) > 5 * BLOCK:
        other = other[int(random.integers(0, 25)) :]
    return whole(other[:LONGEST]) if len(other) >= BLOCK else frames[:BLOCK]


def batch(frames: list[Frames]) -> tuple[Tensor, NDArray[np.int64]]:
    """Return (B, T, FEATURES), the shorter ones repeated, and each one's own number of blocks.

    Repeated, not filled up with zeros: batch normalization sees what comes after the end, too.
    """
    padded = np.zeros((len(frames), max(map(len, frames)), speech.FEATURES), np.float32)
    for i, each in enumerate(frames):
        padded[i] = np.resize(each, padded[i].shape)
    return torch.from_numpy(padded), np.array([len(each) // BLOCK for each in frames])


def augment(frames: Tensor, random: np.random.Generator, flattened: float) -> Tensor:
    """Return (B, T, FEATURES) with another loudness, microphone and throat; a share has bands flattened."""
    count = len(frames)

    def normal(scale: float) -> Tensor:
        return torch.from_numpy(random.normal(0, scale, count).astype(np.float32))

    shift = torch.from_numpy(random.uniform(-1.2, 1.2, count).astype(np.float32))
    bands = torch.arange(speech.BANDS)[None] + shift[:, None]
    low = bands.floor().clamp(0, speech.BANDS - 2).long()
    part = (bands - low).clamp(0, 1)
    warp = torch.zeros(count, speech.BANDS, speech.BANDS)
    warp.scatter_(2, low[..., None], (1 - part)[..., None])
    warp.scatter_(2, low[..., None] + 1, part[..., None])
    gain, tilt, pitch = normal(3.0), normal(0.25), normal(0.06)
    found = frames.clone()
    mel = frames[:, :, : speech.BANDS] @ warp.transpose(1, 2)
    mel = mel + (gain * 0.2303)[:, None, None]
    mel = mel + tilt[:, None, None] * torch.linspace(-1, 1, speech.BANDS)
    for i in np.flatnonzero(random.random(count) < flattened):
        width, at = int(random.integers(2, 8)), int(random.integers(0, speech.BANDS - 8))
        mel[i, :, at : at + width] = mel[i, :, at : at + width].mean()
    found[:, :, : speech.BANDS] = mel
    found[:, :, speech.BANDS + 2] += (gain / 10)[:, None]
    found[:, :, speech.BANDS] += (found[:, :, speech.BANDS] != 0) * pitch[:, None]
    return found


def set_of(rows: list[Row]) -> NDArray[np.str_]:
    """Return the name of each row's set."""
    return np.array([row.path.parent.parent.name for row in rows])


def deal(rows: list[Row], folds: int, seed: int = 0) -> NDArray[np.int64]:
    """Return each row's fold: the people of each set are dealt out in turn."""
    random = np.random.default_rng(seed)
    names, subjects = set_of(rows), np.array([row.subject for row in rows])
    fold, dealt = np.zeros(len(rows), np.int64), 0
    for name in np.unique(names):
        for subject in random.permutation(np.unique(subjects[names == name])):
            fold[(names == name) & (subjects == subject)] = dealt % folds
            dealt += 1
    return fold
