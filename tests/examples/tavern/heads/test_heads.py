"""The tavern's heads: every shape where it belongs, and files that any engine can read."""

import json
import struct
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.bridge.faces import SHAPES
from mien.examples.tavern.heads import CAST, Head, build
from mien.examples.tavern.heads.__main__ import main
from mien.examples.tavern.heads.mesh import Part

EVERYBODY = pytest.mark.parametrize("name", CAST)
EVERY_SHAPE = pytest.mark.parametrize("shape", SHAPES)
ONE_SIDED = [shape for shape in SHAPES if shape.endswith("Left") and shape not in ("jawLeft", "mouthLeft")]
_DTYPES: dict[int, type[np.generic]] = {5121: np.uint8, 5123: np.uint16, 5126: np.float32}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


@cache
def head(name: str) -> Head:
    return build(name, CAST[name])


@cache
def glb(name: str) -> bytes:
    return head(name).to_glb()


class File:
    """A small reader of binary glTF, strict where the specification is."""

    def __init__(self, raw: bytes) -> None:
        magic, version, length = struct.unpack_from("<4sII", raw)
        assert (magic, version, length) == (b"glTF", 2, len(raw))
        size, kind = struct.unpack_from("<I4s", raw, 12)
        assert kind == b"JSON" and size % 4 == 0
        self.json: dict[str, Any] = json.loads(raw[20 : 20 + size])
        rest, kind = struct.unpack_from("<I4s", raw, 20 + size)
        assert kind == b"BIN\0" and rest % 4 == 0
        self.data = raw[28 + size :]
        assert len(self.data) == rest == self.json["buffers"][0]["byteLength"]

    def read(self, number: int) -> np.ndarray[Any, Any]:
        accessor = self.json["accessors"][number]
        view = self.json["bufferViews"][accessor["bufferView"]]
        width = _WIDTHS[accessor["type"]]
        dtype = np.dtype(_DTYPES[accessor["componentType"]])
        assert view["byteOffset"] % 4 == 0
        assert view["byteLength"] == accessor["count"] * width * dtype.itemsize
        assert view["byteOffset"] + view["byteLength"] <= len(self.data)
        values = np.frombuffer(self.data, dtype, accessor["count"] * width, view["byteOffset"])
        return values.reshape(-1, width) if width > 1 else values


def moved(part: Part, shape: str) -> np.ndarray[Any, Any]:
    """Return how far each vertex moves, cm."""
    assert part.deltas is not None
    return np.linalg.norm(part.deltas[SHAPES.index(shape)], axis=1)


