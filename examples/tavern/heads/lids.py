"""The eyelids: points on a sphere a little larger than the eyeball, on which they slide open and shut."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from mien.examples.tavern.heads.features import Features
from mien.examples.tavern.heads.sculpture import Floats, Landmarks, smooth_step

EYE_RINGS: Final = ((1.0, 0.0), (0.68, 0.03), (0.34, 0.02), (0.0, 0.0), (-0.05, -0.5), (-0.02, -1.0))
"""Edge loops of the lids: place from the rim (0) to the fold (1); depth from the lids' sphere (0) to the
eyeball's (-1) where negative, cm outwards where positive."""

_INNER, _OUTER = np.radians(46), np.radians(49)
_UPPER, _LOWER = np.radians(31), np.radians(-22)
MEETING: Final = 0.22
"""Where closed lids meet, from the lower rim (0) to the upper (1)."""


@dataclass(frozen=True)
class Stir:
    """What a shape does to the lids of one eye."""

    close: float = 0.0
    """From 0, at rest, to 1, shut."""
    upper: float = 0.0
    """Degrees that the upper rim rises."""
    lower: float = 0.0
    """Degrees that the lower rim rises."""
    outward: float = 0.0
    """Degrees that all turns towards the temple."""
    swell: float = 0.0
    """Centimeters that the lower lid swells."""


class Lids:
    """The lids of one face."""

    def __init__(self, marks: Landmarks, features: Features) -> None:
        self.marks, self.features = marks, features

    def _rims(self, s: Floats) -> tuple[Floats, Floats]:
        """Return elevation of the upper and the lower rim, radians, from inner (-1) to outer corner (1)."""
        f = self.features
        around = np.clip(1 - s * s, 0, 1)
        upper = _UPPER * f.lid * around**0.6 * (1 - 0.06 * s)
        lower = _LOWER * around**0.75 * (1 + 0.15 * s)
        return upper + f.eye_tilt * s, lower + f.eye_tilt * s

    def points(
        self, side: int, turn: Floats, ring: Floats | float, depth: Floats | float, stir: Stir | None = None
    ) -> Floats:
        """Return points (n, 3) of the lids of one eye, cm.

        Args:
            side: 1 for the left eye, -1 for the right.
            turn: (n,) angle round the eye: 0 at the outer corner, over the upper lid to π at the inner one.
            ring: from the rim (0) to the fold (1).
            depth: as in `EYE_RINGS`.
            stir: what moves them; None at rest.
        """
        stir = stir or Stir()
        m = self.marks
        s, c = np.cos(turn), np.sin(turn)
        ring, depth = np.broadcast_to(ring, turn.shape), np.broadcast_to(depth, turn.shape)
        top, bottom = self._rims(s)
        azimuth = (_OUTER - _INNER) / 2 + (_OUTER + _INNER) / 2 * s + ring * np.radians(9) * s
        upper = c > 0
        rest = np.where(upper, top, bottom) + ring * np.radians(np.where(upper, 15, 13)) * c
        share = 1 - np.clip(ring, 0, 1)
        middle = np.sqrt(np.clip(1 - s * s, 0, 1))
        meeting = bottom + MEETING * (top - bottom)
        overlap = np.radians(1.2) * np.minimum(1, 3 * middle)
        shut = np.where(upper, meeting - overlap - top, meeting - bottom)
        lift = np.radians(np.where(upper, stir.upper, stir.lower)) * middle**0.8
        elevation = rest + share * (stir.close * shut + lift)
        azimuth = azimuth + np.radians(stir.outward) * share
        gap = m.lid - m.eyeball - 0.03
        radius = m.lid + np.where(depth < 0, depth * gap, depth)
        radius = (
            radius
            + share * np.where(upper, 0.09 * stir.close, 0)
            + ~upper * stir.swell * middle * smooth_step(1 - np.abs(ring - 0.5) * 1.2)
        )
        out = np.stack(
            (
                side * np.sin(azimuth) * np.cos(elevation),
                np.sin(elevation),
                np.cos(azimuth) * np.cos(elevation),
            ),
            -1,
        )
        points: Floats = np.array(m.eye) * (side, 1, 1) + radius[:, None] * out
        return points
