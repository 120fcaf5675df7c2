"""The voice network: everything heard since the utterance began, as sums that any step continues.

Two kinds of half read the same frames: perceptrons on statistics, and towers of convolutions over time. The
state is one flat vector, so that the recognizer need not know what is in it; an utterance begins with zeros.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.bridge.messages import EMOTIONS
from mien.models.speech import BANDS, FEATURES
from mien.models.training.voice_statistics import Mixture, Statistics
from mien.models.voice import BLOCK

PRIOR = 30.0
"""Frames that the training set's mean and deviation count for in the running normalization."""
STRIDE = 4
"""Frames per step of a tower."""
DILATIONS = (1, 2)
CHANNELS = 128
HEADS = 4
CLASSES = len(EMOTIONS)


class Perceptron(nn.Module):
    """Statistics of all frames so far → logits."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, mean: Tensor, deviation: Tensor, hidden: int = 96) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.layers = nn.Sequential(
            nn.Dropout(0.4),
            nn.Linear(len(mean), hidden),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(hidden, CLASSES),
        )

    def forward(self, statistics: Tensor) -> Tensor:
        """Return logits (..., CLASSES) for statistics (..., N)."""
        logits: Tensor = self.layers(((statistics - self.mean) / self.deviation).clamp(-5, 5))
        return logits


class Tower(nn.Module):
    """Convolutions over time, then mean and deviation so far, weighed by attention (Okabe et al. 2018)."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, mean: Tensor, deviation: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.first = nn.Sequential(
            nn.Conv1d(FEATURES, CHANNELS, 2 * STRIDE, STRIDE),
            nn.BatchNorm1d(CHANNELS),
            nn.ReLU(),
            nn.Dropout(0.1),
        )
        self.more = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(CHANNELS, CHANNELS, 3, dilation=dilation),
                nn.BatchNorm1d(CHANNELS),
                nn.ReLU(),
                nn.Dropout(0.1),
            )
            for dilation in DILATIONS
        )
        self.attention = nn.Sequential(nn.Linear(CHANNELS, 32), nn.Tanh(), nn.Linear(32, HEADS))
        self.norm = nn.BatchNorm1d(2 * CHANNELS)
        self.out = nn.Sequential(
            nn.Dropout(0.3), nn.Linear(2 * CHANNELS, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, CLASSES)
        )
        self.sizes = [1, BANDS, BANDS, STRIDE * FEATURES, *(2 * d * CHANNELS for d in DILATIONS)]
        self.sizes += [CHANNELS] * 3

    def forward(self, frames: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (B, T/BLOCK, CLASSES) for frames (B, T, FEATURES), and the next state."""
        batch, length = frames.shape[0], frames.shape[1]
        count, sums, squares, context, *contexts = torch.functional.split(state, self.sizes, 1)
        *contexts, weight, total, total2 = contexts
        z = (frames - self.mean) / self.deviation
        # Pitch, level and quality keep their absolute value; the spectrum is told apart by change.
        bands = z[:, :, :BANDS]
        counts = count[:, None] + torch.arange(1, length + 1, dtype=frames.dtype)[None, :, None]
        all_sums = sums[:, None] + torch.cumsum(bands, 1)
        all_squares = squares[:, None] + torch.cumsum(bands * bands, 1)
        mean = all_sums / (counts + PRIOR)
        spread = ((all_squares + PRIOR) / (counts + PRIOR) - mean * mean).clamp_min(0.05).sqrt()
        normal = torch.cat(((bands - mean) / spread, z[:, :, BANDS:]), 2).clamp(-5, 5)
        joined = torch.cat((context.view(batch, STRIDE, FEATURES), normal), 1)
        following = [counts[:, -1], all_sums[:, -1], all_squares[:, -1], joined[:, -STRIDE:].flatten(1)]
        maps = self.first(joined.transpose(1, 2))
        for layer, dilation, before in zip(self.more, DILATIONS, contexts, strict=True):
            wide = torch.cat((before.view(batch, CHANNELS, 2 * dilation), maps), 2)
            following.append(wide[:, :, -2 * dilation :].flatten(1))
            maps = maps + layer(wide)
        steps = maps.transpose(1, 2)
        attention = torch.exp(3 * torch.tanh(self.attention(steps)))
        attention = attention.repeat_interleave(CHANNELS // HEADS, 2)
        weights, totals, totals2 = (
            so_far[:, None] + torch.cumsum(_by_block(new), 1)
            for so_far, new in (
                (weight, attention),
                (total, attention * steps),
                (total2, attention * steps * steps),
            )
        )
        average = totals / weights
        deviation = (totals2 / weights - average * average).clamp_min(1e-4).sqrt()
        pooled = self.norm(torch.cat((average, deviation), 2).flatten(0, 1))
        logits = self.out(pooled).view(batch, -1, CLASSES)
        following += [weights[:, -1], totals[:, -1], totals2[:, -1]]
        return logits, torch.cat(following, 1)


class VoiceNet(nn.Module):
    """Speech frames (B, T, FEATURES), T a multiple of BLOCK, and a state → logits every BLOCK, next state."""

    def __init__(
        self,
        mixtures: list[Mixture],
        perceptrons: list[Perceptron],
        towers: list[Tower],
    ) -> None:
        super().__init__()
        self.statistics = Statistics(mixtures)
        self.perceptrons = nn.ModuleList(perceptrons)
        self.towers = nn.ModuleList(towers)
        self.sizes = [self.statistics.size, *(sum(tower.sizes) for tower in towers)]
        self.temperature = 1.0

    def begin(self, batch: int) -> Tensor:
        """Return the state (B, S) at the beginning of utterances."""
        return torch.zeros(batch, sum(self.sizes))

    def parts(self, frames: Tensor, state: Tensor) -> tuple[list[Tensor], Tensor]:
        """Return every part's logits (B, T/BLOCK, CLASSES), perceptrons first, and the next state (B, S)."""
        first, *rest = torch.functional.split(state, self.sizes, 1)
        statistics, following = self.statistics(frames, first)
        logits, states = [net(statistics) for net in self.perceptrons], [following]
        for tower, part in zip(self.towers, rest, strict=True):
            found, following = tower(frames, part)
            logits.append(found)
            states.append(following)
        return logits, torch.cat(states, 1)

    def forward(self, frames: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return calibrated logits (B, T/BLOCK, CLASSES) and the next state: halves weigh the same."""
        parts, following = self.parts(frames, state)
        parts = [functional.log_softmax(each, 2) for each in parts]
        split = len(self.perceptrons)
        halves = [torch.stack(half).mean(0) for half in (parts[:split], parts[split:]) if half]
        return torch.stack(halves).mean(0) / self.temperature, following


def _by_block(steps: Tensor) -> Tensor:
    """Return the sums (B, T/BLOCK, N) of a tower's steps (B, T/STRIDE, N)."""
    return steps.reshape(steps.shape[0], -1, BLOCK // STRIDE, steps.shape[2]).sum(2)
