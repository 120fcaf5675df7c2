"""Trains the text model that ships: `python -m mien.models.laboratory.ship_text text_meld --out text.onnx`.

Without `--final`, a seventh of the training dialogues decides on the mixture, on how much rare emotions are
lifted and on the temperature; `dev` chooses nothing. With it, train and dev are learned together with the
values given.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from mien.bridge.messages import EMOTIONS
from mien.models import grams as grams_module
from mien.models import metrics
from mien.models.grams import FIELDS, Grams
from mien.models.laboratory import features, trainer
from mien.models.laboratory.baselines import weights
from mien.models.laboratory.export import write_checked
from mien.models.laboratory.networks.text_bilstm_mha import TextBiLstmMha
from mien.models.laboratory.networks.text_mixture import GramRegression, TextMixture
from mien.models.laboratory.sets import POLARITIES, Entry, holdout, read
from mien.models.laboratory.vocabulary import learn
from mien.models.subwords import UNKNOWN, Subwords
from mien.models.text import ROLE, write_vocabulary

SUBWORDS = 3000
LEAST = {"word": 2, "letters": 3, "before": 2}
SCALES = {"word": 1.0, "letters": 1.0, "before": 0.5}
PLAN = trainer.Plan(
    epochs=7, patience=7, batch=64, rate=3e-3, weight_decay=0.05, balance=0.3, smoothing=0.05, main=0.7
)
console = Console()


def pairs(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """Return each line with the line before it in its dialogue."""
    found = []
    before, current = "", ""
    for e in entries:
        if e.extra["dialogue"] != current:
            before, current = "", e.extra["dialogue"]
        found.append((e.extra["text"], before))
        before = e.extra["text"]
    return found


def encode_grams(entries: Sequence[Entry], grams: Grams) -> tuple[Tensor, Tensor]:
    """Return ids and values (N, G), padded with zeros."""
    each = [grams.encode(line, before) for line, before in pairs(entries)]
    longest = max([1, *(len(ids) for ids, _ in each)])
    ids = np.zeros((len(each), longest), np.int64)
    values = np.zeros((len(each), longest), np.float32)
    for i, (found, value) in enumerate(each):
        ids[i, : len(found)], values[i, : len(found)] = found, value
    return torch.from_numpy(ids), torch.from_numpy(values)


def fit_grams(entries: Sequence[Entry], labels: NDArray[np.int64]) -> tuple[Grams, GramRegression]:
    """Choose terms and fit the regression; TF-IDF as scikit-learn's with `sublinear_tf`."""
    grams = grams_module.choose(pairs(entries), LEAST)
    each = [grams.encode(line, before) for line, before in pairs(entries)]
    total = sum(grams.sizes)
    ends = np.cumsum([0, *(len(ids) for ids, _ in each)])
    matrix = csr_matrix(
        (np.concatenate([v for _, v in each]), np.concatenate([i for i, _ in each]), ends),
        shape=(len(each), total),
    )
    idf = np.log((1 + len(each)) / (1 + matrix.getnnz(0))) + 1
    matrix = matrix.multiply(idf[None]).tocsr()
    bounds = np.cumsum([0, *grams.sizes])
    scales = [SCALES[name] for name in FIELDS]
    parts = []
    for low, high, scale in zip(bounds, bounds[1:], scales, strict=False):
        part = matrix[:, low:high]
        norm = np.sqrt(part.multiply(part).sum(1))
        parts.append(part.multiply(scale / np.maximum(norm, 1e-6)))
    regression = LogisticRegression(C=0.5, max_iter=200, class_weight=weights(labels), tol=1e-4)
    regression.fit(hstack(parts).tocsr(), labels)
    table = np.zeros((len(EMOTIONS), total))
    table[regression.classes_] = regression.coef_
    intercept = np.full(len(EMOTIONS), -20.0)
    intercept[regression.classes_] = regression.intercept_
    module = GramRegression(
        grams.sizes, scales, torch.tensor(idf), torch.tensor(table), torch.tensor(intercept)
    )
    return grams, module


