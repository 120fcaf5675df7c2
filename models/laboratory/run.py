"""Trains one row on one set and scores it on people whom it never met; `load` brings it back."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mien.models import metrics
from mien.models.laboratory import features, trainer
from mien.models.laboratory.encoder import Encoder, EncoderError
from mien.models.laboratory.export import write_checked
from mien.models.laboratory.methods import METHODS, Method, Scaled, change, with_encoder
from mien.models.laboratory.networks.text_bilstm_mha import SEGMENTS
from mien.models.laboratory.results import Row, RunError
from mien.models.laboratory.sets import GENDERS, POLARITIES, DataSet, Entry, holdout, read_manifest
from mien.models.laboratory.subwords import Subwords
from mien.models.laboratory.vocabulary import learn
from mien.models.manifest import ManifestError

SUBWORDS: Final = 2000
FOLDS: Final = 5
FEW: Final = 150
"""With fewer items on `dev` than this, all of the set is cross-validated by subject instead."""
TIMED: Final = 30

Array = NDArray[Any]


def train(
    method: Method, data: DataSet, runs: Path, resume: bool = True, seed: int = 0, threads: int = 1
) -> Row:
    """Train, score on `dev` (or by cross-validation where dev is small) and write the run folder.

    Early stopping looks at people out of `train`; nobody of those scored is seen before.

    Raises:
        ManifestError: the set cannot be used with this method, or a file of it cannot be read.
        RunError: the run folder belongs to another configuration.
    """
    if data.kind not in method.kinds:
        raise ManifestError(
            f"{method.name} learns from {' or '.join(method.kinds)}, {data.name} holds {data.kind}"
        )
    classes = tuple(c for c in method.classes if c in data.classes(method.classes))
    entries = [e for e in data.entries if e.index(classes) is not None]
    folder = runs / f"{method.name}@{data.name}"
    began = time.perf_counter()
    truth, probability, tested = [], [], []
    ms, parameters = 0.0, 0
    for fold, division in enumerate(divisions(entries)):
        place = folder if fold == 0 else folder / f"fold{fold}"
        plan = replace(method.plan, seed=seed + fold, threads=threads)
        model = Model.fit(method, classes, division, place, plan, resume, runs / "cache")
        dev = [e for e in division if e.split == "dev"]
        probability.append(model.predict(dev))
        truth.append(labels(dev, classes))
        tested += dev
        if fold == 0:
            ms, parameters = model.time(dev[:TIMED]), model.parameters
    real, said = np.concatenate(truth), np.concatenate(probability)
    protocol = "dev" if len(tested) < len(entries) else f"{FOLDS} folds by subject"
    row = Row(
        method.name, method.paper, data.name, data.kind == "pairs", protocol, classes, parameters, ms,
        time.perf_counter() - began, score(real, said, [e.subject for e in tested]),
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "predictions.npz", truth=real, probability=said)
    (folder / "result.json").write_text(json.dumps(asdict(row), indent=1), encoding="utf-8")
    return row


def divisions(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Return the set divided into train and dev: once as its manifest says, or FOLDS times by subject."""
    dev = sum(e.split == "dev" for e in entries)
    if not dev:
        raise ManifestError("the set has no items with a known label in its split dev")
    if dev >= FEW:
        return [[e for e in entries if e.split in {"train", "dev"}]]
    people = sorted({e.subject for e in entries})
    order = np.random.default_rng(0).permutation(len(people))
    fold = {people[p]: i % FOLDS for i, p in enumerate(order)}
    return [
        [replace(e, split="dev" if fold[e.subject] == f else "train") for e in entries] for f in range(FOLDS)
    ]


def labels(entries: Sequence[Entry], classes: Sequence[str]) -> NDArray[np.int64]:
    """Return the place of every entry's label among the classes."""
    return np.array([e.index(classes) for e in entries], np.int64)