def all_moving(name: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the points of all parts with shapes, and their displacements."""
    parts = [p for p in head(name).parts if p.deltas is not None]
    return np.concatenate([p.points for p in parts]), np.concatenate([p.deltas for p in parts], axis=1)  # type: ignore[misc]


@EVERYBODY
@EVERY_SHAPE
def test_every_shape_moves_something_visibly(name: str, shape: str) -> None:
    least = 0.06 if shape.startswith("eyeLook") else 0.25
    assert moved(head(name).part("skin"), shape).max() > least


@EVERYBODY
@pytest.mark.parametrize("shape", ONE_SIDED)
def test_a_left_shape_moves_the_characters_left_and_its_right_twin_mirrors_it(name: str, shape: str) -> None:
    skin = head(name).skin
    part = head(name).part("skin")
    assert part.deltas is not None
    left = part.deltas[SHAPES.index(shape)][: len(skin.points)]
    right = part.deltas[SHAPES.index(shape.replace("Left", "Right"))][: len(skin.points)]
    distance = np.linalg.norm(left, axis=1)
    assert distance[skin.points[:, 0] < -1.0].max() < 1e-9
    assert distance[skin.points[:, 0] > 0].sum() > 0.9 * distance.sum()
    assert np.abs(left[skin.mirror] * (-1, 1, 1) - right).max() < 1e-9


@EVERYBODY
@EVERY_SHAPE
def test_a_shape_moves_nothing_outside_its_region(name: str, shape: str) -> None:
    marks = head(name).sculpture.marks
    points, deltas = all_moving(name)
    p = points[np.linalg.norm(deltas[SHAPES.index(shape)], axis=1) > 0.02]
    nose = marks.nose[1]
    low, high = {
        "eye": (-4.2, 4.2),
        "bro": (-1.9, 7.0),
        "jaw": (-17.0, marks.hinge[1] + 2.0),
        "mou": (marks.chin[1] - 2.5, 1.2),
        "che": (marks.mouth[0] - 3.0, 1.0),
        "nos": (marks.mouth[0] - 0.6, marks.brow[0] + 2.2),
        "ton": (marks.chin[1] - 0.5, nose),
    }[shape[:3]]
    if shape.startswith("mouthSmile"):
        high = 1.5  # a smile lifts the lower lid
    assert p[:, 1].min() > low
    assert p[:, 1].max() < high
    assert p[:, 2].min() > (-2.5 if shape.startswith("jaw") else marks.hinge[2] - 0.5)


@EVERYBODY
def test_directions_are_those_of_arkit(name: str) -> None:
    part, marks = head(name).part("skin"), head(name).sculpture.marks
    assert part.deltas is not None
    points = part.points

    def at(shape: str, place: tuple[float, float, float]) -> np.ndarray[Any, Any]:
        assert part.deltas is not None
        return part.deltas[SHAPES.index(shape)][((points - place) ** 2).sum(1).argmin()]

    lip, half = marks.mouth
    front = head(name).skin.points[head(name).skin.lip_place == 1.0][:, 2].max()
    corner, chin, brow = (half, lip, front - 1), marks.chin, (1.4, marks.brow[0], 8.3)
    lower = (0.0, lip - 0.6, front + 0.2)
    upper = (0.0, lip + 0.5, front + 0.2)
    assert at("mouthSmileLeft", corner)[0] > 0.2 < at("mouthSmileLeft", corner)[1]
    assert at("mouthFrownLeft", corner)[1] < -0.3
    assert at("mouthStretchLeft", corner)[0] > 0.3
    assert at("mouthPucker", corner)[0] < -0.3
    assert at("mouthLeft", lower)[0] > 0.5 > -0.5 > at("mouthRight", lower)[0]
    assert at("jawLeft", chin)[0] > 0.5 > -0.5 > at("jawRight", chin)[0]
    assert at("jawOpen", chin)[1] < -1.5
    assert at("jawForward", chin)[2] > 0.5
    assert at("mouthFunnel", lower)[2] > 0.4 < at("mouthFunnel", upper)[2]
    assert at("mouthShrugLower", lower)[1] > 0.2
    assert at("mouthRollLower", lower)[2] < -0.2 > at("mouthRollUpper", upper)[2]
    assert at("mouthUpperUpLeft", (0.8, lip + 0.5, front))[1] > 0.3
    assert at("mouthLowerDownLeft", (0.8, lip - 0.6, front))[1] < -0.3
    assert at("browInnerUp", brow)[1] > 0.5
    assert at("browDownLeft", brow)[1] < -0.4 and at("browDownLeft", brow)[0] < 0
    assert at("browOuterUpLeft", (4.4, marks.brow[1], 7.0))[1] > 0.5
    assert at("noseSneerLeft", marks.wing)[1] > 0.25
    assert at("cheekPuff", (4.6, lip + 1, 6.2))[0] > 0.3
    assert at("cheekSquintLeft", (3.9, -2.9, 7.4))[1] > 0.25


@EVERYBODY
@pytest.mark.parametrize("weight", [0.25, 0.5, 0.75, 1.0])
def test_closing_lids_stay_in_front_of_the_eyeball(name: str, weight: float) -> None:
    skin, marks = head(name).skin, head(name).sculpture.marks
    part = head(name).part("skin")
    assert part.deltas is not None
    outside = (skin.lid_side == 1) & (skin.lid_depth >= 0) & ~np.isnan(skin.lid_ring)
    at = (
        skin.points[outside] + weight * part.deltas[SHAPES.index("eyeBlinkLeft")][: len(skin.points)][outside]
    )
    assert np.linalg.norm(at - marks.eye, axis=1).min() > marks.eyeball + 0.01


@EVERYBODY
def test_a_blink_covers_the_eye_and_an_open_eye_does_not(name: str) -> None:
    part, marks = head(name).part("skin"), head(name).sculpture.marks
    assert part.deltas is not None
    shut = part.points + part.deltas[SHAPES.index("eyeBlinkLeft")]
    gaze = [
        np.array((np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)))
        for a in np.radians(range(-38, 39, 4))
        for e in np.radians(range(-24, 29, 4))
    ]
    assert all(pierced(shut, part, np.array(marks.eye), ray) for ray in gaze)
    assert not pierced(part.points, part, np.array(marks.eye), np.array((0.0, 0.0, 1.0)))


def pierced(
    points: np.ndarray[Any, Any], part: Part, origin: np.ndarray[Any, Any], ray: np.ndarray[Any, Any]
) -> bool:
    """Return whether a ray meets a triangle (Möller & Trumbore 1997)."""
    a, b, c = (points[part.triangles[:, k]] for k in range(3))
    across = np.cross(ray, c - a)
    area = ((b - a) * across).sum(1)
    ok = np.abs(area) > 1e-12
    inverse = 1 / np.where(ok, area, 1)
    u = ((origin - a) * across).sum(1) * inverse
    turned = np.cross(origin - a, b - a)
    v = (turned * ray).sum(1) * inverse
    t = ((c - a) * turned).sum(1) * inverse
    return bool((ok & (u >= 0) & (v >= 0) & (u + v <= 1) & (t > 0)).any())


@EVERYBODY
def test_the_jaw_opens_a_gap_that_mouth_close_closes(name: str) -> None:
    skin, part = head(name).skin, head(name).part("skin")
    assert part.deltas is not None
    middle = (skin.lip_place == 0.0) & (np.abs(skin.lip_along) < 0.4)
    above, below = middle & (skin.lip > 0.85), middle & (skin.lip < -0.85)

    def gap(*shapes: str) -> float:
        assert part.deltas is not None
        at = skin.points + sum(part.deltas[SHAPES.index(s)][: len(skin.points)] for s in shapes)
        return float(at[above][:, 1].mean() - at[below][:, 1].mean())

    assert abs(gap()) < 0.1
    assert gap("jawOpen") > 2.0
    assert abs(gap("jawOpen", "mouthClose")) < 0.25
    assert gap("mouthFunnel") > 0.5


@EVERYBODY
def test_the_tongue_comes_out_between_the_lips(name: str) -> None:
    tongue, skin = head(name).part("tongue"), head(name).skin
    assert tongue.deltas is not None
    out = tongue.points + tongue.deltas[SHAPES.index("tongueOut")]
    lips = skin.points[skin.lip_place == 0.36][:, 2].max()
    assert tongue.points[:, 2].max() < lips - 0.8
    assert out[:, 2].max() > lips + 0.5


def normals(name: str, points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the unit normals of the skin's quads."""
    a, b, c, d = (points[head(name).skin.quads[:, k]] for k in range(4))
    across: np.ndarray[Any, Any] = np.cross(c - a, d - b)
    return across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)


