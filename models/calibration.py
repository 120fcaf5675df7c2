"""Personal calibration: how a player's face and voice come out when they feel nothing in particular.

What it takes off was measured on people kept back (docs/recognition/fusion.md): half of what sets a speaker's
neutral voice apart from strangers' helps; the same for the emotions of a face does not, so only the blend
weights of a face are brought to rest.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from mien.bridge.faces import SHAPES
from mien.bridge.messages import EMOTIONS, Float32

VERSION: Final = 1
MOST_BYTES: Final = 64 * 1024
"""No calibration is longer."""
SHARE: Final = 0.5
"""How much of a speaker's own bias is taken off: few seconds tell it only roughly."""
STRANGERS: Final = np.array([-0.85, -3.7, -2.4, -5.2, -4.3, -3.55, -5.3], np.float32)
"""Mean logarithm of the probabilities that strangers who speak neutrally get: 26 actors, two networks."""


class CalibrationError(ValueError):
    """A file that is no calibration; one line: which file, what is wrong."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """What is known of a player at rest; a part is None where it was not to be had."""

    player: str
    rest: Float32 | None = None
    """Blend weights of the resting face, (52,), [0, 1]."""
    face_seconds: float = 0.0
    """Seconds that `rest` was seen for."""
    face_network: str = ""
    """SHA-256 of the network that gave the blend weights."""
    neutral: Float32 | None = None
    """Mean logarithm of the probabilities of the emotions while they spoke neutrally, (7,)."""
    voice_seconds: float = 0.0
    voice_network: str = ""

    def unbiased(self, logits: Float32) -> Float32:
        """Return logits (7,) of the player's voice without half of what is the speaker's and no emotion's."""
        if self.neutral is None:
            return logits
        corrected: Float32 = logits - np.float32(SHARE) * (self.neutral - STRANGERS)
        return corrected

    def at_rest(self, blend: Float32) -> Float32:
        """Return blend weights (52,) that are 0 at the player's rest and still 1 at the most."""
        if self.rest is None:
            return blend
        moved: Float32 = np.clip((blend - self.rest) / np.maximum(1 - self.rest, 0.1), 0, 1)
        return moved

    def fitting(self, face: str, voice: str) -> tuple["Calibration", list[str]]:
        """Return what of it holds for networks with these SHA-256 sums, and a line for what does not."""
        kept, lines = self, []
        if self.rest is not None and self.face_network != face:
            kept = replace(kept, rest=None)
            lines.append(f"the face of {self.player} was calibrated with another network: calibrate again")
        if self.neutral is not None and self.voice_network != voice:
            kept = replace(kept, neutral=None)
            lines.append(f"the voice of {self.player} was calibrated with another network: calibrate again")
        return kept, lines


def write(calibration: Calibration, file: Path) -> None:
    """Write a calibration, in place of an earlier one.

    Raises:
        OSError: the file cannot be written.
    """
    content: dict[str, Any] = {"mien": "calibration", "version": VERSION, "player": calibration.player}
    if calibration.rest is not None:
        rest = dict(zip(SHAPES, (round(float(x), 4) for x in calibration.rest), strict=True))
        content["face"] = {
            "network": calibration.face_network, "seconds": round(calibration.face_seconds, 2), "rest": rest,
        }  # fmt: skip
    if calibration.neutral is not None:
        neutral = dict(zip(EMOTIONS, (round(float(x), 4) for x in calibration.neutral), strict=True))
        content["voice"] = {
            "network": calibration.voice_network, "seconds": round(calibration.voice_seconds, 2),
            "neutral": neutral,
        }  # fmt: skip
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read(file: Path) -> Calibration:
    """Return what `write` wrote.

    Raises:
        CalibrationError: no such file, too long, or something else; says what is wrong where.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        others = ", ".join(sorted(other.stem for other in file.parent.glob("*.json"))) or "nobody"
        raise CalibrationError(
            f"{file}: {error.strerror}; make it with `mien calibrate --player {file.stem}` "
            f"(calibrated so far: {others})"
        ) from None
    if len(data) > MOST_BYTES:
        raise CalibrationError(f"{file}: is longer than the {MOST_BYTES} bytes of a calibration")
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise CalibrationError(f"{file}: is not JSON ({error!s:.80})") from None
    if not isinstance(content, dict) or content.get("mien") != "calibration":
        raise CalibrationError(f"{file}: is no calibration of a player")
    if content.get("version") != VERSION:
        raise CalibrationError(f"{file}: has version {content.get('version')!r:.20}, should have {VERSION}")
    try:
        found = Calibration(_text(content, "player"))
        if "face" in content:
            face = _part(content, "face")
            rest = _levels(face, "face", "rest", SHAPES, 0.0, 1.0)
            found = replace(found, rest=rest, face_seconds=_seconds(face, "face"))
            found = replace(found, face_network=_text(face, "network"))
        if "voice" in content:
            voice = _part(content, "voice")
            neutral = _levels(voice, "voice", "neutral", EMOTIONS, -100.0, 0.0)
            found = replace(found, neutral=neutral, voice_seconds=_seconds(voice, "voice"))
            found = replace(found, voice_network=_text(voice, "network"))
    except ValueError as error:
        raise CalibrationError(f"{file}: {error}; make it again with `mien calibrate`") from None
    return found


def _part(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = content[name]
    if not isinstance(part, dict):
        raise ValueError(f"{name} should be an object")
    return part


def _text(part: Mapping[str, Any], name: str) -> str:
    text = part.get(name)
    if not isinstance(text, str) or len(text) > 256:
        raise ValueError(f"{name} should be a short text, is {text!r:.40}")
    return text


def _seconds(part: Mapping[str, Any], where: str) -> float:
    return _number(part.get("seconds"), f"{where}.seconds", 0.0, 1e6)


def _levels(
    part: Mapping[str, Any], where: str, name: str, keys: Sequence[str], low: float, high: float
) -> Float32:
    levels = part.get(name)
    if not isinstance(levels, dict) or set(levels) != set(keys):
        raise ValueError(f"{where}.{name} should name {len(keys)} numbers, {keys[0]} to {keys[-1]}")
    return np.array([_number(levels[key], f"{where}.{name}.{key}", low, high) for key in keys], np.float32)


def _number(value: object, where: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{where} should be a number, is {value!r:.40}")
    if not low <= value <= high:
        raise ValueError(f"{where} should lie from {low:g} to {high:g}, is {value!r:.40}")
    return float(value)
