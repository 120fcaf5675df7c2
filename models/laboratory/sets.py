"""Labeled sets of pictures, sounds, lines of text and pairs, all behind one manifest.

A set is a folder with `manifest.csv`: `path,label,subject,gender,split`, then any columns of its own. Text
sets may hold `train.csv`, `dev.csv` with `dialogue,utterance,speaker,text,label,sentiment` instead; their
subject is the dialogue. Nobody may stand on both sides of a split: `check_apart` refuses it.
"""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from mien.bridge.messages import EMOTIONS
from mien.models.manifest import SAME_AS, ManifestError, filled

COLUMNS: Final = ("path", "label", "subject", "gender", "split")
TEXT_COLUMNS: Final = ("dialogue", "utterance", "speaker", "text", "label")
POLARITIES: Final = ("negative", "neutral", "positive")
POLARITY_OF: Final = {
    "negative": "negative", "neutral": "neutral", "positive": "positive",
    "joy": "positive", "sadness": "negative", "anger": "negative", "fear": "negative", "disgust": "negative",
}  # fmt: skip
"""Surprise is left out: it may be either."""
GENDERS: Final = ("female", "male")
KINDS: Final = ("faces", "speech", "text", "pairs")


@dataclass(frozen=True)
class Entry:
    """One labeled item."""

    path: Path
    label: str
    subject: str
    gender: str
    split: str
    extra: dict[str, str] = field(default_factory=dict)

    def index(self, classes: Sequence[str]) -> int | None:
        """Return the label's place among `classes`: the emotions or the polarities; None if it has none."""
        name = SAME_AS.get(self.label, self.label)
        if tuple(classes) == POLARITIES:
            name = POLARITY_OF.get(self.extra.get("sentiment") or name, "")
        return list(classes).index(name) if name in classes else None


@dataclass(frozen=True)
class DataSet:
    """A named set of one kind."""

    name: str
    kind: str
    entries: list[Entry]

    def split(self, name: str) -> list[Entry]:
        """Return the entries of one side."""
        return [e for e in self.entries if e.split == name]

    def classes(self, names: Sequence[str] = EMOTIONS) -> tuple[str, ...]:
        """Return those of `names` that occur in the set."""
        found = {e.index(names) for e in self.entries}
        return tuple(name for i, name in enumerate(names) if i in found)


def read(folder: Path) -> DataSet:
    """Return the set in `folder`, of the kind that its name begins with.

    Raises:
        ManifestError: no manifest, a column or value is missing, or people stand on both sides.
    """
    kind = next((k for k in KINDS if folder.name.startswith(k)), "")
    if not kind:
        raise ManifestError(
            f"{folder}: the name should begin with what the set holds: {', '.join(k + '_' for k in KINDS)}"
        )
    if (folder / "manifest.csv").exists():
        entries = read_manifest(folder / "manifest.csv")
    elif kind == "text" and (folder / "train.csv").exists():
        entries = [
            e
            for s in ("train", "dev", "test")
            if (folder / f"{s}.csv").exists()
            for e in lines(folder / f"{s}.csv", s)
        ]
    else:
        raise ManifestError(
            f"{folder}: has no manifest.csv; `mien dataset` makes one from FER2013, CK+, RAVDESS and others"
        )
    check_apart(entries)
    return DataSet(folder.name, kind, entries)


def find(roots: Sequence[Path], kind: str = "") -> list[DataSet]:
    """Return every set in the folders `roots`, in the order of their names; `kind` keeps one kind."""
    folders = [f for root in roots if root.is_dir() for f in sorted(root.iterdir()) if f.is_dir()]
    prefixes = (kind + "_",) if kind else tuple(k + "_" for k in KINDS)
    return [read(f) for f in folders if f.name.startswith(prefixes)]


def read_manifest(file: Path) -> list[Entry]:
    """Return the entries of a manifest, or of a table of lines without a column `path`.

    Raises:
        ManifestError: it cannot be read, or a column or value is missing.
    """
    with_path = filled(file, ("label",))[0][1].keys() >= {"path"}
    if not with_path:
        return lines(file, "")
    entries = []
    for line, row in filled(file, COLUMNS):
        if not row["label"] or not row["subject"]:
            raise ManifestError(f"{file}:{line}: label or subject is empty")
        extra = {k: v for k, v in row.items() if k not in COLUMNS}
        entries.append(
            Entry(file.parent / row["path"], row["label"], row["subject"], row["gender"], row["split"], extra)
        )
    return entries


def lines(file: Path, split: str) -> list[Entry]:
    """Return the lines of dialogue in a text table; each split numbers its dialogues anew."""
    entries = []
    for line, row in filled(file, TEXT_COLUMNS):
        if not row["label"]:
            raise ManifestError(f"{file}:{line}: label is empty")
        extra = {k: v for k, v in row.items() if k != "label"}
        extra["dialogue"] = f"{split}{row['dialogue']}"
        entries.append(Entry(file, row["label"], extra["dialogue"], "", split, extra))
    return entries


def write(entries: Sequence[Entry], file: Path) -> Path:
    """Write a manifest; paths inside its folder are made relative to it."""
    extras = sorted({k for e in entries for k in e.extra})
    with file.open("w", newline="", encoding="utf-8") as opened:
        table = csv.writer(opened)
        table.writerow([*COLUMNS, *extras])
        for e in entries:
            inside = e.path.is_relative_to(file.parent.resolve())
            path = e.path.relative_to(file.parent.resolve()) if inside else e.path
            table.writerow(
                [path, e.label, e.subject, e.gender, e.split, *(e.extra.get(k, "") for k in extras)]
            )
    return file


def check_apart(entries: Sequence[Entry]) -> None:
    """Refuse a division in which somebody stands on more than one side.

    Raises:
        ManifestError: names the first such subject.
    """
    side: dict[str, str] = {}
    for e in entries:
        if side.setdefault(e.subject, e.split) != e.split:
            raise ManifestError(
                f"subject {e.subject} stands in both {side[e.subject]} and {e.split}: divide by subject, "
                "or the score is that of recognizing people"
            )


def divide(entries: Sequence[Entry], share: float = 0.2, seed: int = 0, side: str = "dev") -> list[Entry]:
    """Return the entries with about `share` of the subjects on `side`, the rest in `train`.

    A subject's side follows from its name and the seed alone, so that it stays when others join.
    """

    def draw(subject: str) -> float:
        digest = hashlib.sha256(f"{seed}/{subject}".encode()).digest()
        return int.from_bytes(digest[:6], "big") / 2**48

    return [replace(e, split=side if draw(e.subject) < share else "train") for e in entries]


def holdout(
    entries: Sequence[Entry], classes: Sequence[str], share: float = 0.15, seed: int = 0
) -> list[Entry]:
    """Return training entries with some subjects moved to `stop`, on whom early stopping decides.

    Of 20 ways to choose subjects the one is taken that keeps the classes' shares most alike.
    """

    def gap(candidate: list[Entry]) -> float:
        known = np.array(
            [(e.index(classes), e.split == "stop") for e in candidate if e.index(classes) is not None]
        )
        counts = [np.bincount(known[known[:, 1] == s, 0], minlength=len(classes)) for s in (0, 1)]
        if not all(c.sum() for c in counts):
            return np.inf
        kept, moved = (c / c.sum() for c in counts)
        return float(np.abs(kept - moved).sum() + abs(counts[1].sum() / len(known) - share))

    ways = [divide(entries, share, seed * 20 + i, "stop") for i in range(20)]
    return min(ways, key=gap)
