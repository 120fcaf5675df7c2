"""Every row of the table: which network or baseline, on which kind of set, from which arrays, trained how."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.bridge.messages import EMOTIONS
from mien.models.laboratory import baselines, features
from mien.models.laboratory.encoder import Encoder, EncoderError
from mien.models.laboratory.features import SIDE
from mien.models.laboratory.networks.cnn_lstm import CnnLstm
from mien.models.laboratory.networks.enhance_reorganize import EnhanceReorganize
from mien.models.laboratory.networks.gru_mha import GruMha
from mien.models.laboratory.networks.plain import Bpnn, Lstm
from mien.models.laboratory.networks.text_bilstm_mha import TextBiLstmMha
from mien.models.laboratory.networks.vgg_expression import VggExpression
from mien.models.laboratory.sets import POLARITIES
from mien.models.laboratory.subwords import UNKNOWN
from mien.models.laboratory.trainer import Inputs, Plan

Array = NDArray[Any]
Build = Callable[[int, dict[str, int]], nn.Module]
"""From the number of classes and the width of each array (`vocabulary` for tokens) to a network."""
Baseline = Callable[[Any, NDArray[np.int64], Any, int], Array]

MOMENTS: Final = 2
"""Frames of a clip that one training step looks at."""
SIZES: Final = {"hog": 324, "prosody": 4, "mfcc": 16, "line": 32}


@dataclass(frozen=True)
class Method:
    """One row, trained on every set of its kinds.

    Attributes:
        paper: P0 to P3, `baseline`, or `ours` for the recipe of what ships.
        kinds: kinds of set it can learn.
        arrays: names out of `features` that it takes, in order.
        build: makes the network; None for a baseline.
        baseline: fits and predicts; None for a network.
        prepare: from the arrays to what a baseline takes.
        classes: EMOTIONS or POLARITIES; a set may hold fewer of them.
        beside: the auxiliary task: `gender`, `sentiment` or none.
        encoder: gives the array `encoded`, see `with_encoder`.
    """

    name: str
    paper: str
    kinds: tuple[str, ...]
    arrays: tuple[str, ...]
    build: Build | None = None
    baseline: Baseline | None = None
    prepare: Callable[[Array], Array] | None = None
    plan: Plan = field(default_factory=Plan)
    classes: tuple[str, ...] = EMOTIONS
    beside: str = ""
    encoder: Encoder | None = None


def with_encoder(method: Method, encoder: Encoder) -> Method:
    """Return a row of `text_bilstm_mha` that reads a pretrained encoder's vectors, under a name of its own.

    Raises:
        EncoderError: another row, none of which takes an encoder.
    """
    if method.arrays[0] != "tokens":
        raise EncoderError(f"{method.name} takes no encoder; text_bilstm_mha and its variants do")

    def build(classes: int, _: dict[str, int]) -> nn.Module:
        return TextBiLstmMha(0, classes, encoder.width, hidden=64, dropout=0.5)

    name = f"{method.name}+{encoder.name}"
    arrays = ("encoded", "segments", "lengths")
    return replace(method, name=name, arrays=arrays, build=build, encoder=encoder)


def change(arrays: Sequence[str]) -> Callable[[Inputs, torch.Generator], Inputs]:
    """Return the random change that keeps labels true: mirrored, shifted, shaded faces; hidden subwords."""

    def vary(name: str, x: Tensor, random: torch.Generator) -> Tensor:
        if name == "faces":
            return _vary_faces(x, random)
        if name in {"tokens", "line"}:
            hidden = (torch.rand(x.shape, generator=random) < 0.1) & (x > 0)
            return torch.where(hidden, torch.full_like(x, UNKNOWN), x)
        return x

    def vary_all(inputs: Inputs, random: torch.Generator) -> Inputs:
        return tuple(vary(n, x, random) for n, x in zip(arrays, inputs, strict=True))

    return vary_all


def _vary_faces(crops: Tensor, random: torch.Generator) -> Tensor:
    """Return crops (N, F, S, S), a clip's frames alike: turned, scaled, moved, mirrored, shaded."""
    n = len(crops)
    if crops.shape[1] > MOMENTS:  # a few moments of a clip are enough to learn from, and cost less
        crops = crops[:, torch.randperm(crops.shape[1], generator=random)[:MOMENTS]]

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(n, generator=random) * (high - low) + low

    angle, scale = uniform(-0.15, 0.15), uniform(0.9, 1.1)
    mirror = torch.sign(torch.rand(n, generator=random) - 0.5)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    rows = torch.stack((cos * mirror, -sin, uniform(-0.1, 0.1), sin * mirror, cos, uniform(-0.1, 0.1)), 1)
    grid = nn.functional.affine_grid(rows.view(n, 2, 3), list(crops.shape), align_corners=False)
    moved = nn.functional.grid_sample(crops, grid, padding_mode="border", align_corners=False)
    shaded: Tensor = moved.clamp(0, 1) ** torch.exp(uniform(-0.4, 0.4)).view(n, 1, 1, 1)
    return shaded


