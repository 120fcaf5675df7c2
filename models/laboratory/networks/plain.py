"""What P3 compares itself with: a perceptron on averages (BPNN) and an LSTM, on concatenated modalities."""

import torch
from torch import Tensor, nn


class Bpnn(nn.Module):
    """Sequences (B, T_i, D_i) → logits (B, classes), from each modality's mean and deviation over time."""

    def __init__(self, classes: int, inputs: list[int], width: int = 64) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm1d(2 * sum(inputs)),
            nn.Linear(2 * sum(inputs), width),
            nn.ReLU(),
            nn.Dropout(0.4),
            nn.Linear(width, classes),
        )

    def forward(self, *modalities: Tensor) -> Tensor:
        """Return the logits."""
        parts = []
        for x in modalities:
            mean = x.mean(1, keepdim=True)
            parts += [mean[:, 0], (((x - mean) ** 2).mean(1) + 1e-6).sqrt()]
        logits: Tensor = self.layers(torch.cat(parts, 1))
        return logits


class Lstm(nn.Module):
    """Sequences (B, T_i, D_i) → logits (B, classes), from the last state of an LSTM per modality."""

    def __init__(self, classes: int, inputs: list[int], width: int = 48) -> None:
        super().__init__()
        self.lstms = nn.ModuleList(nn.LSTM(size, width, batch_first=True) for size in inputs)
        self.dropout = nn.Dropout(0.4)
        self.classify = nn.Linear(width * len(inputs), classes)

    def forward(self, *modalities: Tensor) -> Tensor:
        """Return the logits."""
        last = [lstm(self.dropout(x))[0][:, -1] for lstm, x in zip(self.lstms, modalities, strict=True)]
        logits: Tensor = self.classify(self.dropout(torch.cat(last, 1)))
        return logits
