"""The emotion of lines of dialogue, one after the other, from what is said and what was said before."""

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.bridge.messages import PLAYER, TEXT_USED, EmotionEstimate
from mien.models.grams import Grams
from mien.models.network import Network
from mien.models.shipped import WEIGHTS, WeightsError
from mien.models.subwords import UNKNOWN, Subwords, VocabularyError

TEXT: Final = WEIGHTS / "text.onnx"
MEMORY: Final = 2
"""Lines before the current one that are read with it."""
LONGEST: Final = 48
"""Subwords of the current line that are read: the last ones."""
LONGEST_BEFORE: Final = 24
"""Subwords of each line before it."""
CURRENT: Final = 1
BEFORE: Final = (2, 4)
"""Segments of the line before and of the one before that; one more where somebody else said it."""
ROLE: Final = "text"


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody said; an empty speaker is one unknown person."""

    text: str
    speaker: str = ""


@dataclass
class TextState:
    """The last lines of the dialogue; a new state begins a new dialogue."""

    before: deque[Line] = field(default_factory=lambda: deque(maxlen=MEMORY))


def sequence(line: Line, before: Sequence[Line], vocabulary: Subwords) -> tuple[list[int], list[int]]:
    """Return subwords and their segments: the lines before in order, then the line itself; at least one."""
    tokens: list[int] = []
    segments: list[int] = []
    recent = list(before)[-MEMORY:]
    for age, old in zip(range(len(recent), 0, -1), recent, strict=True):
        found = vocabulary.encode(old.text)[-LONGEST_BEFORE:]
        tokens += found
        segments += [BEFORE[age - 1] + (old.speaker != line.speaker)] * len(found)
    found = vocabulary.encode(line.text)[-LONGEST:] or [UNKNOWN]
    return tokens + found, segments + [CURRENT] * len(found)


class TextRecognizer:
    """Reads lines with the shipped network, or one of the same form.

    Args:
        file: `text.onnx`; its vocabulary lies beside it as `text.vocabulary.json`.

    Raises:
        WeightsError: one of the two is missing or is not what it should be.
    """

    def __init__(self, file: Path = TEXT) -> None:
        self._network = Network(file, ROLE, inputs=4, outputs=2)
        one = np.zeros((1, 1), np.int64)
        self._network.check([one, one, one, np.zeros((1, 1), np.float32)], [(1, 7), (1, 3)])
        self.subwords, self.grams = read_vocabulary(file.with_suffix(".vocabulary.json"))

    def step(self, state: TextState, line: Line, t: int) -> EmotionEstimate:
        """Return what the line expresses and remember it; `t` in microseconds.

        A line without a letter, digit or mark is no evidence: `used` is 0 and all probabilities are 0.
        """
        if not line.text.strip():
            return _estimate(t, np.zeros(7, np.float32), 0.0)
        probability, sentiment = self.read(line, state.before)
        state.before.append(line)
        return _estimate(t, probability, float(sentiment[2] - sentiment[0]))

    def read(self, line: Line, before: Sequence[Line]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the probabilities of the emotions (7,) and of negative, neutral, positive (3,)."""
        tokens, segments = sequence(line, before, self.subwords)
        ids, values = self.grams.encode(line.text, before[-1].text if before else "")
        if not len(ids):
            ids, values = np.zeros(1, np.int64), np.zeros(1, np.float32)
        emotion, sentiment = self._network.run(
            np.array([tokens], np.int64), np.array([segments], np.int64), ids[None], values[None]
        )
        return emotion[0], sentiment[0]


def _estimate(t: int, probability: NDArray[np.float32], valence: float) -> EmotionEstimate:
    used = TEXT_USED if probability.any() else 0
    return EmotionEstimate(
        t=t,
        produced=t,
        lag=0,
        person=PLAYER,
        senses=0,
        used=used,
        presence=0.0,
        speaking=0.0,
        emotion=probability.astype(np.float32),
        valence=float(np.clip(valence, -1, 1)),
        arousal=0.0,
        confidence=float(probability.max()),
        share=np.array((0, 0, 1 if used else 0), np.float32),
        box=np.zeros(4, np.float32),
        head=np.zeros(3, np.float32),
        blend=np.zeros(52, np.float32),
    )


def read_vocabulary(file: Path) -> tuple[Subwords, Grams]:
    """Return the subwords and terms that a network was trained with.

    Raises:
        WeightsError: no such file, or it is not a vocabulary.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        subwords = Subwords.of(content["subwords"])
        return subwords, Grams({str(k): [str(t) for t in v] for k, v in content["grams"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, VocabularyError) as error:
        raise WeightsError(f"{file}: is not the vocabulary of a text network ({error!s:.80})") from None


def write_vocabulary(file: Path, subwords: Subwords, grams: Grams) -> None:
    """Write what `read_vocabulary` reads."""
    content = {"subwords": subwords.content(), "grams": grams.known}
    file.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
