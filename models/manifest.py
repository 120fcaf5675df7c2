"""Labeled folders: `manifest.csv` with the columns `path,label,subject,gender,split`."""

import csv
from dataclasses import dataclass
from pathlib import Path

from mien.bridge.messages import EMOTIONS

COLUMNS = ("path", "label", "subject", "split")
SAME_AS = {"calm": "neutral"}
"""Labels that count as one of `EMOTIONS`."""


class ManifestError(ValueError):
    """A manifest that cannot be used; says which file and line, and what is wrong."""


@dataclass(frozen=True)
class Row:
    """One labeled file."""

    path: Path
    label: str
    subject: str
    split: str

    @property
    def emotion(self) -> int | None:
        """Index of the label in `EMOTIONS`, or None if the recognizers do not know it."""
        name = SAME_AS.get(self.label, self.label)
        return EMOTIONS.index(name) if name in EMOTIONS else None


def read(manifest: Path) -> list[Row]:
    """Return the rows of a manifest; paths are relative to its folder.

    Raises:
        ManifestError: no such file, not UTF-8, a column is missing, a row is too short, or there is no row.
    """
    try:
        with manifest.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [name for name in ("path", "label") if name not in (reader.fieldnames or ())]
            if missing:
                raise ManifestError(
                    f"{manifest}:1: column {missing[0]} is missing; have {', '.join(COLUMNS)}"
                )
            rows = []
            for entry in reader:
                if not entry["path"] or not entry["label"]:
                    raise ManifestError(f"{manifest}:{reader.line_num}: path or label is empty")
                rows.append(
                    Row(
                        manifest.parent / entry["path"],
                        entry["label"],
                        entry.get("subject") or entry["path"],
                        entry.get("split") or "",
                    )
                )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{manifest}: {error}") from None
    if not rows:
        raise ManifestError(f"{manifest}: has no rows")
    return rows
