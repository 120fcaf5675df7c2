"""Faces rendered from a rig, with the exact blend weights and head rotation that they show.

`python -m mien.models.training.renders ict_facekit.npz --out renders.npz`: the rig is ICT FaceKit (MIT) as
arrays: `neutral`, `faces`, `mat` (material of each face), `expr` and `ident` shapes. The pictures are crops
as `mien.models.align` defines them, gray. Person, light, skin, brows, hair and glasses are drawn at random.
"""

from pathlib import Path
from typing import Annotated, Any

import cv2
import moderngl
import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from mien.bridge.faces import SHAPE, SHAPES
from mien.models.manifest import ManifestError

SIDE = 112
EYES, EYES_TO_MOUTH = 0.395, 0.385
"""Where the crop has the eye line, and how far below it the mouth, in sides."""
DISTANCE = 60.0
"""From the camera to the face, in units of the rig (centimeters)."""
OFTEN = (
    "eyeBlink",
    "mouthPucker",
    "mouthLeft",
    "mouthRight",
    "jawOpen",
    "mouthFunnel",
    "mouthSmile",
    "browDown",
)
"""Shapes drawn more often: they matter most, or were learned worst."""
PROTOTYPES: tuple[dict[str, float], ...] = (
    {"mouthSmile": 0.9, "cheekSquint": 0.7, "eyeSquint": 0.4, "jawOpen": 0.15, "mouthUpperUp": 0.3},
    {"browInnerUp": 0.9, "mouthFrown": 0.8, "browDown": 0.2, "mouthShrugLower": 0.5, "eyeSquint": 0.2},
    {
        "browDown": 1.0,
        "eyeSquint": 0.5,
        "mouthPress": 0.7,
        "noseSneer": 0.4,
        "eyeWide": 0.2,
        "mouthRollLower": 0.3,
    },
    {
        "browInnerUp": 0.9,
        "browOuterUp": 0.6,
        "eyeWide": 0.9,
        "mouthStretch": 0.8,
        "jawOpen": 0.3,
        "browDown": 0.3,
    },
    {"noseSneer": 1.0, "mouthUpperUp": 0.8, "browDown": 0.6, "cheekSquint": 0.6, "mouthFrown": 0.4},
    {"browInnerUp": 0.9, "browOuterUp": 0.9, "eyeWide": 0.9, "jawOpen": 0.7},
    {"eyeBlink": 1.0},
    {"mouthPucker": 1.0, "mouthFunnel": 0.3},
    {"cheekPuff": 1.0, "mouthPress": 0.4},
)
"""Expressions by stem of their shapes (Ekman and Friesen's FACS prototypes, and what else faces do)."""
MATERIALS = {
    "M_GumsTongue": 0.30,
    "M_Teeth": 0.85,
    "M_ScleraLeft": 0.92,
    "M_ScleraRight": 0.92,
    "M_IrisLeft": 0.18,
    "M_IrisRight": 0.18,
    "M_EyeLashes": 0.08,
}
"""Brightness of what is not skin; materials in neither list are left out."""

VERTEX = """#version 330
uniform mat4 project; uniform mat3 turn; uniform vec3 center;
in vec3 place; in float bright; in vec3 rest;
out vec3 seen; out float shade; out vec3 fixed_place;
void main() {
  seen = turn * (place - center); shade = bright; fixed_place = rest;
  gl_Position = project * vec4(seen, 1.0);
}"""
FRAGMENT = """#version 330
uniform vec3 light; uniform float ambient; uniform float gloss; uniform float grain; uniform vec3 phase;
in vec3 seen; in float shade; in vec3 fixed_place; out vec4 color;
void main() {
  vec3 n = normalize(cross(dFdx(seen), dFdy(seen)));
  float diffuse = max(dot(n, light), 0.0);
  float shine = gloss * pow(max(dot(reflect(-light, n), vec3(0, 0, 1)), 0.0), 12.0);
  vec3 p = fixed_place;
  float spots = sin(p.x * 1.7 + phase.x) * sin(p.y * 1.3 + phase.y)
    + sin(p.x * 3.1 + p.y * 0.7 + phase.z) * sin(p.y * 2.3 - p.z + phase.x);
  float value = shade * (1.0 + grain * spots) * (ambient + (1.0 - ambient) * diffuse) + shine;
  color = vec4(vec3(value), 1.0);
}"""


