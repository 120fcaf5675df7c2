"""The voice network: everything heard since the utterance began, as a sum that any step continues.

Both halves read the same normalized frames. The state is one flat vector, so that the recognizer need not
know what is in it; an utterance begins with zeros.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.bridge.messages import EMOTIONS
from mien.models.speech import BANDS, FEATURES
from mien.models.voice import BLOCK

CONTEXT = 5
"""Frames of the past that the convolutions look back on."""
PRIOR = 30.0
"""Frames that the training set's mean and deviation count for in the running normalization."""
FAR = 50.0
"""Beyond any standardized feature: the running maximum of nothing, negated."""
CEPSTRA = 20
SUMMARY = CEPSTRA + 3
HIDDEN = 72
CLASSES = len(EMOTIONS)


class Recurrent(nn.Module):
    """Convolutions over time and pitch of the sound, a GRU, and attention summed over time."""

    def __init__(self) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(1, 24, (3, 5), (1, 2)),
            nn.BatchNorm2d(24),
            nn.ReLU(),
            nn.Conv2d(24, 32, (3, 5), (2, 2)),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Conv2d(32, 32, (3, 3), (2, 2)),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Dropout(0.2),
        )
        self.join = nn.Linear(32 * 4 + 3 * 4, HIDDEN)
        self.gru = nn.GRU(HIDDEN, HIDDEN, batch_first=True)
        self.attention = nn.Linear(HIDDEN, 1)
        self.out = nn.Sequential(nn.Dropout(0.4), nn.Linear(2 * HIDDEN, CLASSES))

    def forward(self, frames: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return logits (B, T/4, classes) for frames (B, CONTEXT + T, FEATURES), and the next state."""
        hidden, total, weight = state
        maps = self.convolutions(frames[:, None, :, :BANDS]).float().permute(0, 2, 1, 3).flatten(2)
        prosody = frames[:, CONTEXT:, BANDS:]
        prosody = prosody.reshape(prosody.shape[0], -1, 12)
        seen, last = self.gru(functional.relu(self.join(torch.cat((maps, prosody), 2))), hidden[None])
        exp = torch.exp(2 * torch.tanh(self.attention(seen)))
        totals = total[:, None] + torch.cumsum(exp * seen, 1)
        weights = weight[:, None] + torch.cumsum(exp, 1)
        logits = self.out(torch.cat((totals / weights, seen), 2))
        return logits, (last[0], totals[:, -1], weights[:, -1])


class Summary(nn.Module):
    """A perceptron on statistics of all frames so far."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(5 * SUMMARY)
        self.layers = nn.Sequential(
            nn.Dropout(0.1),
            nn.Linear(5 * SUMMARY, 96),
            nn.ReLU(),
            nn.Dropout(0.4),
            nn.Linear(96, 48),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(48, CLASSES),
        )

    def forward(self, statistics: Tensor) -> Tensor:
        """Return logits (B, T, classes) for statistics (B, T, 5 SUMMARY)."""
        flat = self.norm(statistics.flatten(0, 1))
        logits: Tensor = self.layers(flat).view(statistics.shape[0], statistics.shape[1], CLASSES)
        return logits


class VoiceNet(nn.Module):
    """Speech frames (B, T, FEATURES), T a multiple of BLOCK, and a state → logits every BLOCK, next state."""

    mean: Tensor
    deviation: Tensor
    cosines: Tensor
    start: Tensor

    def __init__(self, mean: Tensor, deviation: Tensor, recurrent: int = 1, summaries: int = 3) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        order, band = torch.arange(CEPSTRA)[:, None], torch.arange(BANDS)[None] + 0.5
        self.register_buffer("cosines", torch.cos(torch.pi * order * band / BANDS).T * (2 / BANDS) ** 0.5)
        self.recurrent = nn.ModuleList(Recurrent() for _ in range(recurrent))
        self.summaries = nn.ModuleList(Summary() for _ in range(summaries))
        self.sizes = [1, FEATURES, FEATURES, CONTEXT * FEATURES]
        self.sizes += [SUMMARY] * 7
        self.sizes += [HIDDEN, HIDDEN, 1] * recurrent
        start = [torch.zeros(size) for size in self.sizes]
        start[8], start[9] = torch.full((SUMMARY,), -FAR), torch.full((SUMMARY,), FAR)
        self.register_buffer("start", torch.cat(start))
        self.temperature = 1.0

    def begin(self, batch: int) -> Tensor:
        """Return the state (B, S) at the beginning of utterances."""
        return torch.zeros(batch, len(self.start))

    def parts(self, frames: Tensor, state: Tensor) -> tuple[list[Tensor], Tensor]:
        """Return every part's logits (B, T/BLOCK, classes) and the next state (B, S)."""
        state = torch.where(state[:, :1] == 0, self.start, state)  # no frame counted yet
        pieces = torch.functional.split(state, self.sizes, 1)
        count, sums, squares, context, known, total, total2, moves, high, low, last, *nets = pieces
        batch, length = frames.shape[0], frames.shape[1]
        z = (frames - self.mean) / self.deviation
        counts = count[:, None] + torch.arange(1, length + 1, dtype=frames.dtype)[None, :, None]
        all_sums = sums[:, None] + torch.cumsum(z, 1)
        all_squares = squares[:, None] + torch.cumsum(z * z, 1)
        mean = all_sums / (counts + PRIOR)
        spread = ((all_squares + PRIOR) / (counts + PRIOR) - mean * mean).clamp_min(0.05).sqrt()
        # Pitch and periodicity keep their absolute value; the spectrum and level are told apart by change.
        absolute = torch.zeros(FEATURES)
        absolute[BANDS : BANDS + 2] = 1.0
        normal = ((z - mean * (1 - absolute)) / (spread * (1 - absolute) + absolute)).clamp(-5, 5)
        joined = torch.cat((context.view(batch, CONTEXT, FEATURES), normal), 1)

        # Pitch counts where there is one; everything else counts in every frame.
        voiced = (frames[:, :, BANDS : BANDS + 1] != 0).to(frames.dtype)
        ones = torch.ones_like(voiced)
        there = torch.cat((ones.expand(-1, -1, CEPSTRA), voiced, ones, ones), 2)
        cepstra = torch.cat((z[:, :, :BANDS] @ self.cosines, z[:, :, BANDS:]), 2) * there
        before = torch.cat((last[:, None], cepstra[:, :-1]), 1)
        both = there * (before != 0).to(frames.dtype)  # no movement into or out of an unvoiced frame
        knowns = known[:, None] + torch.cumsum(there, 1)
        totals = total[:, None] + torch.cumsum(cepstra, 1)
        totals2 = total2[:, None] + torch.cumsum(cepstra * cepstra, 1)
        all_moves = moves[:, None] + torch.cumsum((cepstra - before).abs() * both, 1)
        smooth = (cepstra + before) / 2
        highs = torch.maximum(high[:, None], _running_max(smooth * both - FAR * (1 - both)))
        lows = torch.minimum(low[:, None], -_running_max(-smooth * both - FAR * (1 - both)))
        average = totals / knowns.clamp_min(1)
        deviation = (totals2 / knowns.clamp_min(1) - average * average).clamp_min(1e-4).sqrt()
        heard = (highs > -FAR).to(frames.dtype)
        statistics = torch.cat(
            (average, deviation, all_moves / knowns.clamp_min(1), highs * heard, lows * heard), 2
        )[:, BLOCK - 1 :: BLOCK]

        logits, next_nets = [], []
        for i, net in enumerate(self.recurrent):
            found, carried = net(joined, tuple(nets[3 * i : 3 * i + 3]))
            logits.append(found[:, BLOCK // 4 - 1 :: BLOCK // 4])
            next_nets += carried
        logits += [net(statistics) for net in self.summaries]
        following = [counts[:, -1], all_sums[:, -1], all_squares[:, -1], joined[:, -CONTEXT:].flatten(1)]
        following += [
            knowns[:, -1],
            totals[:, -1],
            totals2[:, -1],
            all_moves[:, -1],
            highs[:, -1],
            lows[:, -1],
        ]
        following += [cepstra[:, -1], *next_nets]
        return logits, torch.cat(following, 1)

    def forward(self, frames: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return calibrated logits (B, T/BLOCK, classes) and the next state: halves weigh the same."""
        logits, following = self.parts(frames, state)
        split = len(self.recurrent)
        halves = [torch.stack(half).mean(0) for half in (logits[:split], logits[split:]) if half]
        return torch.stack(halves).mean(0) / self.temperature, following


def _running_max(x: Tensor) -> Tensor:
    """Return the running maximum over axis 1 in logarithmically many steps (cummax has no ONNX form)."""
    length, shift = x.shape[1], 1
    while shift < length:
        padded = torch.cat((x[:, :1].expand(-1, shift, -1), x[:, :-shift]), 1)
        x = torch.maximum(x, padded)
        shift *= 2
    return x
