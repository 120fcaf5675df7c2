"""The fusion network: how much each sense counts, from how sure it is and how it agrees with the others."""

import math

import torch
from torch import Tensor, nn

from mien.bridge.messages import EMOTIONS

SENSES = 3
FEATURES = 17
"""Presence, certainty, best probability and lead of each sense, amounts of two, agreement of the pairs."""


class FusionNet(nn.Module):
    """A pool of experts: the product of the senses' probabilities, each to a power.

    pooled ∝ Π_m ((1 - ε_m) p_m + ε_m / 7)^(a_m), log a_m linear in the features. ε_m is how often
    a sense is wrong without knowing: it takes away the veto that a product otherwise gives everyone.
    (Logarithmic opinion pool: Genest and Zidek 1986; the powers here depend on what was said.)
    """

    def __init__(self) -> None:
        super().__init__()
        self.power = nn.Linear(FEATURES, SENSES)
        self.blunder = nn.Parameter(torch.full((SENSES,), -4.0))
        nn.init.zeros_(self.power.weight)
        nn.init.zeros_(self.power.bias)

    def forward(self, probability: Tensor, fresh: Tensor, amount: Tensor) -> tuple[Tensor, Tensor]:
        """Return the pooled probability (n, 7) and each sense's share (n, 3).

        Args:
            probability: (n, 3, 7); anything where a sense is missing.
            fresh: (n, 3), 0 where a sense is missing.
            amount: (n, 3): seconds of speech, words; see `fusion.Said`.
        """
        there = (fresh > 0).to(probability.dtype)
        # How much company a sense has: alone, or beside what is long past, it keeps its own word.
        others = torch.stack(
            [fresh[:, [j for j in range(SENSES) if j != i]].amax(1) for i in range(SENSES)], 1
        )
        power = torch.exp(self.power(features(probability, there, amount)).clamp(-6.0, 2.5))
        power = fresh * (1 + (power - 1) * others)
        power = power / fresh.amax(1, keepdim=True).clamp_min(1e-6)
        blunder = (torch.sigmoid(self.blunder) * others)[:, :, None]
        careful = torch.log((1 - blunder) * probability + blunder / len(EMOTIONS) + 1e-9)
        pooled = torch.softmax((power[:, :, None] * careful).sum(1), 1)
        return pooled, power / power.sum(1, keepdim=True).clamp_min(1e-6)


def features(probability: Tensor, there: Tensor, amount: Tensor) -> Tensor:
    """Return what the powers depend on, (n, FEATURES)."""
    entropy = -(probability * torch.log(probability.clamp_min(1e-9))).sum(2)
    certainty = 1 - entropy / math.log(len(EMOTIONS))
    best = torch.topk(probability, 2, 2).values
    known = probability * there[:, :, None]
    agreement = [(known[:, i] * known[:, j]).sum(1, keepdim=True) for i, j in ((0, 1), (0, 2), (1, 2))]
    return torch.cat(
        (
            there,
            certainty * there,
            best[:, :, 0] * there,
            (best[:, :, 0] - best[:, :, 1]) * there,
            torch.log1p(amount[:, 1:]) * there[:, 1:],
            *agreement,
        ),
        1,
    )
