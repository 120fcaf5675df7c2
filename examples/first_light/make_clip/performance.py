"""The actor's part: what face, head and eyes do at every moment of the script."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from voice import Line

_WHOLE: Final = frozenset(
    (
        "browInnerUp",
        "jawForward",
        "jawOpen",
        "mouthClose",
        "mouthFunnel",
        "mouthPucker",
        "mouthRollLower",
        "mouthRollUpper",
        "mouthShrugLower",
        "mouthShrugUpper",
    )
)
"""Shapes without sides; the others are played on both."""

# FACS prototypes (EMFACS), in weights of this rig: its brows move little, so some go beyond 1.
_FACES: Final[dict[str, dict[str, float]]] = {
    "neutral": {"mouthClose": 0.03, "eyeSquint": 0.20, "browDown": 0.30},
    "joy": {
        "mouthSmile": 0.88, "cheekSquint": 0.85, "mouthUpperUp": 0.35, "jawOpen": 0.09, "eyeSquint": 0.25,
    },
    "anger": {
        "browDown": 2.1, "browOuterUp": 0.35, "eyeSquint": 0.55, "eyeWide": 0.30, "mouthPress": 0.5,
        "noseSneer": 0.5, "mouthFrown": 0.40, "jawForward": 0.3, "mouthStretch": 0.25, "mouthUpperUp": 0.35,
        "mouthLowerDown": 0.55, "jawOpen": 0.03,
    },
    "sadness": {
        "browInnerUp": 1.8, "browDown": 0.35, "mouthFrown": 1.15, "mouthShrugLower": 0.5, "eyeBlink": 0.2,
        "eyeSquint": 0.2, "mouthClose": 0.03,
    },
    "surprise": {
        "browInnerUp": 1.5, "browOuterUp": 1.15, "eyeWide": 1.25, "jawOpen": 0.38, "mouthFunnel": 0.2,
    },
}  # fmt: skip
_FOLDS: Final[dict[str, dict[str, float]]] = {
    "neutral": {},
    "joy": {"nasolabial": 0.6, "crow": 0.75},
    "anger": {"glabella": 1.0, "nose": 0.5, "nasolabial": 0.45},
    "sadness": {"forehead": 0.45, "glabella": 0.45, "chin": 0.8},
    "surprise": {"forehead": 0.75},
}
_HEADS: Final[dict[str, tuple[float, float, float]]] = {
    "neutral": (0.0, 0.0, 0.0),
    "joy": (0.04, -0.03, 0.06),
    "anger": (-0.03, 0.10, -0.02),
    "sadness": (-0.05, 0.13, -0.07),
    "surprise": (0.03, -0.08, 0.02),
}
"""Yaw, pitch and roll that go with an emotion, radians."""
_LIVELINESS: Final = {"neutral": 0.6, "joy": 1.2, "anger": 1.3, "sadness": 0.5, "surprise": 0.9}
_GAZE_DOWN: Final = {"sadness": 0.20}

_OPEN: Final = {"jawOpen": 0.30, "mouthLowerDown": 0.25}
_SPREAD: Final = {"jawOpen": 0.14, "mouthStretch": 0.30, "mouthLowerDown": 0.30, "mouthUpperUp": 0.12}
_MIDDLE: Final = {"jawOpen": 0.21, "mouthStretch": 0.15, "mouthLowerDown": 0.25}
_ROUND: Final = {"jawOpen": 0.22, "mouthFunnel": 0.65}
_KISS: Final = {"jawOpen": 0.10, "mouthPucker": 0.75, "mouthFunnel": 0.15}
_SHUT: Final = {"mouthPress": 0.35, "mouthRollLower": 0.18, "mouthRollUpper": 0.14, "mouthClose": 0.04}
_LIP_TEETH: Final = {"mouthRollLower": 0.42, "mouthUpperUp": 0.35, "jawOpen": 0.04}
_TEETH: Final = {"jawOpen": 0.05, "mouthLowerDown": 0.35, "mouthStretch": 0.15, "mouthUpperUp": 0.15}
_TIP: Final = {"jawOpen": 0.12, "mouthLowerDown": 0.20}
_HUSH: Final = {"jawOpen": 0.08, "mouthFunnel": 0.5, "mouthPucker": 0.2}
_VISEMES: Final[dict[str, dict[str, float]]] = {
    **dict.fromkeys(("a", "A", "aI", "aU", "V", "0", "A:", "a#", "3:", "3"), _OPEN),
    **dict.fromkeys(("i", "i:", "I", "I2", "j", ";"), _SPREAD),
    **dict.fromkeys(("E", "eI", "@", "e@", "@2", "h"), _MIDDLE),
    **dict.fromkeys(("oU", "O", "O:", "OI", "o@", "w", "r"), _ROUND),
    **dict.fromkeys(("u", "u:", "U"), _KISS),
    **dict.fromkeys(("p", "b", "m"), _SHUT),
    **dict.fromkeys(("f", "v"), _LIP_TEETH),
    **dict.fromkeys(("s", "z"), _TEETH),
    **dict.fromkeys(("t", "t2", "t#", "d", "n", "l", "T", "D", "k", "g", "N"), _TIP),
    **dict.fromkeys(("S", "Z", "tS", "dZ"), _HUSH),
}
"""What the lips do for a phoneme of espeak-ng; silences do nothing."""

_AUDIO_STEP: Final = 0.005
_LIPS_SPREAD: Final = 0.030
"""Standard deviation, seconds, over which neighboring phonemes share the lips (coarticulation)."""
_LEAVE_TO: Final = -44.0
"""Centimeters sideways at which nothing of the actor is in the picture any more."""


@dataclass(frozen=True)
class Moment:
    """All that the camera has to know."""

    weights: dict[str, float]
    turn: np.ndarray
    shift: np.ndarray
    gaze: np.ndarray
    folds: dict[str, float]
    blush: float


def _ease(t: float) -> float:
    t = min(max(t, 0.0), 1.0)
    return t * t * (3 - 2 * t)


def _sided(weights: Mapping[str, float]) -> dict[str, float]:
    out: dict[str, float] = {}
    for name, value in weights.items():
        if name in _WHOLE:
            out[name] = value
        else:
            out[f"{name}Left"] = out[f"{name}Right"] = value
    return out


class Performance:
    """The script played with the spoken lines: `at` gives any moment of it."""

    def __init__(self, scenes: list[dict[str, Any]], lines: dict[float, Line], sound_rate: int) -> None:
        self._scenes = scenes
        length = float(scenes[-1]["end"]) + 1
        count = int(length / _AUDIO_STEP)
        names = sorted({name for shape in _VISEMES.values() for name in shape})
        lips = np.zeros((count, len(names)))
        loud = np.zeros(count)
        for start, line in lines.items():
            for (begin, phoneme), (end, _) in zip(line.phonemes, line.phonemes[1:], strict=False):
                rows = slice(int((start + begin) / _AUDIO_STEP), int((start + end) / _AUDIO_STEP))
                for name, value in _VISEMES.get(phoneme, {}).items():
                    lips[rows, names.index(name)] = value
            block = int(_AUDIO_STEP * sound_rate)
            energy = (
                np.abs(line.samples[: len(line.samples) // block * block].reshape(-1, block)).mean(1) / 8000
            )
            loud[int(start / _AUDIO_STEP) :][: len(energy)] = np.minimum(energy, 1)
        self._lip_names = names
        self._lips = np.stack([_blurred(lips[:, k], _LIPS_SPREAD) for k in range(len(names))], 1)
        self._loud = _blurred(loud, 0.09)
        random = np.random.default_rng(7)
        self._blinks = np.cumsum(random.uniform(1.9, 3.6, int(length / 2)))
        self._phases = random.uniform(0, 2 * np.pi, (4, 3))

    def _emotions(self, t: float) -> tuple[dict[str, float], float]:
        """Return how much of each emotion is played, and how far the actor is away, 0 to 1."""
        scenes = self._scenes
        current = max((k for k, scene in enumerate(scenes) if scene["start"] <= t), default=0)
        share = 0.0
        following = scenes[min(current + 1, len(scenes) - 1)]
        if t > scenes[current]["end"] and following is not scenes[current]:
            gap = following["start"] - scenes[current]["end"]
            share = _ease((t - scenes[current]["end"]) / gap)
        mix: dict[str, float] = {}
        for scene, amount in ((scenes[current], 1 - share), (following, share)):
            mix[scene["emotion"]] = mix.get(scene["emotion"], 0.0) + amount
        away = mix.pop("away", 0.0)
        if away:
            mix["neutral"] = mix.get("neutral", 0.0) + away
        return mix, away

    def at(self, t: float) -> Moment:
        """Return the moment `t` seconds from the start."""
        mix, away = self._emotions(t)
        row = min(int(t / _AUDIO_STEP), len(self._loud) - 1)
        lips = dict(zip(self._lip_names, self._lips[row].tolist(), strict=True))
        speaking = min(sum(lips.values()) / 0.35, 1.0)
        weights: dict[str, float] = {}
        folds: dict[str, float] = {}
        for emotion, amount in mix.items():
            for name, value in _FACES[emotion].items():
                on_lips = name.startswith(("jaw", "mouth")) and name not in ("mouthSmile", "mouthFrown")
                held = 1 - speaking * (0.75 if on_lips else 0.30 if name.startswith("mouth") else 0.0)
                weights[name] = weights.get(name, 0.0) + amount * value * held
            for name, value in _FOLDS[emotion].items():
                folds[name] = folds.get(name, 0.0) + amount * value
        force = 1 + 0.35 * mix.get("anger", 0) + 0.2 * mix.get("joy", 0) - 0.25 * mix.get("sadness", 0)
        for name, value in lips.items():
            weights[name] = weights.get(name, 0.0) + value * force
        blink = (
            max(1 - abs(t - moment) / 0.13 for moment in self._blinks) if mix.get("surprise", 0) < 0.3 else 0
        )
        closed = _ease(2 * blink) * (1 - 0.22 * weights.get("cheekSquint", 0.0))  # raised cheeks meet the lid
        weights["eyeBlink"] = max(weights.get("eyeBlink", 0.0), closed)

        loud = float(self._loud[row])
        alive = sum(_LIVELINESS[e] * a for e, a in mix.items())
        turn = sum((a * np.array(_HEADS[e]) for e, a in mix.items()), np.zeros(3))
        waves = np.sin(2 * np.pi * t * np.array((0.23, 0.41, 0.67, 1.10))[:, None] + self._phases)
        turn = turn + alive * (
            np.array((0.035, 0.022, 0.018)) * (waves * ((1,), (0.7,), (0.4,), (0.25,))).sum(0)
        )
        turn[1] += 0.07 * loud * alive
        turn[2] += 0.03 * loud * float(waves[1, 0])
        travel = away
        shift = np.array((_LEAVE_TO * travel, -3.0 * travel, 0.0))
        shift += np.array((0.35, 0.12, 0.5)) * waves[:2].sum(0)
        shift[2] += 2.5 * mix.get("anger", 0) - 2.5 * mix.get("surprise", 0)
        turn[0] -= 0.35 * _ease(2 * away)
        down = sum(_GAZE_DOWN.get(e, 0.0) * a for e, a in mix.items())
        darts = np.round(np.sin(np.array((1.3, 0.9)) * t * 1.7 + self._phases[0, :2]) * 1.2) * (0.035, 0.02)
        gaze = np.array((-0.8 * turn[0], -0.6 * turn[1] + down * (0.6 + 0.4 * np.sin(0.9 * t)))) + darts
        weights["eyeLookDown"] = max(float(gaze[1]), 0) * 1.2
        return Moment(
            _sided(weights), turn, shift, gaze, folds, 0.5 * mix.get("joy", 0) + 0.8 * mix.get("anger", 0)
        )


def _blurred(track: np.ndarray, deviation: float) -> np.ndarray:
    reach = int(3 * deviation / _AUDIO_STEP)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * _AUDIO_STEP / deviation) ** 2)
    return np.convolve(track, kernel / kernel.sum(), "same")
