"""Named facial expressions: FACS action units, and what they are in ARKit's 52 blend shapes.

Prototypes are those of EMFACS and of the FACS manual (Ekman & Friesen 1978, table 11-1); they are a start,
not universal (Du, Tao & Martinez, PNAS 2014), hence the variants. The way from action units to blend shapes
is the consensus of six public tables; where ARKit has no exact shape, the comment says what stands in.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from mien.behavior.definition import NOWHERE, Mark
from mien.behavior.library import FacialExpression, Library
from mien.bridge.faces import SHAPES
from mien.bridge.messages import Float32

_COLUMN: Final = {name: column for column, name in enumerate(SHAPES)}

UNITS: Final[Mapping[int, Mapping[str, float]]] = MappingProxyType(
    {
        1: {"browInnerUp": 1.0},  # not split in ARKit: one-sided AU1 is not possible
        2: {"browOuterUp*": 1.0},
        4: {"browDown*": 1.0},
        5: {"eyeWide*": 1.0},
        6: {"cheekSquint*": 1.0},
        7: {"eyeSquint*": 1.0},
        9: {"noseSneer*": 1.0},
        10: {"mouthUpperUp*": 1.0},
        12: {"mouthSmile*": 1.0},
        14: {"mouthDimple*": 1.0},
        15: {"mouthFrown*": 1.0},
        16: {"mouthLowerDown*": 1.0},
        17: {"mouthShrugLower": 1.0, "mouthShrugUpper": 0.4},
        18: {"mouthPucker": 1.0},
        20: {"mouthStretch*": 1.0},
        22: {"mouthFunnel": 1.0},
        23: {"mouthPress*": 0.6, "mouthPucker": 0.2},  # no exact shape: lips tightened
        24: {"mouthPress*": 1.0},
        25: {"jawOpen": 0.08, "mouthLowerDown*": 0.2},  # no exact shape: lips apart
        26: {"jawOpen": 0.5},
        27: {"jawOpen": 1.0},
        28: {"mouthRollUpper": 1.0, "mouthRollLower": 1.0},
        29: {"jawForward": 1.0},
        34: {"cheekPuff": 1.0},
        43: {"eyeBlink*": 1.0},
        45: {"eyeBlink*": 1.0},
    }
)
"""Blend-shape weights of each action unit at full intensity; `*` stands for Left and Right.