EGL: dict[str, Any] = {"backend": "egl"}


class Rig:
    """The arrays of a rig, only what is drawn, and where its features lie."""

    def __init__(self, file: Path) -> None:
        try:
            with np.load(file, allow_pickle=False) as stored:
                z = {
                    name: stored[name]
                    for name in ("neutral", "faces", "mat", "mat_names", "expr", "expr_names", "ident")
                }
        except (OSError, KeyError, ValueError) as error:
            raise ManifestError(f"{file}: is not a rig ({error})") from None
        names = [str(n) for n in z["mat_names"]]
        drawn = [i for i, n in enumerate(names) if n in MATERIALS or n in ("M_Face", "M_BackHead")]
        faces = z["faces"][np.isin(z["mat"], drawn)]
        kept, self.faces = np.unique(faces, return_inverse=True)
        self.faces = self.faces.reshape(-1, 3).astype(np.int32)
        self.neutral = z["neutral"][kept].astype(np.float32)
        self.ident = z["ident"][:, kept].astype(np.float32).reshape(len(z["ident"]), -1)
        material = np.zeros(len(z["neutral"]), np.int64)
        for i in range(len(names)):
            material[np.unique(z["faces"][z["mat"] == i])] = i
        self.material = np.array(names)[material[kept]]
        self.shapes = np.zeros((len(SHAPES), self.neutral.size), np.float32)
        for name, shape in zip(z["expr_names"], z["expr"], strict=True):
            column = _column(str(name))
            if column is not None:
                self.shapes[column] += shape[kept].astype(np.float32).reshape(-1)
        rolls = self.shapes[[SHAPE["mouthRollLower"], SHAPE["mouthRollUpper"]]].reshape(2, -1, 3)
        moved = np.linalg.norm(rolls, axis=2).max(0)
        self.lips = np.clip(moved / np.percentile(moved[moved > 0.01], 90), 0, 1) ** 0.7
        self.eyes = np.stack(
            [self.neutral[self.material == f"M_Sclera{s}"].mean(0) for s in ("Left", "Right")]
        )
        self.iris = np.zeros(len(self.neutral), np.bool_)
        for side in ("Left", "Right"):
            iris = self.neutral[self.material == f"M_Iris{side}"]
            apart = np.linalg.norm(self.neutral[:, :2] - iris[:, :2].mean(0), axis=1)
            front = (self.material == f"M_Sclera{side}") & (self.neutral[:, 2] > iris[:, 2].min() - 0.3)
            self.iris |= front & (apart < 0.62)


def _column(name: str) -> int | None:
    """Return the ARKit column of a shape of the rig, such as `browDown_L`."""
    stem, _, side = name.partition("_")
    stem = {"cheekRaiser": ""}.get(stem, stem)  # ARKit has no raiser beside its squint
    for candidate in (stem + {"L": "Left", "R": "Right", "": ""}[side], stem):
        if candidate in SHAPES:
            return SHAPE[candidate]
    return None


