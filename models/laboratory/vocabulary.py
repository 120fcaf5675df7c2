"""Learns the subwords that `mien.models.laboratory.subwords` splits words into."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from mien.models.grams import words
from mien.models.laboratory.subwords import END, SPECIAL, Subwords


def learn(lines: Iterable[str], size: int, least: int = 3) -> Subwords:
    """Return a vocabulary of at most `size` pieces: the most frequent pair is merged until none is left.

    Sennrich et al. 2016, algorithm 1. Ties go to the pair that comes first in the alphabet, so that the
    result depends on the lines alone. Pairs seen fewer than `least` times are not merged.
    """
    counts = Counter(word for line in lines for word in words(line))
    letters = sorted({letter for word in counts for letter in word} | {END})
    split = {word: [*word, END] for word in counts}
    pairs: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], set[str]] = {}
    for word, pieces in split.items():
        for pair in pairwise(pieces):
            pairs[pair] += counts[word]
            where.setdefault(pair, set()).add(word)
    merges: list[tuple[str, str]] = []
    while pairs and len(SPECIAL) + len(letters) + len(merges) < size:
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        if pairs[best] < least:
            break
        merges.append(best)
        for word in sorted(where.pop(best)):
            pieces = split[word]
            for pair in pairwise(pieces):
                pairs[pair] -= counts[word]
            merged = _merge(pieces, best)
            split[word] = merged
            for pair in pairwise(merged):
                pairs[pair] += counts[word]
                where.setdefault(pair, set()).add(word)
        del pairs[best]
    return Subwords(letters, merges)


def _merge(pieces: list[str], pair: tuple[str, str]) -> list[str]:
    """Return the pieces with every occurrence of the pair made one."""
    merged: list[str] = []
    for piece in pieces:
        if merged and (merged[-1], piece) == pair:
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged
