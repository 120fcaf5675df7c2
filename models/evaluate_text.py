"""Score the text recognizer on lines of dialogue: `python -m mien.models.evaluate_text test.csv --json`.

The table has the columns `dialogue,utterance,speaker,text,label`, the lines of one dialogue in order; every
line goes through `TextRecognizer.step`, as it would in a game.
"""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Annotated, Final, TypedDict

import numpy as np
import typer
from rich.progress import track

from mien.bridge.messages import EMOTIONS
from mien.models import metrics, strangers
from mien.models.cards import installed
from mien.models.manifest import SAME_AS, ManifestError, filled
from mien.models.shipped import WeightsError
from mien.models.text import TEXT, Line, TextRecognizer, TextState

COLUMNS: Final = ("dialogue", "speaker", "text", "label")


class Scores(TypedDict):
    """What is known of the text recognizer after a table of lines."""

    n: int
    left_out: int
    """Lines whose label is not one of `EMOTIONS`; they are still read, as context."""
    left_out_labels: dict[str, int]
    """What those labels are, and how often."""
    accuracy: float
    uar: float
    weighted_f1: float
    intervals: dict[str, tuple[float, float]]
    """95 % intervals of the three above, by drawing dialogues with replacement."""
    calibration_error: float
    per_class: dict[str, float | None]
    """Recall; None where no line has the class."""
    classes: list[str]
    confusion: list[list[int]]
    """One row per true class, one column per class said."""
    ms_per_item: float
    warning: str
    """That the lines are none of strangers, where that is known; else empty."""


def read(table: Path) -> list[dict[str, str]]:
    """Return the rows of a table of lines.

    Raises:
        ManifestError: no such file, not UTF-8, a column is missing, or there is no row.
    """
    return [row for _, row in filled(table, COLUMNS)]


def evaluate(table: Path, recognizer: TextRecognizer, progress: bool = False) -> Scores:
    """Score a recognizer on the lines of a table.

    Raises:
        ManifestError: the table cannot be read.
    """
    rows = read(table)
    truth, said, probability, dialogues = [], [], [], []
    state, current, spent = TextState(), "", 0.0
    left_out: Counter[str] = Counter()
    for i, row in enumerate(track(rows, "evaluating") if progress else rows):
        if row["dialogue"] != current or not i:
            state, current = TextState(), row["dialogue"]
        begun = time.perf_counter()
        estimate = recognizer.step(state, Line(row["text"], row["speaker"]), i * 1_000_000)
        spent += time.perf_counter() - begun
        label = SAME_AS.get(row["label"], row["label"])
        if label not in EMOTIONS:
            left_out[row["label"]] += 1
            continue
        truth.append(EMOTIONS.index(label))
        said.append(int(estimate.emotion.argmax()))
        probability.append(estimate.emotion)
        dialogues.append(row["dialogue"])
    real, answered = np.array(truth, np.int64), np.array(said, np.int64)
    counts = metrics.confusion(real, answered, len(EMOTIONS))
    groups = np.unique(dialogues, return_inverse=True)[1].astype(np.int64)
    measures = {"accuracy": metrics.accuracy, "uar": metrics.uar, "weighted_f1": metrics.weighted_f1}
    return {
        "n": len(truth),
        "left_out": left_out.total(),
        "left_out_labels": dict(left_out),
        "accuracy": metrics.accuracy(counts),
        "uar": metrics.uar(counts),
        "weighted_f1": metrics.weighted_f1(counts),
        "intervals": {
            name: metrics.bootstrap(real, answered, groups, measure, classes=len(EMOTIONS))
            if truth
            else (0.0, 0.0)
            for name, measure in measures.items()
        },
        "calibration_error": metrics.calibration_error(real, np.array(probability)) if truth else 0.0,
        "per_class": {
            name: None if np.isnan(recall) else float(recall)
            for name, recall in zip(EMOTIONS, metrics.recalls(counts), strict=True)
        },
        "classes": list(EMOTIONS),
        "confusion": counts.tolist(),
        "ms_per_item": 1e3 * spent / len(rows),
        "warning": "",
    }


def main(
    table: Annotated[Path, typer.Argument(help="dialogue,utterance,speaker,text,label")],
    weights: Annotated[Path, typer.Option(help="the text network")] = TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Score the text recognizer."""
    try:
        scores = evaluate(table, TextRecognizer(weights), progress=not as_json)
        cards = [card for card in installed(weights.parent)[0] if card.name == weights.stem]
        scores["warning"] = strangers.warning(table, {""}, cards)
    except (ManifestError, WeightsError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if scores["warning"]:
        typer.echo(scores["warning"], err=True)
    typer.echo(json.dumps(scores, indent=None if as_json else 1))


if __name__ == "__main__":
    typer.run(main)
