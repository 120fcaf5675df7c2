"""Faces rendered from a rig, with the exact blend weights and head rotation that they show.

`python -m mien.models.training.renders ict_facekit.npz --out renders.npz`: the rig is ICT FaceKit (MIT) as
arrays: `neutral`, `faces`, `mat` (material of each face), `expr` and `ident` shapes. The pictures are crops
as `mien.models.align` defines them, gray. Person, light, skin, hair and glasses are drawn at random; what is
shown comes from `expressions`, what is not the head from `dressing`.
"""

from pathlib import Path
from typing import Annotated, Any, NamedTuple

import moderngl
import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from mien.bridge.faces import SHAPE, SHAPES
from mien.models.manifest import ManifestError
from mien.models.training import dressing, expressions

SIDE = 112
DRAWN = 2 * SIDE
"""Side of the picture before it is reduced, which is what smooths edges."""
EYES, EYES_TO_MOUTH = 0.395, 0.385
"""Where the crop has the eye line, and how far below it the mouth, in sides."""
DISTANCE = 60.0
"""From the camera to the face, in units of the rig (centimeters)."""
REACH = {"jawOpen": (0.55, 1.0), "eyeBlink": (0.9, 1.05), "brow": (0.9, 1.6), "noseSneer": (0.9, 1.4)}
"""How far a person moves at weight 1, in units of the rig, by the start of the shape's name; others OTHERS.
The rig's jaw opens further than most people's, its brows move less."""
OTHERS = (0.75, 1.2)
MATERIALS = {
    "M_GumsTongue": 0.30,
    "M_Teeth": 0.80,
    "M_ScleraLeft": 0.75,
    "M_ScleraRight": 0.75,
    "M_IrisLeft": 0.18,
    "M_IrisRight": 0.18,
    "M_EyeLashes": 0.15,
}
"""Brightness of what is not skin; materials in neither list are left out."""

VERTEX = """#version 330
uniform mat4 project; uniform mat3 turn; uniform vec3 center;
in vec3 place; in vec3 normal; in float bright;
out vec3 facing; out float shade;
void main() {
  facing = turn * normal; shade = bright;
  gl_Position = project * vec4(turn * (place - center), 1.0);
}"""
FRAGMENT = """#version 330
uniform vec3 light; uniform vec3 fill; uniform float ambient; uniform float gloss;
in vec3 facing; in float shade; out vec4 color;
void main() {
  vec3 n = normalize(facing);
  if (n.z < 0.0) n = -n;
  float lit = max(dot(n, light), 0.0) + 0.4 * max(dot(n, fill), 0.0);
  float shine = gloss * pow(max(dot(reflect(-light, n), vec3(0, 0, 1)), 0.0), 12.0);
  color = vec4(vec3(0.7 * shade * (ambient + (1.0 - ambient) * lit) + shine), 1.0);
}"""

EGL: dict[str, Any] = {"backend": "egl"}


