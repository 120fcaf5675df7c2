"""Critically damped motion: the fastest approach to a target that does not overshoot."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.bridge.messages import Float32


@dataclass(slots=True)
class Spring:
    """Positions that follow targets, for many characters and columns at once.

    x'' = ω² (target − x) − 2 ω x', solved in closed form for a target that holds still during the step, so
    that it is stable for any step and splitting a step changes nothing but rounding.
    """

    position: Float32
    """(N, C) where each value is."""
    velocity: Float32
    """(N, C) per second."""
    frequency: Float32
    """(C,) ω, radians a second: a step response is half done after 1.68 / ω and settled after about 5 / ω."""

    @classmethod
    def at_rest(cls, position: Float32, frequency: NDArray[np.floating]) -> "Spring":
        """Return a spring that stands still at `position` (N, C)."""
        return cls(position.copy(), np.zeros_like(position), frequency.astype(np.float32))

    def step(self, target: Float32, seconds: float) -> Float32:
        """Move towards `target` (N, C) for so long; return `position`, which the next step overwrites."""
        decay = np.exp(-self.frequency * np.float32(seconds))
        offset = self.position - target
        push = self.velocity + self.frequency * offset
        self.velocity -= self.frequency * np.float32(seconds) * push
        self.velocity *= decay
        push *= np.float32(seconds)
        push += offset
        push *= decay
        np.add(target, push, out=self.position)
        return self.position
