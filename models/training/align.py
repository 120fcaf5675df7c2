"""Train the aligner: `python -m mien.models.training.align DATA_DIR --out align.onnx`.

Supervision comes from the crops themselves: a crop is moved, scaled and turned by a known amount, and the
net says how to undo it. What lies outside a crop is unknown, so its true borders are hidden: each crop loses
random margins and is then continued by one of several paddings, or pasted onto another picture. With
`--renders` the crops are rendered faces alone, no photographs.
"""

from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress
from torch import Tensor, nn
from torch.nn import functional

from mien.models.align import LOOK, Box, crop
from mien.models.training import data as sets
from mien.models.training.average import MovingAverage
from mien.models.training.export import export
from mien.models.training.nets import standardize

SIDE = 112
BATCH = 64
REACH = (0.18, 0.18, 0.25, 0.35)
"""Largest displacement to undo: x and y in sides, natural logarithm of the scale, radians."""
console = Console()


class AlignNet(nn.Module):
    """Picture (N, 1, 48, 48) → how to move the box (N, 4), how surely it is on a face (N,)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, 2, 1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, 2, 1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Conv2d(32, 48, 3, 2, 1, bias=False),
            nn.BatchNorm2d(48),
            nn.ReLU(),
            nn.Conv2d(48, 32, 3, 1, 1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32 * 36, 64),
            nn.ReLU(),
            nn.Linear(64, 5),
        )
        self.reach: Tensor
        self.register_buffer("reach", torch.tensor(REACH) * 1.2)

    def raw(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the move in units of the reach, and the logit of being on a face."""
        found = self.layers(standardize(pixels))
        return torch.tanh(found[:, :4]), found[:, 4]

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the move and the probability."""
        move, logit = self.raw(pixels)
        return move * self.reach, torch.sigmoid(logit)


def scene(
    face: NDArray[np.uint8], other: NDArray[np.uint8], random: np.random.Generator
) -> NDArray[np.uint8]:
    """Return a 3 SIDE square with the face in its middle third and its borders hidden."""
    margins = random.integers(0, SIDE // 8, 4)
    top, bottom, left, right = (int(m) for m in margins)
    kept = face[top : SIDE - bottom, left : SIDE - right]
    around = (SIDE + top, SIDE + bottom, SIDE + left, SIDE + right)
    kind = int(random.integers(4))
    if kind == 3:
        canvas = np.zeros((3 * SIDE, 3 * SIDE), np.uint8)
        tile = cv2.resize(other, (3 * SIDE, 3 * SIDE), interpolation=cv2.INTER_LINEAR)
        canvas[:] = tile
        canvas[around[0] : 3 * SIDE - around[1], around[2] : 3 * SIDE - around[3]] = kept
        return canvas
    border = (cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT, cv2.BORDER_CONSTANT)[kind]
    padded: Any = cv2.copyMakeBorder(kept, *around, border, value=int(random.integers(256)))
    return np.asarray(padded, np.uint8)


def draw(
    faces: NDArray[np.uint8], random: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
    """Return a batch: what the net sees, the move that undoes the displacement, and 1 for faces."""
    looks = np.empty((BATCH, 1, LOOK, LOOK), np.uint8)
    moves = np.zeros((BATCH, 4), np.float32)
    on_face = np.ones(BATCH, np.float32)
    for i in range(BATCH):
        face, other = (faces[int(k)] for k in random.integers(len(faces), size=2))
        if random.random() < 0.5:
            face = face[:, ::-1]
        picture = scene(face, other, random)
        middle = 1.5 * SIDE
        if random.random() < 0.3:
            on_face[i] = 0.0
            looks[i, 0] = negative(picture, other, random)
            continue
        spread = random.choice([0.3, 1.0])
        off = random.uniform(-1, 1, 4) * REACH * spread
        true = Box(middle, middle, SIDE)
        # Place a box from which `off` leads to the face.
        side = SIDE / np.exp(off[2])
        roll = -off[3]
        cos, sin = np.cos(roll), np.sin(roll)
        x = true.x - side * (cos * off[0] - sin * off[1])
        y = true.y - side * (sin * off[0] + cos * off[1])
        looks[i, 0] = crop(picture, Box(x, y, side, roll), LOOK)
        moves[i] = off
    return looks, moves, on_face


def negative(
    picture: NDArray[np.uint8], other: NDArray[np.uint8], random: np.random.Generator
) -> NDArray[np.uint8]:
    """Return what is no face, or a box so far off that it must not be trusted."""
    kind = int(random.integers(5))
    middle = 1.5 * SIDE
    if kind == 0:
        angle = random.uniform(0, 2 * np.pi)
        far = random.uniform(0.5, 0.9) * SIDE
        box = Box(middle + far * np.cos(angle), middle + far * np.sin(angle), SIDE * random.uniform(0.7, 1.3))
    elif kind == 1:
        x, y = middle + random.uniform(-0.3, 0.3, 2) * SIDE
        box = Box(x, y, SIDE * random.uniform(0.25, 0.5))
    elif kind == 2:
        box = Box(middle, middle, SIDE, random.uniform(0.35, 0.65) * np.pi * random.choice([-1, 1, 2]))
    elif kind == 3:
        tiles = (
            other[: SIDE // 28 * 28, : SIDE // 28 * 28]
            .reshape(4, 28, 4, 28)
            .swapaxes(1, 2)
            .reshape(16, 28, 28)
        )
        mixed = random.permutation(tiles).reshape(4, 4, 28, 28).swapaxes(1, 2).reshape(SIDE, SIDE)
        return crop(np.ascontiguousarray(mixed), Box(SIDE / 2, SIDE / 2, SIDE * random.uniform(0.4, 1)), LOOK)
    else:
        waves = random.standard_normal((int(random.integers(2, 10)), int(random.integers(2, 10)))).astype(
            np.float32
        )
        smooth = cv2.resize(waves, (LOOK, LOOK), interpolation=cv2.INTER_CUBIC)
        grain = random.standard_normal((LOOK, LOOK)) * random.uniform(0, 0.3)
        return np.clip(128 + 40 * (smooth + grain), 0, 255).astype(np.uint8)
    return crop(picture, box, LOOK)


def main(
    data: Annotated[Path, typer.Argument(help="folder that holds faces_*/manifest.csv")],
    *,
    out: Annotated[Path, typer.Option(help="ONNX file to write")],
    renders: Annotated[
        list[Path] | None, typer.Option(help="learn from what `renders` wrote, not from photographs")
    ] = None,
    steps: Annotated[int, typer.Option(help="batches to train on")] = 4000,
    seed: int = 0,
    threads: int = 1,
) -> None:
    """Train on the crops in `train` or on rendered ones, measure on people in `dev`, export."""
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    rows = [row for each in sets.find(data, "faces_").values() for row in each]
    if renders:
        faces = np.concatenate([np.load(file, allow_pickle=False)["pictures"] for file in renders])
    else:
        faces = sets.load_faces([row for row in rows if row.split == "train"], SIDE)
    strangers = sets.load_faces([row for row in rows if row.split == "dev"], SIDE)
    net = AlignNet()
    average = MovingAverage(net, 0.998)
    optimizer = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    scale = torch.tensor(REACH) * 1.2
    with Progress(console=console) as progress:
        for step in progress.track(range(steps), description="training"):
            looks, moves, on_face = draw(faces, random)
            pixels = torch.from_numpy(looks).float()
            gamma = torch.exp(torch.rand(BATCH, 1, 1, 1) - 0.5)
            pixels = (pixels / 255) ** gamma + torch.randn_like(pixels) * 0.03
            found, logit = net.raw(pixels)
            truth = torch.from_numpy(on_face)
            error = functional.smooth_l1_loss(
                found, torch.from_numpy(moves) / scale, reduction="none", beta=0.1
            ).mean(1)
            loss = (error * truth).mean() * 4 + functional.binary_cross_entropy_with_logits(logit, truth)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
            average.update(net)
            if step % 500 == 499:
                console.log(f"step {step + 1}: loss {loss.item():.3f}")
    trained = average.net.eval()
    batches = [draw(strangers, random) for _ in range(40)]
    looks, moves, on_face = (np.concatenate(each) for each in zip(*batches, strict=True))
    with torch.no_grad():
        found, sure = trained(torch.from_numpy(looks).float())
    real = on_face == 1
    gap = np.abs(found.numpy()[real] - moves[real]).mean(0)
    right = ((sure.numpy() > 0.5) == real).mean()
    console.log(f"people in dev: mean error x, y, scale, roll {gap.round(3)}; face or not {right:.3f}")
    difference = export(
        trained,
        (torch.rand(1, 1, LOOK, LOOK) * 255,),
        out,
        inputs=["pixels"],
        outputs=["move", "score"],
        role="align",
    )
    console.log(f"wrote {out}, at most {difference:.1e} away from torch")


if __name__ == "__main__":
    typer.run(main)
