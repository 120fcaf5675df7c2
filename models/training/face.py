"""Train the expression net: `python -m mien.models.training.face DATA --renders renders.npz --out face.onnx`.

Emotions are learned from labeled photographs, blend weights and head rotation from faces that `renders` made;
what the photographs' labels say of the blend weights (see `evidence`) holds these on real faces.

`--cross-validate` scores a recipe on people inside `train`, fold by fold, which is how one is chosen. Without
it the nets are trained on `train` and scored once on `dev`. `--final --start out.pt` then goes on with them
on both, which is what ships. `--renders-only` learns from rendered faces alone, so that no photograph's
licence matters.
"""

import json
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress
from torch import nn
from torch.nn import functional

from mien.bridge.messages import EMOTIONS
from mien.models import metrics
from mien.models.align import CROP, Aligner
from mien.models.manifest import Row
from mien.models.shipped import in_folder
from mien.models.training import data as sets
from mien.models.training.augment import augment
from mien.models.training.average import MovingAverage
from mien.models.training.evidence import contradiction
from mien.models.training.export import export
from mien.models.training.nets import ExpressionNet, MirroredMean

CACHED_SIDE = 112
STEPS = 100
"""Batches per epoch."""
SHARE = {"faces_ck48": 0.3, "faces_web112": 0.7}
Logits = NDArray[np.float32]
Weights = dict[str, torch.Tensor]
console = Console()


class Mixture(NamedTuple):
    """What a batch is made of, and what counts in it."""

    photographs: int
    rendered: int
    blend: float
    """What the blend weights count beside the emotion."""


EMOTION = Mixture(64, 24, 3.0)
"""For a net that reads emotions: blend weights only keep it from learning photographs by heart."""
SHAPES = Mixture(64, 40, 15.0)
"""For a net that reads blend weights and the head as well."""
RENDERS = Mixture(0, 88, 25.0)
"""For a net that no photograph taught."""


