"""The ICT FaceKit rig as an actor's head: blend shapes, neck, gaze, hair and a sweater around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy.spatial import cKDTree

SKIN, MOUTH, TEETH, EYE, LASH, HAIR, CLOTH = range(7)
"""Materials, as the shader numbers them."""
_MATERIAL: Final = {
    "M_Face": SKIN,
    "M_BackHead": SKIN,
    "M_GumsTongue": MOUTH,
    "M_Teeth": TEETH,
    "M_ScleraLeft": EYE,
    "M_ScleraRight": EYE,
    "M_EyeLashes": LASH,
}
_IDENTITY_SEED: Final = 11
_IDENTITY_SPREAD: Final = 0.55
_PIVOT: Final = np.array((0.0, -6.5, 0.5), np.float32)
"""Where the head turns on the neck, centimeters."""
EYE_CENTERS: Final = np.array(((3.095, 3.615, 7.95), (-3.095, 3.615, 7.95)), np.float32)
_EYE_RADIUS: Final = 1.46


@dataclass(frozen=True)
class Part:
    """Triangles of one material: (T, 3) rows into the vertices."""

    material: int
    triangles: np.ndarray


def _smoothstep(low: float, high: float, value: np.ndarray) -> np.ndarray:
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Return smooth vertex normals (V, 3)."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    rows = triangles.ravel()
    total = np.stack([np.bincount(rows, np.repeat(face[:, k], 3), len(vertices)) for k in range(3)], 1)
    length = np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)
    return (total / length).astype(np.float32)


def _hair_amount(p: np.ndarray) -> np.ndarray:
    """Return how much hair grows at points of the neutral head, 0 to 1."""
    x, y, z = np.abs(p[:, 0]), p[:, 1], p[:, 2]
    hairline = np.interp(z, (-9, -3.5, -1.5, 3.2, 4.6, 6.5, 9.5), (-7.0, -5.0, 2.6, 2.6, 7.0, 9.8, 10.9))
    hairline += (0.07 * p[:, 0] + 0.12 * np.sin(2.3 * p[:, 0])) * (z > 5)
    amount = _smoothstep(0.0, 1.6, y - hairline)
    ear = (x > 7.75) & (y < 4.2) & (z > -3.5)
    return np.where(ear | (y < -9), 0, amount)


def _torso() -> tuple[np.ndarray, np.ndarray]:
    """Return a sweater: rings from the collar to below the picture."""
    rings = (  # y, half width, half depth, middle z, squareness
        (-10.9, 6.5, 5.6, 0.6, 2.0), (-10.2, 7.0, 6.1, 0.6, 2.0), (-10.6, 7.6, 6.7, 0.6, 2.0),
        (-11.8, 8.2, 7.4, 0.5, 2.0), (-12.4, 10.8, 7.9, 0.2, 2.1), (-13.3, 14.2, 8.6, 0.0, 2.2),
        (-14.8, 17.6, 9.4, -0.2, 2.4), (-17.2, 20.0, 10.2, -0.2, 2.6), (-21.0, 21.3, 11.0, 0.0, 2.7),
        (-30.0, 21.0, 11.5, 0.2, 2.7),
    )  # fmt: skip
    rings_up = np.array(rings)
    steps = np.linspace(0, len(rings) - 1, 60)
    fine = np.stack([np.interp(steps, np.arange(len(rings)), column) for column in rings_up.T], 1)
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    cos, sin = np.cos(angle), np.sin(angle)
    rows = []
    for y, width, depth, z, power in fine:
        scale = (np.abs(cos) ** power + np.abs(sin) ** power) ** (-1 / power)
        rows.append(np.stack((width * cos * scale, np.full_like(cos, y), z + depth * sin * scale), 1))
    vertices = np.concatenate(rows).astype(np.float32)
    triangles = []
    for ring in range(len(fine) - 1):
        for k in range(96):
            a, b = ring * 96 + k, ring * 96 + (k + 1) % 96
            triangles += [(a, b, a + 96), (b, b + 96, a + 96)]
    return vertices, np.array(triangles, np.int32)


class Rig:
    """The head, posed by ARKit weights; all lengths are centimeters, x to the actor's own left."""

    def __init__(self, path: Path) -> None:
        data = np.load(path, allow_pickle=False)
        neutral = data["neutral"].astype(np.float32)
        triangles = data["faces"].astype(np.int32)
        material = np.array([_MATERIAL.get(str(name), -1) for name in data["mat_names"]])[data["mat"]]
        names = [str(name) for name in data["expr_names"]]
        shapes = data["expr"].astype(np.float32)
        identity = np.random.default_rng(_IDENTITY_SEED).normal(0, _IDENTITY_SPREAD, len(data["ident"]))
        person = neutral + np.tensordot(identity.astype(np.float32), data["ident"].astype(np.float32), 1)

        eyes = np.unique(triangles[material == EYE])
        center = EYE_CENTERS[(neutral[eyes, 0] < 0).astype(int)]
        outward = neutral[eyes] - center
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        moved = np.mean(person[eyes] - neutral[eyes], axis=0)
        person[eyes] = center + moved + _EYE_RADIUS * outward
        shapes[:, eyes] = 0

        below_collar = (neutral[triangles, 1] < -11.5).any(1)
        material = np.where((material == SKIN) & below_collar, -1, material)
        skin = np.unique(triangles[material == SKIN])
        extra = np.zeros(len(neutral), np.float32)
        lashes = np.unique(triangles[material == LASH])
        extra[lashes] = cKDTree(neutral[skin]).query(neutral[lashes])[0]

        scalp = triangles[(material == SKIN) & (_hair_amount(neutral)[triangles].max(1) > 0.02)]
        roots, rows = np.unique(scalp, return_inverse=True)
        amount = _hair_amount(neutral[roots]).astype(np.float32)
        lift = 0.40 + 1.10 * _smoothstep(6, 14, neutral[roots, 1])
        lift += (0.55 + 0.06 * neutral[roots, 0]) * _smoothstep(4, 9, neutral[roots, 2])
        grown = (
            person[roots]
            + normals(person, triangles)[roots] * (amount * lift - 0.25 * (amount < 0.05))[:, None]
        )
        torso, torso_triangles = _torso()

        count, hairs = len(neutral), len(roots)
        self.neutral = np.concatenate((neutral, neutral[roots], torso))
        """Where each vertex lies on the neutral face: what the shader paints by."""
        self.extra = np.concatenate((extra, amount, np.zeros(len(torso), np.float32)))
        """Hair: how much grows here. Lashes: distance from the lid."""
        self._person = np.concatenate((person, grown, torso)).astype(np.float32)
        self._shapes = {
            name: np.concatenate((shape, shape[roots], np.zeros_like(torso)))
            for name, shape in zip(names, shapes, strict=True)
        }
        self.parts = [Part(kind, triangles[material == kind]) for kind in (SKIN, MOUTH, TEETH, EYE, LASH)]
        self.parts.insert(1, Part(HAIR, (rows.reshape(-1, 3) + count).astype(np.int32)))
        self.parts.insert(1, Part(CLOTH, torso_triangles + np.int32(count + hairs)))
        self._triangles = np.concatenate([part.triangles for part in self.parts])
        on_neck = _smoothstep(-12.5, -7.0, self.neutral[:, 1])
        on_neck[count + hairs :] = 0
        self._turning = on_neck.astype(np.float32)[:, None]

    def _shape(self, name: str) -> list[np.ndarray]:
        """Return the rig's shapes for an ARKit one."""
        plain = name.removesuffix("Left").removesuffix("Right")
        side = {"Left": "_L", "Right": "_R"}.get(name[len(plain) :], "")
        if name in self._shapes:
            return [self._shapes[name]]
        found = [self._shapes[key] for key in (f"{plain}_L", f"{plain}_R") if not side or key.endswith(side)]
        if plain == "cheekSquint":
            found.append(self._shapes[f"cheekRaiser{side}"])
        return found

    def pose(
        self, weights: Mapping[str, float], turn: np.ndarray, shift: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return vertices and normals, both (V, 3).

        `turn` is yaw, pitch and roll of the head, radians, as in `faces.ROTATIONS`; `shift` moves the actor.
        """
        vertices = self._person.copy()
        for name, weight in weights.items():
            if abs(weight) > 1e-3:
                for shape in self._shape(name):
                    vertices += np.float32(weight) * shape
        yaw, pitch, roll = turn.tolist()
        cy, sy, cp, sp, cr, sr = (
            np.cos(yaw),
            np.sin(yaw),
            np.cos(pitch),
            np.sin(pitch),
            np.cos(roll),
            np.sin(roll),
        )
        about_y = np.array(((cy, 0, sy), (0, 1, 0), (-sy, 0, cy)))
        about_x = np.array(((1, 0, 0), (0, cp, -sp), (0, sp, cp)))
        about_z = np.array(((cr, sr, 0), (-sr, cr, 0), (0, 0, 1)))
        rotation = (about_y @ about_x @ about_z).astype(np.float32)
        turned = (vertices - _PIVOT) @ rotation.T + _PIVOT
        vertices += (turned - vertices) * self._turning
        vertices += shift.astype(np.float32)
        return vertices, normals(vertices, self._triangles)
