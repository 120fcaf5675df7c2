"""Random changes to face crops that leave the expression as it is."""

import torch
from torch import Tensor
from torch.nn import functional


def augment(pixels: Tensor, size: int, random: torch.Generator, mirror: bool = True) -> Tensor:
    """Return (N, 1, size, size): faces moved, turned, perhaps mirrored, blurred, shaded, covered."""
    n = len(pixels)

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(n, generator=random) * (high - low) + low

    angle, scale = uniform(-0.16, 0.16), torch.exp(uniform(-0.1, 0.1))
    flip = torch.sign(torch.rand(n, generator=random) - 0.5) if mirror else torch.ones(n)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    shift_x, shift_y = uniform(-0.08, 0.08), uniform(-0.08, 0.08)
    affine = torch.stack((cos * flip, -sin, shift_x, sin * flip, cos, shift_y), 1).view(n, 2, 3)
    grid = functional.affine_grid(affine, [n, 1, size, size], align_corners=False)
    faces = functional.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
    # Some cameras are far away: a third of the batch passes through a smaller picture.
    small = int(torch.randint(28, 64, (1,), generator=random))
    third = n // 3
    if third:
        coarse = functional.interpolate(faces[:third], size=(small, small), mode="bilinear", antialias=True)
        faces[:third] = functional.interpolate(coarse, size=(size, size), mode="bilinear")
    gamma = torch.exp(uniform(-0.25, 0.25)).view(n, 1, 1, 1)
    faces = (faces / 255.0).clamp(0, 1) ** gamma
    ramp = torch.linspace(-0.5, 0.5, size)
    light_x, light_y = uniform(-0.2, 0.2).view(n, 1, 1, 1), uniform(-0.2, 0.2).view(n, 1, 1, 1)
    faces = faces + light_x * ramp.view(1, 1, 1, size) + light_y * ramp.view(1, 1, size, 1)
    faces = faces + torch.randn(faces.shape, generator=random) * 0.01
    covered = torch.rand(n, generator=random) < 0.15
    for i in torch.nonzero(covered).flatten().tolist():
        height, width = torch.randint(size // 8, size // 3, (2,), generator=random).tolist()
        top, left = (torch.rand(2, generator=random) * (size - max(height, width))).int().tolist()
        faces[i, :, top : top + height, left : left + width] = torch.rand(1, generator=random)
    return faces