@EVERYBODY
@EVERY_SHAPE
def test_no_shape_turns_the_skin_inside_out(name: str, shape: str) -> None:
    skin, part = head(name).skin, head(name).part("skin")
    assert part.deltas is not None
    still = skin.points
    if shape == "mouthClose":  # it closes what the jaw opened
        still = still + part.deltas[SHAPES.index("jawOpen")][: len(still)]
    turned = (
        normals(name, still) * normals(name, still + part.deltas[SHAPES.index(shape)][: len(still)])
    ).sum(1)
    rims = ((skin.lip_ring > 0.5) | (skin.lid_side != 0))[skin.quads].any(1)
    assert not (turned < 0)[~rims].any()
    assert (turned < 0).sum() < (
        40 if shape == "mouthClose" else 12
    )  # slivers in the corners of eyes and mouth


@EVERYBODY
@pytest.mark.parametrize("part", ["skin", "eyeLeft", "eyeRight", "tongue", "browLeft", "shirt", "hair"])
def test_triangles_face_outwards(name: str, part: str) -> None:
    mesh = head(name).part(part)
    skin = head(name).skin
    triangles = mesh.triangles
    if part == "skin":  # not where lips and lids turn in
        inner = np.zeros(len(mesh.points), bool)
        inner[: len(skin.points)] = (skin.lip_ring > 0) | (skin.lid_side != 0)
        triangles = triangles[~inner[triangles].any(1)]
    a, b, c = (mesh.points[triangles[:, k]] for k in range(3))
    volume = np.cross(b - a, c - a)
    if part in ("skin", "browLeft"):
        outward = head(name).sculpture.gradient((a + b + c) / 3)
    elif part == "hair":
        outward = (a + b + c) / 3 - (0, 2.6, -0.9)
    else:
        outward = (a + b + c) / 3 - mesh.points.mean(0)
    facing = (volume * outward).sum(1) > 0
    area = np.linalg.norm(volume, axis=1)
    assert area[facing].sum() > 0.97 * area.sum()