def score(truth: NDArray[np.int64], probability: Array, subjects: Sequence[str]) -> dict[str, Any]:
    """Return the scores, each of the first four with its 95 % interval (subjects drawn with replacement)."""
    classes = probability.shape[1]
    said = probability.argmax(1).astype(np.int64)
    counts = metrics.confusion(truth, said, classes)
    groups = np.unique(subjects, return_inverse=True)[1].astype(np.int64)
    found: dict[str, Any] = {"n": len(truth), "subjects": int(groups.max()) + 1}
    measures: dict[str, Callable[[metrics.Matrix], float]] = {
        "accuracy": metrics.accuracy,
        "uar": metrics.uar,
        "weighted_f1": metrics.weighted_f1,
        "macro_f1": macro_f1,
    }
    for name, measure in measures.items():
        interval = metrics.bootstrap(truth, said, groups, measure, classes=classes)
        found[name] = {"value": float(measure(counts)), "interval": list(interval)}
    found["calibration_error"] = metrics.calibration_error(truth, probability)
    found["f1"] = [float(v) for v in metrics.f1_scores(counts)]
    found["recall"] = [None if np.isnan(v) else float(v) for v in metrics.recalls(counts)]
    found["confusion"] = counts.tolist()
    return found


def macro_f1(counts: metrics.Matrix) -> float:
    """Return F1 averaged over the classes that occur; 0 when there are none."""
    occur = counts.sum(1) > 0
    return float(metrics.f1_scores(counts)[occur].mean()) if occur.any() else 0.0


