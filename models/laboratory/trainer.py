"""The one training loop: epochs, early stopping, seeds, checkpoints that resume, curves in the run folder.

A run folder holds `configuration.json`, `checkpoint.pt` (the last epoch, to resume), `best.pt` (the weights
that are used), `curve.csv` and `curve.png`.
"""

import csv
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn

from mien.models.laboratory.results import RunError

Inputs = tuple[Tensor, ...]
CHUNK = 256
"""Items a network predicts at once."""


@dataclass(frozen=True)
class Examples:
    """What a network is trained on: one row per item in every array.

    Attributes:
        inputs: the network's inputs, (N, ...) each.
        labels: index of the class, (N,).
        side: label of the auxiliary task, (N,), -1 where unknown.
    """

    inputs: Inputs
    labels: Tensor
    side: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: Tensor) -> "Examples":
        """Return the items at `index`."""
        return Examples(tuple(x[index] for x in self.inputs), self.labels[index], self.side[index])


@dataclass(frozen=True)
class Plan:
    """How to train; every field stands in the run's configuration.

    Attributes:
        balance: weight of a class in the loss ∝ n^-balance; 0 leaves the data as they are.
        cap: most items of one class in an epoch; others come in later epochs. 0 for no limit.
        main: weight μ of the main task; the auxiliary one has 1 − μ (P3). 1 where there is none.
    """

    epochs: int = 20
    patience: int = 5
    batch: int = 64
    rate: float = 1e-3
    weight_decay: float = 0.01
    balance: float = 0.5
    smoothing: float = 0.05
    main: float = 1.0
    cap: int = 0
    seed: int = 0
    threads: int = 1


Change = Callable[[Inputs, torch.Generator], Inputs]
"""Random change of a batch of inputs that leaves the labels true."""
Score = Callable[[NDArray[np.int64], NDArray[np.float32]], float]
"""Score of true labels (N,) and probabilities (N, C); larger is better."""


def device() -> torch.device:
    """Return the GPU if one is there and answers, else the CPU."""
    if torch.cuda.is_available():
        try:
            torch.zeros(1, device="cuda")
        except RuntimeError:
            return torch.device("cpu")
        return torch.device("cuda")
    return torch.device("cpu")


def logits(net: nn.Module, inputs: Inputs) -> tuple[Tensor, Tensor | None]:
    """Return the main task's logits and, where the network has one, the auxiliary task's."""
    found = net(*inputs)
    return (found[0], found[1]) if isinstance(found, tuple) else (found, None)


def predict(net: nn.Module, inputs: Inputs) -> NDArray[np.float32]:
    """Return the probabilities of the classes, (N, C)."""
    where = next(net.parameters()).device
    net.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(inputs[0]), CHUNK):
            part = tuple(x[start : start + CHUNK].to(where) for x in inputs)
            parts.append(torch.softmax(logits(net, part)[0], 1).cpu())
    found: NDArray[np.float32] = torch.cat(parts).numpy()
    return found