def draw_weights(random: np.random.Generator) -> NDArray[np.float32]:
    """Return random blend weights (52,): a prototype of any strength, some single shapes, or nothing."""
    weights = np.zeros(len(SHAPES), np.float32)

    def add(stem: str, value: float) -> None:
        sides = [name for name in SHAPES if name in (stem, stem + "Left", stem + "Right")]
        lean = random.normal(0, 0.08 if random.random() < 0.85 else 0.6)
        for name in sides:
            own = value * (1 + lean * (1 if name.endswith("Left") else -1)) if len(sides) > 1 else value
            weights[SHAPE[name]] = np.clip(weights[SHAPE[name]] + own, 0, 1)

    if random.random() < 0.55:
        strength = random.uniform(0.2, 1.1)
        for stem, value in PROTOTYPES[int(random.integers(len(PROTOTYPES)))].items():
            add(stem, value * strength * random.uniform(0.6, 1.2))
    stems = sorted(
        {
            name.removesuffix("Left").removesuffix("Right")
            if name not in ("mouthLeft", "mouthRight", "jawLeft", "jawRight")
            else name
            for name in SHAPES
        }
        - {"tongueOut"}
    )
    for _ in range(int(random.integers(0, 5))):
        pool = OFTEN if random.random() < 0.4 else stems
        add(str(random.choice(pool)), random.uniform(0.1, 1.0))
    look = random.normal(0, 0.3, 2)
    for right, left, value in (("In", "Out", look[0]), ("Out", "In", -look[0])):
        weights[SHAPE[f"eyeLook{right}Right"]] += max(value, 0)
        weights[SHAPE[f"eyeLook{left}Left"]] += max(value, 0)
    for direction, value in (("Up", look[1]), ("Down", -look[1])):
        for side in ("Left", "Right"):
            weights[SHAPE[f"eyeLook{direction}{side}"]] += max(value, 0)
    # What cannot be at once: lips that are pressed hide nothing, closed lips need an open jaw.
    weights[SHAPE["mouthClose"]] = min(weights[SHAPE["mouthClose"]], weights[SHAPE["jawOpen"]])
    if weights[SHAPE["mouthLeft"]] and weights[SHAPE["mouthRight"]]:
        weights[SHAPE["mouthLeft"]] = 0
    return np.clip(weights, 0, 1)


