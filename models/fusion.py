"""From what face and voice each say to one estimate, and to valence and arousal."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

CLASSES: Final = 7
PLEASURE_AROUSAL: Final = np.array(
    [[0.0, 0.0], [0.76, 0.48], [-0.63, -0.27], [-0.51, 0.59], [-0.64, 0.60], [-0.60, 0.35], [0.40, 0.67]],
    np.float32,
)
"""Pleasure and arousal of `EMOTIONS`: Russell and Mehrabian 1977, table 2 (joyful, sad, angry, fearful,
disgusted, surprised); neutral is the origin."""
LAG: Final = 200_000
"""Microseconds by which smoothing delays: the time constant of the moving average."""
MARGIN: Final = 0.15
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


def fuse(said: list[tuple[Vector, float] | None]) -> tuple[Vector, Vector]:
    """Return the pooled probability and each sense's share in it; zeros when nothing was said.

    Args:
        said: for face, voice and text the probability (7,) and how fresh it is, [0, 1]; None when missing.

    A linear pool: a sense counts by its freshness times its certainty, so that a sense that does not know
    leaves the word to the other.
    """
    weights = np.zeros(len(said), np.float32)
    for i, each in enumerate(said):
        if each is not None and each[1] > 0:
            weights[i] = each[1] * (0.05 + certainty(each[0]))
    total = float(weights.sum())
    pooled = np.zeros(CLASSES, np.float32)
    if total <= 0:
        return pooled, weights
    weights /= total
    for weight, each in zip(weights, said, strict=True):
        if each is not None:
            pooled += weight * each[0]
    return pooled / pooled.sum(), weights


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
