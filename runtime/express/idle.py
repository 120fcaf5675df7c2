"""Idle life: blinks, small eye movements and the slow sway of a head that nobody moves on purpose."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.behavior.chance import uniform
from mien.bridge.messages import Float32, Micros, UInt32

SECOND: Final = 1_000_000

BLINK_GAP: Final = (1.0, 3.5)
"""Seconds: shortest time between blinks, and mean of the exponential time beyond it (13 blinks a minute;
adults at rest blink 10 to 20 times)."""
BLINK_TIMES: Final = (0.0, 0.07, 0.11, 0.27)
BLINK_CLOSED: Final = (0.0, 1.0, 1.0, 0.0)
BLINK_LASTS: Final = round(BLINK_TIMES[-1] * SECOND)
"""Lid closure over the seconds since a blink began: closing is faster than opening."""

SACCADE_GAP: Final = (0.3, 0.9)
SACCADE_REACH: Final = np.array([[0.035], [0.02]], np.float32)
"""Radians to each side, yaw and pitch, within which the eyes wander about what they look at."""

WANDER_GAP: Final = (1.5, 2.5)
WANDER_REACH: Final = np.array([[0.45], [0.15]], np.float32)
"""Radians within which a character that has nobody to look at looks around."""

SWAY_AMPLITUDE: Final = (0.022, 0.012, 0.012)
"""Radians: yaw, pitch, roll of the head."""
SWAY_HERTZ: Final = (0.11, 0.23, 0.37)

_BLINK, _SACCADE, _WANDER, _SWAY = 101, 102, 103, 104


@dataclass(slots=True)
class Rhythm:
    """Events that recur at random intervals, and what each character drew for its current one."""

    purpose: int
    gap: tuple[float, float]
    """Seconds: shortest time between events, and mean of the exponential time beyond it."""
    begun: NDArray[np.int64]
    """(N,) µs when the current event began; long ago before the first."""
    due: NDArray[np.int64]
    """(N,) µs when the next one begins."""
    count: NDArray[np.int64]
    draw: Float32
    """(2, N) in (-1, 1), drawn anew at each event."""

    @classmethod
    def start(cls, seed: int, ids: UInt32, purpose: int, gap: tuple[float, float], t: Micros) -> "Rhythm":
        """Return a rhythm whose first event for each of `ids` (N,) lies one drawn gap after `t`."""
        n = len(ids)
        begun, due, count = np.full(n, t - 3600 * SECOND), np.full(n, t), np.zeros(n, np.int64)
        rhythm = cls(purpose, gap, begun, due, count, np.zeros((2, n), np.float32))
        rhythm._draw(seed, ids, np.ones(n, bool))
        return rhythm

    def step(self, seed: int, ids: UInt32, t: Micros) -> None:
        """Begin the events that are due at `t`."""
        due = self.due <= t
        if due.any():
            self.begun[due] = self.due[due] = t
            self._draw(seed, ids, due)

    def _draw(self, seed: int, ids: UInt32, due: NDArray[np.bool_]) -> None:
        self.count[due] += 1
        wait, *axes = (uniform(seed, ids[due], 4 * self.purpose + i, self.count[due]) for i in range(3))
        shortest, mean = self.gap
        self.due[due] += ((shortest - mean * np.log(wait)) * SECOND).astype(np.int64)
        self.draw[:, due] = 2 * np.stack(axes) - 1


@dataclass(slots=True)
class Idle:
    """The idle life of all characters."""

    seed: int
    ids: UInt32
    begun: Micros
    waves: Float32
    """(3, N, 6) of the sway, by axis: the sine and cosine of each frequency that each character has in it."""
    blink: Rhythm
    saccade: Rhythm
    wander: Rhythm

    @classmethod
    def start(cls, seed: int, ids: UInt32, t: Micros) -> "Idle":
        """Return the idle life of characters `ids` (N,) from time `t` on."""
        zero = np.zeros(len(ids), np.int64)
        turns = np.stack([uniform(seed, ids, 16 * _SWAY + i, zero) for i in range(9)]).reshape(3, 3, -1)
        amplitude = np.array(SWAY_AMPLITUDE)[:, None, None] / len(SWAY_HERTZ)
        # sin(ω t + φ) = cos φ sin ω t + sin φ cos ω t: the sines of t are the same for all.
        waves = amplitude * np.concatenate((np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)), axis=1)
        return cls(
            seed,
            ids,
            t,
            np.ascontiguousarray(waves.transpose(0, 2, 1), np.float32),
            Rhythm.start(seed, ids, _BLINK, BLINK_GAP, t),
            Rhythm.start(seed, ids, _SACCADE, SACCADE_GAP, t),
            Rhythm.start(seed, ids, _WANDER, WANDER_GAP, t),
        )

    def step(self, t: Micros) -> None:
        """Live on until `t`."""
        for rhythm in (self.blink, self.saccade, self.wander):
            rhythm.step(self.seed, self.ids, t)

    def lids(self, t: Micros) -> Float32:
        """Return (N,) lid closure by blinking, [0, 1]."""
        closed = np.zeros(len(self.ids), np.float32)
        blinking = np.flatnonzero(self.blink.begun > t - BLINK_LASTS)
        if len(blinking):
            closed[blinking] = np.interp((t - self.blink.begun[blinking]) / SECOND, BLINK_TIMES, BLINK_CLOSED)
        return closed

    def eye_offset(self) -> Float32:
        """Return (2, N) yaw and pitch of the eyes about their target, radians."""
        return self.saccade.draw * SACCADE_REACH

    def look_around(self) -> Float32:
        """Return (2, N) yaw and pitch that a character without a target looks in, radians."""
        return self.wander.draw * WANDER_REACH

    def sway(self, t: Micros) -> Float32:
        """Return (3, N) yaw, pitch and roll of the resting head, radians."""
        angles = 2 * np.pi * np.array(SWAY_HERTZ) * ((t - self.begun) / SECOND)
        sway: Float32 = self.waves @ np.concatenate((np.sin(angles), np.cos(angles))).astype(np.float32)
        return sway
