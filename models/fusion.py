"""From what face, voice and text each say to one estimate, and to valence and arousal."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.models.network import Network

Vector = NDArray[np.float32]

CLASSES: Final = 7
PLEASURE_AROUSAL: Final = np.array(
    [[0.0, 0.0], [0.76, 0.48], [-0.63, -0.27], [-0.51, 0.59], [-0.64, 0.60], [-0.60, 0.35], [0.40, 0.67]],
    np.float32,
)
"""Pleasure and arousal of `EMOTIONS`: Russell and Mehrabian 1977, table 2 (joyful, sad, angry, fearful,
disgusted, surprised); neutral is the origin."""
TRUST: Final = (1.0, 0.6, 0.5)
"""What face, voice and text count at most where nothing was learned: the voice net has only heard actors."""
LAG: Final = 250_000
"""Microseconds by which smoothing delays: the time constant of the moving average."""
MARGIN: Final = 0.3
"""By how much another emotion must lead at once to become the label."""
PATIENCE: Final = 800_000
"""Microseconds after which a smaller lead is enough."""


def softmax(logits: Vector) -> Vector:
    """Return probabilities; logits must be finite."""
    exp = np.exp(logits - logits.max())
    probability: Vector = (exp / exp.sum()).astype(np.float32)
    return probability


def certainty(probability: Vector) -> float:
    """Return 1 - entropy / log n: 0 for a uniform distribution, 1 for a sure one."""
    entropy = -float((probability * np.log(np.maximum(probability, 1e-12))).sum())
    return max(0.0, 1.0 - entropy / float(np.log(len(probability))))


@dataclass(frozen=True, slots=True)
class Said:
    """What one sense says of a person."""

    probability: Vector
    """(7,), sums to 1."""
    fresh: float = 1.0
    """1 for now, falling to 0 as it ages."""
    amount: float = 0.0
    """Seconds of speech that a voice's word rests on, words that a text's does; 0 for a face."""


def fuse(said: Sequence[Said | None]) -> tuple[Vector, Vector]:
    """Return the pooled probability (7,) and each sense's share in it (3,); zeros when nothing was said.

    A linear pool, for weights without a fusion network: a sense counts by its trust, freshness and certainty,
    so that a sense that does not know leaves the word to the others.

    Args:
        said: by face, voice and text; None when missing.
    """
    weights = np.zeros(len(said), np.float32)
    for i, each in enumerate(said):
        if each is not None and each.fresh > 0:
            weights[i] = TRUST[i] * each.fresh * (0.05 + certainty(each.probability))
    total = float(weights.sum())
    pooled = np.zeros(CLASSES, np.float32)
    if total <= 0:
        return pooled, weights
    weights /= total
    for weight, each in zip(weights, said, strict=True):
        if each is not None:
            pooled += weight * each.probability
    return pooled / pooled.sum(), weights


class Fusion:
    """The learned pool (see `training.fusion`); what it takes and gives is as with `fuse`.

    A sense alone has the whole word, unchanged; together, senses count by exponents learned from how sure and
    how much in agreement they are, and a sense that may be wrong without knowing it has no veto.

    Raises:
        WeightsError: the file is missing, broken, or made for something else.
    """

    def __init__(self, file: Path) -> None:
        self._network = Network(file, "fusion", inputs=3, outputs=2)
        alike, full = np.full((1, 3, CLASSES), 1 / CLASSES, np.float32), np.ones((1, 3), np.float32)
        self._network.check([alike, full, full], [(1, CLASSES), (1, 3)])

    def __call__(self, said: Sequence[Said | None]) -> tuple[Vector, Vector]:
        """Return the pooled probability (7,) and each sense's share (3,)."""
        probability = np.full((1, len(said), CLASSES), 1 / CLASSES, np.float32)
        fresh, amount = np.zeros((1, len(said)), np.float32), np.zeros((1, len(said)), np.float32)
        for i, each in enumerate(said):
            if each is not None and each.fresh > 0:
                probability[0, i], fresh[0, i], amount[0, i] = each.probability, each.fresh, each.amount
        if not fresh.any():
            return np.zeros(CLASSES, np.float32), fresh[0]
        pooled, share = self._network.run(probability, fresh, amount)
        return pooled[0], share[0]


@dataclass
class SmoothState:
    """The moving average, the label that stands, and since when another one leads."""

    average: Vector = field(default_factory=lambda: np.zeros(CLASSES, np.float32))
    t: int | None = None
    label: int = 0
    leading_since: int | None = None


def smooth(state: SmoothState, probability: Vector, t: int) -> Vector:
    """Return the smoothed probability, whose largest entry changes only for a clear or lasting lead."""
    if state.t is None:
        state.average = probability
        state.label = int(probability.argmax())
    else:
        share = 1.0 - float(np.exp(-max(0, t - state.t) / LAG))
        state.average = state.average + np.float32(share) * (probability - state.average)
    state.t = t
    average: Vector = state.average / state.average.sum()
    leader = int(average.argmax())
    if leader == state.label:
        state.leading_since = None
        return average
    since = t if state.leading_since is None else min(state.leading_since, t)
    state.leading_since = since
    if average[leader] - average[state.label] > MARGIN or t - since > PATIENCE:
        state.label, state.leading_since = leader, None
        return average
    # The standing label keeps its place: all that lead it are cut to just below it, the surplus is its own.
    held = average.copy()
    above = average > average[state.label]
    level = (average[above].sum() + average[state.label]) / (above.sum() + 1)
    held[above] = level * 0.999
    held[state.label] = level + (level * 0.001) * above.sum()
    return held
