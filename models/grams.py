"""N-grams and manner of a line and of the lines before it, as ids into a table chosen in training."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FIELDS: Final = ("words", "cries", "letters", "before", "earlier", "manner")
"""Words, neighbors, and pairs with one or two words between; words as they are cried; runs of letters; words
of the line before and of the one before that; how the line is said, see `MANNER`."""
MANNER: Final = (
    "!", "!!", "!!!", "?", "??", "?!", "...", "ends !", "ends ?", "ends .", "capitals", "more capitals",
    "1-2 words", "1-4 words", "1-8 words", "1-15 words", "1-25 words", "laughter", "negation", "dash",
    "length", "shouting", "drawl", "commas", "exclamation", "own line before", "line before", "first line",
)  # fmt: skip
"""Terms of the field `manner`, whose values are no counts."""
RUNS: Final = (2, 5)
"""Fewest and most characters of a run, blanks and marks included."""
MOST_WORDS: Final = 200
"""Words of a line that are read: the last ones."""
LONGEST_WORD: Final = 32
"""Letters of a word that are read; what follows is dropped, so that no line costs more than linear time."""
_WORD: Final = re.compile(r"[a-z0-9']+|[!?.,]+|[^\sa-z0-9'!?.,]", re.IGNORECASE)
_CAPITALS: Final = re.compile(r"[A-Z]{2,}")
_LAUGHTER: Final = re.compile(r"\b(ha+h?|heh|hee)\b", re.IGNORECASE)
_NEGATION: Final = re.compile(r"\b(no|not|never|nothing|can't|don't|won't|didn't)\b", re.IGNORECASE)
_EXCLAMATION: Final = re.compile(r"(oh+|ah|aw+|wow|hey|yeah|no|what|god)\b", re.IGNORECASE)
_DRAWL: Final = re.compile(r"([a-z])\1\1", re.IGNORECASE)
_THRICE: Final = re.compile(r"(.)\1\1+")


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody said; an empty speaker is one unknown person."""

    text: str
    speaker: str = ""


def plain(line: str) -> str:
    """Return the line with typographic apostrophes and dots made plain."""
    return line.replace("’", "'").replace("\x92", "'").replace("…", "...")


def words(line: str) -> list[str]:
    """Return a line's words and runs of punctuation, lower case, typographic apostrophes made plain."""
    return [w[:LONGEST_WORD].lower() for w in _WORD.findall(plain(line))]


def terms(line: Line, before: Sequence[Line]) -> dict[str, dict[str, float]]:
    """Return the value of every term of every field: 1 + log(count), of `manner` up to about 1.

    Args:
        line: to be read.
        before: the lines before it in its dialogue, the newest last.
    """
    cased = [w[:LONGEST_WORD] for w in _WORD.findall(plain(line.text))[-MOST_WORDS:]]
    found = [w.lower() for w in cased]
    # "SO" and "sooooo" are cried, "so" is said; the table of terms tells how much that matters.
    cried = [
        _THRICE.sub(r"\1\1", f"^{w.lower()}" if w.isupper() and w.isalpha() and len(w) > 1 else w.lower())
        for w in cased
    ]
    last, earlier = ([words(b.text)[-MOST_WORDS:] for b in (*before[-1:], *before[-2:-1])] + [[], []])[:2]
    counts = {
        "words": Counter(_phrases(found, 3)),
        "cries": Counter(_phrases(cried, 1)),
        "letters": Counter(_runs(" " + " ".join(plain(line.text).lower().split())[-8 * MOST_WORDS :] + " ")),
        "before": Counter(last),
        "earlier": Counter(earlier),
    }
    values = {name: {t: 1 + math.log(n) for t, n in each.items()} for name, each in counts.items()}
    same = bool(before) and before[-1].speaker == line.speaker
    values["manner"] = _manner(plain(line.text), len(found), None if not before else same)
    return values


def _phrases(found: Sequence[str], reach: int) -> Iterator[str]:
    """Yield words and pairs of words at most `reach` apart; the ends of the line count as words."""
    framed = ["<", *found, ">"]
    yield from framed
    for distance in range(1, reach + 1):
        between = " " * distance
        yield from (f"{a}{between}{b}" for a, b in zip(framed, framed[distance:], strict=False))


def _runs(text: str) -> Iterator[str]:
    for size in range(RUNS[0], RUNS[1] + 1):
        yield from (text[i : i + size] for i in range(len(text) - size + 1))


def _manner(text: str, count: int, same: bool | None) -> dict[str, float]:
    """Return those of `MANNER` that are not 0; `same` says whether the line before was the speaker's own."""
    cries, asks, capitals = text.count("!"), text.count("?"), len(_CAPITALS.findall(text))
    end = text.rstrip()[-1:]
    values: tuple[float, ...] = (
        cries > 0, cries > 1, cries > 2, asks > 0, asks > 1, "?!" in text or "!?" in text, "..." in text,
        end == "!", end == "?", end == ".", capitals > 0, capitals > 1,
        count <= 2, count <= 4, count <= 8, count <= 15, count <= 25,
        bool(_LAUGHTER.search(text)), bool(_NEGATION.search(text)), "-" in text, math.log1p(count) / 3,
        math.log1p(cries), bool(_DRAWL.search(text)), text.count(",") > 1, bool(_EXCLAMATION.match(text)),
        2.5 * (same is True), 2.5 * (same is False), 2.5 * (same is None),
    )  # fmt: skip
    return {name: float(value) for name, value in zip(MANNER, values, strict=True) if value}


class Grams:
    """Maps terms to ids; ids of one field are contiguous, in the order of `FIELDS`.

    Args:
        known: the terms of every field.
    """

    def __init__(self, known: dict[str, Sequence[str]]) -> None:
        self.known = {name: list(known[name]) for name in FIELDS}
        self._id: dict[str, dict[str, int]] = {}
        start = 0
        for name in FIELDS:
            self._id[name] = {term: start + i for i, term in enumerate(self.known[name])}
            start += len(self.known[name])

    @property
    def sizes(self) -> list[int]:
        """How many terms every field has."""
        return [len(self.known[name]) for name in FIELDS]

    def encode(self, line: Line, before: Sequence[Line]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return ids (G,) and values (G,) of the terms that are known, of which there may be none."""
        ids, values = [], []
        for name, found in terms(line, before).items():
            known = self._id[name]
            for term, value in found.items():
                if (i := known.get(term)) is not None:
                    ids.append(i)
                    values.append(value)
        return np.array(ids, np.int64), np.array(values, np.float32)


def choose(lines: Iterable[tuple[Line, Sequence[Line]]], least: dict[str, int]) -> Grams:
    """Return the terms that occur in at least `least[field]` of the lines; of `manner`, all."""
    seen: dict[str, Counter[str]] = {name: Counter() for name in FIELDS}
    for line, before in lines:
        for name, found in terms(line, before).items():
            seen[name].update(found.keys())
    known: dict[str, Sequence[str]] = {
        name: sorted(t for t, n in seen[name].items() if n >= least[name]) for name in least
    }
    return Grams({**known, "manner": MANNER})