class Scaled(nn.Module):
    """A network whose real-valued sequences are first standardized with the training set's figures."""

    def __init__(self, net: nn.Module, inputs: Inputs, arrays: Sequence[str]) -> None:
        super().__init__()
        self.net = net
        self.scaled = [name in {"prosody", "mfcc", "hog"} for name in arrays]
        for i, x in enumerate(inputs):
            if self.scaled[i]:
                self.register_buffer(f"mean{i}", x.mean((0, 1)))
                self.register_buffer(f"deviation{i}", x.std((0, 1)).clamp_min(1e-3))

    def forward(self, *inputs: Tensor) -> Any:
        """Return the network's output."""
        return self.net(
            *(
                (x - getattr(self, f"mean{i}")) / getattr(self, f"deviation{i}") if self.scaled[i] else x
                for i, x in enumerate(inputs)
            )
        )


def _cnn_lstm(visual: bool, acoustic: bool) -> Build:
    return lambda classes, _: CnnLstm(classes, SIZES["prosody"], SIDE, visual=visual, acoustic=acoustic)


def _enhance(*arrays: str) -> Build:
    def build(classes: int, sizes: dict[str, int]) -> nn.Module:
        vocabulary = sizes["vocabulary"] if arrays[0] == "line" else 0
        return EnhanceReorganize(classes, [SIZES[a] for a in arrays], vocabulary)

    return build


def _sequences(network: type[GruMha] | type[Bpnn] | type[Lstm], *arrays: str) -> Build:
    return lambda classes, _: network(classes, [SIZES[a] for a in arrays])


def _text(classes: int, sizes: dict[str, int]) -> nn.Module:
    return TextBiLstmMha(sizes["vocabulary"], classes, width=64, hidden=64, dropout=0.5)


FACE = Plan(epochs=50, patience=15, batch=24, rate=1e-3, balance=0.0, cap=600)
CLIP = Plan(epochs=60, patience=20, batch=32, rate=2e-3, balance=0.3, cap=600)
SPEECH = Plan(epochs=80, patience=20, batch=32, rate=3e-3, balance=0.3)
TEXT = Plan(epochs=12, patience=5, batch=64, rate=2e-3, weight_decay=0.05, balance=0.3, main=0.7)
GENDER = Plan(epochs=60, patience=20, batch=32, rate=2e-3, balance=0.3, main=0.8)
POLAR = Plan(epochs=60, patience=20, batch=32, rate=2e-3, balance=0.3)

