"""MediaPipe's blend weights, as far as they can be tested without its bundle."""

import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mien.bridge.faces import SHAPES
from mien.models.adapters.landmarker import PARTS, SIDE, LandmarkerReader, check_bundle, weights
from mien.models.align import Box
from mien.models.face import Picture
from mien.models.shipped import WeightsError

# As MediaPipe lists them (google-ai-edge/mediapipe issue 3421): alphabetical, without the tongue.
MEDIAPIPE = ["_neutral", *sorted(set(SHAPES) - {"tongueOut"})]


@dataclass
class Category:
    category_name: str | None
    score: float | None


def bundle(file: Path, parts: tuple[str, ...] = PARTS) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for part in parts:
            archive.writestr(part, b"no network")
    return file


def test_categories_go_to_the_blend_shape_of_the_same_name() -> None:
    assert len(MEDIAPIPE) == 52
    blend = weights([Category(name, i / 100) for i, name in enumerate(MEDIAPIPE)])
    for i, name in enumerate(MEDIAPIPE[1:], 1):
        assert blend[SHAPES.index(name)] == pytest.approx(i / 100)
    assert blend[SHAPES.index("tongueOut")] == 0


def test_odd_categories_are_passed_over_and_scores_stay_in_range() -> None:
    blend = weights(
        [Category(None, 1), Category("jawOpen", 1.5), Category("jawLeft", None), Category("ear", 1)]
    )
    assert blend[SHAPES.index("jawOpen")] == 1
    assert blend.sum() == 1


def test_what_is_no_bundle_is_refused_in_one_line(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.task"
    garbage.write_bytes(b"garbage" * 100)
    lacking = bundle(tmp_path / "lacking.task", PARTS[:2])
    for file, told in (
        (garbage, "is not MediaPipe's face_landmarker.task"),
        (lacking, "lacks face_blendshapes.tflite"),
        (tmp_path / "none.task", "no such file"),
    ):
        with pytest.raises(WeightsError, match=told) as error:
            check_bundle(file)
        assert "\n" not in str(error.value)


def test_without_the_package_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    with pytest.raises(WeightsError, match="needs the package mediapipe") as error:
        LandmarkerReader(bundle(tmp_path / "face_landmarker.task"))
    assert "\n" not in str(error.value)


def test_the_package_itself_refuses_networks_that_are_none(tmp_path: Path) -> None:
    pytest.importorskip("mediapipe", reason="mediapipe is not installed: its own refusal is not tested")
    with pytest.raises(WeightsError, match="mediapipe refuses it") as error:
        LandmarkerReader(bundle(tmp_path / "face_landmarker.task"))
    assert "\n" not in str(error.value)


def test_a_face_is_shown_upright_in_red_green_blue_and_its_weights_are_returned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in with the documented interface: the real package cannot run without its bundle."""
    shown: list[Any] = []

    class Landmarker:
        @classmethod
        def create_from_options(cls, options: Any) -> "Landmarker":
            assert options.output_face_blendshapes
            assert options.base_options.model_asset_buffer[:2] == b"PK"
            return cls()

        def detect(self, image: Any) -> Any:
            shown.append(image.data)
            found = [[Category("jawOpen", 0.5)]] if image.data[0, 0, 0] > 100 else []
            return SimpleNamespace(face_blendshapes=found)

    package, tasks = ModuleType("mediapipe"), ModuleType("mediapipe.tasks.python")
    package.Image, package.ImageFormat = SimpleNamespace, SimpleNamespace(SRGB=1)  # type: ignore[attr-defined]
    tasks.BaseOptions = SimpleNamespace  # type: ignore[attr-defined]
    tasks.vision = SimpleNamespace(  # type: ignore[attr-defined]
        FaceLandmarker=Landmarker, FaceLandmarkerOptions=SimpleNamespace
    )
    for name, module in (
        ("mediapipe", package), ("mediapipe.tasks", ModuleType("tasks")), ("mediapipe.tasks.python", tasks)
    ):  # fmt: skip
        monkeypatch.setitem(sys.modules, name, module)
    reader = LandmarkerReader(bundle(tmp_path / "face_landmarker.task"))
    red, black = np.full((50, 60, 3), (0, 0, 255), np.uint8), np.zeros((50, 60, 3), np.uint8)
    (seen,) = reader.read(Picture(red, red[:, :, 0]), [Box(30, 25, 20)])
    assert shown[0].shape == (SIDE, SIDE, 3)
    assert shown[0][0, 0].tolist() == [255, 0, 0]
    assert seen.blend is not None
    assert seen.blend[SHAPES.index("jawOpen")] == 0.5
    assert seen.emotion is None
    (nothing,) = reader.read(Picture(black, black[:, :, 0]), [Box(30, 25, 20)])
    assert nothing.blend is None
