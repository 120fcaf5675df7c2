"""The networks, in torch; `export` turns them into the ONNX files that the recognizer runs."""

import torch
from torch import Tensor, nn

from mien.bridge.faces import SHAPES
from mien.bridge.messages import EMOTIONS
from mien.models.align import CROP


class Residual(nn.Module):
    """Two 3×3 convolutions beside a 1×1 shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        return torch.relu(self.body(x) + self.shortcut(x))


def standardize(pixels: Tensor) -> Tensor:
    """Return each picture with mean 0 and deviation 1, whatever its brightness and contrast."""
    mean = pixels.mean((1, 2, 3), keepdim=True)
    centered = pixels - mean
    return centered / ((centered * centered).mean((1, 2, 3), keepdim=True) + 1e-4).sqrt()


class ExpressionNet(nn.Module):
    """Face crop (N, 1, CROP, CROP), any brightness scale → emotion and blend logits, yaw and pitch."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(1, 16, 3, 2, 1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            Residual(16, 32, 2),
            Residual(32, 64, 2),
            Residual(64, 96, 2),
            Residual(96, 144, 1),
        )
        # Learned pooling: each channel has its own weight at each of the 5×5 places of the aligned face.
        self.pool = nn.Conv2d(144, 144, CROP // 16, groups=144)
        self.dropout = nn.Dropout(0.3)
        self.emotion = nn.Linear(144, len(EMOTIONS))
        self.blend = nn.Linear(144, len(SHAPES))
        self.head = nn.Linear(144, 2)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return logits of `EMOTIONS` (N, 7) and `SHAPES` (N, 52), yaw and pitch in radians (N, 2)."""
        features = torch.relu(self.pool(self.trunk(standardize(pixels))).flatten(1))
        return self.emotion(self.dropout(features)), self.blend(features), self.head(features)


class MirroredMean(nn.Module):
    """Mean of several nets over the picture and its mirror image: what is shipped.

    All nets speak of the emotion, the last `shapers` of them of blend weights and head.
    """

    swap: Tensor
    turn: Tensor

    def __init__(self, nets: list[ExpressionNet], temperature: float = 1.0, *, shapers: int = 1) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)
        self.temperature = temperature
        self.shapers = shapers
        self.register_buffer("swap", torch.tensor([SHAPES.index(mirrored(name)) for name in SHAPES]))
        self.register_buffer("turn", torch.tensor([-1.0, 1.0]))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return calibrated logits of `EMOTIONS`, blend weights in [0, 1], head yaw and pitch in radians."""
        both = torch.cat((pixels, pixels.flip(3)))
        emotions, blends, heads = zip(*(net(both) for net in self.nets), strict=True)
        emotion = torch.stack(emotions).mean(0).chunk(2)
        blend = torch.stack(blends[-self.shapers :]).mean(0).chunk(2)
        head = torch.stack(heads[-self.shapers :]).mean(0).chunk(2)
        return (
            (emotion[0] + emotion[1]) / (2 * self.temperature),
            torch.sigmoid((blend[0] + blend[1][:, self.swap]) / 2),
            (head[0] + head[1] * self.turn) / 2,
        )


def mirrored(shape: str) -> str:
    """Return the name of a blend shape in a mirror."""
    if "Left" in shape:
        return shape.replace("Left", "Right")
    return shape.replace("Right", "Left")