def hide(inputs: trainer.Inputs, random: torch.Generator) -> trainer.Inputs:
    """Replace a tenth of the subwords by the unknown one."""
    tokens = inputs[0].clone()
    tokens[(torch.rand(tokens.shape, generator=random) < 0.1) & (tokens > 0)] = UNKNOWN
    return (tokens, *inputs[1:])


def examples(entries: Sequence[Entry], subwords: Subwords) -> trainer.Examples:
    """Return what the recurrent network is trained on, sentiment beside it."""
    inputs = tuple(torch.from_numpy(x) for x in features.dialogue(entries, subwords))
    side = [e.index(POLARITIES) if e.extra.get("sentiment") else None for e in entries]
    return trainer.Examples(
        inputs, torch.tensor(labels_of(entries)), torch.tensor([-1 if s is None else s for s in side])
    )


def labels_of(entries: Sequence[Entry]) -> NDArray[np.int64]:
    """Return the emotion of every line."""
    return np.array([e.index(EMOTIONS) for e in entries], np.int64)


def weighted_f1(truth: NDArray[np.int64], probability: NDArray[Any]) -> float:
    """Return the weighted F1 of the most probable classes."""
    return metrics.weighted_f1(metrics.confusion(truth, probability.argmax(1), len(EMOTIONS)))


def scores(truth: NDArray[np.int64], probability: NDArray[Any]) -> dict[str, float]:
    """Return the scores that the card tells."""
    counts = metrics.confusion(truth, probability.argmax(1), len(EMOTIONS))
    return {
        "weighted_f1": round(metrics.weighted_f1(counts), 4),
        "accuracy": round(metrics.accuracy(counts), 4),
        "uar": round(metrics.uar(counts), 4),
        "calibration_error": round(metrics.calibration_error(truth, probability), 4),
    }


def offset(labels: Tensor, power: float) -> Tensor:
    """Return what is added to the logarithm of each emotion's probability: −power · log n, n its items."""
    counts = torch.bincount(labels, minlength=len(EMOTIONS)).float().clamp_min(1.0)
    return -power * torch.log(counts / counts.sum())


def lift(probability: NDArray[Any], shift: Tensor, temperature: float = 1.0) -> NDArray[Any]:
    """Return the probabilities with `shift` added to their logarithm, as `TextMixture` does."""
    logs = (torch.log(torch.tensor(probability).clamp_min(1e-6)) + shift) / temperature
    lifted: NDArray[Any] = torch.softmax(logs, 1).numpy()
    return lifted


def calibrate(probability: NDArray[Any], truth: NDArray[np.int64]) -> float:
    """Return the temperature with the least cross-entropy (Guo et al. 2017, section 4.2)."""
    logs = torch.log(torch.tensor(probability).clamp_min(1e-6))
    grid = np.exp(np.linspace(np.log(0.5), np.log(3), 61))
    losses = [torch.nn.functional.cross_entropy(logs / t, torch.tensor(truth)).item() for t in grid]
    return float(grid[int(np.argmin(losses))])


