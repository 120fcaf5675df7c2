"""Train the fusion network: `python -m mien.models.training.fusion HELD_OUT --out fusion.onnx`.

No labeled set has a person's face, voice and words together, so pairs are put together: a face, an utterance
and a line of the same emotion, by different people. Each is what `held_out` wrote: outputs of networks on
people that they never met. Some of the senses are left out, and in some pairs one of them has another
emotion. Then the target is the emotion of the majority; of two senses it is the emotion of the one that gave
its own label the greater probability, the one to be trusted if one could know.

Scores are on pairs of people that the fusion did not learn from: four folds, all of a person in one.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from torch import Tensor

from mien.bridge.messages import EMOTIONS
from mien.models import metrics
from mien.models.fusion import Said, fuse
from mien.models.training.export import export
from mien.models.training.fusion_net import SENSES, FusionNet
from mien.models.voice import BLOCK

CLASSES: Final = len(EMOTIONS)
FOLDS: Final = 4
LEFT_OUT: Final = (0.25, 0.35, 0.5)
"""How often face, voice and text are left out of a pair."""
CONTRARY: Final = 0.3
"""Share of pairs in which one sense has another emotion."""
STRANGE: Final = (0.0, 0.2, 0.0)
"""How many items to learn from are exchanged for one of any emotion, unmarked. The voice network has only
heard actors: on others it errs more often than the sets can show, and a fifth is our guess at how often."""
CHOSEN: Final = {
    "face, voice": (1, 1, 0), "face, text": (1, 0, 1), "voice, text": (0, 1, 1), "all": (1, 1, 1),
    "face": (1, 0, 0), "voice": (0, 1, 0), "text": (0, 0, 1),
}  # fmt: skip
console = Console()

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]
Pool = Callable[[Floats, Floats, Floats], Floats]


@dataclass
class Sense:
    """The outputs of one recognizer on strangers."""

    probability: Floats
    """(N, T, 7): of a voice at T times while it speaks, the last its end; of others T = 1."""
    amount: Floats
    """Seconds of speech or words of each item and step, (N, T)."""
    label: Labels
    set: NDArray[np.str_]
    fold: Labels


@dataclass
class Pairs:
    """Pairs as the network takes them, and what it should say."""

    probability: Floats
    fresh: Floats
    amount: Floats
    target: Labels
    labels: Labels
    """Of each sense, (n, 3)."""


def softmax(logits: Floats) -> Floats:
    """Return probabilities along the last axis."""
    exp = np.exp(logits - logits.max(-1, keepdims=True))
    probability: Floats = (exp / exp.sum(-1, keepdims=True)).astype(np.float32)
    return probability


def folds(people: NDArray[np.str_], label: Labels) -> Labels:
    """Return a fold for every item, the same for all items of a person, with rare emotions in all of them."""
    groups = np.unique(people, return_inverse=True)[1]
    rarest = np.full(groups.max() + 1, len(label))
    np.minimum.at(rarest, groups, np.bincount(label)[label])
    chance = np.random.default_rng(3).random(len(rarest))
    dealt = np.empty(len(rarest), np.int64)
    dealt[np.lexsort((chance, rarest))] = np.arange(len(rarest)) % FOLDS
    return dealt[groups]


def load(folder: Path) -> list[Sense]:
    """Return face, voice and text as `held_out` wrote them."""
    face, voice, text = (np.load(folder / f"{name}.npz") for name in ("face", "voice", "text"))
    nothing = np.zeros((len(face["label"]), 1), np.float32)
    words = text["words"][:, None].astype(np.float32)
    return [
        Sense(
            softmax(face["logits"])[:, None],
            nothing,
            face["label"],
            face["set"],
            folds(face["subject"], face["label"]),
        ),
        Sense(
            softmax(voice["logits"]),
            (voice["blocks"] * BLOCK / 100).astype(np.float32),
            voice["label"],
            voice["set"],
            folds(voice["subject"], voice["label"]),
        ),
        Sense(
            text["probability"][:, None],
            words,
            text["label"],
            np.full(len(words), "text_meld"),
            folds(text["subject"], text["label"]),
        ),
    ]


def pick(sense: Sense, label: int, count: int, use: NDArray[np.bool_], random: np.random.Generator) -> Labels:
    """Return items of a label among those to use: from each set equally often."""
    named = use & (sense.label == label)
    sets = [np.flatnonzero(named & (sense.set == name)) for name in np.unique(sense.set[named])]
    which = random.integers(len(sets), size=count)
    return np.array([random.choice(sets[i]) for i in which], np.int64)


def draw(
    senses: list[Sense],
    use: list[NDArray[np.bool_]],
    count: int,
    random: np.random.Generator,
    *,
    contrary: float = CONTRARY,
    only: tuple[int, ...] | None = None,
    strange: tuple[float, ...] = (0.0, 0.0, 0.0),
) -> Pairs:
    """Put pairs together, all emotions equally often.

    Args:
        senses: face, voice and text.
        use: which of their items may be used.
        count: how many pairs.
        random: source of chance.
        contrary: share of the pairs with two senses or more in which one has another emotion.
        only: the senses that are there; None leaves some out by chance.
        strange: how often each sense's item is of any emotion, whatever its label says; see `STRANGE`.
    """
    truth = random.integers(CLASSES, size=count)
    there = np.tile(np.array(only or (1, 1, 1), bool), (count, 1))
    if only is None:
        there = random.random((count, SENSES)) >= LEFT_OUT
        there[~there.any(1), 0] = True
    labels = np.repeat(truth[:, None], SENSES, 1)
    odd = (there.sum(1) > 1) & (random.random(count) < contrary)
    for i in np.flatnonzero(odd):
        labels[i, random.choice(np.flatnonzero(there[i]))] = (
            truth[i] + random.integers(1, CLASSES)
        ) % CLASSES
    probability = np.zeros((count, SENSES, CLASSES), np.float32)
    amount = np.zeros((count, SENSES), np.float32)
    for m, sense in enumerate(senses):
        shown = labels[:, m].copy()
        swapped = random.random(count) < strange[m]
        shown[swapped] = random.integers(CLASSES, size=int(swapped.sum()))
        for label in range(CLASSES):
            where = np.flatnonzero(shown == label)
            items = pick(sense, label, len(where), use[m], random)
            # Half of the utterances are over, the others may still go on.
            times = sense.probability.shape[1]
            early = random.integers(0, times, len(items))
            step = np.where(random.random(len(items)) < 0.5, times - 1, early)
            probability[where, m], amount[where, m] = (
                sense.probability[items, step],
                sense.amount[items, step],
            )
    own = np.where(there, np.take_along_axis(probability, labels[:, :, None], 2)[:, :, 0], -1.0)
    trusted = labels[np.arange(count), own.argmax(1)]
    target = np.where(odd & (there.sum(1) == 2), trusted, truth)
    return Pairs(probability, there.astype(np.float32), amount, target, labels)


def fit(pairs: Pairs, steps: int = 1500, seed: int = 0) -> FusionNet:
    """Return the network that gives the targets the greatest probability."""
    torch.manual_seed(seed)
    net = FusionNet()
    inputs = [torch.from_numpy(each) for each in (pairs.probability, pairs.fresh, pairs.amount)]
    target = torch.from_numpy(pairs.target)
    optimizer = torch.optim.Adam(net.parameters(), 1e-2, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        some = torch.randint(len(target), (512,))
        pooled, _ = net(*(each[some] for each in inputs))
        loss = torch.nn.functional.nll_loss(torch.log(pooled + 1e-9), target[some])
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    return net.eval()


def by_hand(probability: Floats, fresh: Floats, amount: Floats) -> Floats:
    """Return what the hand-made rule makes of pairs."""
    pooled = []
    for said, there, much in zip(probability, fresh, amount, strict=True):
        senses = [
            Said(p, float(f), float(a)) if f else None for p, f, a in zip(said, there, much, strict=True)
        ]
        pooled.append(fuse(senses)[0])
    return np.stack(pooled)


def learned(net: FusionNet) -> Pool:
    """Return the network as a pool."""

    def pool(probability: Floats, fresh: Floats, amount: Floats) -> Floats:
        with torch.no_grad():
            said: tuple[Tensor, Tensor] = net(*map(torch.from_numpy, (probability, fresh, amount)))
        found: Floats = said[0].numpy()
        return found

    return pool


def score(pool: Pool, pairs: Pairs) -> dict[str, float]:
    """Return what a pool makes of pairs."""
    probability = pool(pairs.probability, pairs.fresh, pairs.amount)
    said = probability.argmax(1)
    shown = (pairs.labels == said[:, None]) & (pairs.fresh > 0)
    return {
        "uar": metrics.uar(metrics.confusion(pairs.target, said, CLASSES)),
        "calibration_error": metrics.calibration_error(pairs.target, probability),
        "one_of_them": float(shown.any(1).mean()),
    }


def compare(senses: list[Sense], count: int) -> dict[str, dict[str, dict[str, float]]]:
    """Return the scores of both rules in each situation, averaged over the folds."""
    found: dict[str, dict[str, list[dict[str, float]]]] = {}
    for fold in track(range(FOLDS), "comparing", console=console):
        strangers = [sense.fold == fold for sense in senses]
        net = fit(
            draw(senses, [~each for each in strangers], 60_000, np.random.default_rng(fold), strange=STRANGE)
        )
        for name, only in CHOSEN.items():
            for contrary in (0.0, 1.0) if sum(only) > 1 else (0.0,):
                random = np.random.default_rng(100 + fold)
                pairs = draw(senses, strangers, count, random, contrary=contrary, only=only)
                situation = found.setdefault(name + (", one contrary" if contrary else ""), {})
                for rule, pool in (("by hand", by_hand), ("learned", learned(net))):
                    situation.setdefault(rule, []).append(score(pool, pairs))
    return {
        situation: {
            rule: {key: round(float(np.mean([each[key] for each in scores])), 3) for key in scores[0]}
            for rule, scores in rules.items()
        }
        for situation, rules in found.items()
    }


def main(
    held_out: Annotated[Path, typer.Argument(help="folder that `held_out` wrote")],
    out: Annotated[Path, typer.Option(help="ONNX file to write")],
    pairs: Annotated[int, typer.Option(help="pairs to learn from, in the end")] = 100_000,
    tests: Annotated[int, typer.Option(help="pairs in each fold and situation")] = 2000,
    threads: int = 1,
) -> None:
    """Compare with the hand-made rule, then learn from everybody and export."""
    torch.set_num_threads(threads)
    senses = load(held_out)
    record = {"items": [len(sense.label) for sense in senses], "scores": compare(senses, tests)}
    everybody = [np.ones(len(sense.label), np.bool_) for sense in senses]
    net = fit(draw(senses, everybody, pairs, np.random.default_rng(0), strange=STRANGE), 3000)
    record["blunders"] = torch.sigmoid(net.blunder.detach()).tolist()
    console.print_json(data=record)
    out.with_suffix(".json").write_text(json.dumps(record, indent=1))
    example = (
        torch.full((1, SENSES, CLASSES), 1 / CLASSES),
        torch.tensor([[1.0, 0.5, 0.25]]),
        torch.ones(1, SENSES),
    )
    names = ["probability", "fresh", "amount"]
    gap = export(net, example, out, inputs=names, outputs=["pooled", "share"], role="fusion")
    console.log(f"wrote {out}, at most {gap:.1e} away from torch")


if __name__ == "__main__":
    typer.run(main)