class Rendered(NamedTuple):
    """One picture and what it shows."""

    picture: NDArray[np.uint8]
    """(SIDE, SIDE)."""
    weights: NDArray[np.float32]
    """Blend weights (52,)."""
    head: NDArray[np.float32]
    """Yaw and pitch, radians."""
    emotion: int
    """Index in `EMOTIONS`, or `expressions.UNLABELED`."""


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
        faces = _thinned(z["faces"], z["mat"], z["neutral"], names)[np.isin(z["mat"], drawn)]
        faces = faces[(faces != np.roll(faces, 1, axis=1)).all(1)]
        kept, self.faces = np.unique(faces, return_inverse=True)
        self.faces = self.faces.reshape(-1, 3).astype(np.int32)
        # The corners in the order of their vertices, to add up the normals that meet in each.
        self.corners = np.argsort(self.faces.ravel(), kind="stable") // 3
        self.starts = np.searchsorted(np.sort(self.faces.ravel()), np.arange(len(kept)))
        self.neutral = z["neutral"][kept].astype(np.float32)
        self.outward = self.normals(self.neutral)
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
        self.mouth = self.neutral[self.lips > 0.8].mean(0)
        self.eyes = np.stack(
            [self.neutral[self.material == f"M_Sclera{s}"].mean(0) for s in ("Left", "Right")]
        )
        self.iris = np.zeros(len(self.neutral), np.bool_)
        for side in ("Left", "Right"):
            iris = self.neutral[self.material == f"M_Iris{side}"]
            apart = np.linalg.norm(self.neutral[:, :2] - iris[:, :2].mean(0), axis=1)
            front = (self.material == f"M_Sclera{side}") & (self.neutral[:, 2] > iris[:, 2].min() - 0.3)
            self.iris |= front & (apart < 0.62)

    def normals(self, place: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the unit normals of moved vertices, both (V, 3)."""
        a, b, c = (place[self.faces[:, i]] for i in range(3))
        found = np.add.reduceat(np.cross(b - a, c - a)[self.corners], self.starts)
        unit: NDArray[np.float32] = found / (np.sqrt((found**2).sum(1, keepdims=True)) + 1e-9)
        return unit.astype(np.float32)


def _thinned(
    faces: NDArray[np.int32], material: NDArray[np.int32], place: NDArray[np.float32], names: list[str]
) -> NDArray[np.int32]:
    """Return the triangles with vertices that nobody looks at merged on a grid; some become degenerate."""
    thinned = faces.copy()
    for i, name in enumerate(names):
        cell = {"M_BackHead": 0.9, "M_GumsTongue": 0.12}.get(name, 0.0)
        if cell:
            own = np.unique(faces[material == i])
            grid = np.round(place[own] / cell)
            _, first, back = np.unique(grid, axis=0, return_index=True, return_inverse=True)
            moved = np.arange(len(place))
            moved[own] = own[first[back.ravel()]]
            thinned[material == i] = moved[faces[material == i]]
    return thinned


def _column(name: str) -> int | None:
    """Return the ARKit column of a shape of the rig, such as `browDown_L`."""
    stem, _, side = name.partition("_")
    stem = {"cheekRaiser": ""}.get(stem, stem)  # ARKit has no raiser beside its squint
    for candidate in (stem + {"L": "Left", "R": "Right", "": ""}[side], stem):
        if candidate in SHAPES:
            return SHAPE[candidate]
    return None


class Painter:
    """Draws one random person at a time, off screen."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.context = moderngl.create_context(standalone=True, **EGL)
        self.program = self.context.program(vertex_shader=VERTEX, fragment_shader=FRAGMENT)
        count = len(rig.neutral)
        self.places, self.normals = (self.context.buffer(reserve=count * 12, dynamic=True) for _ in range(2))
        self.brights = self.context.buffer(reserve=count * 4, dynamic=True)
        self.array = self.context.vertex_array(
            self.program,
            [(self.places, "3f", "place"), (self.normals, "3f", "normal"), (self.brights, "1f", "bright")],
            self.context.buffer(rig.faces.tobytes()),
        )
        size = (DRAWN, DRAWN)
        self.target = self.context.framebuffer(
            self.context.renderbuffer(size, 4), self.context.depth_renderbuffer(size)
        )
        self.context.enable(moderngl.DEPTH_TEST)

    def paint(self, random: np.random.Generator) -> Rendered:
        """Return one face."""
        rig = self.rig
        shown = expressions.draw(random)
        person = random.normal(0, 0.8, len(rig.ident)).astype(np.float32)
        base = rig.neutral + (person @ rig.ident).reshape(-1, 3)
        skin = random.uniform(0.3, 0.9)
        hair = skin * random.uniform(0.05, 1.1) if random.random() < 0.85 else None
        scalp = self._scalp(random)
        place = base + ((shown.weights * _reach(random)) @ rig.shapes).reshape(-1, 3)
        if hair is not None:
            place = place + rig.outward * (scalp * random.uniform(0, 1.5))[:, None]
        bright = self._brightness(skin, hair, scalp, shown.weights, random)
        yaw, pitch = np.clip(random.normal(0, (0.25, 0.15)), -0.8, 0.8)
        # The rig looks along +z, its left is +x: yaw to its left turns z towards x; pitch down, z towards -y.
        cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
        turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]]) @ np.array(
            [[1, 0, 0], [0, cp, -sp], [0, sp, cp]]
        )
        eyes = np.stack([base[rig.material == f"M_Sclera{s}"].mean(0) for s in ("Left", "Right")])
        mouth = base[rig.lips > 0.8].mean(0)
        middle = (eyes.mean(0) + mouth) / 2
        side = float(eyes.mean(0)[1] - mouth[1]) / EYES_TO_MOUTH
        project = _projection(side)
        head = self._draw(place, bright, turn, middle, project, random)

        def at(point: NDArray[np.float32]) -> dressing.Point:
            x, y, _, w = project @ np.append(turn @ (point - middle), 1)
            return float((x / w + 1) / 2 * DRAWN), float((1 - y / w) / 2 * DRAWN)

        picture = dressing.wall((DRAWN, DRAWN), random)
        if hair is not None and random.random() < 0.6:
            picture = dressing.hair_behind(picture, at(middle), DRAWN, 255 * hair, random)
        cover = head[:, :, 3] / np.float32(255)
        picture = head[:, :, 0] * cover + picture * (1 - cover)
        seen = [at(eye + np.array([0, 0, 1.2], np.float32)) for eye in eyes]
        if hair is not None and random.random() < 0.4:
            picture = dressing.fringe(picture, seen, DRAWN, 255 * hair, random)
        if random.random() < 0.3:
            picture = dressing.glasses(picture, seen, DRAWN, random)
        labels = np.array([yaw, pitch], np.float32)
        return Rendered(dressing.photograph(picture, SIDE, random), shown.weights, labels, shown.emotion)

    def _draw(
        self,
        place: NDArray[np.float32],
        bright: NDArray[np.float32],
        turn: NDArray[np.float64],
        middle: NDArray[np.float32],
        project: NDArray[np.float64],
        random: np.random.Generator,
    ) -> NDArray[np.uint8]:
        """Return the head alone, (DRAWN, DRAWN, 4), the last channel its cover."""
        self.places.write(place.astype(np.float32).tobytes())
        self.normals.write(self.rig.normals(place).tobytes())
        self.brights.write(bright.tobytes())
        program: Any = self.program
        program["project"].write(np.ascontiguousarray(project.T, np.float32).tobytes())
        program["turn"].write(np.ascontiguousarray(turn.T, np.float32).tobytes())
        program["center"].value = tuple(middle.tolist())
        for name in ("light", "fill"):
            light = np.array([random.normal(0, 0.8), random.normal(0.3, 0.5), 1.0])
            program[name].value = tuple((light / np.linalg.norm(light)).tolist())
        program["ambient"].value = random.uniform(0.25, 0.75)
        program["gloss"].value = random.uniform(0, 0.25)
        self.target.use()
        self.target.clear(0, 0, 0, 0)
        self.array.render()
        pixels: NDArray[np.uint8] = np.frombuffer(self.target.read(components=4), np.uint8)
        return pixels.reshape(DRAWN, DRAWN, 4)[::-1]

    def _scalp(self, random: np.random.Generator) -> NDArray[np.float32]:
        """Return how much hair grows at each vertex, [0, 1]: above a hairline, down the temples."""
        rig = self.rig
        x, y, z = rig.neutral.T
        line = rig.eyes[:, 1].mean() + random.uniform(3.5, 8) - 0.03 * x**2 * random.uniform(-1, 1.6)
        line = np.where(z < rig.eyes[:, 2].mean() - random.uniform(4, 7), line - random.uniform(2, 12), line)
        line = line + 0.4 * np.sin(x * random.uniform(1, 3) + random.uniform(0, 6)) * random.random()
        grown = np.isin(rig.material, ("M_Face", "M_BackHead")) * np.clip((y - line) * 1.5, 0, 1)
        return grown.astype(np.float32)

    def _brightness(
        self,
        skin: float,
        hair: float | None,
        scalp: NDArray[np.float32],
        weights: NDArray[np.float32],
        random: np.random.Generator,
    ) -> NDArray[np.float32]:
        rig = self.rig
        x, y, z = (rig.neutral[:, i].astype(np.float64) for i in range(3))
        bright = np.full(len(rig.neutral), skin)
        for name, value in MATERIALS.items():
            bright[rig.material == name] = value * random.uniform(0.7, 1.15)
        lashes = rig.material == "M_EyeLashes"
        bright[lashes] += (skin - bright[lashes]) * random.uniform(0, 0.9)
        bright = np.where(rig.iris, MATERIALS["M_IrisLeft"] * random.uniform(0.4, 2.5), bright)
        face = rig.material == "M_Face"
        marks = np.zeros_like(bright)
        for _ in range(5):
            wave = random.normal(0, random.choice([0.6, 2.5]), 3)
            marks += np.sin(rig.neutral @ wave + random.uniform(0, 6.28))
        bright *= 1 + np.where(face, marks, 0) * random.uniform(0, 0.05)
        bright *= 1 - random.uniform(0.2, 0.6) * np.where(face, self._furrows(weights, random), 0)
        bright *= np.where(face, 1 - rig.lips * random.uniform(0.0, 0.5), 1)
        color = random.uniform(0.03, 0.5) if hair is None else hair * random.uniform(0.5, 1)
        height, thick, arch = random.uniform(1.7, 2.2), random.uniform(0.15, 0.5), random.uniform(0, 0.5)
        density = random.uniform(0.3, 1)
        for eye in rig.eyes:
            across = (rig.neutral[:, 0] - eye[0]) * np.sign(eye[0])
            curve = eye[1] + height + arch * (1 - (across / 2) ** 2) * 0.5
            brow = np.clip(1.5 - np.abs(rig.neutral[:, 1] - curve) / thick, 0, 1) * np.clip(
                3 - np.abs(across) * 1.3, 0, 1
            )
            bright = np.where(face & (z > 0), bright + (color - bright) * brow * density, bright)
        if random.random() < 0.3:
            beard = np.clip((rig.mouth[1] + random.uniform(0.3, 2) - y) * 1.5, 0, 1) * (1 - rig.lips)
            beard *= np.clip(np.abs(x) * 2 - random.choice([-9.0, 0.0, 1.0]), 0, 1)
            patchy = np.clip(1 + 0.3 * marks, 0, 1) * random.uniform(0.2, 0.9)
            bright = np.where(face, bright + (color - bright) * beard * patchy, bright)
        if hair is not None:
            streaks = 1 + 0.25 * np.sin(x * random.uniform(5, 14) + y * random.uniform(-3, 3))
            bright = bright + (hair * streaks - bright) * scalp
        return bright.astype(np.float32)

    def _furrows(self, weights: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float64]:
        """Return how dark expression and age make the skin, [0, 1]: brows, forehead, nose, cheeks, eyes."""
        x, y, z = (self.rig.neutral[:, i].astype(np.float64) for i in range(3))
        eyes = self.rig.eyes[:, 1].mean()
        # Some wrinkles are there without any expression.
        old = np.clip(random.normal(0, 0.3, 5), 0, 0.7)
        down = weights[[SHAPE["browDownLeft"], SHAPE["browDownRight"]]].mean() + old[0]
        up = old[1] + max(
            weights[SHAPE["browInnerUp"]],
            weights[[SHAPE["browOuterUpLeft"], SHAPE["browOuterUpRight"]]].mean(),
        )
        sneer = weights[[SHAPE["noseSneerLeft"], SHAPE["noseSneerRight"]]].mean() + old[2] * 0.5
        smile = weights[[SHAPE["mouthSmileLeft"], SHAPE["mouthSmileRight"]]].mean() + old[3]
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
        bags = np.exp(-(((np.abs(x) - 3.1) / 1.2) ** 2) - ((y - eyes + 1.3) / 0.25) ** 2) * old[4]
        found: NDArray[np.float64] = (frown + lines + bridge + fold * max(smile, sneer) + bags) * (z > 0)
        return np.clip(found, 0, 1)


def _reach(random: np.random.Generator) -> NDArray[np.float32]:
    """Return how far one person moves at weight 1, (52,), alike on both sides."""
    drawn: dict[str, float] = {}
    found = np.empty(len(SHAPES), np.float32)
    for i, name in enumerate(SHAPES):
        stem = name.removesuffix("Left").removesuffix("Right")
        low, high = next((span for start, span in REACH.items() if name.startswith(start)), OTHERS)
        found[i] = drawn.setdefault(stem, random.uniform(low, high))
    return found


def _projection(side: float) -> NDArray[np.float64]:
    """Return the matrix of a camera that sees a crop of this side, centered between eyes and mouth."""
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
    return project


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
    faces = [painter.paint(random) for _ in track(range(count), "rendering", console=Console())]
    pictures, weights, heads, emotions = (np.stack(each) for each in zip(*faces, strict=True))
    np.savez(out, pictures=pictures, weights=weights, heads=heads, emotions=emotions)


if __name__ == "__main__":
    typer.run(main)