@EVERYBODY
def test_the_file_is_sound_gltf_with_the_shapes_in_arkits_order(name: str) -> None:
    file = File(glb(name))
    face, body = file.json["meshes"]
    assert tuple(face["extras"]["targetNames"]) == SHAPES
    assert len(face["weights"]) == 52
    for mesh in (face, body):
        for primitive in mesh["primitives"]:
            attributes = {key: file.read(number) for key, number in primitive["attributes"].items()}
            count = len(attributes["POSITION"])
            assert {len(values) for values in attributes.values()} == {count}
            assert file.read(primitive["indices"]).max() == count - 1
            assert np.allclose(np.linalg.norm(attributes["NORMAL"], axis=1), 1, atol=1e-3)
            assert np.allclose(attributes["WEIGHTS_0"].sum(1), 1, atol=1e-5)
            assert attributes["JOINTS_0"].max() < len(file.json["skins"][0]["joints"])
            look = file.json["materials"][primitive["material"]]["pbrMetallicRoughness"]
            assert ("TEXCOORD_0" in attributes) == ("baseColorTexture" in look)
            if "TEXCOORD_0" in attributes:
                assert attributes["TEXCOORD_0"].min() >= 0
                assert attributes["TEXCOORD_0"].max() <= 1
            bounds = file.json["accessors"][primitive["attributes"]["POSITION"]]
            assert np.allclose(bounds["max"], attributes["POSITION"].max(0))
            targets = primitive.get("targets", [])
            assert len(targets) == (52 if mesh is face else 0)
            for target in targets:
                assert len(file.read(target["POSITION"])) == len(file.read(target["NORMAL"])) == count
    names = [node["name"] for node in file.json["nodes"]]
    assert names == [name, "face", "body", "chest", "head", "eyeLeft", "eyeRight"]
    for image in file.json["images"]:
        view = file.json["bufferViews"][image["bufferView"]]
        assert file.data[view["byteOffset"] :].startswith(b"\x89PNG\r\n\x1a\n")


@EVERYBODY
def test_a_head_is_of_human_size_in_meters_and_light_enough_to_morph_on_a_processor(name: str) -> None:
    skin = File(glb(name)).json
    low, high = (np.array(skin["accessors"][0][key]) for key in ("min", "max"))
    assert 0.18 < high[1] - low[1] < 0.34
    assert 0.11 < high[0] - low[0] < 0.20
    assert sum(len(p.points) for p in head(name).parts if p.deltas is not None) < 8000


def test_the_same_code_builds_the_same_bytes() -> None:
    assert build("Marta", CAST["Marta"]).to_glb() == glb("Marta")


def test_the_command_writes_whom_one_asks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["heads", str(tmp_path / "new"), "Lily"])
    main()
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["Lily.glb"]
    assert (tmp_path / "new" / "Lily.glb").read_bytes() == glb("Lily")


def test_the_command_says_who_there_is_when_it_does_not_know_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["heads", str(tmp_path), "Nobody"])
    with pytest.raises(SystemExit):
        main()
    assert "nobody is called Nobody; there are Marta, Bram, Lily" in capsys.readouterr().err
