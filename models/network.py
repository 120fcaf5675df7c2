"""One ONNX file and the session that runs it, on one thread."""

from pathlib import Path
from typing import Any

import onnxruntime
from numpy.typing import NDArray

from mien.models.shipped import WeightsError

ROLE = "mien.role"
"""Metadata key that says what a file is: `face`, `voice`, `align`."""


class Network:
    """A checked ONNX network for `role`, with so many inputs and outputs.

    Raises:
        WeightsError: no such file, not ONNX, or made for something else.
    """

    def __init__(self, file: Path, role: str, *, inputs: int, outputs: int) -> None:
        if not file.is_file():
            raise WeightsError(f"{file}: no such file; it should hold the {role} network in ONNX form")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 4
        try:
            self.session = onnxruntime.InferenceSession(
                str(file), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises a dozen types, all derived from Exception alone
            reason = str(error).splitlines()[0].split(" : ")[-1]
            raise WeightsError(f"{file}: is not a readable ONNX file ({reason:.80})") from None
        found = self.session.get_modelmeta().custom_metadata_map.get(ROLE)
        if found != role:
            raise WeightsError(
                f"{file}: is a {found or 'foreign'} network, should be a {role} network of Mien"
            )
        if (len(self.session.get_inputs()), len(self.session.get_outputs())) != (inputs, outputs):
            raise WeightsError(f"{file}: was made for another version; should have {outputs} outputs")
        self._inputs = [i.name for i in self.session.get_inputs()]

    def shape(self, index: int) -> tuple[int, ...]:
        """Return the shape of an input; sizes that may vary count as 1."""
        shape = self.session.get_inputs()[index].shape
        return tuple(size if isinstance(size, int) else 1 for size in shape)

    def run(self, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
        """Return the outputs for inputs in the file's order."""
        outputs: list[NDArray[Any]] = self.session.run(None, dict(zip(self._inputs, inputs, strict=True)))
        return outputs
