"""Score a recognizer on a labeled folder, through the streaming path.

`python -m mien.models.evaluate DIR/manifest.csv --json [--crops]`: every picture is one video frame, every
sound is played in chunks of 100 ms; what counts is the last estimate that rests on the sense in question.
"""

import json
import time
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Final, TypedDict

import av
import cv2
import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from mien.bridge.messages import EMOTIONS, FACE_USED, PLAYER, VOICE_USED, AudioChunk, VideoFrame
from mien.models import metrics, score_table, strangers
from mien.models.cards import installed
from mien.models.detect import WholePicture
from mien.models.manifest import ManifestError, Row, read
from mien.models.recognizer import Recognizer
from mien.models.shipped import WEIGHTS, Weights, WeightsError
from mien.models.sound import audible
from mien.models.speech import RATE

PLAIN: Final = frozenset(part.name for part in fields(Weights))
"""Names of the weights that a recognizer made of a folder runs on."""
PICTURES: Final = {".png", ".jpg", ".jpeg", ".bmp", ".webp"}
CHUNK: Final = RATE // 10
SILENCE_AFTER: Final = 10
"""Chunks of silence played after each sound, as a stream would go on: 1 s."""


class Scores(TypedDict):
    """What is known of a recognizer after a labeled folder."""

    n: int
    """Items scored."""
    left_out: int
    """Rows whose label is not one of `EMOTIONS`."""
    left_out_labels: dict[str, int]
    """What those labels are, and how often."""
    missed: int
    """Items in which no face or voice was found; they count as wrong."""
    accuracy: float
    uar: float
    weighted_f1: float
    intervals: dict[str, tuple[float, float]]
    """95 % intervals of the three above, by drawing people with replacement."""
    calibration_error: float
    per_class: dict[str, float | None]
    """Recall; None where no item has the class."""
    classes: list[str]
    columns: list[str]
    """What was said: the classes and, last, `missed`."""
    confusion: list[list[int]]
    """One row per true class, in the order of `classes`; its columns are `columns`."""
    ms_per_item: float
    warning: str
    """That the items are none of strangers, where that is known; else empty."""


def load_sound(file: Path) -> NDArray[np.int16]:
    """Return a sound file's samples, mono at 16 kHz.

    Raises:
        ManifestError: the file holds no sound that can be read.
    """
    try:
        with av.open(str(file)) as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            frames = [r for frame in container.decode(audio=0) for r in resampler.resample(audible(frame))]
            frames += resampler.resample(None)
    except (OSError, IndexError, ValueError) as error:  # av's own errors derive from these
        raise ManifestError(f"{file}: is not a readable sound ({error})") from None
    pieces = [frame.to_ndarray()[0] for frame in frames]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