class Model:
    """A trained row: a network with its vocabulary, or a baseline with the training set it answers from."""

    def __init__(
        self, method: Method, cache: Path, net: nn.Module | None, vocabulary: Subwords | None
    ) -> None:
        self.method, self.net, self.vocabulary = method, net, vocabulary
        self._cache = cache
        self._train: list[Entry] = []
        self._classes: tuple[str, ...] = ()

    @property
    def parameters(self) -> int:
        """How many numbers the network learned; 0 for a baseline."""
        return sum(p.numel() for p in self.net.parameters()) if self.net else 0

    @classmethod
    def fit(
        cls,
        method: Method,
        classes: tuple[str, ...],
        entries: Sequence[Entry],
        folder: Path,
        plan: trainer.Plan,
        resume: bool,
        cache: Path,
    ) -> "Model":
        """Learn the entries of `train`."""
        learned = [e for e in entries if e.split == "train"]
        if method.build is None:
            model = cls(method, cache, None, None)
            model._train, model._classes = learned, classes
            return model
        split = holdout(learned, classes, seed=plan.seed)
        kept = [e for e in split if e.split == "train"]
        stop = [e for e in split if e.split == "stop"]
        vocabulary = None
        if {"tokens", "line"} & set(method.arrays):
            vocabulary = learn([e.extra["text"] for e in kept], SUBWORDS)
        model = cls(method, cache, None, vocabulary)
        learning, stopping = model.examples(kept, classes), model.examples(stop, classes)
        model.net = model.build(len(classes), learning.inputs, plan.seed)
        configuration: dict[str, Any] = {
            "method": method.name,
            "classes": list(classes),
            "vocabulary": vocabulary.content() if vocabulary else None,
            "inputs": [list(x.shape[1:]) for x in learning.inputs],
        }
        if method.encoder:
            configuration |= {"method": method.name.split("+")[0], "encoder": method.encoder.record()}
        shift = change(method.arrays)
        trainer.fit(model.net, learning, stopping, _watched, plan, folder, configuration, shift, resume)
        return model

    def build(self, classes: int, inputs: trainer.Inputs, seed: int) -> nn.Module:
        """Return the untrained network, seeded; real-valued inputs set the scale."""
        assert self.method.build is not None  # noqa: S101 - for the type checker: baselines never come here
        torch.manual_seed(seed)
        sizes = {"vocabulary": len(self.vocabulary) if self.vocabulary else 0}
        return Scaled(self.method.build(classes, sizes), inputs, self.method.arrays)

    def examples(self, entries: Sequence[Entry], classes: Sequence[str]) -> trainer.Examples:
        """Return inputs, labels and auxiliary labels."""
        beside = {"gender": GENDERS, "sentiment": POLARITIES}.get(self.method.beside, ())
        side = [
            beside.index(value) if (value := _beside(e, self.method.beside)) in beside else -1
            for e in entries
        ]
        inputs = tuple(torch.from_numpy(np.ascontiguousarray(a)) for a in self.arrays(entries))
        return trainer.Examples(inputs, torch.from_numpy(labels(entries, classes)), torch.tensor(side))

    def arrays(self, entries: Sequence[Entry]) -> list[Array]:
        """Return the arrays that the method takes."""
        found: list[Array] = []
        for name in self.method.arrays:
            if name in {"faces", "hog"}:
                crops = features.cached(self._cache, "faces", entries, features.faces)
                found.append(features.hog(crops) if name == "hog" else crops)
            elif name in {"prosody", "mfcc"}:
                steps = features.cached(self._cache, "frames", entries, features.frames)
                found.append(features.prosody(steps) if name == "prosody" else features.mfcc(steps))
            elif name == "line" and self.vocabulary:
                found.append(features.line(entries, self.vocabulary))
            elif name == "tokens" and self.vocabulary:
                found += features.dialogue(entries, self.vocabulary)
            elif name == "encoded" and self.method.encoder:
                found += self._encoded(entries, self.method.encoder)
            elif name == "text":
                found.append(np.array([e.extra["text"] for e in entries]))
            elif name == "entries":
                found.append(np.array(entries, object))
            elif name == "labels":
                found.append(np.zeros((len(entries), 1), np.float32))
        return found

    def _encoded(self, entries: Sequence[Entry], encoder: Encoder) -> list[Array]:
        """Return the encoder's vectors, out of the cache if it read these lines before; segments, lengths."""
        segments, lengths = encoder.layout(entries)
        kind = f"encoded-{encoder.digest[:16]}"
        return [features.cached(self._cache, kind, entries, encoder.vectors), segments, lengths]

    def predict(self, entries: Sequence[Entry]) -> Array:
        """Return the probabilities of the classes, (N, C)."""
        if self.net is not None:
            inputs = tuple(torch.from_numpy(np.ascontiguousarray(a)) for a in self.arrays(entries))
            return trainer.predict(self.net, inputs)
        assert self.method.baseline is not None  # noqa: S101 - for the type checker
        learned, asked = self.arrays(self._train)[0], self.arrays(entries)[0]
        if self.method.prepare:
            learned, asked = self.method.prepare(learned), self.method.prepare(asked)
        return self.method.baseline(learned, labels(self._train, self._classes), asked, len(self._classes))

    def time(self, entries: Sequence[Entry]) -> float:
        """Return milliseconds per item, one at a time, from arrays to probabilities; 0 for a baseline."""
        if self.net is None:
            return 0.0
        arrays = [torch.from_numpy(np.ascontiguousarray(a)) for a in self.arrays(entries)]
        spent = []
        for i in range(len(entries)):
            one = tuple(a[i : i + 1] for a in arrays)
            begun = time.perf_counter()
            trainer.predict(self.net, one)
            spent.append(time.perf_counter() - begun)
        return 1e3 * float(np.median(spent))


def _beside(entry: Entry, name: str) -> str:
    return entry.gender if name == "gender" else entry.extra.get(name, "")


def _watched(truth: NDArray[np.int64], probability: Array) -> float:
    """Return what early stopping watches: the mean of weighted F1 and unweighted recall."""
    counts = metrics.confusion(truth, probability.argmax(1).astype(np.int64), probability.shape[1])
    return (metrics.weighted_f1(counts) + metrics.uar(counts)) / 2


