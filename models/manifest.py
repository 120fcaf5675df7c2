"""Labeled folders: `manifest.csv` with the columns `path,label,subject,gender,split`."""

import csv
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.bridge.messages import EMOTIONS

SAME_AS = {"calm": "neutral"}
"""Labels that count as one of `EMOTIONS`."""


_WORDS = {
    "neutral": ("none", "natural"),
    "joy": ("happy", "happiness", "joyful", "glad"),
    "sadness": ("sad", "unhappy"),
    "anger": ("angry", "mad"),
    "fear": ("afraid", "fearful", "scared"),
    "disgust": ("disgusted",),
    "surprise": ("surprised", "astonished"),
}
"""Other words that tables have for `EMOTIONS`; they are suggested, not taken."""


class ManifestError(ValueError):
    """A manifest that cannot be used; says which file and line, and what is wrong."""


@dataclass(frozen=True)
class Row:
    """One labeled file."""

    path: Path
    label: str
    subject: str
    split: str
    line: int = 0
    """Where it stands in the manifest, from 1."""

    @property
    def emotion(self) -> int | None:
        """Index of the label in `EMOTIONS`, or None if the recognizers do not know it."""
        name = SAME_AS.get(self.label, self.label)
        return EMOTIONS.index(name) if name in EMOTIONS else None


def meant(label: str) -> str:
    """Return which of `EMOTIONS` a label that is none of them may stand for; empty if that cannot be said."""
    words = {word: name for name, others in _WORDS.items() for word in (name, *others)}
    close = difflib.get_close_matches(label.strip().lower(), words, n=1, cutoff=0.8)
    return words[close[0]] if close else ""


def unreadable(table: Path, error: Exception) -> ManifestError:
    """Return the error for a table that could not be opened or decoded."""
    if table.is_dir():
        return ManifestError(
            f"{table}: is a folder; should be a table in it, such as {table / 'manifest.csv'}"
        )
    if isinstance(error, OSError):
        return ManifestError(f"{table}: {(error.strerror or str(error)).lower()}")
    if isinstance(error, UnicodeDecodeError):
        return ManifestError(f"{table}: is no table in UTF-8 (byte {error.start})")
    return ManifestError(f"{table}: {error}")


def table(file: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and row of a CSV file that has `columns`; what a row leaves out is empty.

    Raises:
        ManifestError: no such file, not UTF-8, or a column is missing.
    """
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            reader = csv.DictReader(opened)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise ManifestError(f"{file}:1: column {missing[0]} is missing; needs {', '.join(columns)}")
            for row in reader:
                yield reader.line_num, {name: value or "" for name, value in row.items() if name}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise unreadable(file, error) from None


def filled(file: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Return `table`, of at least one row.

    Raises:
        ManifestError: see `table`; or there is no row.
    """
    rows = list(table(file, columns))
    if not rows:
        raise ManifestError(f"{file}: has no rows")
    return rows


def read(manifest: Path) -> list[Row]:
    """Return the rows of a manifest; paths are relative to its folder.

    Raises:
        ManifestError: no such file, not UTF-8, a column is missing, a row is too short, or there is no row.
    """
    rows = []
    for line, entry in filled(manifest, ("path", "label")):
        if not entry["path"] or not entry["label"]:
            raise ManifestError(f"{manifest}:{line}: path or label is empty")
        rows.append(
            Row(
                manifest.parent / entry["path"],
                entry["label"],
                entry.get("subject") or entry["path"],
                entry.get("split") or "",
                line,
            )
        )
    return rows
