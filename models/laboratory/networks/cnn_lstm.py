"""P0: a CNN over the face crop and an LSTM over speech features, concatenated and classified.

`visual` and `acoustic` say which halves are there, so that each can be measured alone.
"""

import torch
from torch import Tensor, nn


class FaceCnn(nn.Module):
    """Gray crops (N, 1, S, S) in [0, 1] → (N, width): convolutions, max pooling, y = W x + b, ReLU."""

    def __init__(self, width: int, size: int = 48) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 1
        for outputs in (16, 32, 48):
            layers += [nn.Conv2d(channels, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
            layers.append(nn.MaxPool2d(2))
            channels = outputs
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * (size // 8) ** 2, width))

    def forward(self, faces: Tensor) -> Tensor:
        """Return the features of each crop."""
        centered = faces - faces.mean((1, 2, 3), keepdim=True)
        normal = centered / ((centered * centered).mean((1, 2, 3), keepdim=True) + 1e-4).sqrt()
        return torch.relu(self.layers(normal))


class CnnLstm(nn.Module):
    """Crops (B, F, S, S) and speech (B, T, D) → logits (B, classes); a missing half takes no input.

    The LSTM has the standard gates: cell candidate tanh(W h + U x + b), output gate σ(U h + W x + b).
    Dropout multiplies features with r ~ Bernoulli(p): y' = r · y. Of F crops the features are averaged.
    """

    def __init__(
        self,
        classes: int,
        features: int,
        size: int = 48,
        width: int = 64,
        visual: bool = True,
        acoustic: bool = True,
    ) -> None:
        super().__init__()
        if not visual and not acoustic:
            raise ValueError("cnn_lstm: at least one half is needed, visual or acoustic")
        self.cnn = FaceCnn(width, size) if visual else None
        self.lstm = nn.LSTM(features, width, batch_first=True) if acoustic else None
        self.dropout = nn.Dropout(0.4)
        self.classify = nn.Linear(width * (visual + acoustic), classes)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the logits of (crops, speech), or of the one half that there is."""
        rest = list(inputs)
        found = []
        if self.cnn is not None:
            crops = rest.pop(0)
            batch, count = crops.shape[:2]
            each = self.cnn(crops.reshape(batch * count, 1, *crops.shape[2:]))
            found.append(each.reshape(batch, count, -1).mean(1))
        if self.lstm is not None:
            outputs, _ = self.lstm(rest.pop(0))
            found.append(outputs[:, -1])
        logits: Tensor = self.classify(self.dropout(torch.cat(found, 1)))
        return logits