def load(folder: Path, cache: Path) -> tuple[Model, list[str], list[list[int]]]:
    """Return a trained network, its classes and the shapes of its inputs, from a run folder.

    Raises:
        RunError: the folder holds no finished run of a network, or one that cannot be read.
    """
    try:
        record = json.loads((folder / "configuration.json").read_text(encoding="utf-8"))
        method = METHODS[record["method"]]
        if "encoder" in record:
            method = with_encoder(method, Encoder.reopen(record["encoder"]))
        vocabulary = Subwords.of(record["vocabulary"]) if record["vocabulary"] else None
        model = Model(method, cache, None, vocabulary)
        inputs = tuple(torch.zeros(2, *shape) for shape in record["inputs"])
        model.net = model.build(len(record["classes"]), inputs, 0)
        model.net.load_state_dict(torch.load(folder / "best.pt", weights_only=True, map_location="cpu"))
    except EncoderError as error:
        raise RunError(f"{folder}: {error}") from None
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RunError(
            f"{folder}: holds no finished network ({reason:.80}); `mien train` makes one"
        ) from None
    model.net.eval()
    return model, record["classes"], record["inputs"]


def evaluate(folder: Path, manifest: Path, split: str = "") -> dict[str, Any]:
    """Score a trained network on another manifest; entries of unknown label are left out and counted.

    Raises:
        RunError: see `load`.
        ManifestError: the manifest or a file in it cannot be read, or no entry has a known label.
    """
    model, classes, _ = load(folder, folder.parent / "cache")
    every = read_manifest(manifest)
    chosen = [e for e in every if split in {"", e.split}]
    entries = [e for e in chosen if e.index(classes) is not None]
    if not entries:
        raise ManifestError(f"{manifest}: has no item labeled {', '.join(classes)}")
    begun = time.perf_counter()
    probability = model.predict(entries)
    spent = time.perf_counter() - begun
    found = score(labels(entries, classes), probability, [e.subject for e in entries])
    return {
        "n": len(entries),
        "left_out": len(chosen) - len(entries),
        **{name: found[name]["value"] for name in ("accuracy", "uar", "weighted_f1")},
        "intervals": {name: found[name]["interval"] for name in ("accuracy", "uar", "weighted_f1")},
        "calibration_error": found["calibration_error"],
        "per_class": dict(zip(classes, found["recall"], strict=True)),
        "classes": classes,
        "confusion": found["confusion"],
        "ms_per_item": 1e3 * spent / len(entries),
    }


def export(folder: Path, out: Path) -> float:
    """Write a trained network as ONNX, with a batch axis that varies; return the largest gap to torch.

    Raises:
        RunError: see `load`.
        ExportError: the file and the network differ by more than the tolerance.
    """
    model, _, shapes = load(folder, folder.parent / "cache")
    assert model.net is not None  # noqa: S101 - `load` returns networks only
    random = torch.Generator().manual_seed(0)
    vocabulary = len(model.vocabulary) if model.vocabulary else 2
    example, axes = [], {}
    for name, shape in zip(model.method.arrays, shapes, strict=True):
        if name == "lengths":
            continue  # one line at a time needs no padding
        if name == "encoded":
            example.append(torch.randn((1, *shape), generator=random).half())
        elif name in {"tokens", "segments", "line"}:
            high = SEGMENTS if name == "segments" else vocabulary
            example.append(torch.randint(1, high, (1, *shape), generator=random))
        else:
            example.append(torch.rand((1, *shape), generator=random))
        axes[name] = {1: "t"} if name in {"tokens", "segments", "encoded"} else {0: "n"}
    outputs = ["logits", model.method.beside or "sentiment"]
    several = isinstance(model.net(*example), tuple)
    return write_checked(model.net, tuple(example), out, outputs[: 1 + several], axes, model.method.name)
