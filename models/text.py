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
from mien.models.grams import FIELDS, Grams, Line
from mien.models.network import Network
from mien.models.shipped import WEIGHTS, WeightsError

__all__ = ["TEXT", "Line", "TextRecognizer", "TextState", "read_vocabulary", "write_vocabulary"]

TEXT: Final = WEIGHTS / "text.onnx"
MEMORY: Final = 2
"""Lines before the current one that are read with it."""
ROLE: Final = "text"


@dataclass
class TextState:
    """The last lines of the dialogue; a new state begins a new dialogue."""

    before: deque[Line] = field(default_factory=lambda: deque(maxlen=MEMORY))


class TextRecognizer:
    """Reads lines with the shipped network, or one of the same form.

    Args:
        file: `text.onnx`; its vocabulary lies beside it as `text.vocabulary.json`.

    Raises:
        WeightsError: one of the two is missing or is not what it should be.
    """

    def __init__(self, file: Path = TEXT) -> None:
        self._network = Network(file, ROLE, inputs=2, outputs=2)
        self.grams = read_vocabulary(file.with_suffix(".vocabulary.json"))
        last = np.full((1, 1), max(sum(self.grams.sizes) - 1, 0), np.int64)
        self._network.check([last, np.zeros((1, 1), np.float32)], [(1, 7), (1, 3)])

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
        ids, values = self.grams.encode(line, list(before)[-MEMORY:])
        if not len(ids):
            ids, values = np.zeros(1, np.int64), np.zeros(1, np.float32)
        emotion, sentiment = self._network.run(ids[None], values[None])
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


def read_vocabulary(file: Path) -> Grams:
    """Return the terms that a network was trained with.

    Raises:
        WeightsError: no such file, or it is not a vocabulary.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return Grams({name: [str(term) for term in content[name]] for name in FIELDS})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{file}: is not the vocabulary of a text network ({error!s:.80})") from None


def write_vocabulary(file: Path, grams: Grams) -> None:
    """Write what `read_vocabulary` reads."""
    file.write_text(json.dumps(grams.known, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
