"""P1: information enhancement within each modality, data reorganization across them, a fusion GRU.

T steps after resampling, d features a step, m modalities.
"""

import torch
from torch import Tensor, nn


class Gru(nn.Module):
    """A sequence (B, T_i, D_i) → its states (B, T_i, H), with the paper's gates.

    (1) z = σ(W_z x + U_z h + b_z); (2) r = σ(W_r x + U_r h + b_r); (3) h̃ = tanh(W x + U(r ∘ h) + b);
    (4) h ← (1 − z) ∘ h + z ∘ h̃. torch's GRU resets after the product, U h, and swaps the roles of z and
    1 − z; the former is a variant of equal power (Cho et al. 2014, arXiv v1 and v3), the latter a renaming.
    """

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.gru = nn.GRU(inputs, hidden, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return the state after every step."""
        states: Tensor = self.gru(x)[0]
        return states


def enhance(u: Tensor) -> Tensor:
    """Return S = M U (B, T, d): E = U Uᵀ (7), M = row-softmax(E) (8), S = M U (9); on F likewise (10–12)."""
    return torch.softmax(u @ u.transpose(1, 2), 2) @ u


def reorganize(parts: list[Tensor]) -> Tensor:
    """Return F (B, m T, d): the modalities (B, T, d) interleaved step by step, in the order given (10)."""
    batch, steps, width = parts[0].shape
    return torch.stack(parts, 2).reshape(batch, steps * len(parts), width)


class EnhanceReorganize(nn.Module):
    """Sequences of m modalities (B, T_i, D_i) → logits (B, classes).

    Args:
        classes: how many to tell apart.
        inputs: features D_i of every modality, in the order text, visual, acoustic; 0 < m ≤ 3.
        vocabulary: subwords that the first modality's ids (B, T_0) are embedded from; 0 if it is not text.
        width: d of eq. 6.
        steps: T; the paper's modalities come with the same T, ours are resampled to it after the GRU.
    """

    def __init__(
        self, classes: int, inputs: list[int], vocabulary: int = 0, width: int = 32, steps: int = 16
    ) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, inputs[0], padding_idx=0) if vocabulary else None
        self.grus = nn.ModuleList(Gru(size, 2 * width) for size in inputs)
        self.dense = nn.ModuleList(nn.Linear(2 * width, width) for _ in inputs)
        self.steps = steps
        self.dropout = nn.Dropout(0.3)
        self.fusion = Gru(width, 2 * width)
        self.classify = nn.Linear(2 * width, classes)

    def forward(self, *modalities: Tensor) -> Tensor:
        """Return the logits."""
        enhanced = []
        for i, (x, gru, dense) in enumerate(zip(modalities, self.grus, self.dense, strict=True)):
            sequence = self.embed(x) if i == 0 and self.embed is not None else x
            h = gru(self.dropout(sequence))  # (5) H_i = GRU_i(X_i)
            h = nn.functional.interpolate(h.transpose(1, 2), size=self.steps, mode="linear").transpose(1, 2)
            u = dense(h)  # (6) U_i = Dense_i(H_i), the same d for all
            enhanced.append(enhance(u))  # (7–9)
        together = enhanced[0] if len(enhanced) == 1 else enhance(reorganize(enhanced))  # (10–12)
        last = self.fusion(together)[:, -1]  # (13)
        logits: Tensor = self.classify(self.dropout(last))
        return logits
