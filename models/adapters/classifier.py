"""Face-expression classifiers in ONNX form that others have trained, read as their authors say.

Each `Recipe` is one family: the picture that goes in, the classes that come out. Contempt, where a family
knows it, is dropped and the rest scaled to sum to 1. None of the files is part of Mien.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from mien.bridge.messages import EMOTIONS, Float32
from mien.models.align import Box, crop
from mien.models.face import Picture, Reading
from mien.models.fusion import softmax
from mien.models.network import open_session
from mien.models.shipped import WeightsError

CONTEMPT: Final = "contempt"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one family of classifiers is fed and read."""

    sides: tuple[int, ...]
    """Sides of the square pictures that members take, pixels; the first one where a file leaves it open."""
    channels: int
    """3: red, green, blue; 1: gray."""
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    """A pixel of 0 to 255 goes in as (pixel - mean) / scale, per channel."""
    outputs: tuple[tuple[str, ...], ...]
    """Classes in order, for each number of classes that members give; `contempt` is dropped."""
    extra: int
    """So many further numbers may follow the classes."""


HSEMOTION: Final = Recipe(
    sides=(224, 260),
    channels=3,
    mean=(0.485 * 255, 0.456 * 255, 0.406 * 255),
    scale=(0.229 * 255, 0.224 * 255, 0.225 * 255),
    outputs=(
        ("anger", CONTEMPT, "disgust", "fear", "joy", "neutral", "sadness", "surprise"),
        ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise"),
    ),
    extra=2,
)
"""HSEmotion, now EmotiEffLib (Savchenko), trained on AffectNet: 224 pixels for B0, 260 for B2,
ImageNet's mean and deviation, logits; the `mtl` members append valence and arousal, which are not used.
From `preprocess` and `idx_to_class` in facial_emotions.py of av-savchenko/hsemotion-onnx, and
`EmotiEffLibRecognizerOnnx` of EmotiEffLib. Its members `mbf_*` and `ddamfnet` (112 pixels) are refused.
That it is shown the crop of our own network and not its authors' MTCNN box was never measured."""

FERPLUS: Final = Recipe(
    sides=(64,),
    channels=1,
    mean=(0.0,),
    scale=(1.0,),
    outputs=(("neutral", "joy", "surprise", "sadness", "anger", "disgust", "fear", CONTEMPT),),
    extra=0,
)
"""FER+ (Barsoum et al. 2016, arXiv 1608.01041) from the ONNX model zoo, emotion_ferplus: gray, 0 to 255
as it is (see also pytorch/glow issue 2504), logits in the order of its `emotion_table`."""

MINI_XCEPTION: Final = Recipe(
    sides=(64,),
    channels=1,
    mean=(127.5,),
    scale=(127.5,),
    outputs=(("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"),),
    extra=0,
)
"""mini_XCEPTION (Arriaga et al. 2017, arXiv 1710.07557), trained on FER2013: gray in [-1, 1]
(`preprocess_input` of oarriaga/face_classification), probabilities in FER2013's order; the channel comes
first or last."""