def main(
    data: Annotated[Path, typer.Argument(help="folder of a text set")],
    out: Annotated[Path, typer.Option(help="ONNX file to write")],
    runs: Annotated[Path, typer.Option(help="where the run folders go")] = Path("runs"),
    nets: Annotated[int, typer.Option(help="recurrent networks to average")] = 2,
    epochs: Annotated[int, typer.Option(help="length of the schedule")] = PLAN.epochs,
    share: Annotated[float, typer.Option(help="weight of the n-grams, with --final")] = 0.5,
    prior: Annotated[float, typer.Option(help="how much rare emotions are lifted, with --final")] = 0.0,
    temperature: Annotated[float, typer.Option(help="calibration, with --final")] = 1.0,
    final: Annotated[bool, typer.Option(help="learn train and dev, choose nothing")] = False,
    hidden: int = 96,
) -> None:
    """Train, mix, calibrate, score, export."""
    found = [e for e in read(data).entries if e.index(EMOTIONS) is not None]
    dev = [e for e in found if e.split == "dev"]
    split = holdout([e for e in found if e.split == "train"], EMOTIONS, share=0.15)
    learned = found if final else [e for e in split if e.split == "train"]
    stop = [] if final else [e for e in split if e.split == "stop"]
    subwords = learn([e.extra["text"] for e in learned], SUBWORDS)
    grams, regression = fit_grams(learned, labels_of(learned))
    train = examples(learned, subwords)
    trained = []
    for seed in range(nets):
        torch.manual_seed(seed)
        net = TextBiLstmMha(len(subwords), len(EMOTIONS), hidden, hidden, dropout=0.5)
        plan = trainer.Plan(**{**PLAN.__dict__, "seed": seed, "epochs": epochs, "patience": epochs})
        folder = runs / f"text-{'final' if final else 'chosen'}-{seed}"
        stopping = examples(stop, subwords) if stop else None
        curve = trainer.fit(net, train, stopping, weighted_f1, plan, folder, {"hidden": hidden}, hide)
        console.log(f"seed {seed}", json.dumps(curve[-1]))
        trained.append(net)
    record: dict[str, Any] = {"learned": len(learned), "epochs": epochs, "nets": nets}
    if not final:
        parts = {}
        for name, entries in (("stop", stop), ("dev", dev)):
            chosen = examples(entries, subwords)
            recurrent = np.mean([trainer.predict(net, chosen.inputs) for net in trained], 0)
            with torch.no_grad():
                linear = regression(*encode_grams(entries, grams)).numpy()
            parts[name] = recurrent, linear, chosen.labels.numpy()
        recurrent, linear, truth = parts["stop"]
        grid = [
            (round(s, 1), round(g, 2)) for s in np.arange(0.2, 0.81, 0.1) for g in np.arange(0, 0.41, 0.05)
        ]
        tried = {
            (s, g): weighted_f1(truth, lift(s * linear + (1 - s) * recurrent, offset(train.labels, g)))
            for s, g in grid
        }
        record["tried"] = {f"{s} {g}": round(value, 4) for (s, g), value in tried.items()}
        # The mean of neighbors keeps a lucky peak from deciding.
        share, prior = max(
            grid,
            key=lambda at: np.mean(
                [v for (s, g), v in tried.items() if abs(s - at[0]) < 0.15 and abs(g - at[1]) < 0.08]
            ),
        )
        shift = offset(train.labels, prior)
        temperature = calibrate(lift(share * linear + (1 - share) * recurrent, shift), truth)
        recurrent, linear, truth = parts["dev"]
        record["dev"] = {
            "recurrent": scores(truth, recurrent),
            "n-grams": scores(truth, linear),
            "mean": scores(truth, share * linear + (1 - share) * recurrent),
            "mixture": scores(truth, lift(share * linear + (1 - share) * recurrent, shift, temperature)),
        }
    record |= {"share": share, "prior": prior, "temperature": temperature}
    mixture = TextMixture(trained, regression, share, offset(train.labels, prior), temperature).eval()
    some = dev[:40]  # in order, so that the last of them has lines before it
    tokens, segments, lengths = features.dialogue(some, subwords)
    longest = int(lengths[-1])
    ids, values = encode_grams(some[-1:], grams)
    example = torch.from_numpy(tokens[-1:, :longest]), torch.from_numpy(segments[-1:, :longest]), ids, values
    axes = {"tokens": {1: "t"}, "segments": {1: "t"}, "ids": {1: "g"}, "values": {1: "g"}}
    record["gap_to_torch"] = write_checked(mixture, example, out, ["emotion", "sentiment"], axes, ROLE)
    write_vocabulary(out.with_suffix(".vocabulary.json"), subwords, grams)
    record["bytes"] = out.stat().st_size
    console.print_json(data=record)
    (runs / f"text-{'final' if final else 'chosen'}.json").write_text(json.dumps(record, indent=1))


if __name__ == "__main__":
    typer.run(main)
