"""The skin at rest, and where on the face each of its vertices lies."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mien.examples.tavern.heads.sculpture import Floats, Landmarks

Ints = NDArray[np.int64]


@dataclass
class Skin:
    """The skin at rest, and where on it each vertex lies."""

    points: Floats
    """(n, 3) cm."""
    quads: Ints
    """(q, 4) counter-clockwise from outside."""
    triangles: Ints
    """(t, 3): the crown, and the end of the hollow of the mouth."""
    uv: Floats
    """(n, 2) in the skin's texture, u from the nape over the right ear to the left; v down."""
    mirror: Ints
    """(n,) the vertex on the other side."""
    cavity: NDArray[np.bool_]
    """(n,) whether it is inside the mouth."""
    lid_side: Ints
    """(n,) 1 on the rings of the left eye, -1 of the right, 0 elsewhere."""
    lid_ring: Floats
    """(n,) 0 at the rim to 1 at the fold; NaN off the fixed rings."""
    lid_depth: Floats
    """(n,) depth of the fixed rings, as in `EYE_RINGS`."""
    lid_turn: Floats
    """(n,) angle round the eye: 0 at the outer corner, over the upper lid to π at the inner one."""
    lip: Floats
    """(n,) 1 on the upper lip, -1 on the lower, 0 at the corners and away from the mouth."""
    lip_ring: Floats
    """(n,) how much it belongs to the mouth: 1 on the lips and inside, falling to 0 over the rings around."""
    lip_place: Floats
    """(n,) from the lips' line (0) to the border of the red (1), negative inside; NaN elsewhere."""
    lip_along: Floats
    """(n,) from the right corner (-1) to the left (1), on the rings of the mouth; NaN elsewhere."""
    edges: Ints = field(init=False)

    def __post_init__(self) -> None:
        q = self.quads
        t = self.triangles
        pairs = np.concatenate(
            [q[:, (a, (a + 1) % 4)] for a in range(4)] + [t[:, (a, (a + 1) % 3)] for a in range(3)]
        )
        self.edges = np.unique(np.sort(pairs, axis=1), axis=0)


def lip_line(marks: Landmarks, along: Floats) -> Floats:
    """Return the height of the closed lips' line, from corner (-1) to corner (1)."""
    return marks.mouth[0] + 0.10 * along**2 - 0.05 * np.cos(along * 9) * (1 - along**2)