class Classifier:
    """One file of a family; gives emotions only.

    Args:
        file: in ONNX form.
        recipe: its family.
        what: what it should be, for errors.
        provider: see `open_session`; `notice` says where it could not be had.

    Raises:
        WeightsError: it is no ONNX file, takes or gives something else than its family, or fails to run.
    """

    def __init__(self, file: Path, recipe: Recipe, what: str, provider: str = "cpu") -> None:
        self._session, self.notice = open_session(file, what, provider)
        self._recipe = recipe
        self._mean = np.array(recipe.mean, np.float32)
        self._scale = np.array(recipe.scale, np.float32)
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or inputs[0].type != "tensor(float)":
            raise WeightsError(f"{file}: is not {what}: takes {_told(inputs)}; should take one float picture")
        self._input: str = inputs[0].name
        self.side, self._last = _side(inputs[0].shape, recipe)
        if not self.side:
            wanted = " or ".join(f"1×{recipe.channels}×{side}×{side}" for side in recipe.sides)
            raise WeightsError(f"{file}: is not {what}: takes {_told(inputs)}; should take {wanted}")
        self._output: str = outputs[0].name
        self._probable = False
        said = self._try(file, what, [np.zeros, np.ones])
        found = [names for names in recipe.outputs if said.shape[1] - len(names) in {0, recipe.extra}]
        if not found:
            wanted = " or ".join(str(len(names)) for names in recipe.outputs)
            raise WeightsError(f"{file}: is not {what}: gives {said.shape[1]} numbers; should give {wanted}")
        self.classes = found[0]
        self._columns = [self.classes.index(name) for name in EMOTIONS]
        # Some files end in a softmax, some do not: numbers that are probabilities twice are that by design.
        scores = said[:, : len(self.classes)]
        self._probable = bool((scores >= 0).all() and np.allclose(scores.sum(1), 1, atol=1e-3))

    def read(self, picture: Picture, boxes: Sequence[Box]) -> list[Reading]:
        """Return a reading with an emotion and nothing else for every box."""
        return [Reading(emotion=self.emotion(self._run(self._look(picture, box))[0])) for box in boxes]

    def emotion(self, said: Float32) -> Float32:
        """Return the probability of each of `EMOTIONS`, (7,), from what the network says, (classes or more,).

        All are alike where nothing but contempt is left, or the numbers are not finite.
        """
        scores = said[: len(self.classes)]
        probability = (scores if self._probable else softmax(scores))[self._columns]
        total = probability.sum()
        if not np.isfinite(total) or total <= 0:
            return np.full(len(EMOTIONS), 1 / len(EMOTIONS), np.float32)
        return np.asarray(probability / total, np.float32)

    def _look(self, picture: Picture, box: Box) -> Float32:
        """Return what goes in for one box: (1, channels, side, side), or the channels last."""
        source = picture.gray if self._recipe.channels == 1 else picture.pixels
        pixels = crop(source, box, self.side)
        if self._recipe.channels == 3:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
        whole = pixels.reshape(self.side, self.side, self._recipe.channels).astype(np.float32)
        whole = (whole - self._mean) / self._scale
        return whole[None] if self._last else np.ascontiguousarray(whole.transpose(2, 0, 1)[None])

    def _run(self, look: Float32) -> Float32:
        (said,) = self._session.run([self._output], {self._input: look})
        return np.asarray(said, np.float32)

    def _try(self, file: Path, what: str, fills: Sequence[Any]) -> Float32:
        """Return what the network says of a few plain pictures, (n, numbers)."""
        shape = (1, self.side, self.side, self._recipe.channels)
        if not self._last:
            shape = (1, self._recipe.channels, self.side, self.side)
        try:
            said = [self._run(fill(shape, np.float32)) for fill in fills]
        except Exception as error:  # as in `open_session`
            reason = str(error).splitlines()[0].split(" : ")[-1]
            raise WeightsError(f"{file}: is not {what}: it does not run ({reason:.80})") from None
        if any(each.ndim != 2 or len(each) != 1 for each in said):
            raise WeightsError(f"{file}: is not {what}: gives {said[0].shape}; should give one row")
        if not all(np.isfinite(each).all() for each in said):
            raise WeightsError(f"{file}: is not usable: it answers a plain picture with NaN or infinity")
        return np.concatenate(said)


def _side(shape: Sequence[object], recipe: Recipe) -> tuple[int, bool]:
    """Return the side of the picture and whether channels come last; side 0 where the shape does not fit."""
    if len(shape) != 4 or (isinstance(shape[0], int) and shape[0] != 1):
        return 0, False
    for last, (channels, *sides) in ((False, shape[1:]), (True, (shape[3], *shape[1:3]))):
        if isinstance(channels, int) and channels != recipe.channels:
            continue
        for side in recipe.sides:
            if all(found == side or not isinstance(found, int) for found in sides):
                return side, last
    return 0, False


def _told(ends: Sequence[Any]) -> str:
    """Return shapes for a person: `1×3×224×224`."""
    return ", ".join("×".join(str(size) for size in end.shape) or "a number" for end in ends) or "nothing"
