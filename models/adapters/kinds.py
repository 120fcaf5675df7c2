"""The kinds of file that `mien models add` takes.

Imports nothing that runs a network until one is opened.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mien.bridge.messages import EMOTIONS

if TYPE_CHECKING:
    from mien.models.detect import Detector
    from mien.models.face import FaceReader

EMOTION: Final = "face (emotion)"
BLEND: Final = "face (blend weights)"
DETECT: Final = "find faces"


@dataclass(frozen=True, slots=True)
class Opened:
    """A network that is ready to run: one that reads faces, or one that finds them."""

    face: "FaceReader | None" = None
    detector: "Detector | None" = None
    notice: str = ""
    """A line for a person, where it does not run as asked for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file."""

    name: str
    task: str
    """`EMOTION`, `BLEND` or `DETECT`."""
    suffix: str
    data: str
    """What the published files of this kind were trained on, as their authors say."""
    open: "Callable[[Path, str], Opened]"
    """Opens a file on a provider. Raises `WeightsError`."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The emotions it gives, once what Mien does not know is dropped."""
        return EMOTIONS if self.task == EMOTION else ()


def _classifier(family: str, what: str) -> Callable[[Path, str], Opened]:
    def start(file: Path, provider: str) -> Opened:
        from mien.models.adapters import classifier  # noqa: PLC0415 - see above

        made = classifier.Classifier(file, getattr(classifier, family), what, provider)
        return Opened(face=made, notice=made.notice)

    return start


def _yunet(file: Path, _: str) -> Opened:
    from mien.models.adapters.yunet import YuNetDetector  # noqa: PLC0415

    return Opened(detector=YuNetDetector(file))


def _mediapipe(file: Path, provider: str) -> Opened:
    from mien.models.adapters.landmarker import LandmarkerReader  # noqa: PLC0415

    notice = "" if provider == "cpu" else f"mediapipe takes no {provider} from here: it runs on the CPU"
    return Opened(face=LandmarkerReader(file), notice=notice)


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("hsemotion", EMOTION, ".onnx", "AffectNet", _classifier("HSEMOTION", "an HSEmotion network")),
        Kind("ferplus", EMOTION, ".onnx", "FER2013, FER+ labels", _classifier("FERPLUS", "a FER+ network")),
        Kind("mini_xception", EMOTION, ".onnx", "FER2013", _classifier("MINI_XCEPTION", "a mini_XCEPTION")),
        Kind("mediapipe", BLEND, ".task", "not published", _mediapipe),
        Kind("yunet", DETECT, ".onnx", "WIDER FACE", _yunet),
    )
}
