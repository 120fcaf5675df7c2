"""Train the expression net: `python -m mien.models.training.face DATA --renders renders.npz --out face.onnx`.

Emotions are learned from labeled photographs, blend weights and head rotation from faces that `renders` made.

The number of epochs is chosen on people inside `train`; `dev` is only looked at in the end. `--final` then
trains on `train` and `dev` together for that many epochs, which is what ships.
"""

import copy
import json
from pathlib import Path
from typing import Annotated

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
from mien.models.manifest import Row
from mien.models.training import data as sets
from mien.models.training.augment import augment
from mien.models.training.average import MovingAverage
from mien.models.training.export import export
from mien.models.training.nets import ExpressionNet, MirroredMean

SIDE = 96
CACHED_SIDE = 112
BATCH = 64
RENDERED = 24
"""Rendered faces beside each batch of photographs."""
EPOCH = 6400
SHARE = {"faces_ck48": 0.3, "faces_web112": 0.7}
console = Console()


class Faces:
    """Crops and labels of several sets, drawn with class and set balance."""

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        self.rows = [row for each in rows.values() for row in each]
        self.pixels = sets.load_faces(self.rows, CACHED_SIDE)
        self.labels = sets.labels(self.rows)
        weights = [sets.sampling_weights(each, SHARE.get(name, 0.2)) for name, each in rows.items()]
        self.weights = torch.from_numpy(np.concatenate(weights))

    def tensor(self, index: NDArray[np.int64]) -> torch.Tensor:
        """Return (n, 1, side, side) floats."""
        return torch.from_numpy(self.pixels[index]).unsqueeze(1).float()


class Renders:
    """Rendered faces and the weights and rotation that they show."""

    def __init__(self, file: Path) -> None:
        with np.load(file, allow_pickle=False) as stored:
            self.pixels, self.weights, self.heads = (stored[n] for n in ("pictures", "weights", "heads"))

    def draw(self, count: int, random: torch.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return augmented pictures, blend weights, yaw and pitch."""
        index = torch.randint(len(self.pixels), (count,), generator=random).numpy()
        pixels = torch.from_numpy(self.pixels[index]).unsqueeze(1).float()
        pixels = augment(pixels, SIDE, random, mirror=False)
        return pixels, torch.from_numpy(self.weights[index]), torch.from_numpy(self.heads[index])


def predict(net: nn.Module, faces: Faces) -> NDArray[np.float32]:
    """Return the net's emotion logits for every face, unchanged but for the size."""
    net.eval()
    logits = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(faces.rows), 256):
            batch = faces.tensor(np.arange(start, min(start + 256, len(faces.rows))))
            batch = functional.interpolate(batch, size=(SIDE, SIDE), mode="bilinear", antialias=True)
            logits.append(net(batch)[0].float().numpy())
    return np.concatenate(logits)


def fit(
    train: Faces,
    renders: Renders,
    *,
    epochs: int,
    seed: int,
    validation: Faces | None = None,
    patience: int = 12,
) -> tuple[ExpressionNet, int]:
    """Return the trained net (moving average of its weights) and the epoch with the best validation loss."""
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    net = ExpressionNet()
    average = MovingAverage(net, 0.996)
    steps = EPOCH // BATCH
    optimizer = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 2e-3, total_steps=steps * epochs, pct_start=0.15
    )
    best, best_epoch, best_net = -np.inf, epochs, None
    with Progress(console=console) as progress:
        task = progress.add_task("training", total=epochs * steps)
        for epoch in range(epochs):
            net.train()
            total = 0.0
            for _ in range(steps):
                index = torch.multinomial(train.weights, BATCH, replacement=True, generator=random)
                faces = augment(train.tensor(index.numpy()), SIDE, random)
                truth = torch.from_numpy(train.labels)[index]
                drawn, weights, turned = renders.draw(RENDERED, random)
                # Both kinds in one batch, so that normalization sees the mixture that it will be fixed at.
                pixels = torch.cat((faces, drawn)).contiguous(memory_format=torch.channels_last)
                with torch.autocast("cpu", torch.bfloat16):
                    emotion, blend, head = (each.float() for each in net(pixels))
                loss = functional.cross_entropy(emotion[:BATCH], truth, label_smoothing=0.1)
                loss = loss + 3 * functional.binary_cross_entropy_with_logits(blend[BATCH:], weights)
                loss = loss + 2 * functional.smooth_l1_loss(head[BATCH:], turned, beta=0.1)
                optimizer.zero_grad()
                torch.autograd.backward(loss)
                optimizer.step()
                schedule.step()
                average.update(net)
                total += loss.item()
                progress.advance(task)
            line = f"epoch {epoch + 1}: loss {total / steps:.3f}"
            if validation is not None:
                scores = score(validation, predict(average.net, validation))
                value = sum(s["accuracy"] + s["weighted_f1"] + 0.5 * s["uar"] for s in scores.values())
                line += f" {json.dumps(scores)}"
                if value > best:
                    best, best_epoch, best_net = value, epoch + 1, copy.deepcopy(average.net)
                elif epoch + 1 - best_epoch >= patience:
                    console.log(line, "stopped early")
                    break
            console.log(line)
    return (best_net or average.net).eval(), best_epoch


