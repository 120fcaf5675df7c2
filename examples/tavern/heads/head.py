"""One whole head: all its parts, and the file."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.examples.tavern.heads import paint
from mien.examples.tavern.heads.bust import make_clothes, make_ears
from mien.examples.tavern.heads.eyes import make_eyes, make_lashes
from mien.examples.tavern.heads.features import Features
from mien.examples.tavern.heads.gltf import Material, to_glb
from mien.examples.tavern.heads.hair import make_beard, make_brows, make_hair
from mien.examples.tavern.heads.mesh import Part
from mien.examples.tavern.heads.mouth import make_teeth, make_tongue
from mien.examples.tavern.heads.sculpture import Floats, Sculpture, smooth_step
from mien.examples.tavern.heads.shapes import Shaper
from mien.examples.tavern.heads.skin import Skin
from mien.examples.tavern.heads.topology import make_skin

PIVOT = (0.0, -6.0, -1.5)
"""Where the head turns on the neck."""


@dataclass(frozen=True)
class Head:
    """A head, cm, before it is written."""

    name: str
    features: Features
    sculpture: Sculpture
    skin: Skin
    parts: list[Part]
    source: NDArray[np.int64]
    """The vertex of `skin` that each vertex of the part `skin` came from."""

    def part(self, name: str) -> Part:
        """Return the part of that name."""
        return next(p for p in self.parts if p.name == name)

    def to_glb(self) -> bytes:
        """Return the head as binary glTF."""
        left = self.sculpture.marks.eye
        pivots = {
            "chest": (0.0, -16.0, -3.0),
            "head": PIVOT,
            "eyeLeft": left,
            "eyeRight": (-left[0], left[1], left[2]),
        }
        return to_glb(self.name, self.parts, _materials(self), pivots, self.features.scale)


def build(name: str, features: Features) -> Head:
    """Build the head of those features."""
    sculpture = Sculpture(features)
    marks = sculpture.marks
    skin = make_skin(sculpture)
    shaper = Shaper(skin, marks, features)
    shapes = shaper.all()
    skin_part, source = _cut_seam(skin, shapes)
    ears = make_ears(sculpture)
    for ear in ears:
        ear.deltas = np.zeros((len(shapes), len(ear.points), 3))
    parts = [
        skin_part,
        *ears,
        *make_brows(sculpture, skin, shapes),
        *make_lashes(marks, features),
        *make_beard(sculpture, skin, skin_part, shapes),
        *make_teeth(marks, shaper.front),
        make_tongue(marks, shaper.front),
        *make_eyes(marks),
        *make_hair(sculpture),
        *make_clothes(features),
    ]
    return Head(name, features, sculpture, skin, parts, source)


def _materials(head: Head) -> dict[str, Material]:
    f = head.features
    painted = paint.paint_skin(
        head.sculpture, head.skin, head.part("skin"), head.source, head.part("earLeft")
    )

    def plain(color: Floats, roughness: float, two_sided: bool = False) -> Material:
        return Material(paint.linear(color), roughness=roughness, two_sided=two_sided)

    return {
        "skin": Material(picture=painted, roughness=0.62),
        "brows": plain(paint.rgb(f.brow), 0.9),
        "lashes": plain(paint.rgb(f.brow) * 0.35, 0.9, two_sided=True),
        "hair": Material(picture=paint.paint_hair(f), roughness=0.7, two_sided=True),
        "eye": Material(picture=paint.paint_eye(f), roughness=0.25),
        "glint": Material(glow=1.0, roughness=1.0),
        "teeth": Material(picture=paint.paint_teeth(), roughness=0.6),
        "gums": plain(np.array((0.74, 0.38, 0.38)), 0.7),
        "tongue": plain(np.array((0.70, 0.30, 0.32)), 0.7),
        "cloth": plain(paint.rgb(f.cloth), 0.95),
        "collar": plain(paint.rgb(f.collar), 0.95),
    }


def _cut_seam(skin: Skin, shapes: Floats) -> tuple[Part, NDArray[np.int64]]:
    """Return the skin's part, cut open at the nape for its texture, and where each vertex came from."""
    triangles = np.concatenate((skin.quads[:, (0, 1, 2)], skin.quads[:, (0, 2, 3)], skin.triangles))
    u = skin.uv[triangles, 0]
    # Column 0 of the texture is both its left and its right end.
    wraps = (u.max(1, keepdims=True) > 0.75) & (u < 0.25)
    twin = np.unique(triangles[wraps])
    count = len(skin.points)
    renamed = np.arange(count)
    renamed[twin] = count + np.arange(len(twin))
    triangles = np.where(wraps, renamed[triangles], triangles)
    source = np.concatenate((np.arange(count), twin))
    uv = skin.uv[source].copy()
    uv[count:, 0] = 0.98
    points = skin.points[source]
    part = Part("skin", "skin", points, triangles, uv, shapes[:, source], weld=source)
    stays = smooth_step(-points[:, 1], 9.5, 15.0) * smooth_step(-points[:, 2], -6.0, -2.5)
    part.joints = np.stack((stays, 1 - stays, 0 * stays, 0 * stays), -1)
    return part, source
