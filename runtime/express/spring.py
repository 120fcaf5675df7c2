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
    """(C, N) where each value is: a row a column of the face, since rows are what the processor likes."""
    velocity: Float32
    """(C, N) per second."""
    frequency: Float32
    """(C, 1) ω, radians a second: a step is half done after 1.68 / ω and settled after about 5 / ω."""

    @classmethod
    def at_rest(cls, position: Float32, frequency: NDArray[np.floating]) -> "Spring":
        """Return a spring that stands still at `position` (C, N), with `frequency` (C,)."""
        return cls(position.copy(), np.zeros_like(position), frequency.astype(np.float32)[:, None])

    def step(self, target: Float32, seconds: float) -> Float32:
        """Move towards `target` (C, N) for so long; return `position`, which the next step overwrites."""
        decay = np.exp(-self.frequency * np.float32(seconds))
        push = self.position
        push -= target
        drift = self.frequency * push
        drift += self.velocity
        drift *= np.float32(seconds)  # (v + ω d) dt, for d the offset from the target
        push += drift
        push *= decay
        push += target
        drift *= self.frequency
        self.velocity -= drift
        self.velocity *= decay
        return push
