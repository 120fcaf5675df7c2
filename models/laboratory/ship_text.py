"""Trains the text model that ships: `python -m mien.models.laboratory.ship_text text_meld --out text.onnx`.

`--folds 5` first scores the recipe on every line of train and dev by a model that never saw its dialogue, and
says which temperature suits those answers. Without `--final` the file then learns `train` less a
seventh of its dialogues, to be scored on them and on `dev`; with it, train and dev together.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from mien.bridge.messages import EMOTIONS
from mien.models import metrics
from mien.models.grams import FIELDS, Grams, Line, choose
from mien.models.laboratory.baselines import weights
from mien.models.laboratory.export import write_checked
from mien.models.laboratory.networks.gram_regression import GramRegression, Weighing
from mien.models.laboratory.run import score
from mien.models.laboratory.sets import POLARITIES, Entry, holdout, read
from mien.models.text import MEMORY, ROLE, write_vocabulary

LEAST: Final = {"words": 2, "cries": 2, "letters": 4, "before": 2, "earlier": 2}
"""Lines that a term has to occur in."""
SCALES: Final = {"words": 1.0, "cries": 0.7, "letters": 1.1, "before": 0.5, "earlier": 0.3, "manner": 0.1}
BALANCE: Final = 0.5
"""Weight of a class ∝ n^-BALANCE for its n lines."""
STRENGTH: Final = 0.4
"""Inverse of the regularization (scikit-learn's C)."""
Shares = NDArray[Any]
console = Console()


@dataclass(frozen=True)
class Terms:
    """Lines as padded ids and values (N, T)."""

    ids: Tensor
    values: Tensor


def dialogue(entries: Sequence[Entry]) -> list[tuple[Line, list[Line]]]:
    """Return each line with the lines before it in its dialogue, as `TextRecognizer` remembers them."""
    found: list[tuple[Line, list[Line]]] = []
    before: list[Line] = []
    current = ""
    for e in entries:
        if e.extra["dialogue"] != current:
            before, current = [], e.extra["dialogue"]
        line = Line(e.extra["text"], e.extra["speaker"])
        found.append((line, before[-MEMORY:]))
        before.append(line)
    return found


def encode(entries: Sequence[Entry], grams: Grams) -> Terms:
    """Return the terms of every line."""
    each = [grams.encode(line, before) for line, before in dialogue(entries)]
    longest = max([1, *(len(ids) for ids, _ in each)])
    ids = np.zeros((len(each), longest), np.int64)
    values = np.zeros((len(each), longest), np.float32)
    for i, (found, value) in enumerate(each):
        ids[i, : len(found)], values[i, : len(found)] = found, value
    return Terms(torch.from_numpy(ids), torch.from_numpy(values))


def matrix(terms: Terms, columns: int) -> csr_matrix:
    """Return ids and values as rows of a sparse matrix (N, columns)."""
    there = (terms.values != 0).numpy()
    ends = np.concatenate(([0], there.sum(1).cumsum()))
    return csr_matrix((terms.values.numpy()[there], terms.ids.numpy()[there], ends), (len(there), columns))


def fit(entries: Sequence[Entry], temperature: float = 1.0) -> "Fitted":
    """Choose terms and fit a regression for the emotions and one for the sentiments."""
    grams = choose(dialogue(entries), LEAST)
    terms, total = encode(entries, grams), sum(grams.sizes)
    idf = np.log((1 + len(entries)) / (1 + matrix(terms, total).getnnz(0))) + 1
    idf[total - grams.sizes[-1] :] = 1.0  # `manner` is no count
    weighing = Weighing(grams.sizes, [SCALES[name] for name in FIELDS], torch.tensor(idf))
    weighted = matrix(Terms(terms.ids, weighing(terms.ids, terms.values)), total)
    side = np.array([-1 if (s := e.index(POLARITIES)) is None else s for e in entries])
    emotion = regression(weighted, labels_of(entries), len(EMOTIONS))
    sentiment = regression(weighted[side >= 0], side[side >= 0], len(POLARITIES))
    return Fitted(grams, GramRegression(weighing, emotion, sentiment, temperature).eval())


def regression(weighted: csr_matrix, labels: NDArray[np.int64], classes: int) -> tuple[Tensor, Tensor]:
    """Return coefficients (classes, G) and intercept (classes,); a class that never occurs is never said."""
    found = LogisticRegression(C=STRENGTH, max_iter=200, class_weight=weights(labels, BALANCE), tol=2e-3)
    found.fit(weighted, labels)
    table, intercept = np.zeros((classes, weighted.shape[1])), np.full(classes, -20.0)
    table[found.classes_], intercept[found.classes_] = found.coef_, found.intercept_
    return torch.tensor(table), torch.tensor(intercept)


@dataclass(frozen=True)
class Fitted:
    """Terms and the network that reads them."""

    grams: Grams
    network: GramRegression

    def predict(self, entries: Sequence[Entry]) -> Shares:
        """Return the probabilities (N, 7) of lines whose dialogues stand in order."""
        terms = encode(entries, self.grams)
        with torch.no_grad():
            parts = [
                self.network(i, v)[0]
                for i, v in zip(terms.ids.split(64), terms.values.split(64), strict=True)
            ]
        found: Shares = torch.cat(parts).numpy()
        return found


def labels_of(entries: Sequence[Entry]) -> NDArray[np.int64]:
    """Return the emotion of every line."""
    return np.array([e.index(EMOTIONS) for e in entries], np.int64)


def weighted_f1(truth: NDArray[np.int64], probability: Shares) -> float:
    """Return the weighted F1 of the most probable classes."""
    return metrics.weighted_f1(metrics.confusion(truth, probability.argmax(1), len(EMOTIONS)))


def cool(probability: Shares, temperature: float) -> Shares:
    """Return the probabilities at a temperature, as `GramRegression` does."""
    cooled: Shares = torch.softmax(
        torch.log(torch.tensor(probability).clamp_min(1e-6)) / temperature, 1
    ).numpy()
    return cooled


def calibrate(probability: Shares, truth: NDArray[np.int64]) -> float:
    """Return the temperature with the least cross-entropy (Guo et al. 2017, section 4.2)."""
    logs = torch.log(torch.tensor(probability).clamp_min(1e-6))
    grid = np.exp(np.linspace(np.log(0.5), np.log(3), 61))
    losses = [torch.nn.functional.cross_entropy(logs / t, torch.tensor(truth)).item() for t in grid]
    return float(grid[int(np.argmin(losses))])


def cross_validate(entries: Sequence[Entry], folds: int, runs: Path) -> tuple[dict[str, Any], float]:
    """Score the recipe by folds of dialogues; return the scores and the temperature to ship.

    Each fold is calibrated with the other folds' answers: nothing that is scored was chosen on it.
    """
    places = sorted({e.subject for e in entries})
    turn = dict(zip(places, np.random.default_rng(7).permutation(len(places)) % folds, strict=True))
    fold = np.array([turn[e.subject] for e in entries])
    truth, plain = labels_of(entries), np.zeros((len(entries), len(EMOTIONS)))
    for k in range(folds):
        learned = [e for e, f in zip(entries, fold, strict=True) if f != k]
        asked = [e for e, f in zip(entries, fold, strict=True) if f == k]
        plain[fold == k] = fit(learned).predict(asked)
        console.log(f"fold {k}: {weighted_f1(truth[fold == k], plain[fold == k]):.4f}")
    final = plain.copy()
    for k in range(folds):
        others, mine = fold != k, fold == k
        final[mine] = cool(plain[mine], calibrate(plain[others], truth[others]))
    np.savez(runs / "text-folds.npz", plain=plain, final=final, truth=truth, fold=fold)
    by_fold = [round(weighted_f1(truth[fold == k], final[fold == k]), 4) for k in range(folds)]
    return {**told(truth, final, entries), "by fold": by_fold}, calibrate(plain, truth)


def told(truth: NDArray[np.int64], probability: Shares, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the scores that the card tells."""
    found = score(truth, probability, [e.subject for e in entries])
    kept = {name: found[name] for name in ("n", "weighted_f1", "accuracy", "uar", "macro_f1")}
    return {**kept, "calibration_error": found["calibration_error"], "f1": found["f1"]}


def main(
    data: Annotated[Path, typer.Argument(help="folder of a text set")],
    out: Annotated[Path, typer.Option(help="ONNX file to write")],
    runs: Annotated[Path, typer.Option(help="where the run folders go")] = Path("runs"),
    folds: Annotated[int, typer.Option(help="score the recipe by so many folds first; 0: do not")] = 0,
    final: Annotated[bool, typer.Option(help="learn train and dev together")] = False,
) -> None:
    """Score, train, export."""
    runs.mkdir(parents=True, exist_ok=True)
    found = [e for e in read(data).entries if e.index(EMOTIONS) is not None]
    dev = [e for e in found if e.split == "dev"]
    split = holdout([e for e in found if e.split == "train"], EMOTIONS, share=0.15)
    learned = found if final else [e for e in split if e.split == "train"]
    record: dict[str, Any] = {"learned": len(learned)}
    file = runs / "text-folds.json"
    if folds:
        said, temperature = cross_validate(found, folds, runs)
        file.write_text(json.dumps(said | {"temperature": temperature}, indent=1), encoding="utf-8")
    chosen = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    record["folds"] = chosen
    name = f"text-{'final' if final else 'chosen'}"
    model = fit(learned, chosen.get("temperature", 1.0))
    if not final:
        for side, kept in (("stop", [e for e in split if e.split == "stop"]), ("dev", dev)):
            record[side] = told(labels_of(kept), model.predict(kept), kept)
    terms = encode(dev[:40][-1:], model.grams)  # any line will do
    axes = {"ids": {1: "g"}, "values": {1: "g"}}
    record["gap_to_torch"] = write_checked(
        model.network, (terms.ids, terms.values), out, ["emotion", "sentiment"], axes, ROLE
    )
    write_vocabulary(out.with_suffix(".vocabulary.json"), model.grams)
    record["bytes"] = out.stat().st_size + out.with_suffix(".vocabulary.json").stat().st_size
    console.print_json(data=record)
    (runs / f"{name}.json").write_text(json.dumps(record, indent=1), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
