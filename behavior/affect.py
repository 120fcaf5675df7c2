"""The equations of affect: pure functions of arrays, characters along the first axis.

Everything that moves a level x in (0, 1) is one linear equation with constant coefficients over a tick,

    dx/dt = rate (home - x) + up (1 - x) - down x + (push - drag x),

so that its closed form is exact (splitting dt changes nothing), and x stays a weighted mean of numbers in
[0, 1]: decay home, drives of rules and appraisal (`up`, `down`), contagion and mood's pull (`push`, `drag`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.behavior.library import TRAITS, Emotion, Personality

Float64 = NDArray[np.float64]

EDGE: Final = 1e-6
"""Levels keep this far from 0 and 1, so that they are inside as 32-bit numbers too."""

REST: Final = 0.1
"""Level of an emotion that personality neither favors nor suppresses."""

STEEPNESS: Final = 3.0
"""How strongly personality moves the baseline of an emotion, in logits per unit of PAD agreement."""

ACTIVE: Final = 0.05
"""An emotion this far above its baseline is active, and counts for mood."""

LN2: Final = float(np.log(2.0))

OCTANTS: Final = (
    "bored", "disdainful", "anxious", "hostile", "docile", "relaxed", "dependent", "exuberant",
)  # fmt: skip
"""Mood octants by the signs of (P, A, D) as bits 4, 2, 1 (Mehrabian 1996; Gebhard 2005, table 1)."""

STRENGTHS: Final = ("slightly", "moderately", "fully")
"""Thirds of the longest PAD vector, sqrt(3) (Gebhard 2005)."""

OCC: Final[Mapping[str, tuple[float, float, float]]] = MappingProxyType(
    {
        "admiration": (0.5, 0.3, -0.2), "anger": (-0.51, 0.59, 0.25), "disappointment": (-0.3, 0.1, -0.4),
        "disliking": (-0.4, 0.2, 0.1), "distress": (-0.4, -0.2, -0.5), "fear": (-0.64, 0.60, -0.43),
        "fears_confirmed": (-0.5, -0.3, -0.7), "gloating": (0.3, -0.3, -0.1),
        "gratification": (0.6, 0.5, 0.4), "gratitude": (0.4, 0.2, -0.3), "happy_for": (0.4, 0.2, 0.2),
        "hate": (-0.6, 0.6, 0.3), "hope": (0.2, 0.2, -0.1), "joy": (0.4, 0.2, 0.1),
        "liking": (0.40, 0.16, -0.24), "love": (0.3, 0.1, 0.2), "pity": (-0.4, -0.2, -0.5),
        "pride": (0.4, 0.3, 0.3), "relief": (0.2, -0.3, 0.4), "remorse": (-0.3, 0.1, -0.6),
        "reproach": (-0.3, -0.1, 0.4), "resentment": (-0.2, -0.3, -0.2), "satisfaction": (0.3, -0.2, 0.4),
        "shame": (-0.3, 0.1, -0.6),
    }
)  # fmt: skip
"""PAD of the OCC emotions and of liking and disliking (Gebhard, AAMAS 2005, table 2)."""


def default_mood(personality: Personality, alma_compat: bool = False) -> Float64:
    """Return (pleasure, arousal, dominance) of a personality's default mood, (3,) in [-1, 1].

    Mehrabian (1996, Australian Journal of Psychology 48:86-92), with S = emotional stability = -neuroticism:
    P = .21E + .59A + .19S; A = .15O + .30A - .57S; D = .25O + .17C + .60E - .32A. ALMA (Gebhard 2005) and
    what copied it use neuroticism with the sign of stability; `alma_compat` reproduces that.
    """
    o, c, e, a, n = (getattr(personality, trait) for trait in TRAITS)
    s = n if alma_compat else -n
    pad = (
        0.21 * e + 0.59 * a + 0.19 * s,
        0.15 * o + 0.30 * a - 0.57 * s,
        0.25 * o + 0.17 * c + 0.60 * e - 0.32 * a,
    )
    clipped: Float64 = np.clip(np.array(pad), -1.0, 1.0)
    return clipped


def baseline(pad: Float64, emotions: tuple[Emotion, ...]) -> Float64:
    """Return the level (m,) in (0, 1) of each emotion at home in a default mood.

    logit(level) = logit(REST) + STEEPNESS * <emotion, mood>: what agrees with the mood in PAD rests higher.
    The form is ours (ALMA keeps mood in PAD); it is monotone and cannot leave (0, 1).
    """
    places = np.array([emotion.pad for emotion in emotions])
    logit = np.log(REST / (1 - REST)) + STEEPNESS * (places * pad).sum(axis=1)
    level: Float64 = 1.0 / (1.0 + np.exp(-logit))
    return level


def relax(
    level: Float64,
    home: Float64,
    rate: Float64,
    dt: float,
    up: Float64 | float = 0.0,
    down: Float64 | float = 0.0,
    push: Float64 | float = 0.0,
    drag: Float64 | float = 0.0,
) -> Float64:
    """Return `level` after dt seconds of dx/dt = rate (home - x) + up (1 - x) - down x + push - drag x.

    Exact for constant coefficients: x(dt) = goal + (x - goal) exp(-total dt), with total = rate + up + down +
    drag and goal = (rate home + up + push) / total. Without drives this is half-life decay,
    home + (x - home) 2^(-dt / h), where rate = ln 2 / h.

    Args:
        level: in (0, 1).
        home: in (0, 1).
        rate: > 0, per second.
        dt: seconds, >= 0.
        up: >= 0, per second.
        down: >= 0, per second.
        push: in [0, drag], per second.
        drag: >= 0, per second.
    """
    total = rate + up + down + drag
    goal = (rate * home + up + push) / total
    moved = goal + (level - goal) * np.exp(-total * dt)
    return np.clip(moved, EDGE, 1.0 - EDGE)


def contagion_terms(
    caught: Float64, strength: Float64, amplification: float, bias: float
) -> tuple[Float64, Float64]:
    """Return (push, drag) of ASCRIBE for `relax`.

    Bosse, Duell, Memon, Treur & van der Wal (PRIMA 2009): dq/dt = g [eta (beta (1 - (1 - q*)(1 - q)) + (1 -
    beta) q* q) + (1 - eta) q* - q]. It is linear in q: push = g q* (1 - eta + eta beta), drag = g (1 - eta
    beta (1 - q*) - eta (1 - beta) q*), and push <= drag.

    Args:
        caught: (N, m) q*, the weighted mean of what others show.
        strength: (N, 1) g, the sum of the weights.
        amplification: eta in [0, 1].
        bias: beta in [0, 1].
    """
    push = strength * caught * (1.0 - amplification + amplification * bias)
    drag = strength * (1.0 - amplification * bias * (1.0 - caught) - amplification * (1.0 - bias) * caught)
    return push, drag


def mood_terms(
    emotion: Float64, mood: Float64, home: Float64, places: Float64, change: float
) -> tuple[Float64, Float64, Float64]:
    """Return (up, push, drag) by which active emotions move mood, for `relax`.

    Gebhard (2005): while mood lies before the center V of the active emotions in PAD, seen from the origin,
    emotion pulls it towards itself; once mood has reached or passed V, emotion pushes it further into its
    octant. Speed is proportional to the mean intensity, such that at intensity 1 one change takes `change`
    seconds; here as the time constant of the approach. V is what the active emotions read out as (ALMA's
    mean is their direction; here a level has a place on the way, and the sum says how far).

    Args:
        emotion: (N, m).
        mood: (N, m).
        home: (N, m) baselines.
        places: (m, 3) emotions in PAD.
        change: seconds.
    """
    intensity: Float64 = np.ascontiguousarray((emotion - home).T)
    counts = np.abs(places).sum(axis=1) > 0.0  # neutral is no emotion that moves mood
    active = (intensity > ACTIVE) & counts[:, None]
    intensity *= active
    count = np.add.reduce(active, axis=0, dtype=np.int64)
    rate = _sum(intensity) / np.maximum(count, 1) / change
    center = _combine(intensity, places)
    way = _combine(mood.T - REST, places)
    beyond = (_sum(way * center) >= _sum(center * center)) & (count > 0)
    share = intensity / np.maximum(np.maximum.reduce(intensity, axis=0), EDGE)
    up = (beyond * rate * share).T
    drag = np.where(beyond, 0.0, rate)[:, None]
    return up, drag * emotion, drag


def read_out(levels: NDArray[np.floating], places: Float64) -> Float64:
    """Return (N, 3) pleasure, arousal and dominance in [-1, 1] of levels (N, m): the sum of what is felt.

    Each emotion counts by its level above (or below) REST, as a fraction of the room above REST.
    """
    felt = (np.asarray(levels, np.float64).T - REST) / (1.0 - REST)
    clipped: Float64 = np.clip(_combine(felt, places), -1.0, 1.0).T
    return clipped


def _combine(weights: Float64, places: Float64) -> Float64:
    """Return the sum (3, N) of the places (m, 3), weighted (m, N)."""
    return _sum(places[:, :, None] * weights[:, None, :])


def _sum(rows: Float64) -> Float64:
    # Row by row: BLAS and pairwise sums round according to the number of characters; a replay must not.
    total: Float64 = np.zeros(rows.shape[1:])
    for row in rows:
        total += row
    return total


def octant(pad: NDArray[np.floating]) -> str:
    """Return the name of a mood (3,), such as `moderately anxious`; `neutral` at the origin."""
    length = float(np.sqrt((np.asarray(pad, np.float64) ** 2).sum()))
    if length < EDGE:
        return "neutral"
    bits = sum(bit for bit, value in zip((4, 2, 1), pad, strict=True) if value >= 0)
    strength = min(int(length / np.sqrt(3.0) * 3.0), 2)
    return f"{STRENGTHS[strength]} {OCTANTS[bits]}"


def felt_as(occ: str, emotions: tuple[Emotion, ...]) -> Float64:
    """Return how an appraised emotion is felt: weights (m,) in [0, 1] over the library's emotions.

    One of the library's own names is itself. An OCC emotion is felt as those that agree with it in PAD, by
    the cosine, squared to favor the best, the best at 1: gratitude is felt as joy.

    Raises:
        KeyError: neither an OCC emotion nor one of the library's.
    """
    names = [emotion.name for emotion in emotions]
    if occ in names:
        return np.array([float(name == occ) for name in names])
    place = np.array(OCC[occ])
    places = np.array([emotion.pad for emotion in emotions])
    lengths = np.sqrt((places**2).sum(axis=1)) * np.sqrt((place**2).sum())
    cosine = (places * place).sum(axis=1) / np.maximum(lengths, EDGE)
    weights = np.where(cosine > 0.5, cosine, 0.0) ** 2
    best = weights.max()
    return weights / best if best > 0 else weights
