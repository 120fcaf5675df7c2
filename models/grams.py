"""N-grams of a line and of the line before it, as ids into a table of terms that was chosen in training."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.models.subwords import words

FIELDS: Final = ("word", "letters", "before")
"""Words and pairs of words; runs of 1 to 4 letters within words; words of the line before."""
LONGEST: Final = 4
MOST_WORDS: Final = 200
"""Words of a line that are read."""


def terms(line: str, before: str) -> dict[str, Counter[str]]:
    """Return how often every term of every field occurs."""
    found = words(line)[:MOST_WORDS]
    letters: Counter[str] = Counter()
    for word in found:
        padded = f" {word} "
        for size in range(1, LONGEST + 1):
            letters.update(padded[i : i + size] for i in range(len(padded) - size + 1))
    pairs = [f"{a} {b}" for a, b in pairwise(found)]
    return {
        "word": Counter([*found, *pairs]),
        "letters": letters,
        "before": Counter(words(before)[:MOST_WORDS]),
    }


class Grams:
    """Maps terms to ids; ids of one field are contiguous, in the order of `FIELDS`.

    Args:
        known: the terms of every field.
    """

    def __init__(self, known: dict[str, Sequence[str]]) -> None:
        self.known = {name: list(known[name]) for name in FIELDS}
        self._id: dict[tuple[str, str], int] = {}
        for name in FIELDS:
            for term in self.known[name]:
                self._id[name, term] = len(self._id)

    @property
    def sizes(self) -> list[int]:
        """How many terms every field has."""
        return [len(self.known[name]) for name in FIELDS]

    def encode(self, line: str, before: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return ids (G,) and 1 + log(count) (G,) of the terms that are known, of which there may be none."""
        ids, values = [], []
        for name, counts in terms(line, before).items():
            for term, count in counts.items():
                found = self._id.get((name, term))
                if found is not None:
                    ids.append(found)
                    values.append(1.0 + math.log(count))
        return np.array(ids, np.int64), np.array(values, np.float32)


def choose(pairs: Iterable[tuple[str, str]], least: dict[str, int]) -> Grams:
    """Return the terms that occur in at least `least[field]` of the (line, line before)."""
    seen: dict[str, Counter[str]] = {name: Counter() for name in FIELDS}
    for line, before in pairs:
        for name, counts in terms(line, before).items():
            seen[name].update(counts.keys())
    return Grams({name: sorted(t for t, n in seen[name].items() if n >= least[name]) for name in FIELDS})
