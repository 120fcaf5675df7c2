"""Where the shipped weights lie, which of them to use, and what is said of a file that cannot be used.

Imports nothing that runs a network: a director, which runs none, names the weights in its recording.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

WEIGHTS: Final = Path(__file__).parent / "weights"


class WeightsError(ValueError):
    """A file of weights that cannot be used; one line: which file, what is wrong, what would be right."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The files that a recognizer runs on; it does without those that may be None."""

    align: Path
    face: Path
    voice: Path | None = None
    """None: voices are not recognized."""
    speech: Path | None = None
    """None: whatever voice activity lets pass counts as a voice, music too."""
    text: Path | None = None
    """None: lines of dialogue are not read."""
    fusion: Path | None = None
    """None: a rule made by hand weighs the senses."""


def in_folder(folder: Path = WEIGHTS) -> Weights:
    """Return the files of a folder under their plain names; whether they are there, who opens them says.

    A folder need not hold `speech.onnx`, `text.onnx` and `fusion.onnx`.
    """
    speech, text, fusion = (
        file if file.is_file() else None
        for file in (folder / f"{name}.onnx" for name in ("speech", "text", "fusion"))
    )
    return Weights(folder / "align.onnx", folder / "face.onnx", folder / "voice.onnx", speech, text, fusion)
