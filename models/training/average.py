"""The moving average of a net's weights, which scores better than the net itself."""

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

Net = TypeVar("Net", bound=nn.Module)


class MovingAverage(Generic[Net]):
    """A copy of a net whose weights follow it slowly (Polyak averaging)."""

    def __init__(self, net: Net, keep: float) -> None:
        self.net = copy.deepcopy(net).eval()
        self._keep = keep
        self._steps = 0

    def update(self, net: Net) -> None:
        """Move towards `net`; early on faster, so that the random start is forgotten."""
        self._steps += 1
        keep = min(self._keep, self._steps / (self._steps + 10))
        with torch.no_grad():
            theirs = net.state_dict()
            for name, mine in self.net.state_dict().items():
                if mine.is_floating_point():
                    mine.lerp_(theirs[name], 1 - keep)
                else:
                    mine.copy_(theirs[name])
