"""What an emotion's label says of the blend weights in a photograph, whose true weights nobody knows.

A face labeled as joy smiles at least a little and does not pout: a shape that every variant of the emotion's
prototype has is present, one that none has is nearly absent. Bounds, not values: what lies between them is
left to the rendered faces.
"""

from typing import Final

import torch
from torch import Tensor

from mien.bridge.faces import SHAPES
from mien.bridge.messages import EMOTIONS
from mien.models.training.expressions import PROTOTYPES, SIDED

AT_LEAST: Final = 0.4
"""Share of a prototype's weakest value that is surely there."""
AT_MOST: Final = 0.25
"""Largest weight of a shape that the emotion does not have."""
FREE: Final = ("eyeLook", "jawForward", "tongueOut")
"""Shapes, by the start of their names, that say nothing of emotion."""
SQUINTING: Final = 0.4
"""Largest weight of `eyeBlink` in an emotion that narrows the eyes; closed ones are rare in photographs."""


def bounds() -> tuple[Tensor, Tensor]:
    """Return the least and the largest weight of each shape for each emotion, (7, 52) both."""
    low, high = torch.zeros(len(EMOTIONS), len(SHAPES)), torch.ones(len(EMOTIONS), len(SHAPES))
    for e, emotion in enumerate(EMOTIONS):
        variants = PROTOTYPES.get(emotion, ({},))
        for s, name in enumerate(SHAPES):
            stem = name if name in SIDED else name.removesuffix("Left").removesuffix("Right")
            values = [variant[stem] for variant in variants if stem in variant]
            if name.startswith("eyeBlink") and any("eyeSquint" in variant for variant in variants):
                high[e, s] = SQUINTING
            elif not values and not name.startswith(FREE):
                high[e, s] = AT_MOST
            elif len(values) == len(variants):
                low[e, s] = AT_LEAST * min(values)
    return low, high


LOW, HIGH = bounds()


def contradiction(weights: Tensor, labels: Tensor) -> Tensor:
    """Return how far weights (N, 52) lie outside what labels (N,) allow: sum of squares per face, mean."""
    below, above = LOW[labels] - weights, weights - HIGH[labels]
    return (below.clamp(min=0) ** 2 + above.clamp(min=0) ** 2).sum(1).mean()
