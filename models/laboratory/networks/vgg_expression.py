"""P2: a VGG-style CNN over face crops: pairs of 3×3 convolutions, ReLU, max pooling, dropout, softmax."""

import torch
from torch import Tensor, nn


class VggExpression(nn.Module):
    """Gray crops (B, F, S, S) in [0, 1] → logits (B, classes); of F crops the logits are averaged.

    VGG (Simonyan & Zisserman 2015, configuration B cut to three blocks) with batch normalization; the fully
    connected part is narrow, since the sets are small.
    """

    def __init__(self, classes: int, size: int = 48, width: int = 16) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 1
        for outputs in (width, 2 * width, 4 * width):
            for inputs in (channels, outputs):
                layers += [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs)]
                layers.append(nn.ReLU())
            layers += [nn.MaxPool2d(2), nn.Dropout2d(0.1)]
            channels = outputs
        self.convolutions = nn.Sequential(*layers)
        self.classify = nn.Sequential(
            nn.Flatten(),
            nn.Linear(channels * (size // 8) ** 2, 128),
            nn.BatchNorm1d(128),  # without it, all of its units may die at once
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(128, classes),
        )

    def forward(self, crops: Tensor) -> Tensor:
        """Return the logits."""
        batch, count = crops.shape[:2]
        faces = crops.reshape(batch * count, 1, *crops.shape[2:])
        centered = faces - faces.mean((1, 2, 3), keepdim=True)
        normal = centered / ((centered * centered).mean((1, 2, 3), keepdim=True) + 1e-4).sqrt()
        each: Tensor = self.classify(self.convolutions(normal))
        return each.reshape(batch, count, -1).mean(1) if count > 1 else torch.flatten(each, 1)
