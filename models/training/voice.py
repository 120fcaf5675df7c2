"""Train the voice net: `python -m mien.models.training.voice DATA_DIR --out voice.onnx`.

It learns from everybody in DATA_DIR. Its score comes from `--cross-validate N`, which trains N nets by the
same recipe, each without every N-th speaker, and scores each on those it never heard: after the last whole
block of speech, as a stream would, and after 0.5, 1 and 2 seconds of it.
"""

import json
from pathlib import Path
from typing import Annotated, TypedDict

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from mien.bridge.messages import EMOTIONS
from mien.models import metrics
from mien.models.manifest import ManifestError, Row
from mien.models.training import data as sets
from mien.models.training import voice_data as sounds
from mien.models.training.export import export
from mien.models.training.face import temperature
from mien.models.training.voice_data import Frames
from mien.models.training.voice_fit import Recipe, fit
from mien.models.training.voice_net import VoiceNet
from mien.models.voice import BLOCK

TIMES = {"0.5s": 4, "1s": 8, "2s": 16, "end": 10**6}
"""Whole blocks of speech after which the scores are taken."""
Logits = dict[str, NDArray[np.float32]]


class Score(TypedDict):
    """What strangers of one set are recognized by."""

    n: int
    people: int
    uar: dict[str, float]
    """After each of TIMES."""
    interval: tuple[float, float]
    """95 % of the last, people drawn with replacement."""
    accuracy: float
    spread: float
    """Standard deviation over people of each one's own UAR."""
    per_class: dict[str, float]


def predict(net: VoiceNet, frames: list[Frames]) -> Logits:
    """Return the logits after each of TIMES."""
    found = {name: np.zeros((len(frames), len(EMOTIONS)), np.float32) for name in TIMES}
    order = np.argsort([len(each) for each in frames])
    with torch.no_grad():
        for begin in range(0, len(frames), 64):
            picked = order[begin : begin + 64]
            padded, blocks = sounds.batch([sounds.whole(frames[i]) for i in picked])
            logits = net(padded, net.begin(len(padded)))[0].numpy()
            for name, time in TIMES.items():
                found[name][picked] = logits[np.arange(len(picked)), np.minimum(time, blocks) - 1]
    return found


def score(rows: list[Row], logits: Logits) -> dict[str, Score]:
    """Return the scores of each set."""
    names, truth = sounds.set_of(rows), sets.labels(rows)
    found: dict[str, Score] = {}
    for name in np.unique(names):
        of = np.flatnonzero(names == name)
        people = sets.people([rows[i] for i in of])
        said = {time: each[of].argmax(1) for time, each in logits.items()}
        counts = {time: metrics.confusion(truth[of], each, len(EMOTIONS)) for time, each in said.items()}
        low, high = metrics.bootstrap(truth[of], said["end"], people, metrics.uar, classes=len(EMOTIONS))
        own = [
            metrics.uar(metrics.confusion(truth[of][who], said["end"][who], len(EMOTIONS)))
            for who in (people == person for person in np.unique(people))
        ]
        recalls = zip(EMOTIONS, metrics.recalls(counts["end"]), strict=True)
        found[str(name)] = {
            "n": len(of),
            "people": len(own),
            "uar": {time: round(metrics.uar(each), 4) for time, each in counts.items()},
            "interval": (round(low, 4), round(high, 4)),
            "accuracy": round(metrics.accuracy(counts["end"]), 4),
            "spread": round(float(np.std(own)), 4),
            "per_class": {emotion: round(float(r), 3) for emotion, r in recalls if np.isfinite(r)},
        }
    return found


def cross_validate(
    rows: list[Row],
    frames: list[list[Frames]],
    recipe: Recipe,
    folds: int,
    seed: int,
    progress: Progress,
    kept: Path,
    share: float = 1.0,
) -> Logits:
    """Return logits of every row from a net that never heard its speaker, nor 1 - `share` of the others.

    The folds that are done are kept in the file `kept`, and taken from there.
    """
    fold = sounds.deal(rows, folds, seed)
    subjects = sets.people(rows)
    logits = {name: np.zeros((len(rows), len(EMOTIONS)), np.float32) for name in TIMES}
    done = 0
    if kept.is_file():
        with np.load(kept) as stored:
            done, logits = int(stored["done"]), {name: stored[name] for name in TIMES}
    for k in progress.track(range(done, folds), description="folds"):
        use, test = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        if share < 1:
            known = np.random.default_rng((seed, k)).permutation(np.unique(subjects[use]))
            use = use[np.isin(subjects[use], known[: round(share * len(known))])]
        picked = [[each[i] for i in use] for each in frames]
        net = fit([rows[i] for i in use], picked, recipe, seed, progress)
        for name, each in predict(net, [frames[0][i] for i in test]).items():
            logits[name][test] = each
        np.savez(kept, allow_pickle=False, done=k + 1, **logits)
        so_far = np.flatnonzero(fold <= k)
        found = score([rows[i] for i in so_far], {name: each[so_far] for name, each in logits.items()})
        progress.console.log(f"{k + 1} of {folds} folds: {json.dumps(found)}")
    return logits


def main(
    data: Annotated[Path, typer.Argument(help="folder that holds speech_*/manifest.csv")],
    *,
    out: Annotated[Path, typer.Option(help="ONNX file to write; scores go beside it as JSON")],
    folds: Annotated[
        int, typer.Option("--cross-validate", help="score in so many folds, no ONNX; done folds are kept")
    ] = 0,
    share: Annotated[float, typer.Option(help="share of the people to learn from, when scoring")] = 1.0,
    perceptrons: int = 2,
    perceptron_epochs: int = 90,
    towers: int = 1,
    tower_epochs: int = 25,
    seed: int = 0,
    calibration: Annotated[float, typer.Option(help="temperature, as the cross-validation found it")] = 1.0,
    cache: Annotated[Path | None, typer.Option(help="file that keeps the features between runs")] = None,
    threads: int = 1,
) -> None:
    """Train and export, or score on people never heard."""
    torch.set_num_threads(threads)
    console = Console()
    recipe = Recipe(
        perceptrons=perceptrons,
        perceptron_epochs=perceptron_epochs,
        towers=towers,
        tower_epochs=tower_epochs,
    )
    try:
        rows = [row for each in sets.find(data, "speech_").values() for row in each]
        frames = sounds.load(rows, cache, console)
    except ManifestError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    with Progress(console=console) as progress:
        if folds:
            logits = cross_validate(
                rows, frames, recipe, folds, seed, progress, out.with_suffix(".npz"), share
            )
            scores = score(rows, logits)
            found = temperature(logits["end"], sets.labels(rows))
            out.with_suffix(".json").write_text(
                json.dumps({"scores": scores, "temperature": found, "share": share}, indent=1)
            )
            console.print_json(data=scores)
            return
        net = fit(rows, frames, recipe, seed, progress)
    net.temperature = calibration
    example = (torch.from_numpy(frames[0][0][:BLOCK])[None], net.begin(1))
    gap = export(
        net, example, out, inputs=["frames", "state"], outputs=["logits", "next_state"], role="voice"
    )
    console.log(f"wrote {out}, at most {gap:.1e} away from torch")


if __name__ == "__main__":
    typer.run(main)
