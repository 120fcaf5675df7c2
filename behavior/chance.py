"""Counter-based random numbers: one independent stream per character, whatever the company it keeps.

A draw is a pure function of (seed, character, purpose, counter), so that a character's life is the same alone
or among a thousand, in any order, and a replay repeats it exactly. No generator object, no hidden state.
"""

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def uniform(
    seed: int, ids: NDArray[np.uint32], purpose: int, counter: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return one number in the open interval (0, 1) for each character.

    Args:
        seed: the session's seed.
        ids: (N,) character ids; the stream.
        purpose: what the draw is for, so that two uses do not share numbers.
        counter: (N,) how often this character has drawn for this purpose.
    """
    # In Python integers: numpy wraps arrays silently, but warns of a scalar that overflows.
    key = _mix(np.array([(seed + purpose * int(_GOLDEN)) & 0xFFFFFFFFFFFFFFFF], np.uint64))
    stream = _mix(ids.astype(np.uint64) * _GOLDEN + key)
    bits = _mix(stream + (counter.astype(np.uint64) + np.uint64(1)) * _GOLDEN)
    return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
