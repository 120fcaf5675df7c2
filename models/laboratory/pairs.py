"""A synthetic audio-visual set: emotional speech, rendered faces and lines of dialogue of the same emotion.

No labeled set with picture and sound together could be used here. So every clip of acted speech gets eight
frames of a face that acts the same emotion, and a line of dialogue of the same emotion from the same side of
the split. The three agree only in their label: scores on this set say how a fusion works, not how well it
would read people, and are kept apart from those on real sets.

`python -m mien.models.laboratory.pairs --rig ict_facekit.npz --speech speech_ravdess --text text_meld --out
pairs_synthetic`
"""

from pathlib import Path
from typing import Annotated, Final

import cv2
import numpy as np
import typer
from numpy.typing import NDArray
from rich.progress import track

from mien.bridge.messages import EMOTIONS
from mien.models.laboratory.render import STYLES, Studio
from mien.models.laboratory.sets import DataSet, Entry, read, write
from mien.models.manifest import SAME_AS

FRAMES: Final = 8
SIDE: Final = 48

PROTOTYPES: Final[dict[str, tuple[dict[str, float], ...]]] = {
    "neutral": ({}, {"mouthPress": 0.2}, {"browInnerUp": 0.1}),
    "joy": (
        {"mouthSmile": 0.9, "cheekRaiser": 0.6, "eyeSquint": 0.3},
        {"mouthSmile": 0.8, "jawOpen": 0.3, "mouthUpperUp": 0.4, "cheekSquint": 0.5},
        {"mouthSmile": 0.5, "mouthDimple": 0.4},
    ),
    "sadness": (
        {"browInnerUp": 0.9, "mouthFrown": 0.8, "mouthShrugLower": 0.4},
        {"browInnerUp": 0.6, "mouthFrown": 0.5, "eyeBlink": 0.3, "eyeLookDown": 0.5},
        {"browInnerUp": 0.5, "browDown": 0.2, "mouthFrown": 0.7, "mouthStretch": 0.3},
    ),
    "anger": (
        {"browDown": 0.9, "eyeWide": 0.3, "mouthPress": 0.7, "noseSneer": 0.3},
        {"browDown": 0.8, "eyeSquint": 0.4, "mouthFunnel": 0.3, "jawOpen": 0.3, "mouthLowerDown": 0.5},
        {"browDown": 0.7, "mouthRollLower": 0.5, "mouthRollUpper": 0.4, "jawForward": 0.3},
    ),
    "fear": (
        {"browInnerUp": 0.8, "browOuterUp": 0.4, "eyeWide": 0.8, "mouthStretch": 0.7, "jawOpen": 0.2},
        {"browInnerUp": 0.7, "browDown": 0.3, "eyeWide": 0.7, "mouthStretch": 0.9},
    ),
    "disgust": (
        {"noseSneer": 0.9, "mouthUpperUp": 0.6, "browDown": 0.4, "eyeSquint": 0.4},
        {"noseSneer": 0.7, "mouthShrugUpper": 0.5, "mouthFrown": 0.4, "cheekSquint": 0.5},
    ),
    "surprise": (
        {"browInnerUp": 0.8, "browOuterUp": 0.9, "eyeWide": 0.8, "jawOpen": 0.7},
        {"browInnerUp": 0.7, "browOuterUp": 0.7, "eyeWide": 0.5, "jawOpen": 0.4, "mouthFunnel": 0.3},
    ),
}  # fmt: skip
"""Expressions in the rig's names; after the prototypes of Ekman and Friesen (EMFACS), in ARKit's shapes."""


def act(emotion: str, random: np.random.Generator) -> list[dict[str, float]]:
    """Return the weights of FRAMES moments: a prototype rises, holds and moves a little with speech."""
    acted = PROTOTYPES[emotion]
    chosen = acted[random.integers(len(acted))]
    strength = random.uniform(0.45, 1.0)
    rise = np.clip(np.linspace(0, random.uniform(1.5, 4.0), FRAMES) + random.uniform(0, 0.5), 0, 1)
    noise = {name: random.normal(0, 0.08) for p in PROTOTYPES.values() for each in p for name in each}
    frames = []
    for level in rise:
        weights = {name: strength * level * value for name, value in chosen.items()}
        weights = {n: weights.get(n, 0.0) + noise[n] + random.normal(0, 0.03) for n in noise}
        weights["jawOpen"] += random.uniform(0, 0.25)
        frames.append({name: float(np.clip(value, 0, 1)) for name, value in weights.items()})
    return frames


def film(
    studio: Studio, person: NDArray[np.float32], skin: tuple[float, float, float], emotion: str, style: str,
    random: np.random.Generator,
) -> NDArray[np.uint8]:  # fmt: skip
    """Return the frames (FRAMES, SIDE, SIDE) of one clip."""
    head = random.normal(0, (0.2, 0.12, 0.08))
    frames = np.empty((FRAMES, SIDE, SIDE), np.uint8)
    same = int(random.integers(2**31))
    for i, weights in enumerate(act(emotion, random)):
        yaw, pitch, roll = (float(a) for a in head + random.normal(0, 0.03, 3))
        # The same light and background in all frames of a clip.
        drawn = studio.draw(person, weights, style, skin, (yaw, pitch, roll), np.random.default_rng(same))
        frames[i] = cv2.resize(drawn, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return frames


def build(studio: Studio, speech: DataSet, text: DataSet, out: Path, seed: int = 0) -> Path:
    """Write the set to `out` and return its manifest; each actor has one face, in all four styles."""
    (out / "clips").mkdir(parents=True, exist_ok=True)
    spoken: dict[tuple[str, str], list[Entry]] = {(e.split, e.label): [] for e in text.entries}
    for e in text.entries:
        spoken[e.split, e.label].append(e)
    faces: dict[str, tuple[NDArray[np.float32], tuple[float, float, float]]] = {}
    entries = []
    for i, e in enumerate(track(speech.entries, "rendering")):
        emotion = SAME_AS.get(e.label, e.label)
        if emotion not in EMOTIONS:
            continue
        random = np.random.default_rng([seed, i])
        if e.subject not in faces:
            tone = random.uniform(0.35, 0.95)
            faces[e.subject] = studio.identity(random), (tone, tone * 0.8, tone * 0.68)
        person, skin = faces[e.subject]
        style = STYLES[int(random.integers(len(STYLES)))]
        path = (out / "clips" / f"{i:05d}.npz").resolve()
        np.savez_compressed(path, faces=film(studio, person, skin, emotion, style, random))
        lines = spoken[e.split, emotion]
        line = lines[int(random.integers(len(lines)))].extra["text"]
        extra = {"sound": str(e.path.resolve()), "text": line, "style": style}
        entries.append(Entry(path, emotion, e.subject, e.gender, e.split, extra))
    return write(entries, out / "manifest.csv")


def main(
    rig: Annotated[Path, typer.Option(help="ict_facekit.npz")],
    speech: Annotated[Path, typer.Option(help="folder of a speech set")],
    text: Annotated[Path, typer.Option(help="folder of a text set")],
    out: Annotated[Path, typer.Option(help="folder to write; its name should begin with pairs_")],
    seed: int = 0,
) -> None:
    """Build the synthetic set."""
    typer.echo(build(Studio(rig), read(speech), read(text), out, seed))


if __name__ == "__main__":
    typer.run(main)