_ROWS: Final = (
    # P0
    Method("cnn_lstm", "P0", ("pairs",), ("faces", "prosody"), _cnn_lstm(True, True), plan=CLIP),
    Method("cnn_lstm.visual", "P0", ("pairs", "faces"), ("faces",), _cnn_lstm(True, False), plan=CLIP),
    Method("cnn_lstm.acoustic", "P0", ("pairs", "speech"), ("prosody",), _cnn_lstm(False, True), plan=SPEECH),
    # P1
    Method(
        "enhance_reorganize", "P1", ("pairs",), ("line", "hog", "mfcc"), _enhance("line", "hog", "mfcc"),
        plan=CLIP,
    ),
    Method("enhance_reorganize.text", "P1", ("pairs", "text"), ("line",), _enhance("line"), plan=CLIP),
    Method("enhance_reorganize.visual", "P1", ("pairs",), ("hog",), _enhance("hog"), plan=CLIP),
    Method("enhance_reorganize.acoustic", "P1", ("pairs", "speech"), ("mfcc",), _enhance("mfcc"), plan=CLIP),
    Method(
        "text_bilstm_mha", "P1", ("text",), ("tokens", "segments", "lengths"), _text, plan=TEXT,
        beside="sentiment",
    ),
    Method(
        "text_bilstm_mha.sentiment", "P1", ("text",), ("tokens", "segments", "lengths"), _text,
        plan=Plan(**{**TEXT.__dict__, "main": 1.0}), classes=POLARITIES,
    ),
    # P2
    Method("vgg_expression", "P2", ("faces",), ("faces",), lambda c, _: VggExpression(c, SIDE), plan=FACE),
    # P3
    Method(
        "gru_mha", "P3", ("pairs",), ("hog", "mfcc"), _sequences(GruMha, "hog", "mfcc"), plan=GENDER,
        classes=POLARITIES, beside="gender",
    ),
    Method(
        "gru_mha.no_gender", "P3", ("pairs",), ("hog", "mfcc"), _sequences(GruMha, "hog", "mfcc"), plan=POLAR,
        classes=POLARITIES,
    ),
    Method(
        "gru_mha.visual", "P3", ("pairs",), ("hog",), _sequences(GruMha, "hog"), plan=GENDER,
        classes=POLARITIES, beside="gender",
    ),
    Method(
        "gru_mha.acoustic", "P3", ("pairs", "speech"), ("mfcc",), _sequences(GruMha, "mfcc"), plan=GENDER,
        classes=POLARITIES, beside="gender",
    ),
    Method(
        "lstm", "P3", ("pairs",), ("hog", "mfcc"), _sequences(Lstm, "hog", "mfcc"), plan=POLAR,
        classes=POLARITIES,
    ),
    Method(
        "lstm.acoustic", "P3", ("pairs", "speech"), ("mfcc",), _sequences(Lstm, "mfcc"), plan=POLAR,
        classes=POLARITIES,
    ),
    Method(
        "bpnn", "P3", ("pairs",), ("hog", "mfcc"), _sequences(Bpnn, "hog", "mfcc"), plan=POLAR,
        classes=POLARITIES,
    ),
    # Baselines
    Method(
        "majority", "baseline", ("faces", "speech", "text", "pairs"), ("labels",),
        baseline=baselines.majority,
    ),
    Method(
        "majority.polarity", "baseline", ("speech", "text", "pairs"), ("labels",),
        baseline=baselines.majority, classes=POLARITIES,
    ),
    Method(
        "hog_svm", "baseline", ("faces",), ("faces",), baseline=baselines.linear_svm, prepare=baselines.hog
    ),
    Method(
        "lbp_svm", "baseline", ("faces",), ("faces",), baseline=baselines.linear_svm, prepare=baselines.lbp
    ),
    Method(
        "haar_svm", "baseline", ("faces",), ("faces",), baseline=baselines.linear_svm, prepare=baselines.haar
    ),
    Method(
        "mfcc_svm", "baseline", ("speech",), ("mfcc",), baseline=baselines.svm,
        prepare=features.utterance,
    ),
    Method("mien.text", "ours", ("text",), ("entries",), baseline=baselines.shipped_text),
    Method("tfidf", "baseline", ("text",), ("text",), baseline=baselines.tfidf),
    Method(
        "tfidf.sentiment", "baseline", ("text",), ("text",), baseline=baselines.tfidf, classes=POLARITIES
    ),
)  # fmt: skip
METHODS: Final = {m.name: m for m in _ROWS}
"""Every row by its name."""
