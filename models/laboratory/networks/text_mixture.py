"""What ships for text: P1's networks and an n-gram regression, averaged inside one graph."""

import torch
from torch import Tensor, nn

from mien.models.laboratory.networks.text_bilstm_mha import TextBiLstmMha


class GramRegression(nn.Module):
    """Terms of a line → probabilities (B, classes): TF-IDF per field, logistic regression.

    Args:
        sizes: terms of every field.
        scales: weight of every field.
        idf: inverse document frequency of every term (G,).
        coefficients: (classes, G).
        intercept: (classes,).
    """

    idf: Tensor
    table: Tensor
    intercept: Tensor
    bounds: Tensor
    scales: Tensor

    def __init__(
        self, sizes: list[int], scales: list[float], idf: Tensor, coefficients: Tensor, intercept: Tensor
    ) -> None:
        super().__init__()
        self.register_buffer("idf", idf.float())
        self.register_buffer("table", coefficients.T.float().contiguous())
        self.register_buffer("intercept", intercept.float())
        self.register_buffer("bounds", torch.tensor(sizes).cumsum(0))
        self.register_buffer("scales", torch.tensor(scales))

    def forward(self, ids: Tensor, values: Tensor) -> Tensor:
        """Return the probabilities for ids (B, G') and 1 + log(count) (B, G'), 0 where padded."""
        weighted = values * self.idf[ids]
        field = (ids[..., None] >= self.bounds).sum(2).clamp_max(len(self.scales) - 1)
        logits = self.intercept.expand(ids.shape[0], -1)
        for i in range(len(self.scales)):
            mine = weighted * (field == i)
            norm = (mine * mine).sum(1, keepdim=True).sqrt().clamp_min(1e-6)
            logits = logits + ((mine / norm * self.scales[i])[..., None] * self.table[ids]).sum(1)
        return torch.softmax(logits, 1)


class TextMixture(nn.Module):
    """Tokens, segments (B, T), ids, values (B, G') → probabilities of emotions (B, 7) and sentiments (B, 3).

    `share` is the regression's weight among the emotions. Rare emotions are lifted by `offset` (7,), added to
    the logarithm (Menon et al. 2021, section 4: post-hoc logit adjustment); `temperature` calibrates the
    result (Guo et al. 2017).
    """

    offset: Tensor

    def __init__(
        self,
        nets: list[TextBiLstmMha],
        grams: GramRegression,
        share: float,
        offset: Tensor,
        temperature: float = 1.0,
    ) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)
        self.grams = grams
        self.register_buffer("offset", offset.float())
        self.share, self.temperature = share, temperature

    def forward(self, tokens: Tensor, segments: Tensor, ids: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Return the probabilities."""
        found = [net(tokens, segments) for net in self.nets]
        emotion = torch.stack([torch.softmax(e, 1) for e, _ in found]).mean(0)
        sentiment = torch.stack([torch.softmax(s, 1) for _, s in found]).mean(0)
        mean = self.share * self.grams(ids, values) + (1 - self.share) * emotion
        return torch.softmax((torch.log(mean.clamp_min(1e-6)) + self.offset) / self.temperature, 1), sentiment
