"""What ships for text: TF-IDF of a line's terms and two regressions over it, inside one graph."""

import torch
from torch import Tensor, nn


class Weighing(nn.Module):
    """Terms of lines → their weights (B, T): TF-IDF of unit length in every field but the last, scaled.

    Args:
        sizes: terms of every field.
        scales: weight of every field.
        idf: inverse document frequency of every term (G,).
    """

    idf: Tensor
    bounds: Tensor

    def __init__(self, sizes: list[int], scales: list[float], idf: Tensor) -> None:
        super().__init__()
        self.scales = scales
        self.register_buffer("idf", idf.float())
        self.register_buffer("bounds", torch.tensor(sizes).cumsum(0))

    def forward(self, ids: Tensor, values: Tensor) -> Tensor:
        """Return the weights for ids (B, T) and values (B, T), 0 where padded."""
        weighted = values * self.idf[ids]
        field = (ids[..., None] >= self.bounds).sum(2).clamp_max(len(self.scales) - 1)
        found = torch.zeros_like(weighted)
        for i, scale in enumerate(self.scales):
            mine = weighted * (field == i)
            length = (mine * mine).sum(1, keepdim=True).sqrt().clamp_min(1e-6)
            found = found + mine * scale / (length if i + 1 < len(self.scales) else 1.0)
        return found


class GramRegression(nn.Module):
    """Ids, values (B, T) → probabilities of emotions (B, E) and sentiments (B, S).

    Both regressions read one table, of half precision. `temperature` calibrates the emotions (Guo et al.
    2017, section 4.2).

    Args:
        weighing: from values to weights.
        emotion: coefficients (E, G) and intercept (E,).
        sentiment: the same for the sentiments.
    """

    table: Tensor
    intercept: Tensor

    def __init__(
        self,
        weighing: Weighing,
        emotion: tuple[Tensor, Tensor],
        sentiment: tuple[Tensor, Tensor],
        temperature: float = 1.0,
    ) -> None:
        super().__init__()
        self.weighing = weighing
        self.register_buffer("table", torch.cat((emotion[0], sentiment[0])).T.contiguous().half())
        self.register_buffer("intercept", torch.cat((emotion[1], sentiment[1])).float())
        self.emotions, self.temperature = len(emotion[1]), temperature

    def forward(self, ids: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Return the probabilities."""
        weights = self.weighing(ids, values)[..., None]
        logits = (weights * self.table[ids].float()).sum(1) + self.intercept
        emotion, sentiment = logits[:, : self.emotions], logits[:, self.emotions :]
        return torch.softmax(emotion / self.temperature, 1), torch.softmax(sentiment, 1)
