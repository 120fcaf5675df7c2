"""Byte-pair encoding: a line of text as ids of subwords out of a vocabulary learned from dialogue."""

from functools import lru_cache
from itertools import pairwise
from typing import Final

from mien.models.grams import words

PAD: Final = 0
UNKNOWN: Final = 1
SPECIAL: Final = ("<pad>", "<unknown>")
END: Final = "_"
"""Stands at the end of every word, so that `in` and `in-` differ."""


class VocabularyError(ValueError):
    """A vocabulary that cannot be used; one line: what is wrong."""


class Subwords:
    """Splits words into subwords by merging the pair that was learned first (Sennrich et al. 2016).

    Args:
        letters: the characters that words are made of.
        merges: pairs of pieces, in the order in which they were learned.
    """

    def __init__(self, letters: list[str], merges: list[tuple[str, str]]) -> None:
        self.letters, self.merges = letters, merges
        self.pieces = [*SPECIAL, *letters, *(a + b for a, b in merges)]
        self._id = {piece: i for i, piece in enumerate(self.pieces)}
        self._rank = {pair: i for i, pair in enumerate(merges)}
        self._word = lru_cache(maxsize=20_000)(self._encode_word)

    def __len__(self) -> int:
        return len(self.pieces)

    def encode(self, line: str) -> list[int]:
        """Return the ids of a line's subwords; letters never seen become `UNKNOWN`."""
        return [i for word in words(line) for i in self._word(word)]

    def _encode_word(self, word: str) -> tuple[int, ...]:
        pieces = [*word, END]
        while len(pieces) > 1:
            ranks = [self._rank.get(pair, len(self._rank)) for pair in pairwise(pieces)]
            best = min(ranks)
            if best == len(self._rank):
                break
            at = ranks.index(best)
            pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]
        return tuple(self._id.get(piece, UNKNOWN) for piece in pieces)

    def content(self) -> dict[str, list[str]]:
        """Return the vocabulary as what JSON can hold."""
        return {"letters": self.letters, "merges": [f"{a} {b}" for a, b in self.merges]}

    @classmethod
    def of(cls, content: dict[str, list[str]]) -> "Subwords":
        """Return the vocabulary that `content` described.

        Raises:
            VocabularyError: it does not describe one.
        """
        try:
            merges = [(a, b) for a, b in (str(pair).split(" ") for pair in content["merges"])]
            return cls([str(letter) for letter in content["letters"]], merges)
        except (ValueError, KeyError, TypeError) as error:
            raise VocabularyError(f"not a vocabulary of subwords ({error!s:.80})") from None
