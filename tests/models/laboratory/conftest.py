"""Tiny sets with signs that any method can learn, made anew for every test session."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.models.laboratory.sets import Entry, write

EMOTIONS = ("neutral", "joy", "anger")
WORDS = {"neutral": "the table is here", "joy": "great wonderful yes", "anger": "hate this stop"}


def face(label: str, random: np.random.Generator) -> np.ndarray:
    """A noisy picture with a bar whose place tells the label."""
    picture = random.integers(90, 160, (48, 48)).astype(np.uint8)
    top = {"neutral": 4, "joy": 20, "anger": 36}[label]
    picture[top : top + 8, 6:42] = 250
    return picture


def tone(label: str, random: np.random.Generator) -> np.ndarray:
    """0.6 s of a tone whose pitch tells the label."""
    seconds = np.arange(9600) / 16000
    pitch = {"neutral": 110, "joy": 220, "anger": 330}[label] * random.uniform(0.95, 1.05)
    return 0.3 * np.sign(np.sin(2 * np.pi * pitch * seconds)) + random.normal(0, 0.01, len(seconds))


def entries(folder: Path, suffix: str) -> list[Entry]:
    return [
        Entry(
            (folder / f"{subject}_{label}_{take}{suffix}").resolve(),
            label,
            f"S{subject}",
            "female" if subject % 2 else "male",
            "dev" if subject >= 9 else "train",
        )
        for subject in range(12)
        for label in EMOTIONS
        for take in range(2)
    ]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one set of every kind: 12 subjects, 3 labels, 2 takes of each."""
    soundfile = pytest.importorskip("soundfile", reason="the train extra is not installed")
    root = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    for name in ("faces_toy", "speech_toy", "text_toy", "pairs_toy"):
        (root / name).mkdir()
    for e in (faces := entries(root / "faces_toy", ".png")):
        cv2.imwrite(str(e.path), face(e.label, random))
    write(faces, root / "faces_toy" / "manifest.csv")
    for e in (speech := entries(root / "speech_toy", ".wav")):
        soundfile.write(e.path, tone(e.label, random), 16000)
    write(speech, root / "speech_toy" / "manifest.csv")
    pairs = []
    for e, sound in zip(entries(root / "pairs_toy", ".npz"), speech, strict=True):
        np.savez(e.path, faces=np.stack([face(e.label, random) for _ in range(2)]))
        extra = {"sound": str(sound.path), "text": WORDS[e.label]}
        pairs.append(Entry(e.path, e.label, e.subject, e.gender, e.split, extra))
    write(pairs, root / "pairs_toy" / "manifest.csv")
    for split, count in (("train", 30), ("dev", 12)):
        with (root / "text_toy" / f"{split}.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(("dialogue", "utterance", "speaker", "text", "label", "sentiment"))
            for dialogue in range(count):
                for i, label in enumerate(random.permutation(EMOTIONS)):
                    sentiment = {"neutral": "neutral", "joy": "positive", "anger": "negative"}[label]
                    text = " ".join(random.permutation(WORDS[label].split()))
                    table.writerow((dialogue, i, f"P{i % 2}", text, label, sentiment))
    return root
