"""From torch to ONNX, checked: the exported file must compute what the module computes."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from mien.models.network import ROLE

TOLERANCE = 1e-3
"""Largest difference to torch, in units of the output (logits, probabilities), that is accepted."""


def export(
    module: nn.Module,
    example: tuple[Tensor, ...],
    out: Path,
    *,
    inputs: list[str],
    outputs: list[str],
    role: str,
    batch_axis: bool = False,
) -> float:
    """Write `module` to `out` as one file with its role in the metadata; return the largest difference.

    Raises:
        ValueError: the file computes something else than the module, by more than TOLERANCE.
    """
    module.eval()
    axes = {name: {0: "n"} for name in inputs + outputs} if batch_axis else None
    out.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        module, example, str(out), input_names=inputs, output_names=outputs, dynamic_axes=axes, dynamo=False
    )
    model = onnx.load(str(out))
    entry = model.metadata_props.add()
    entry.key, entry.value = ROLE, role
    onnx.save(model, str(out))
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    found = session.run(None, {name: value.numpy() for name, value in zip(inputs, example, strict=True)})
    with torch.no_grad():
        expected = module(*example)
    expected = expected if isinstance(expected, tuple) else (expected,)
    gap = max(float(np.abs(f - e.numpy()).max()) for f, e in zip(found, expected, strict=True))
    if gap > TOLERANCE:
        raise ValueError(f"{out}: differs from torch by {gap:.2e}, more than {TOLERANCE:.0e}")
    return gap
