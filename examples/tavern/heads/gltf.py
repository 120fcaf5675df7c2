"""Writes a head as binary glTF 2.0 (Khronos Group, glTF 2.0 specification): meters, y up, facing +z."""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mien.bridge.faces import SHAPES
from mien.examples.tavern.heads.mesh import JOINTS, Part, joined
from mien.examples.tavern.heads.sculpture import Floats

_FLOAT, _UBYTE, _USHORT = 5126, 5121, 5123
_TYPE: Final = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}


@dataclass(frozen=True)
class Material:
    """How one material looks."""

    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Linear red, green, blue in [0, 1]."""
    picture: bytes | None = None
    """A PNG, multiplied with the color."""
    roughness: float = 0.8
    glow: float = 0.0
    two_sided: bool = False


class _Buffer:
    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def view(self, raw: bytes, target: int | None = None) -> int:
        self.data += b"\0" * (-len(self.data) % 4)
        entry = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(raw)}
        self.views.append(entry | ({"target": target} if target else {}))
        self.data += raw
        return len(self.views) - 1

    def accessor(
        self, values: NDArray[Any], kind: int, target: int | None = 34962, bounds: bool = False
    ) -> int:
        width = 1 if values.ndim == 1 else values.shape[1]
        entry: dict[str, Any] = {
            "bufferView": self.view(np.ascontiguousarray(values).tobytes(), target),
            "componentType": kind,
            "count": len(values),
            "type": _TYPE[width],
        }
        if bounds:
            entry |= {"min": values.min(0).tolist(), "max": values.max(0).tolist()}
        self.accessors.append(entry)
        return len(self.accessors) - 1


def _floats(values: Floats) -> NDArray[np.float32]:
    rounded: NDArray[np.float32] = (np.round(values, 6) + 0.0).astype(np.float32)  # no negative zeros
    return rounded


def to_glb(
    name: str,
    parts: Sequence[Part],
    materials: Mapping[str, Material],
    pivots: Mapping[str, tuple[float, float, float]],
    scale: float,
) -> bytes:
    """Return the file.

    Args:
        name: of the character.
        parts: those with shapes become one mesh with 52 morph targets, the others one without; those of one
            material become one primitive.
        materials: by the names that the parts use.
        pivots: where the joints are, cm.
        scale: of the whole.
    """
    unit = scale / 100
    buffer = _Buffer()
    used = [m for m in materials if any(p.material == m for p in parts)]
    images: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    for key in used:
        material = materials[key]
        look: dict[str, Any] = {
            "baseColorFactor": [*np.round(material.color, 5).tolist(), 1.0],
            "metallicFactor": 0.0,
            "roughnessFactor": material.roughness,
        }
        if material.picture is not None:
            look["baseColorTexture"] = {"index": len(images)}
            images.append({"bufferView": buffer.view(material.picture), "mimeType": "image/png", "name": key})
        entry: dict[str, Any] = {"name": key, "pbrMetallicRoughness": look}
        if material.glow:
            entry["emissiveFactor"] = [material.glow] * 3
        entries.append(entry | ({"doubleSided": True} if material.two_sided else {}))

    def primitive(part: Part) -> dict[str, Any]:
        weights = np.round(part.weights() * 255).astype(np.uint8)
        weights[np.arange(len(weights)), weights.argmax(1)] += (255 - weights.sum(1)).astype(np.uint8)
        joints = np.where(weights > 0, np.arange(4), 0).astype(np.uint8)
        attributes = {
            "POSITION": buffer.accessor(_floats(part.points * unit), _FLOAT, bounds=True),
            "NORMAL": buffer.accessor(_floats(part.normals), _FLOAT),
            "JOINTS_0": buffer.accessor(joints, _UBYTE),
            "WEIGHTS_0": buffer.accessor(_floats(weights / 255.0), _FLOAT),
        }
        if materials[part.material].picture is not None and part.uv is not None:
            attributes["TEXCOORD_0"] = buffer.accessor(_floats(part.uv), _FLOAT)
        entry: dict[str, Any] = {
            "attributes": attributes,
            "indices": buffer.accessor(part.triangles.astype(np.uint16).ravel(), _USHORT, 34963),
            "material": used.index(part.material),
            "mode": 4,
        }
        if part.deltas is not None:
            turned = part.normal_deltas()
            entry["targets"] = [
                {
                    "POSITION": buffer.accessor(_floats(part.deltas[k] * unit), _FLOAT, bounds=True),
                    "NORMAL": buffer.accessor(_floats(turned[k]), _FLOAT),
                }
                for k in range(len(SHAPES))
            ]
        return entry

    meshes = []
    for kind, moving in (("face", True), ("body", False)):
        kin = [[p for p in parts if p.material == m and (p.deltas is not None) == moving] for m in used]
        mine = [primitive(joined(kind, same)) for same in kin if same]
        mesh: dict[str, Any] = {"name": f"{name}_{kind}", "primitives": mine}
        if moving:
            mesh |= {"weights": [0.0] * len(SHAPES), "extras": {"targetNames": list(SHAPES)}}
        meshes.append(mesh)

    places = {joint: np.array(pivots[joint]) * unit for joint in JOINTS}
    inverse = np.tile(np.eye(4), (len(JOINTS), 1, 1))
    for k, joint in enumerate(JOINTS):
        inverse[k, 3, :3] = -places[joint]  # columns first, as glTF stores matrices
    children = {"chest": ["head"], "head": ["eyeLeft", "eyeRight"], "eyeLeft": [], "eyeRight": []}
    parent = {"head": "chest", "eyeLeft": "head", "eyeRight": "head"}
    first = 3
    nodes: list[dict[str, Any]] = [
        {"name": name, "children": [1, 2, first]},  # Panda3D looks for skinned meshes beside their joints
        {"name": "face", "mesh": 0, "skin": 0},
        {"name": "body", "mesh": 1, "skin": 0},
    ]
    for joint in JOINTS:
        where = places[joint] - (places[parent[joint]] if joint in parent else 0)
        node: dict[str, Any] = {"name": joint, "translation": np.round(where, 6).tolist()}
        if children[joint]:
            node["children"] = [first + JOINTS.index(c) for c in children[joint]]
        nodes.append(node)
    skin = {
        "joints": [first + k for k in range(len(JOINTS))],
        "inverseBindMatrices": buffer.accessor(_floats(inverse.reshape(-1, 16)), _FLOAT, None),
        "skeleton": first,
    }
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "Mien examples/tavern/heads"},
        "scene": 0,
        "scenes": [{"name": name, "nodes": [0]}],
        "nodes": nodes,
        "meshes": meshes,
        "skins": [skin],
        "materials": entries,
        "accessors": buffer.accessors,
        "bufferViews": buffer.views,
        "buffers": [{"byteLength": len(buffer.data) + -len(buffer.data) % 4}],
    }
    if images:
        document |= {
            "images": images,
            "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}],
            "textures": [{"source": k, "sampler": 0} for k in range(len(images))],
        }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    binary = bytes(buffer.data) + b"\0" * (-len(buffer.data) % 4)
    return b"".join(
        (
            struct.pack("<4sII", b"glTF", 2, 12 + 8 + len(text) + 8 + len(binary)),
            struct.pack("<I4s", len(text), b"JSON"),
            text,
            struct.pack("<I4s", len(binary), b"BIN\0"),
            binary,
        )
    )
