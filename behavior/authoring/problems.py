"""What is wrong with a library, said so that its author can act on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Final

from mien.behavior.definition import Mark


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """The library cannot run."""
    WARNING = "warning"
    """It runs, but hardly does what its author means."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it is, what is wrong and what would be right."""

    mark: Mark
    message: str
    code: str
    """Stable name of the kind of mistake, such as `unknown-field`; see docs/authoring.md."""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.mark}: {self.message}"


class LibraryError(Exception):
    """A library that cannot be loaded: every problem found, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem], folder: Path) -> None:
        """Collect the problems of the library in a folder.

        Args:
            problems: at least one; `Mark.file` is relative to the folder.
            folder: where the library lies, as its user named it.
        """
        self.problems = tuple(sorted(problems, key=lambda problem: problem.mark))
        self.folder = folder
        super().__init__("\n".join(str(folder / str(problem)) for problem in self.problems))


SYNONYMS: Final = {
    "happiness": "joy", "happy": "joy", "sad": "sadness", "sorrow": "sadness", "angry": "anger",
    "rage": "anger", "afraid": "fear", "scared": "fear", "panic": "fear", "valence": "pleasure",
    "npc": "self", "me": "self", "user": "player", "when": "trigger", "condition": "trigger",
    "radius": "range", "cooldown": "cool_down", "fallback": "selector", "decorator": "modifier",
    "guard": "filter", "loop": "repeat", "children": "sequence",
}  # fmt: skip
"""What authors write for words of the language that look quite different."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` where a known word is close, or else the few that there are."""
    words = sorted(set(known))
    by_lower = {name.lower(): name for name in reversed(words)}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    meant = SYNONYMS.get(word.lower()) or (by_lower[close[0]] if close else None)
    if meant in words:
        return f"; did you mean `{meant}`?"
    if not words:
        return "; there are none yet"
    if len(words) <= 12:
        return f"; there is {enumerated(words)}" if len(words) == 1 else f"; there are {enumerated(words)}"
    return ""


def enumerated(words: Sequence[str], conjunction: str = "and") -> str:
    """Return words in code quotes, as a sentence lists them."""
    quoted = [f"`{word}`" for word in words]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {conjunction} {quoted[-1]}"
