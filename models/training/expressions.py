"""What rendered faces show: random blend weights, and the emotion that they express, if any."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.bridge.faces import SHAPE, SHAPES
from mien.bridge.messages import EMOTIONS

UNLABELED: Final = -1
EMOTIONAL: Final = 0.45
"""Share of faces that show one of the seven emotions and nothing else."""
PROTOTYPES: Final[dict[str, tuple[dict[str, float], ...]]] = {
    "joy": (
        {"mouthSmile": 0.9, "cheekSquint": 0.7, "eyeSquint": 0.4, "jawOpen": 0.15, "mouthUpperUp": 0.3},
        {"mouthSmile": 0.8, "cheekSquint": 0.4, "mouthDimple": 0.3},
        {"mouthSmile": 1.0, "jawOpen": 0.5, "mouthUpperUp": 0.5, "cheekSquint": 0.9, "eyeSquint": 0.5},
    ),
    "sadness": (
        {"browInnerUp": 0.9, "mouthFrown": 0.8, "browDown": 0.2, "mouthShrugLower": 0.5, "eyeSquint": 0.2},
        {"browInnerUp": 0.6, "mouthFrown": 0.7, "eyeBlink": 0.3, "eyeLookDown": 0.4, "mouthPress": 0.2},
        {"browInnerUp": 0.9, "mouthFrown": 0.9, "mouthShrugLower": 0.9, "cheekSquint": 0.4, "browDown": 0.4},
    ),
    "anger": (
        {"browDown": 1.0, "eyeSquint": 0.5, "mouthPress": 0.8, "noseSneer": 0.3, "mouthRollLower": 0.4},
        {"browDown": 1.0, "mouthRollLower": 0.6, "mouthRollUpper": 0.5, "mouthFrown": 0.4, "eyeSquint": 0.3},
        {"browDown": 1.0, "eyeWide": 0.4, "jawOpen": 0.4, "mouthLowerDown": 0.7, "mouthUpperUp": 0.3},
        {"browDown": 0.9, "eyeWide": 0.3, "mouthShrugLower": 0.4, "mouthFrown": 0.3, "jawForward": 0.3},
    ),
    "fear": (
        {"browInnerUp": 0.9, "browOuterUp": 0.6, "eyeWide": 0.9, "mouthStretch": 0.8, "jawOpen": 0.3},
        {"browInnerUp": 1.0, "browDown": 0.4, "eyeWide": 0.8, "mouthStretch": 1.0, "mouthLowerDown": 0.5},
        {"browInnerUp": 0.9, "browDown": 0.3, "mouthStretch": 0.9, "mouthUpperUp": 0.4, "jawOpen": 0.2},
    ),
    "disgust": (
        {"noseSneer": 1.0, "mouthUpperUp": 0.8, "browDown": 0.6, "cheekSquint": 0.6, "mouthFrown": 0.4},
        {"noseSneer": 0.9, "browDown": 0.5, "mouthFrown": 0.7, "mouthShrugLower": 0.7, "eyeSquint": 0.5},
        {"noseSneer": 0.8, "mouthUpperUp": 0.7, "jawOpen": 0.3, "eyeSquint": 0.7, "cheekSquint": 0.6},
        {"noseSneer": 1.0, "browDown": 0.7, "eyeSquint": 0.7, "mouthPress": 0.3},
    ),
    "surprise": (
        {"browInnerUp": 0.9, "browOuterUp": 0.9, "eyeWide": 0.9, "jawOpen": 0.8},
        {"browInnerUp": 0.9, "browOuterUp": 0.8, "eyeWide": 0.8, "jawOpen": 0.6, "mouthFunnel": 0.4},
        {"browInnerUp": 0.8, "browOuterUp": 1.0, "eyeWide": 0.6, "jawOpen": 0.3},
    ),
}
"""Expressions by stem of their shapes, after Ekman and Friesen's prototypes (EMFACS), some per emotion."""
GESTURES: Final[tuple[dict[str, float], ...]] = (
    {"eyeBlink": 1.0},
    {"eyeBlink": 1.0, "mouthSmile": 0.6},
    {"eyeBlink": 0.6, "eyeLookDown": 0.5},
    {"eyeSquint": 1.0, "cheekSquint": 0.6},
    {"mouthPucker": 1.0, "mouthFunnel": 0.3},
    {"mouthPucker": 0.9},
    {"mouthFunnel": 0.8, "jawOpen": 0.4, "mouthPucker": 0.3},
    {"mouthLeft": 1.0},
    {"mouthRight": 1.0},
    {"mouthLeft": 0.8, "mouthPucker": 0.7},
    {"mouthRight": 0.8, "mouthPucker": 0.7},
    {"mouthLeft": 0.6, "jawLeft": 0.6},
    {"mouthRight": 0.6, "jawRight": 0.6},
    {"cheekPuff": 1.0, "mouthPress": 0.4},
    {"browInnerUp": 0.9, "browOuterUp": 1.0},
    {"mouthShrugLower": 0.9, "mouthFrown": 0.4, "mouthPucker": 0.3},
    {"mouthRollLower": 0.9, "mouthRollUpper": 0.9},
    {"jawOpen": 0.5, "mouthLowerDown": 0.5, "mouthUpperUp": 0.2},
    {"jawOpen": 0.3, "mouthFunnel": 0.3},
    {"jawOpen": 1.0},
)
"""What faces do besides: blinks, pouts, mouths drawn aside, raised brows, speech."""
OFTEN: Final = (
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
SIDED: Final = ("mouthLeft", "mouthRight", "jawLeft", "jawRight")
"""Shapes whose side is a direction: they have no twin on the other half of the face."""
STEMS: Final = sorted(
    {
        name if name in SIDED else name.removesuffix("Left").removesuffix("Right")
        for name in SHAPES
        if name != "tongueOut"
    }
)


@dataclass(frozen=True)
class Expression:
    """Blend weights (52,) in [0, 1], and the index of the emotion they express or UNLABELED."""

    weights: NDArray[np.float32]
    emotion: int


def draw(random: np.random.Generator) -> Expression:
    """Return an emotion of any strength, or any mixture of gestures and single shapes without a label."""
    weights = np.zeros(len(SHAPES), np.float32)

    def add(stem: str, value: float) -> None:
        sides = [
            n for n in SHAPES if n == stem or (stem not in SIDED and n in (f"{stem}Left", f"{stem}Right"))
        ]
        lean = random.normal(0, 0.08 if random.random() < 0.85 else 0.6)
        for name in sides:
            own = value * (1 + lean * (1 if name.endswith("Left") else -1)) if len(sides) > 1 else value
            weights[SHAPE[name]] = np.clip(weights[SHAPE[name]] + own, 0, 1)

    def show(shapes: dict[str, float], strength: float) -> None:
        for stem, value in shapes.items():
            add(stem, value * strength * random.uniform(0.6, 1.2))

    label = UNLABELED
    if random.random() < EMOTIONAL:
        label = int(random.integers(len(EMOTIONS)))
        variants = PROTOTYPES.get(EMOTIONS[label], ())
        if variants:
            show(variants[int(random.integers(len(variants)))], random.uniform(0.45, 1.1))
        # Nobody's face is quite still, least of all a neutral one.
        for stem in random.choice(STEMS, 3):
            add(str(stem), random.uniform(0, 0.2))
    else:
        if random.random() < 0.7:
            show(GESTURES[int(random.integers(len(GESTURES)))], random.uniform(0.3, 1.1))
        if random.random() < 0.3:
            variants = PROTOTYPES[str(random.choice(list(PROTOTYPES)))]
            show(variants[int(random.integers(len(variants)))], random.uniform(0.2, 1.0))
        for _ in range(int(random.integers(0, 4))):
            pool = OFTEN if random.random() < 0.4 else STEMS
            add(str(random.choice(pool)), random.uniform(0.1, 1.0))
    look = random.normal(0, 0.3, 2)
    for right, left, value in (("In", "Out", look[0]), ("Out", "In", -look[0])):
        weights[SHAPE[f"eyeLook{right}Right"]] += max(value, 0)
        weights[SHAPE[f"eyeLook{left}Left"]] += max(value, 0)
    for direction, value in (("Up", look[1]), ("Down", -look[1])):
        for side in ("Left", "Right"):
            weights[SHAPE[f"eyeLook{direction}{side}"]] += max(value, 0)
    # What cannot be at once: closed lips need an open jaw, a mouth is drawn to one side.
    weights[SHAPE["mouthClose"]] = min(weights[SHAPE["mouthClose"]], weights[SHAPE["jawOpen"]])
    for one, other in (("mouthLeft", "mouthRight"), ("jawLeft", "jawRight")):
        less = one if weights[SHAPE[one]] < weights[SHAPE[other]] else other
        weights[SHAPE[less]] = 0
    return Expression(np.clip(weights, 0, 1), label)
