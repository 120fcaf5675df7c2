"""Hair styles, as loops and puffs in face coordinates (see `pose`), and how they are painted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from mien.runtime.portrait.canvas import Canvas, mix, smooth
from mien.runtime.portrait.pose import Pose

if TYPE_CHECKING:
    from mien.runtime.portrait.look import Look

_Loop = tuple[tuple[float, float, float], ...]


def _mirrored(half: _Loop) -> _Loop:
    """Close a loop by its mirror image; the first and the last point lie on the axis."""
    return (*half, *((-x, y, z) for x, y, z in half[-2:0:-1]))


@dataclass(frozen=True)
class Style:
    """One hair style: `back` lies behind the head, `front` on it; puffs are circles (x, y, z, radius)."""

    front: tuple[_Loop, ...]
    back: tuple[_Loop, ...] = ()
    back_puffs: tuple[tuple[float, float, float, float], ...] = ()
    front_puffs: tuple[tuple[float, float, float, float], ...] = ()
    shine: tuple[_Loop, ...] = ()
    strands: tuple[_Loop, ...] = ()
    covers_ears: bool = False
    curves: dict[_Loop, NDArray[np.float64]] = field(init=False, compare=False)
    """The smooth outline of every loop, made once."""

    def __post_init__(self) -> None:
        loops = {loop: smooth(loop, closed=True) for loop in self.back + self.front}
        lines = {line: smooth(line) for line in self.shine + self.strands}
        object.__setattr__(self, "curves", loops | lines)


_SHINE: Final = ((-0.42, -0.80, 0.18), (-0.20, -0.905, 0.22), (0.06, -0.925, 0.22))

_CAP: Final = _mirrored(
    (
        (0, -0.99, -0.1), (0.40, -0.91, -0.1), (0.62, -0.62, -0.04), (0.682, -0.30, 0.02),
        (0.66, -0.05, 0.02), (0.50, 0.05, 0.0), (0, 0.1, -0.1),
    )
)  # fmt: skip
"""Hair that shows beside the skull when the head turns."""

STYLES: Final[dict[str, Style]] = {
    "crop": Style(
        back=(_CAP,),
        front=(
            (
                (-0.655, -0.02, 0), (-0.705, -0.42, -0.05), (-0.58, -0.84, -0.05), (-0.20, -1.07, 0),
                (0.28, -1.05, 0), (0.62, -0.80, -0.05), (0.715, -0.40, -0.05), (0.655, -0.02, 0),
                (0.595, -0.26, 0.12), (0.50, -0.47, 0.28), (0.22, -0.53, 0.42), (-0.10, -0.63, 0.43),
                (-0.34, -0.60, 0.38), (-0.50, -0.46, 0.28), (-0.595, -0.26, 0.12),
            ),
        ),
        shine=(_SHINE,),
        strands=(
            ((0.46, -0.52, 0.3), (0.30, -0.72, 0.3), (0.02, -0.86, 0.25)),
            ((0.20, -0.57, 0.4), (0.02, -0.72, 0.35), (-0.22, -0.80, 0.3)),
        ),
    ),
    "quiff": Style(
        back=(_CAP,),
        front=(
            (
                (-0.65, 0.02, 0), (-0.685, -0.40, -0.05), (-0.60, -0.70, -0.02), (-0.52, -0.98, 0.1),
                (-0.16, -1.13, 0.2), (0.30, -1.12, 0.2), (0.60, -0.92, 0.05), (0.675, -0.55, -0.05),
                (0.65, 0.02, 0), (0.60, -0.24, 0.12), (0.53, -0.46, 0.25), (0.34, -0.62, 0.4),
                (0.0, -0.66, 0.44), (-0.34, -0.62, 0.4), (-0.53, -0.46, 0.25), (-0.60, -0.24, 0.12),
            ),
        ),
        shine=(((-0.36, -0.86, 0.3), (-0.10, -0.97, 0.35), (0.20, -0.98, 0.35)),),
        strands=(
            ((-0.28, -0.66, 0.4), (-0.20, -0.84, 0.4), (0.02, -1.0, 0.3)),
            ((0.16, -0.67, 0.4), (0.26, -0.84, 0.4), (0.42, -0.95, 0.3)),
        ),
    ),
    "bob": Style(
        covers_ears=True,
        back=(
            _mirrored(
                (
                    (0, -1.06, -0.1), (0.50, -0.92, -0.15), (0.76, -0.45, -0.2), (0.83, 0.10, -0.22),
                    (0.82, 0.52, -0.2), (0.62, 0.72, -0.2), (0, 0.70, -0.25),
                )
            ),
        ),
        front=(
            _mirrored(
                (
                    (0, -1.06, 0), (0.40, -0.985, 0), (0.66, -0.70, -0.03), (0.745, -0.25, -0.05),
                    (0.76, 0.22, -0.05), (0.70, 0.50, 0), (0.60, 0.36, 0.1), (0.575, -0.05, 0.15),
                    (0.53, -0.34, 0.25), (0.40, -0.445, 0.35), (0, -0.475, 0.46),
                )
            ),
        ),
        shine=(((-0.44, -0.70, 0.3), (-0.15, -0.78, 0.38), (0.16, -0.78, 0.38)),),
        strands=(
            ((-0.16, -0.50, 0.45), (-0.14, -0.66, 0.4), (-0.08, -0.82, 0.3)),
            ((0.20, -0.50, 0.45), (0.17, -0.66, 0.4), (0.10, -0.82, 0.3)),
        ),
    ),
    "long": Style(
        covers_ears=True,
        back=(
            _mirrored(
                (
                    (0, -1.06, -0.1), (0.52, -0.92, -0.15), (0.78, -0.40, -0.2), (0.86, 0.30, -0.2),
                    (0.90, 0.95, -0.1), (0.74, 1.30, -0.05), (0, 1.30, -0.1),
                )
            ),
        ),
        front=(
            (
                (0.02, -0.76, 0.4), (0.06, -1.05, 0), (0.46, -0.95, 0), (0.70, -0.60, -0.03),
                (0.765, -0.10, -0.05), (0.76, 0.30, -0.05), (0.66, 0.16, 0.06), (0.60, -0.12, 0.15),
                (0.46, -0.42, 0.3), (0.20, -0.62, 0.42),
            ),
            (
                (0.06, -0.78, 0.4), (0.10, -1.05, 0), (-0.44, -0.97, 0), (-0.70, -0.60, -0.03),
                (-0.765, -0.10, -0.05), (-0.76, 0.30, -0.05), (-0.66, 0.16, 0.06), (-0.60, -0.12, 0.15),
                (-0.48, -0.40, 0.3), (-0.20, -0.60, 0.42),
            ),
        ),
        shine=(((-0.52, -0.62, 0.2), (-0.34, -0.80, 0.25), (-0.10, -0.90, 0.25)),),
        strands=(
            ((0.60, -0.10, 0.12), (0.50, -0.46, 0.25), (0.16, -0.80, 0.3)),
            ((-0.62, -0.10, 0.12), (-0.52, -0.46, 0.25), (-0.14, -0.80, 0.3)),
        ),
    ),
    "curls": Style(
        back=(_CAP,),
        back_puffs=tuple(
            (0.72 * np.sin(a), -0.42 - 0.56 * np.cos(a), -0.12, 0.22 - 0.02 * (i % 2))
            for i, a in enumerate(np.linspace(-1.95, 1.95, 13))
        ),
        front=(
            _mirrored(
                (
                    (0, -1.05, 0), (0.42, -0.97, 0), (0.66, -0.66, -0.03), (0.69, -0.22, -0.03),
                    (0.60, -0.24, 0.12), (0.50, -0.48, 0.3), (0.24, -0.58, 0.42), (0, -0.60, 0.44),
                )
            ),
        ),
        front_puffs=(
            (-0.50, -0.60, 0.25, 0.15), (-0.27, -0.68, 0.35, 0.16), (0.0, -0.70, 0.4, 0.15),
            (0.26, -0.69, 0.35, 0.16), (0.50, -0.60, 0.25, 0.15), (-0.40, -0.86, 0.15, 0.18),
            (-0.10, -0.93, 0.2, 0.18), (0.20, -0.92, 0.2, 0.18), (0.44, -0.82, 0.15, 0.17),
        ),
    ),
    "bun": Style(
        back=(_CAP,),
        back_puffs=((0.03, -0.98, -0.18, 0.215),),
        front=(
            _mirrored(
                (
                    (0, -0.985, 0), (0.40, -0.905, 0), (0.62, -0.62, -0.02), (0.675, -0.20, 0),
                    (0.645, 0.06, 0), (0.60, -0.20, 0.12), (0.49, -0.50, 0.3), (0.24, -0.665, 0.42),
                    (0, -0.70, 0.44),
                )
            ),
        ),
        shine=(((-0.40, -0.70, 0.25), (-0.18, -0.83, 0.3), (0.08, -0.86, 0.3)),),
        strands=(
            ((0.34, -0.62, 0.38), (0.26, -0.78, 0.3), (0.10, -0.92, 0.15)),
            ((-0.34, -0.62, 0.38), (-0.26, -0.78, 0.3), (-0.10, -0.92, 0.15)),
        ),
    ),
    "buzz": Style(
        back=(tuple((0.96 * x, 0.935 * y, z) for x, y, z in _CAP),),
        front=(
            _mirrored(
                (
                    (0, -0.935, 0), (0.38, -0.855, 0), (0.60, -0.56, -0.02), (0.655, -0.18, 0),
                    (0.635, 0.04, 0), (0.59, -0.14, 0.12), (0.555, -0.36, 0.22), (0.44, -0.52, 0.34),
                    (0.22, -0.575, 0.42), (0, -0.585, 0.44),
                )
            ),
        ),
        shine=(((-0.34, -0.70, 0.25), (-0.14, -0.79, 0.3), (0.10, -0.80, 0.3)),),
    ),
}  # fmt: skip
"""The hair styles by name."""


def paint_back(canvas: Canvas, pose: Pose, look: Look) -> None:
    """Paint what falls behind the head."""
    style = STYLES[look.style]
    for loop in style.back:
        canvas.fill(pose.outline(style.curves[loop] * (look.width, 1, 1)), look.strand)
    for x, y, z, radius in style.back_puffs:
        center = pose.outline(((x * look.width, y, z),))[0]
        canvas.disk(center, radius * pose.unit, look.strand)


def paint_front(canvas: Canvas, pose: Pose, look: Look) -> None:
    """Paint what lies on the head."""
    style = STYLES[look.style]
    for loop in style.front:
        canvas.fill(pose.outline(style.curves[loop] * (look.width, 1, 1)), look.hair)
    for x, y, z, radius in style.front_puffs:
        center = pose.outline(((x * look.width, y, z),))[0]
        canvas.disk(center, radius * pose.unit, look.hair)
        lit = center + radius * pose.unit * np.array((-0.12, -0.16))
        canvas.disk(lit, radius * pose.unit * 0.72, mix(look.hair, look.shine, 0.42))
        canvas.disk(lit + radius * pose.unit * 0.16, radius * pose.unit * 0.58, look.hair)
    for line in style.strands:
        canvas.stroke(pose.outline(style.curves[line]), 0.03 * pose.unit, look.strand, taper=1)
    for line in style.shine:
        canvas.stroke(pose.outline(style.curves[line]), 0.055 * pose.unit, look.shine, taper=1)
