"""The parts of the voice net, each fitted on its own: mixtures, perceptrons on statistics, towers."""

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import Progress
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from torch import Tensor, nn
from torch.nn import functional

from mien.bridge.messages import EMOTIONS
from mien.models.manifest import Row
from mien.models.training import data as sets
from mien.models.training import voice_data as sounds
from mien.models.training.average import MovingAverage
from mien.models.training.voice_data import Frames
from mien.models.training.voice_net import Perceptron, Tower, VoiceNet
from mien.models.training.voice_statistics import LOOK_BACK, STEADY, Mixture, Statistics, centered

SMOOTHING = 0.1
FULL_TRUST = 12
"""Blocks after which an answer counts fully in a tower's loss."""
EARLY = 0.15
"""How often a perceptron learns from an utterance cut somewhere instead of the whole."""


@dataclass(frozen=True)
class Recipe:
    """What is trained, and for how long."""

    components: int = 32
    variants: int = 14
    """Random changes of every utterance that perceptrons learn from, itself included."""
    perceptrons: int = 2
    perceptron_epochs: int = 90
    perceptron_share: float = 0.5
    """How much of a perceptron's training is RAVDESS. The same for towers."""
    towers: int = 1
    tower_epochs: int = 25
    tower_share: float = 0.7


def fit(
    rows: list[Row], frames: list[list[Frames]], recipe: Recipe, seed: int, progress: Progress
) -> VoiceNet:
    """Return the net trained on `rows`, whose frames are given by speed and utterance."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    mixtures = fit_mixtures([sounds.whole(each) for each in frames[0]], recipe.components, seed)
    perceptrons = []
    if recipe.perceptrons:
        vectors = statistics_of(Statistics(mixtures), frames, recipe.variants, random)
        perceptrons = [
            fit_perceptron(rows, vectors, recipe, seed + i, progress) for i in range(recipe.perceptrons)
        ]
    towers = [fit_tower(rows, frames, recipe, seed + i, progress) for i in range(recipe.towers)]
    return VoiceNet(mixtures, perceptrons, towers).eval()


def fit_mixtures(frames: list[Frames], components: int, seed: int) -> list[Mixture]:
    """Return a mixture of the sounds as they are, and one of the sounds relative to the voice's own mean."""
    statistics = Statistics([])
    plain, running, counts = [], [], []
    for each in frames:
        now = torch.from_numpy(each)[None]
        joined = functional.pad(now, (0, 0, LOOK_BACK, 0))
        index = torch.arange(now.shape[1], dtype=now.dtype)[None, :, None]
        found = statistics.sounds(now, joined[:, :, : len(statistics.cosines)] @ statistics.cosines, index)
        plain.append(found)
        running.append(torch.cumsum(found[:, :, STEADY], 1))
        counts.append(index + 1)
    prior = torch.cat(plain, 1)[0, :, STEADY].mean(0)
    moving = [centered(*each, prior) for each in zip(plain, running, counts, strict=True)]
    mixtures = []
    for which, start in ((plain, None), (moving, prior)):
        every = torch.cat(which, 1)[0, ::4]
        mean, deviation = every.mean(0), every.std(0) + 1e-3
        model = GaussianMixture(
            components,
            covariance_type="diag",
            reg_covar=0.02,
            max_iter=12,
            init_params="random_from_data",
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a dozen rounds are enough
            model.fit(((every - mean) / deviation).clamp(-5, 5).numpy())
        weights, means, variances = (
            torch.from_numpy(each.astype(np.float32))
            for each in (model.weights_, model.means_, model.covariances_)
        )
        mixtures.append(Mixture(mean, deviation, weights, means, variances, start))
    return mixtures


@torch.no_grad()
def statistics_of(
    statistics: Statistics, frames: list[list[Frames]], variants: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """Return (variants, 2, N, S): statistics of utterances changed at random, whole and cut somewhere."""
    count = len(frames[0])
    found = np.zeros((0,), np.float32)
    for variant in range(variants):
        speed = frames[variant % len(frames)]
        each = [sounds.changed(f, random) if variant else sounds.whole(f) for f in speed]
        order = np.argsort([len(f) for f in each])
        for begin in range(0, count, 64):
            picked = order[begin : begin + 64]
            padded, blocks = sounds.batch([each[i] for i in picked])
            if variant:
                padded = sounds.augment(padded, random, 0.3)
            vectors, _ = statistics(padded, torch.zeros(len(padded), statistics.size))
            if not len(found):
                found = np.zeros((variants, 2, count, vectors.shape[2]), np.float32)
            cut = np.array([random.integers(min(1, n - 1), n) for n in blocks])
            found[variant, 0, picked] = vectors[np.arange(len(picked)), blocks - 1].numpy()
            found[variant, 1, picked] = vectors[np.arange(len(picked)), cut].numpy()
    return found


def fit_perceptron(
    rows: list[Row], vectors: NDArray[np.float32], recipe: Recipe, seed: int, progress: Progress
) -> Perceptron:
    """Return a perceptron trained on statistics (variants, 2, N, S) of the rows."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    flat = torch.from_numpy(vectors)
    net = Perceptron(flat.mean((0, 1, 2)), flat.std((0, 1, 2)) + 1e-3)
    target, weight = _targets(rows), _weights(rows, recipe.perceptron_share)
    steps = max(len(rows) // 64, 1) * recipe.perceptron_epochs
    optimizer = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps, pct_start=0.2)
    for _ in progress.track(range(steps), description="perceptron"):
        drawn = random.choice(len(rows), 64, p=weight)
        variant, cut = random.integers(len(flat), size=64), random.random(64) < EARLY
        logits = net(flat[variant, cut.astype(int), drawn])
        loss = functional.cross_entropy(logits, target[drawn])
        _improve(net, loss, optimizer)
        schedule.step()
    return net.eval()


def fit_tower(
    rows: list[Row], frames: list[list[Frames]], recipe: Recipe, seed: int, progress: Progress
) -> Tower:
    """Return the moving average of a tower trained on the rows, whose frames are given by speed."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    every = torch.from_numpy(np.concatenate(frames[0]))
    net = Tower(every.mean(0), every.std(0) + 1e-3)
    average = MovingAverage(net, 0.99)
    target, weight = _targets(rows), _weights(rows, recipe.tower_share)
    steps, size = max(len(rows) // 32, 1), 32
    optimizer = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 2e-3, total_steps=steps * recipe.tower_epochs, pct_start=0.2
    )
    for _ in progress.track(range(recipe.tower_epochs), description="tower"):
        net.train()
        drawn = random.choice(len(rows), steps * size, p=weight)
        speed = random.integers(len(frames), size=steps * size)
        # Utterances of about one length go together, so that little is computed for nothing.
        length = [len(frames[s][i]) + random.normal(0, 20) for s, i in zip(speed, drawn, strict=True)]
        for picked in random.permutation(np.argsort(length).reshape(steps, size)):
            each = [sounds.changed(frames[speed[i]][drawn[i]], random) for i in picked]
            padded, blocks = sounds.batch(each)
            padded = sounds.augment(padded, random, 0.5)
            logits, _ = net(padded, torch.zeros(size, sum(net.sizes)))
            time = torch.arange(logits.shape[1])[None] + 1
            trust = torch.clamp(time / FULL_TRUST, max=1.0) * (time <= torch.from_numpy(blocks)[:, None])
            trust = trust / trust.sum(1, keepdim=True) / size
            wanted = target[drawn[picked]][:, None]
            loss = -((functional.log_softmax(logits, 2) * wanted).sum(2) * trust).sum()
            _improve(net, loss, optimizer)
            schedule.step()
            average.update(net)
    return average.net.eval()


def _improve(net: nn.Module, loss: Tensor, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimizer.step()


def _targets(rows: list[Row]) -> Tensor:
    """Return smoothed one-hot labels (N, classes)."""
    known = functional.one_hot(torch.from_numpy(sets.labels(rows)), len(EMOTIONS))
    return known * (1 - SMOOTHING) + SMOOTHING / len(EMOTIONS)


def _weights(rows: list[Row], share: float) -> NDArray[np.float64]:
    """Return how often to draw each row: RAVDESS `share` of the time, rare emotions more than they are."""
    names = sounds.set_of(rows)
    weight = np.zeros(len(rows))
    for name in np.unique(names):
        members = np.flatnonzero(names == name)
        part = share if name == "speech_ravdess" else 1 - share
        weight[members] = sets.sampling_weights([rows[i] for i in members], part)
    return weight / weight.sum()