class Faces:
    """Crops and labels of several sets, drawn with class and set balance.

    Each face is there twice: as the set has it, and as the running recognizer would crop it.
    """

    def __init__(self, rows: dict[str, list[Row]], aligner: Aligner) -> None:
        self.rows = [row for each in rows.values() for row in each]
        self.pixels = sets.load_faces(self.rows, CACHED_SIDE)
        self.aligned = sets.aligned(self.pixels, aligner)
        self.labels = torch.from_numpy(sets.labels(self.rows))
        weights = [sets.sampling_weights(each, SHARE.get(name, 0.2)) for name, each in rows.items()]
        self.weights = torch.from_numpy(np.concatenate(weights))

    def draw(self, count: int, random: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Return augmented pictures (count, 1, CROP, CROP) and their labels (count,)."""
        index = torch.multinomial(self.weights, count, replacement=True, generator=random)
        as_run = (torch.rand(count, generator=random) < 0.5).numpy()[:, None, None]
        pixels = np.where(as_run, self.aligned[index.numpy()], self.pixels[index.numpy()])
        return augment(torch.from_numpy(pixels).unsqueeze(1).float(), CROP, random), self.labels[index]


class Renders:
    """Rendered faces, the weights and rotation that they show, and their emotion, -1 where they have none."""

    def __init__(self, files: list[Path]) -> None:
        stored = [np.load(file, allow_pickle=False) for file in files]
        names = ("pictures", "weights", "heads", "emotions")
        self.pixels, weights, heads, emotions = (np.concatenate([z[n] for z in stored]) for n in names)
        self.weights, self.heads, self.emotions = (torch.from_numpy(x) for x in (weights, heads, emotions))

    def draw(self, count: int, random: torch.Generator) -> tuple[torch.Tensor, ...]:
        """Return augmented pictures, blend weights, yaw and pitch, emotions."""
        index = torch.randint(len(self.pixels), (count,), generator=random)
        pixels = torch.from_numpy(self.pixels[index.numpy()]).unsqueeze(1).float()
        pixels = augment(pixels, CROP, random, mirror=False)
        return pixels, self.weights[index], self.heads[index], self.emotions[index]


def fit(
    faces: Faces | None,
    renders: Renders,
    mixture: Mixture,
    *,
    epochs: int,
    rate: float,
    seed: int,
    start: Weights | None = None,
) -> ExpressionNet:
    """Return a trained net, the moving average of its weights; `faces` may be None where none are mixed in.

    `start` are the weights of a trained net to go on with.
    """
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    net = ExpressionNet()
    if start is not None:
        net.load_state_dict(start)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = MovingAverage(net, 0.996)
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rate, total_steps=STEPS * epochs, pct_start=0.15
    )
    net.train()
    with Progress(console=console) as progress:
        task = progress.add_task("training", total=epochs * STEPS)
        for epoch in range(epochs):
            total = 0.0
            for _ in range(STEPS):
                loss = _loss(net, faces, renders, mixture, random)
                optimizer.zero_grad()
                torch.autograd.backward(loss)
                optimizer.step()
                schedule.step()
                average.update(net)
                total += loss.item()
                progress.advance(task)
            console.log(f"epoch {epoch + 1}: loss {total / STEPS:.3f}")
    return average.net.eval()


def _loss(
    net: nn.Module, faces: Faces | None, renders: Renders, mixture: Mixture, random: torch.Generator
) -> torch.Tensor:
    drawn, weights, turned, shown = renders.draw(mixture.rendered, random)
    pixels, labels = drawn, shown
    if faces is not None:
        photographs, labels = faces.draw(mixture.photographs, random)
        # Both kinds in one batch, so that normalization sees the mixture that it will be fixed at.
        pixels = torch.cat((photographs, drawn))
    with torch.autocast("cpu", torch.bfloat16):
        emotion, blend, head = (
            each.float() for each in net(pixels.contiguous(memory_format=torch.channels_last))
        )
    real, made = emotion[: len(labels)], len(pixels) - len(drawn)
    loss = functional.cross_entropy(real, labels, label_smoothing=0.1, ignore_index=-1)
    loss = loss + mixture.blend * functional.binary_cross_entropy_with_logits(blend[made:], weights)
    loss = loss + 2 * functional.smooth_l1_loss(head[made:], turned, beta=0.1)
    if faces is not None:
        loss = loss + 3 * contradiction(torch.sigmoid(blend[:made]), labels)
    return loss


def predict(net: nn.Module, faces: Faces) -> tuple[Logits, NDArray[np.float32]]:
    """Return the emotion logits (N, 7) and blend weights (N, 52) of every face as the recognizer crops it."""
    net.eval()
    logits, blends = [], []
    with torch.no_grad():
        for start in range(0, len(faces.rows), 256):
            batch = torch.from_numpy(faces.aligned[start : start + 256]).unsqueeze(1).float()
            batch = functional.interpolate(batch, size=(CROP, CROP), mode="bilinear", antialias=True)
            emotion, blend, _ = net(batch)
            logits.append(emotion.numpy())
            blends.append(blend.numpy())
    return np.concatenate(logits), np.concatenate(blends)


def score(rows: list[Row], logits: Logits) -> dict[str, dict[str, float]]:
    """Return accuracy, UAR and weighted F1 of each set."""
    names = np.array([row.path.parent.parent.name for row in rows])
    truth, said = sets.labels(rows), logits.argmax(1)
    found = {}
    for name in np.unique(names):
        counts = metrics.confusion(truth[names == name], said[names == name], len(EMOTIONS))
        found[str(name)] = {
            "accuracy": round(metrics.accuracy(counts), 4),
            "uar": round(metrics.uar(counts), 4),
            "weighted_f1": round(metrics.weighted_f1(counts), 4),
        }
    return found


def temperature(logits: Logits, truth: NDArray[np.int64]) -> float:
    """Return the temperature with the least cross-entropy (Guo et al. 2017, section 4.2)."""
    grid = np.exp(np.linspace(np.log(0.25), np.log(4), 65))
    losses = [
        functional.cross_entropy(torch.from_numpy(logits) / t, torch.from_numpy(truth)).item() for t in grid
    ]
    return float(grid[int(np.argmin(losses))])


def cross_validate(
    rows: dict[str, list[Row]],
    renders: Renders,
    aligner: Aligner,
    *,
    folds: int,
    nets: int,
    epochs: int,
    rate: float,
    seed: int,
) -> dict[str, Any]:
    """Return the pooled scores of the first `folds` folds of people, of each net alone and of their mean."""
    fold = {name: sets.fold_of(each) for name, each in rows.items()}
    scored: list[Row] = []
    logits: list[list[Logits]] = [[] for _ in range(nets)]
    for k in range(folds):
        inside, outside = (
            Faces(
                {
                    name: [row for row, f in zip(each, fold[name], strict=True) if (f == k) == kept]
                    for name, each in rows.items()
                },
                aligner,
            )
            for kept in (False, True)
        )
        scored += outside.rows
        for i in range(nets):
            net = fit(inside, renders, EMOTION, epochs=epochs, rate=rate, seed=seed + i)
            logits[i].append(predict(MirroredMean([net]), outside)[0])
            console.log(f"fold {k}, net {i}: {score(outside.rows, logits[i][-1])}")
    each = [np.concatenate(one) for one in logits]
    mean = np.mean(each, axis=0)
    return {
        "folds": folds,
        "each": [score(scored, one) for one in each],
        "mean": score(scored, mean),
        "temperature": temperature(mean, sets.labels(scored)),
    }


def select(rows: dict[str, list[Row]], keep: set[str]) -> dict[str, list[Row]]:
    """Return the rows of the given splits."""
    return {name: [row for row in each if row.split in keep] for name, each in rows.items()}


def main(
    data: Annotated[Path, typer.Argument(help="folder that holds faces_*/manifest.csv")],
    *,
    renders: Annotated[list[Path], typer.Option(help="what `renders` wrote; may be repeated")],
    out: Annotated[Path, typer.Option(help="ONNX file to write")],
    epochs: Annotated[int, typer.Option(help="length of the schedule")] = 12,
    nets: Annotated[int, typer.Option(help="nets that read emotions, to average")] = 1,
    shapers: Annotated[int, typer.Option(help="nets that read blend weights and emotions")] = 0,
    rate: Annotated[float, typer.Option(help="largest rate of the schedule")] = 2e-3,
    seed: int = 0,
    folds: Annotated[int, typer.Option("--cross-validate", help="only score so many folds of train")] = 0,
    final: Annotated[bool, typer.Option(help="train on train and dev together")] = False,
    start: Annotated[Path | None, typer.Option(help="go on with the nets of this .pt file")] = None,
    renders_only: Annotated[bool, typer.Option(help="learn from rendered faces alone")] = False,
    calibration: Annotated[float, typer.Option(help="temperature to divide by")] = 1.0,
    weights: Annotated[Path | None, typer.Option(help="folder with align.onnx; else the package's")] = None,
    threads: int = 1,
) -> None:
    """Train, score on people never seen, export."""
    torch.set_num_threads(threads)
    rows = sets.find(data, "faces_")
    rendered = Renders(renders)
    aligner = Aligner((in_folder(weights) if weights else in_folder()).align)
    if folds:
        train = select(rows, {"train"})
        console.print_json(
            data=cross_validate(
                train, rendered, aligner, folds=folds, nets=nets, epochs=epochs, rate=rate, seed=seed
            )
        )
        return
    known = None if renders_only else Faces(select(rows, {"train", "dev"} if final else {"train"}), aligner)
    mixtures = [RENDERS if renders_only else EMOTION] * nets + [SHAPES] * shapers
    before: list[Weights | None] = [None] * len(mixtures)
    if start is not None:
        before = torch.load(start, weights_only=True)
    trained = [
        fit(known, rendered, mixture, epochs=epochs, rate=rate, seed=seed + i, start=weights)
        for i, (mixture, weights) in enumerate(zip(mixtures, before, strict=True))
    ]
    shipped = MirroredMean(trained, calibration, shapers=shapers or nets).eval()
    record: dict[str, Any] = {"epochs": epochs, "nets": nets, "shapers": shapers, "temperature": calibration}
    if not final:
        dev = Faces(select(rows, {"dev"}), aligner)
        logits, _ = predict(shipped, dev)
        record |= {
            "dev": score(dev.rows, logits),
            "best_temperature": temperature(logits, sets.labels(dev.rows)),
        }
    console.print_json(data=record)
    out.with_suffix(".json").write_text(json.dumps(record, indent=1))
    torch.save([net.state_dict() for net in trained], out.with_suffix(".pt"))
    gap = export(
        shipped,
        (torch.rand(2, 1, CROP, CROP) * 255,),
        out,
        inputs=["pixels"],
        outputs=["logits", "blend", "head"],
        role="face",
        batch_axis=True,
    )
    console.log(f"wrote {out}, at most {gap:.1e} away from torch")


if __name__ == "__main__":
    typer.run(main)
