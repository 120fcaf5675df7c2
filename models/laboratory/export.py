"""From torch to ONNX, checked: the file must compute what the module computes, at more than one size."""

import warnings
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from mien.models.network import ROLE

TOLERANCE: Final = 1e-4
"""Largest difference to torch that is accepted, in the output's own unit (logits or probabilities)."""


class ExportError(ValueError):
    """A file that computes something else than its module."""


def write_checked(
    module: nn.Module,
    example: tuple[Tensor, ...],
    out: Path,
    outputs: list[str],
    axes: dict[str, dict[int, str]],
    role: str,
) -> float:
    """Write `module` to `out` with its role in the metadata; return the largest difference to torch.

    Args:
        module: what to write; it is put into evaluation mode.
        example: one input of every kind.
        out: the ONNX file.
        outputs: names of the outputs.
        axes: inputs in their order, and which of their axes vary.
        role: what the file is for.

    Raises:
        ExportError: on the example, or on one with every varying axis doubled, the file and the module
            differ by more than `TOLERANCE`.
    """
    module.eval()
    out.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # The tracer warns of sizes that it takes for constants; the check with doubled axes shows if one is.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            example,
            str(out),
            input_names=list(axes),
            output_names=outputs,
            dynamic_axes=axes,
            dynamo=False,
        )
    model = onnx.load(str(out))
    entry = model.metadata_props.add()
    entry.key, entry.value = ROLE, role
    onnx.save(model, str(out))
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    longer = tuple(
        torch.cat((x, x), next(iter(axis))) if axis else x
        for x, axis in zip(example, axes.values(), strict=True)
    )
    gap = max(_gap(module, session, inputs) for inputs in (example, longer))
    if not gap <= TOLERANCE:
        raise ExportError(f"{out}: differs from torch by {gap:.1e}, more than {TOLERANCE:.0e}")
    return gap


def _gap(module: nn.Module, session: onnxruntime.InferenceSession, inputs: tuple[Tensor, ...]) -> float:
    names = [i.name for i in session.get_inputs()]
    found = session.run(None, {n: x.numpy() for n, x in zip(names, inputs, strict=True)})
    with torch.no_grad():
        expected = module(*inputs)
    expected = expected if isinstance(expected, tuple) else (expected,)
    return max(float(np.abs(f - e.numpy()).max()) for f, e in zip(found, expected, strict=True))
