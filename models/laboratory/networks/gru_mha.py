"""P3: a GRU per modality, multi-head attention from each to the other, and the speaker's gender beside it.

n_v and n_a steps of video and audio, w features a step after the GRU.
"""

import torch
from torch import Tensor, nn

from mien.models.laboratory.networks.enhance_reorganize import Gru


class CrossAttention(nn.Module):
    """Multi-head attention of one sequence (B, n, w) to another (B, k, w) → (B, n, w).

    head_i = softmax(Q Kᵀ/√d) V (9, 10), with Q from the first and K, V from the second; the heads are
    joined and projected: concat · W_O (11).
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, other: Tensor) -> Tensor:
        """Return what each step of `x` finds in `other`."""

        def split(y: Tensor) -> Tensor:
            return y.view(y.shape[0], y.shape[1], self.heads, self.size).transpose(1, 2)

        query, key, value = split(self.query(x)), split(self.key(other)), split(self.value(other))
        weights = torch.softmax(query @ key.transpose(2, 3) / self.size**0.5, 3)
        joined: Tensor = self.out((weights @ value).transpose(1, 2).flatten(2))
        return joined


class GruMha(nn.Module):
    """Video (B, n_v, D_v) and audio (B, n_a, D_a) → logits of polarity (B, classes) and gender (B, 2).

    G_v and G_a are the states of the GRUs (3–8); F'_tv and F'_ta what each finds in the other, averaged over
    time; F_fusion = concat(F'_ta, F'_tv) (12). With one modality it attends to itself. Trained with
    1/N Σ [μ L(emotion) + (1 − μ) L(gender)] (13), see `trainer.Plan.main`.
    """

    def __init__(self, classes: int, inputs: list[int], width: int = 48, heads: int = 4) -> None:
        super().__init__()
        self.grus = nn.ModuleList(Gru(size, width) for size in inputs)
        self.attention = nn.ModuleList(CrossAttention(width, heads) for _ in inputs)
        self.dropout = nn.Dropout(0.4)
        self.emotion = nn.Linear(width * len(inputs), classes)
        self.gender = nn.Linear(width * len(inputs), 2)

    def forward(self, *modalities: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits of the main and of the auxiliary task."""
        states = [gru(self.dropout(x)) for gru, x in zip(self.grus, modalities, strict=True)]
        found = [
            (states[i] + attend(states[i], states[i - 1])).mean(1) for i, attend in enumerate(self.attention)
        ]
        fusion = self.dropout(torch.cat(found, 1))
        return self.emotion(fusion), self.gender(fusion)