class Painter:
    """Draws one random person at a time, off screen."""

    def __init__(self, rig: Rig, samples: int = 4) -> None:
        self.rig = rig
        self.context = moderngl.create_context(standalone=True, **EGL)
        self.program = self.context.program(vertex_shader=VERTEX, fragment_shader=FRAGMENT)
        count = len(rig.neutral)
        self.places = self.context.buffer(reserve=count * 12, dynamic=True)
        self.rest = self.context.buffer(rig.neutral.tobytes())
        self.brights = self.context.buffer(reserve=count * 4, dynamic=True)
        self.array = self.context.vertex_array(
            self.program,
            [(self.places, "3f", "place"), (self.brights, "1f", "bright"), (self.rest, "3f", "rest")],
            self.context.buffer(rig.faces.tobytes()),
        )
        size = (SIDE, SIDE)
        self.target = self.context.framebuffer(
            self.context.renderbuffer(size, 4, samples=samples),
            self.context.depth_renderbuffer(size, samples=samples),
        )
        self.plain = self.context.simple_framebuffer(size)
        self.context.enable(moderngl.DEPTH_TEST)

    def paint(
        self, random: np.random.Generator
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
        """Return a picture (SIDE, SIDE), its blend weights (52,) and the head's yaw and pitch, radians."""
        rig = self.rig
        weights = draw_weights(random)
        person = random.normal(0, 0.8, len(rig.ident)).astype(np.float32)
        base = rig.neutral + (person @ rig.ident).reshape(-1, 3)
        place = base + (weights @ rig.shapes).reshape(-1, 3)
        skin = random.uniform(0.25, 0.85)
        self.places.write(place.astype(np.float32).tobytes())
        self.brights.write(self._brightness(skin, weights, random).tobytes())

        yaw, pitch = np.clip(random.normal(0, (0.25, 0.15)), -0.8, 0.8)
        offset = base - rig.neutral
        eyes = np.stack(
            [(rig.neutral + offset)[rig.material == f"M_Sclera{s}"].mean(0) for s in ("Left", "Right")]
        )
        mouth = base[rig.lips > 0.8].mean(0)
        middle = (eyes.mean(0) + mouth) / 2
        side = float(eyes.mean(0)[1] - mouth[1]) / EYES_TO_MOUTH
        # The rig looks along +z, its left is +x: yaw to its left turns z towards x; pitch down, z towards -y.
        cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
        turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]]) @ np.array(
            [[1, 0, 0], [0, cp, -sp], [0, sp, cp]]
        )
        half = side / 2
        lift = (EYES + EYES_TO_MOUTH / 2 - 0.5) * side
        focal = DISTANCE / half
        near, far = DISTANCE - 30, DISTANCE + 30
        project = np.array(
            [
                [focal, 0, 0, 0],
                [0, focal, 0, -lift / half * DISTANCE],
                [0, 0, -(far + near) / (far - near), 0],
                [0, 0, -1, DISTANCE],
            ]
        )
        # Depth: from the camera at z = DISTANCE; only its order matters.
        project[2, 3] = (far + near) / (far - near) * DISTANCE - 2 * far * near / (far - near)
        program: Any = self.program
        program["project"].write(np.ascontiguousarray(project.T, np.float32).tobytes())
        program["turn"].write(np.ascontiguousarray(turn.T, np.float32).tobytes())
        program["center"].value = tuple(middle.tolist())
        light = np.array([random.normal(0, 0.7), random.normal(0.3, 0.5), 1.0])
        program["light"].value = tuple((light / np.linalg.norm(light)).tolist())
        program["ambient"].value = random.uniform(0.25, 0.7)
        program["gloss"].value = random.uniform(0, 0.25)
        program["grain"].value = random.uniform(0, 0.04)
        program["phase"].value = tuple(random.uniform(0, 6.28, 3).tolist())
        self.target.use()
        self.target.clear(0, 0, 0, 0)
        self.array.render()
        self.context.copy_framebuffer(self.plain, self.target)
        pixels = np.frombuffer(self.plain.read(components=4), np.uint8).reshape(SIDE, SIDE, 4)[::-1]
        cover = pixels[:, :, 3] / 255.0
        wall = cv2.resize(random.uniform(0, 255, tuple(random.integers(1, 6, 2))), (SIDE, SIDE))
        picture = pixels[:, :, 0] * cover + wall * (1 - cover)

        def at(point: NDArray[np.float32]) -> tuple[float, float]:
            x, y, _, w = project @ np.append(turn @ (point - middle), 1)
            return (x / w + 1) / 2 * SIDE, (1 - y / w) / 2 * SIDE

        if random.random() < 0.2:
            picture = _glasses(picture, [at(eye + np.array([0, 0, 1.2], np.float32)) for eye in eyes], random)
        labels = np.array([yaw, pitch], np.float32)
        return np.clip(picture, 0, 255).astype(np.uint8), weights, labels

    def _brightness(
        self, skin: float, weights: NDArray[np.float32], random: np.random.Generator
    ) -> NDArray[np.float32]:
        rig = self.rig
        bright = np.full(len(rig.neutral), skin)
        hair = random.uniform(0.03, 0.5)
        for name, value in MATERIALS.items():
            bright[rig.material == name] = value * random.uniform(0.8, 1.1)
        bright = np.where(rig.iris, MATERIALS["M_IrisLeft"] * random.uniform(0.5, 2.5), bright)
        face = rig.material == "M_Face"
        bright *= 1 - random.uniform(0.2, 0.6) * np.where(face, self._furrows(weights, random), 0)
        bright *= np.where(face, 1 - rig.lips * random.uniform(0.1, 0.5), 1)
        height, thick, arch = random.uniform(1.7, 2.2), random.uniform(0.2, 0.5), random.uniform(0, 0.5)
        for eye in rig.eyes:
            across = (rig.neutral[:, 0] - eye[0]) * np.sign(eye[0])
            curve = eye[1] + height + arch * (1 - (across / 2) ** 2) * 0.5
            brow = np.clip(1.5 - np.abs(rig.neutral[:, 1] - curve) / thick, 0, 1) * np.clip(
                3 - np.abs(across) * 1.3, 0, 1
            )
            bright = np.where(
                face & (rig.neutral[:, 2] > 0),
                bright + (hair - bright) * brow * random.uniform(0.6, 1),
                bright,
            )
        line = rig.eyes[:, 1].mean() + random.uniform(4.5, 8)
        scalp = np.clip(
            (rig.neutral[:, 1] - line - 0.03 * rig.neutral[:, 0] ** 2 * random.uniform(-1, 1)) * 1.5, 0, 1
        )
        scalp = np.where(face | (rig.material == "M_BackHead"), scalp, 0)
        if random.random() < 0.85:
            bright = bright + (hair - bright) * scalp
        return bright.astype(np.float32)

    def _furrows(self, weights: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float64]:
        """Return how dark expression makes the skin, [0, 1]: at the brows, the forehead, the nose."""
        x, y, z = (self.rig.neutral[:, i].astype(np.float64) for i in range(3))
        eyes = self.rig.eyes[:, 1].mean()
        down = weights[[SHAPE["browDownLeft"], SHAPE["browDownRight"]]].mean()
        up = max(
            weights[SHAPE["browInnerUp"]],
            weights[[SHAPE["browOuterUpLeft"], SHAPE["browOuterUpRight"]]].mean(),
        )
        sneer = weights[[SHAPE["noseSneerLeft"], SHAPE["noseSneerRight"]]].mean()
        smile = weights[[SHAPE["mouthSmileLeft"], SHAPE["mouthSmileRight"]]].mean()
        frown = np.exp(-(((np.abs(x) - 0.7) / 0.2) ** 2) - ((y - eyes - 2.0) / 0.9) ** 2) * down
        lines = np.exp(-(((np.sin((y - eyes) * random.uniform(3.5, 5)) - 1) / 0.3) ** 2)) * up
        lines = (
            lines
            * np.clip((y - eyes - 3.2) * 2, 0, 1)
            * np.clip(4.5 - np.abs(x), 0, 1)
            * np.clip(7 - (y - eyes), 0, 1)
        )
        bridge = (
            np.exp(-(((np.sin((y - eyes) * 7) - 1) / 0.4) ** 2) - ((y - eyes) / 0.8) ** 2 - (x / 0.9) ** 2)
            * sneer
        )
        fold = np.exp(
            -(((np.abs(x) - 2.2 - (eyes - 4.5 - y) * 0.45) / 0.25) ** 2) - ((y - eyes + 5.2) / 1.2) ** 2
        )
        found: NDArray[np.float64] = (frown + lines + bridge + fold * max(smile, sneer)) * (z > 0)
        return np.clip(found, 0, 1)