AU11 and AU13 have no ARKit shape; AU30 (jaw sideways) is `L30` and `R30` only.
"""

_SIDEWAYS: Final = {"L30": "jawLeft", "R30": "jawRight"}

LEVELS: Final = {"A": 0.15, "B": 0.35, "C": 0.55, "D": 0.8, "E": 1.0}
"""FACS intensity letters as weights."""


def _units(text: str, strength: float = 0.8) -> Mapping[str, float]:
    """Read action units as FACS writes them: `1+2+5B+26`, an `L` or `R` in front for one side."""
    units = {}
    for term in text.split("+"):
        letter = term[-1]
        units[term.rstrip("ABCDE")] = LEVELS.get(letter, strength)
    return MappingProxyType(units)


EXPRESSIONS: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {
        "neutral": MappingProxyType({}),
        # EMFACS prototypes
        "joy": _units("6+12"),
        "sadness": _units("1+4+15"),
        "anger": _units("4+5B+7+23"),
        "fear": _units("1+2+4+5+7B+20+26"),
        "disgust": _units("9+15+16"),
        "surprise": _units("1+2+5B+26"),
        "contempt": _units("R12A+R14"),
        # variants of the FACS manual
        "joy_open": _units("6+12+25"),
        "sadness_chin": _units("1+4+15+17"),
        "anger_pressed": _units("4+5B+7+24"),
        "anger_shouting": _units("4+5+7+10+22+25+26"),
        "fear_parted": _units("1+2+4+5+20+25"),
        "disgust_raised": _units("4+9+10+17"),
        "surprise_open": _units("1+2+5+27"),
        # small talk of a face
        "smile": _units("6B+12C"),
        "polite_smile": _units("12B"),
        "smirk": _units("R12C+R14B"),
        "frown": _units("4C+15B"),
        "worry": _units("1C+4B+20A"),
        "pout": _units("15B+17D+18B"),
        "wince": _units("4C+6D+7E+20C"),
        "squint": _units("7D+4B"),
        "raised_brows": _units("1D+2D"),
        "pursed_lips": _units("24D"),
        "closed_eyes": _units("43E"),
        "gasp": _units("1D+2D+5D+26E"),
    }
)
"""Built-in expressions: intensity of action units, in [0, 1]."""


class UnknownExpressionError(ValueError):
    """An expression, action unit or blend shape that does not exist; says which, and where it was written."""

    def __init__(self, reason: str, mark: Mark = NOWHERE) -> None:
        super().__init__(reason if mark == NOWHERE else f"{mark}: {reason}")
        self.reason = reason
        self.mark = mark


def weights(expression: FacialExpression) -> Float32:
    """Return the (52,) weights in [0, 1] of an expression, columns as `bridge.faces.SHAPES`.

    Where several action units move one shape, the strongest counts: a sum would leave the range of motion.

    Raises:
        UnknownExpressionError: it names an action unit or blend shape that does not exist.
    """
    row = np.zeros(len(SHAPES), np.float32)
    for unit, intensity in expression.units.items():
        for shape, weight in _shapes(str(unit), expression.mark):
            row[_COLUMN[shape]] = max(row[_COLUMN[shape]], weight * intensity)
    for shape, weight in expression.shapes.items():
        if shape not in _COLUMN:
            raise UnknownExpressionError(f"no ARKit blend shape is called {shape!r}", expression.mark)
        row[_COLUMN[shape]] = weight
    clipped: Float32 = np.clip(row, 0.0, 1.0)
    return clipped


def _shapes(unit: str, mark: Mark) -> list[tuple[str, float]]:
    if unit in _SIDEWAYS:
        return [(_SIDEWAYS[unit], 1.0)]
    side = unit[:1] if unit[:1] in ("L", "R") else ""
    number = unit[len(side) :]
    if not number.isascii() or not number.isdigit() or int(number) not in UNITS:
        known = ", ".join(str(number) for number in UNITS)
        raise UnknownExpressionError(f"no action unit {unit!r}; known are {known}, L30 and R30", mark)
    sides = {"L": ("Left",), "R": ("Right",)}.get(side, ("Left", "Right"))
    found = []
    for shape, weight in UNITS[int(number)].items():
        names = [shape.replace("*", name) for name in sides] if "*" in shape else [shape]
        found += [(name, weight) for name in names]
    return found


def vocabulary(library: Library) -> dict[str, FacialExpression]:
    """Return every expression that a library can name: built-in ones, then its own, which may replace them.

    An emotion's name is an expression too: the one that the emotion declares.
    """
    named = {name: FacialExpression(name, units) for name, units in EXPRESSIONS.items()}
    named |= {expression.name: expression for expression in library.expressions}
    for emotion in library.emotions:
        if emotion.expression and emotion.expression in named:
            named[emotion.name] = named[emotion.expression]
    return named


def emotion_faces(library: Library) -> Float32:
    """Return the (M, 52) weights of each emotion at full strength; zeros where it has no expression.

    Raises:
        UnknownExpressionError: an emotion declares an expression that does not exist.
    """
    named = vocabulary(library)
    rows = np.zeros((len(library.emotions), len(SHAPES)), np.float32)
    for row, emotion in enumerate(library.emotions):
        wanted = emotion.expression or emotion.name
        if wanted in named:
            rows[row] = weights(named[wanted])
        elif emotion.expression:
            raise UnknownExpressionError(f"no expression is called {wanted!r}", emotion.mark)
    return rows


def rule_faces(library: Library) -> Float32:
    """Return the (R, 52) weights that each rule shows at full strength; zeros where it shows none.

    Raises:
        UnknownExpressionError: a rule shows an expression that does not exist.
    """
    named = vocabulary(library)
    rows = np.zeros((len(library.rules), len(SHAPES)), np.float32)
    for row, rule in enumerate(library.rules):
        wanted = rule.shows.expression
        if wanted in named:
            rows[row] = weights(named[wanted])
        elif wanted:
            raise UnknownExpressionError(f"no expression is called {wanted!r}", rule.mark)
    return rows