def recognize_picture(recognizer: Recognizer, pixels: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Return the emotion of the followed face in one picture, (7,), or None when no face is found."""
    estimates = recognizer.step(recognizer.start(), VideoFrame(t=0, pixels=pixels), 0)
    return next((e.emotion for e in estimates if e.person == PLAYER and e.used & FACE_USED), None)


def recognize_sound(recognizer: Recognizer, samples: NDArray[np.int16]) -> NDArray[np.float32] | None:
    """Return the last emotion that the voice in a sound gives, (7,), or None when nobody speaks."""
    state, found = recognizer.start(), None
    # A recording cut in mid-speech ends as a stream would: somebody stops, and silence follows.
    padded = np.concatenate((samples, np.zeros(SILENCE_AFTER * CHUNK, np.int16)))
    for begin in range(0, len(padded), CHUNK):
        t = begin * 1_000_000 // RATE
        chunk = AudioChunk(t=t, samples=padded[begin : begin + CHUNK])
        for estimate in recognizer.step(state, chunk, t + 100_000):
            if estimate.used & VOICE_USED:
                found = estimate.emotion
    return found


def chosen(manifest: Path, split: str = "") -> list[Row]:
    """Return the rows of a manifest, or of one split of it.

    Raises:
        ManifestError: the manifest cannot be read, or has no row of that split.
    """
    rows = read(manifest)
    if not split:
        return rows
    there = sorted({row.split for row in rows} - {""})
    if split not in there:
        raise ManifestError(
            f"{manifest}: has no row of the split {split!r}; there are {', '.join(there)}"
            if there
            else f"{manifest}: its rows name no split; leave --split away"
        )
    return [row for row in rows if row.split == split]


def evaluate(manifest: Path, recognizer: Recognizer, split: str = "", progress: bool = False) -> Scores:
    """Score a recognizer on the rows of a manifest.

    Args:
        manifest: `path,label,...`; pictures and sounds may be mixed.
        recognizer: for face crops, one made with the detector `WholePicture`.
        split: only rows of this split; empty takes all.
        progress: show a bar.

    Raises:
        ManifestError: the manifest or a file in it cannot be read, or it has no row of that split.
    """
    rows = chosen(manifest, split)
    truth, predicted, probability = [], [], []
    spent = 0.0
    known = [row for row in rows if row.emotion is not None]
    for row in known:
        if not row.path.is_file():
            raise ManifestError(f"{manifest}:{row.line}: {row.path}: no such file")
    for row in track(known, "evaluating") if progress else known:
        if row.path.suffix.lower() in PICTURES:
            pixels: Any = cv2.imread(str(row.path), cv2.IMREAD_COLOR)
            if pixels is None:
                raise ManifestError(f"{manifest}:{row.line}: {row.path}: is not a readable picture")
            begun = time.perf_counter()
            emotion = recognize_picture(recognizer, pixels)
        else:
            try:
                samples = load_sound(row.path)
            except ManifestError as error:
                raise ManifestError(f"{manifest}:{row.line}: {error}") from None
            begun = time.perf_counter()
            emotion = recognize_sound(recognizer, samples)
        spent += time.perf_counter() - begun
        truth.append(row.emotion)
        predicted.append(len(EMOTIONS) if emotion is None else int(emotion.argmax()))
        probability.append(np.zeros(len(EMOTIONS)) if emotion is None else emotion)
    real = np.array(truth, np.int64)
    counts = metrics.confusion(real, np.array(predicted, np.int64), len(EMOTIONS) + 1)
    said = np.array(predicted, np.int64)
    people = np.unique([row.subject for row in known], return_inverse=True)[1]
    recalls = metrics.recalls(counts)[: len(EMOTIONS)]
    return {
        "n": len(known),
        "left_out": len(rows) - len(known),
        "left_out_labels": dict(Counter(row.label for row in rows if row.emotion is None)),
        "missed": int(counts[:, -1].sum()),
        "accuracy": metrics.accuracy(counts),
        "uar": metrics.uar(counts),
        "weighted_f1": metrics.weighted_f1(counts),
        "intervals": {
            name: metrics.bootstrap(real, said, people, score, classes=len(EMOTIONS) + 1)
            if known
            else (0.0, 0.0)
            for name, score in (
                ("accuracy", metrics.accuracy),
                ("uar", metrics.uar),
                ("weighted_f1", metrics.weighted_f1),
            )
        },
        "calibration_error": metrics.calibration_error(real, np.array(probability)) if known else 0.0,
        "per_class": {
            name: None if np.isnan(recall) else float(recall)
            for name, recall in zip(EMOTIONS, recalls, strict=True)
        },
        "classes": list(EMOTIONS),
        "columns": [*EMOTIONS, "missed"],
        "confusion": counts[:-1].tolist(),
        "ms_per_item": 1e3 * spent / max(len(known), 1),
        "warning": "",
    }


app = typer.Typer()


@app.command()
def main(
    manifest: Annotated[Path, typer.Argument(help="path,label,... with pictures or sounds beside it")],
    crops: Annotated[bool, typer.Option(help="the pictures are face crops already")] = False,
    weights: Annotated[
        Path | None, typer.Option(help="folder of weights; the package's own without it")
    ] = None,
    split: Annotated[str, typer.Option(help="only rows of this split")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Score the recognizer on a labeled folder."""
    try:
        recognizer = Recognizer(weights, detector=WholePicture() if crops else None)
        scores = evaluate(manifest, recognizer, split, progress=not as_json)
        cards = [card for card in installed(weights or WEIGHTS)[0] if card.name in PLAIN]
        splits = {row.split for row in chosen(manifest, split)}
        scores["warning"] = strangers.warning(manifest, splits, cards)
    except (ManifestError, WeightsError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if scores["warning"]:
        typer.echo(scores["warning"], err=True)
    if as_json:
        typer.echo(json.dumps(scores))
        return
    console = Console(highlight=False)
    console.print(score_table.table(scores))
    for line in score_table.lines(scores):
        console.print(line, markup=False)


if __name__ == "__main__":
    app()