def fit(
    net: nn.Module,
    train: Examples,
    stop: Examples | None,
    score: Score,
    plan: Plan,
    folder: Path,
    configuration: dict[str, Any],
    change: Change | None = None,
    resume: bool = True,
) -> list[dict[str, float]]:
    """Train `net` in place and leave it with its best weights; return the learning curve.

    The best epoch is the one with the highest score on `stop`; without `stop`, the last. On the CPU a run
    that was broken off ends with the same weights as one that was not; on a GPU, whose own random state is
    not kept, with other dropout.

    Raises:
        RunError: the folder holds a run with another configuration, or its checkpoint cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = json.loads(json.dumps({"plan": asdict(plan), **configuration}))
    _claim(folder / "configuration.json", record, resume)
    torch.set_num_threads(plan.threads)
    where = device()
    net.to(where)
    random = torch.Generator().manual_seed(plan.seed)
    torch.manual_seed(plan.seed)
    optimizer = torch.optim.AdamW(net.parameters(), plan.rate, weight_decay=plan.weight_decay)
    counts = torch.bincount(train.labels)
    size = int(counts.clamp_max(plan.cap).sum()) if plan.cap else len(train)
    steps = max(1, size // plan.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, plan.rate, total_steps=steps * plan.epochs, pct_start=0.2
    )
    curve: list[dict[str, float]] = []
    checkpoint = folder / "checkpoint.pt"
    if resume and checkpoint.exists():
        curve = _load(checkpoint, net, optimizer, schedule, random)
    weight = class_weights(counts.clamp_max(plan.cap or len(train)), plan.balance).to(where)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), transient=True
    ) as progress:
        task = progress.add_task(folder.name, total=plan.epochs * steps, completed=len(curve) * steps)
        while len(curve) < plan.epochs and not _stale(curve, plan.patience, stop is not None):
            net.train()
            order = _order(train.labels, plan.cap, random)
            total = 0.0
            for step in range(steps):
                batch = train.take(order[step * plan.batch : (step + 1) * plan.batch])
                inputs = change(batch.inputs, random) if change else batch.inputs
                loss = _loss(net, inputs, batch, weight, plan, where)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(net.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                total += loss.item()
                progress.advance(task)
            point = {"epoch": len(curve) + 1.0, "loss": total / steps}
            if stop is not None:
                point["score"] = score(stop.labels.numpy(), predict(net, stop.inputs))
            curve.append(point)
            progress.update(task, description=f"{folder.name} {_told(point)}")
            if stop is None or point["score"] >= max(p["score"] for p in curve):
                torch.save(net.state_dict(), folder / "best.pt")
            _save(checkpoint, net, optimizer, schedule, random, curve)
    net.load_state_dict(torch.load(folder / "best.pt", weights_only=True, map_location=where))
    net.to("cpu").eval()
    draw_curve(curve, folder)
    return curve


def _order(labels: Tensor, cap: int, random: torch.Generator) -> Tensor:
    """Return the items of one epoch in random order, at most `cap` of each class."""
    order = torch.randperm(len(labels), generator=random)
    if not cap:
        return order
    shuffled = labels[order]
    kept = torch.zeros(len(order), dtype=torch.bool)
    for c in range(int(labels.max()) + 1):
        kept[torch.nonzero(shuffled == c).flatten()[:cap]] = True
    return order[kept]


def class_weights(counts: Tensor, power: float) -> Tensor:
    """Return a weight per class ∝ n^-power for its n items, with mean 1 over the items."""
    items = counts.float()
    weight = items.clamp_min(1.0) ** -power
    return weight * items.sum() / (weight * items).sum()


def _loss(
    net: nn.Module, inputs: Inputs, batch: Examples, weight: Tensor, plan: Plan, where: torch.device
) -> Tensor:
    """Return μ L(main) + (1 − μ) L(auxiliary), cross-entropy each (P3: loss with the auxiliary task)."""
    main, side = logits(net, tuple(x.to(where) for x in inputs))
    entropy = nn.functional.cross_entropy
    weight = nn.functional.pad(weight, (0, main.shape[1] - len(weight)), value=1.0)  # classes never seen
    loss = entropy(main, batch.labels.to(where), weight, label_smoothing=plan.smoothing)
    known = batch.side >= 0
    if side is None or plan.main >= 1.0 or not bool(known.any()):
        return loss
    return plan.main * loss + (1 - plan.main) * entropy(side[known], batch.side[known].to(where))


def _stale(curve: list[dict[str, float]], patience: int, stopping: bool) -> bool:
    """Return whether the score has not risen for `patience` epochs."""
    if not stopping or not curve:
        return False
    scores = [p["score"] for p in curve]
    return len(scores) - 1 - int(np.argmax(scores)) >= patience


def _told(point: dict[str, float]) -> str:
    return f"epoch {point['epoch']:.0f} loss {point['loss']:.3f} score {point.get('score', np.nan):.3f}"


def _claim(file: Path, record: dict[str, Any], resume: bool) -> None:
    """Write the configuration, or check that the folder belongs to the same one."""
    if resume and file.exists():
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise RunError(f"{file}: is not JSON ({error})") from None
        if found != record:
            raise RunError(f"{file}: belongs to another configuration; give --fresh to start over")
        return
    for old in ("checkpoint.pt", "best.pt"):
        (file.parent / old).unlink(missing_ok=True)
    file.write_text(json.dumps(record, indent=1), encoding="utf-8")


def _save(
    file: Path,
    net: nn.Module,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    random: torch.Generator,
    curve: list[dict[str, float]],
) -> None:
    """Write the checkpoint beside the old one first, so that a kill leaves a whole file."""
    state = {
        "net": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "order": random.get_state(),
        "dropout": torch.get_rng_state(),
        "curve": curve,
    }
    torch.save(state, file.with_suffix(".part"))
    file.with_suffix(".part").replace(file)


def _load(
    file: Path,
    net: nn.Module,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    random: torch.Generator,
) -> list[dict[str, float]]:
    """Restore a checkpoint; `weights_only` keeps a tampered file from running code."""
    try:
        state = torch.load(file, weights_only=True)
        net.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        random.set_state(state["order"])
        torch.set_rng_state(state["dropout"])
        curve: list[dict[str, float]] = state["curve"]
    except Exception as error:  # torch raises a dozen types for a damaged file
        raise RunError(
            f"{file}: cannot be resumed ({str(error).splitlines()[0]:.80}); give --fresh"
        ) from None
    return curve


def draw_curve(curve: list[dict[str, float]], folder: Path) -> None:
    """Write the learning curve as a table and a picture."""
    names = list(curve[0])
    with (folder / "curve.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, names)
        table.writeheader()
        table.writerows(curve)
    import matplotlib  # noqa: PLC0415 - slow to import, and only needed once a run

    matplotlib.use("agg")
    from matplotlib import pyplot  # noqa: PLC0415

    figure, axes = pyplot.subplots(figsize=(5, 3))
    for name in names[1:]:
        axes.plot([p["epoch"] for p in curve], [p[name] for p in curve], label=name)
    axes.set_xlabel("epoch")
    axes.legend()
    figure.tight_layout()
    figure.savefig(folder / "curve.png", dpi=80)
    pyplot.close(figure)
