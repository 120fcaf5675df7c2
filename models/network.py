"""One ONNX file and the session that runs it."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mien.models.shipped import WeightsError

ROLE = "mien.role"
"""Metadata key that says what a file is: `face`, `voice`, `align`."""
LARGEST: Final = 1 << 30
"""Bytes: no network that runs beside a game is larger."""
PROVIDERS: Final = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
"""What onnxruntime calls the devices that a network may run on."""


def open_session(file: Path, what: str, provider: str = "cpu") -> tuple[onnxruntime.InferenceSession, str]:
    """Return a session on one thread, and a line for a person where it does not run as asked for.

    Args:
        file: in ONNX form.
        what: it should be, for the error, such as `the face network`.
        provider: one of `PROVIDERS`. One that is not there, or is listed but fails, is replaced by the CPU.

    Raises:
        WeightsError: no such file, too large, or not ONNX.
    """
    if not file.is_file():
        raise WeightsError(f"{file}: no such file; it should hold {what} in ONNX form")
    size = file.stat().st_size
    if size > LARGEST:
        raise WeightsError(
            f"{file}: has {size / 1e9:.1f} GB; {what} should have {LARGEST / 1e9:.1f} GB at most"
        )
    if provider == "cpu":
        return _start(file, PROVIDERS["cpu"]), ""
    if PROVIDERS[provider] not in onnxruntime.get_available_providers():
        return _start(file, PROVIDERS["cpu"]), f"onnxruntime has no {provider} here: {what} runs on the CPU"
    try:
        session = _start(file, PROVIDERS[provider])
    except WeightsError:
        session = _start(file, PROVIDERS["cpu"])
    works = session.get_providers()[0] == PROVIDERS[provider]
    return session, "" if works else f"{provider} is listed but does not work: {what} runs on the CPU"


def _start(file: Path, provider: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # who opens a session says in one line what it runs on
            return onnxruntime.InferenceSession(str(file), options, providers=[provider])
    except Exception as error:  # onnxruntime raises a dozen types, all derived from Exception alone
        raise WeightsError(f"{file}: is not a readable ONNX file ({_why(file, error)})") from None


def _why(file: Path, error: Exception) -> str:
    with file.open("rb") as opened:
        begin = opened.read(256)
    if not begin:
        return "it is empty"
    if begin.startswith(b"version https://git-lfs"):
        return "it only stands for one: fetch it with git lfs pull"
    if begin.isascii() and all(byte >= ord(" ") or byte in b"\t\n\r" for byte in begin):
        return "it is a text"
    reason = str(error).splitlines()[0].split(" : ")[-1].replace(f"Load model from {file} failed:", "")
    return "damaged, cut off or something else" if "Protobuf" in reason else f"{reason:.80}"


class Network:
    """A checked ONNX network for `role`, with so many inputs and outputs, on one thread of the CPU.

    Raises:
        WeightsError: no such file, not ONNX, or made for something else.
    """

    def __init__(self, file: Path, role: str, *, inputs: int, outputs: int) -> None:
        self.session, _ = open_session(file, f"the {role} network")
        found = self.session.get_modelmeta().custom_metadata_map.get(ROLE)
        if found != role:
            raise WeightsError(
                f"{file}: is a {found or 'foreign'} network, should be a {role} network of Mien"
            )
        if (len(self.session.get_inputs()), len(self.session.get_outputs())) != (inputs, outputs):
            raise WeightsError(f"{file}: was made for another version; should have {outputs} outputs")
        self._file = file
        self._inputs = [i.name for i in self.session.get_inputs()]

    def shape(self, index: int) -> tuple[int, ...]:
        """Return the shape of an input; sizes that may vary count as 1."""
        return known(self.session.get_inputs()[index].shape)

    def check(self, inputs: Sequence[NDArray[Any]], outputs: Sequence[tuple[int, ...]]) -> None:
        """Run once, so that a file which only claims its role is found now and not in the middle of a game.

        Raises:
            WeightsError: it does not run on such inputs, or gives other shapes, or no finite numbers.
        """
        try:
            found = self.run(*inputs)
        except Exception as error:  # as in `_start`
            reason = str(error).splitlines()[0].split(" : ")[-1]
            raise WeightsError(f"{self._file}: was made for another version ({reason:.80})") from None
        shapes = [each.shape for each in found]
        if shapes != list(outputs):
            raise WeightsError(
                f"{self._file}: was made for another version: gives {shapes}, should give {list(outputs)}"
            )
        if not all(np.isfinite(each).all() for each in found):
            raise WeightsError(f"{self._file}: is damaged: it answers zeros with NaN or infinity")

    def run(self, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
        """Return the outputs for inputs in the file's order."""
        outputs: list[NDArray[Any]] = self.session.run(None, dict(zip(self._inputs, inputs, strict=True)))
        return outputs


def known(shape: Sequence[object]) -> tuple[int, ...]:
    """Return a shape as onnxruntime tells it; sizes that may vary count as 1."""
    return tuple(size if isinstance(size, int) else 1 for size in shape)