def _glasses(
    picture: NDArray[np.float64], eyes: list[tuple[float, float]], random: np.random.Generator
) -> NDArray[np.float64]:
    """Return the picture with a pair of frames around the projected eyes."""
    apart = abs(eyes[0][0] - eyes[1][0])
    axes = (int(apart * random.uniform(0.33, 0.44)), int(apart * random.uniform(0.25, 0.4)))
    value, width = random.uniform(0, 200), int(random.integers(1, 4))
    canvas = picture.astype(np.float32)
    centers = [(round(x), round(y)) for x, y in eyes]
    for center in centers:
        cv2.ellipse(canvas, center, axes, 0, 0, 360, value, width, cv2.LINE_AA)
    left, right = sorted(centers)
    cv2.line(canvas, (left[0] + axes[0], left[1]), (right[0] - axes[0], right[1]), value, width, cv2.LINE_AA)
    return np.asarray(canvas, np.float64)


def main(
    rig: Annotated[Path, typer.Argument(help="ict_facekit.npz")],
    *,
    out: Annotated[Path, typer.Option(help="npz file to write")],
    count: Annotated[int, typer.Option(help="how many faces")] = 13_000,
    seed: int = 0,
) -> None:
    """Render faces with known blend weights."""
    painter = Painter(Rig(rig))
    random = np.random.default_rng(seed)
    pictures = np.empty((count, SIDE, SIDE), np.uint8)
    weights = np.empty((count, len(SHAPES)), np.float32)
    heads = np.empty((count, 2), np.float32)
    for i in track(range(count), "rendering", console=Console()):
        pictures[i], weights[i], heads[i] = painter.paint(random)
    np.savez(out, pictures=pictures, weights=weights, heads=heads)


if __name__ == "__main__":
    typer.run(main)