def score(faces: Faces, logits: NDArray[np.float32]) -> dict[str, dict[str, float]]:
    """Return accuracy, UAR and weighted F1 of each set."""
    names = np.array([row.path.parent.parent.name for row in faces.rows])
    found = {}
    for name in np.unique(names):
        counts = metrics.confusion(
            faces.labels[names == name], logits[names == name].argmax(1), len(EMOTIONS)
        )
        found[str(name)] = {
            "accuracy": round(metrics.accuracy(counts), 4),
            "uar": round(metrics.uar(counts), 4),
            "weighted_f1": round(metrics.weighted_f1(counts), 4),
        }
    return found


def temperature(logits: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """Return the temperature with the least cross-entropy (Guo et al. 2017, section 4.2)."""
    grid = np.exp(np.linspace(np.log(0.25), np.log(4), 65))
    losses = [
        functional.cross_entropy(torch.from_numpy(logits) / t, torch.from_numpy(truth)).item() for t in grid
    ]
    return float(grid[int(np.argmin(losses))])


def select(rows: dict[str, list[Row]], keep: set[str]) -> dict[str, list[Row]]:
    """Return the rows of the given splits."""
    return {name: [row for row in each if row.split in keep] for name, each in rows.items()}


def main(
    data: Annotated[Path, typer.Argument(help="folder that holds faces_*/manifest.csv")],
    *,
    renders: Annotated[Path, typer.Option(help="what `renders` wrote")],
    out: Annotated[Path, typer.Option(help="ONNX file to write")],
    epochs: Annotated[int, typer.Option(help="length of the schedule")] = 30,
    nets: Annotated[int, typer.Option(help="nets to average")] = 1,
    seed: int = 0,
    final: Annotated[bool, typer.Option(help="train on train and dev together, no choosing")] = False,
    calibration: Annotated[float, typer.Option(help="temperature to divide by, with --final")] = 1.0,
    threads: int = 1,
) -> None:
    """Train, choose, score on people never seen, export."""
    torch.set_num_threads(threads)
    rows = sets.find(data, "faces_")
    rendered = Renders(renders)
    if final:
        everything = Faces(select(rows, {"train", "dev"}))
        trained = [fit(everything, rendered, epochs=epochs, seed=seed + i)[0] for i in range(nets)]
        shipped = MirroredMean(trained, calibration).eval()
        record = {"trained_on": "train+dev", "temperature": calibration}
    else:
        train_rows = select(rows, {"train"})
        fit_rows, choose_rows = {}, {}
        for name, each in train_rows.items():
            fold = sets.fold_of(each)
            fit_rows[name] = [row for row, f in zip(each, fold, strict=True) if f != 0]
            choose_rows[name] = [row for row, f in zip(each, fold, strict=True) if f == 0]
        train, choose, dev = Faces(fit_rows), Faces(choose_rows), Faces(select(rows, {"dev"}))
        chosen = [fit(train, rendered, epochs=epochs, seed=seed + i, validation=choose) for i in range(nets)]
        shipped = MirroredMean([net for net, _ in chosen]).eval()
        shipped.temperature = temperature(predict(shipped, choose), choose.labels)
        logits = predict(shipped, dev)
        record = {
            "trained_on": "train without fold 0",
            "epochs": [epoch for _, epoch in chosen],
            "temperature": shipped.temperature,
            "fold": score(choose, predict(shipped, choose)),
            "dev": score(dev, logits),
        }
    console.print_json(data=record)
    out.with_suffix(".json").write_text(json.dumps(record, indent=1))
    gap = export(
        shipped,
        (torch.rand(2, 1, SIDE, SIDE) * 255,),
        out,
        inputs=["pixels"],
        outputs=["logits", "blend", "head"],
        role="face",
        batch_axis=True,
    )
    console.log(f"wrote {out}, at most {gap:.1e} away from torch")


if __name__ == "__main__":
    typer.run(main)
