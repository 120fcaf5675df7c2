"""Classifiers that others have trained: fed and read as their authors say, or refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from mien.bridge.messages import EMOTIONS
from mien.models.adapters.classifier import FERPLUS, HSEMOTION, MINI_XCEPTION, Classifier, Recipe
from mien.models.align import Box
from mien.models.face import Picture
from mien.models.shipped import WeightsError

MakeNetwork = Callable[..., Path]

SHAPES = {"hsemotion": (1, 3, 224, 224), "ferplus": (1, 1, 64, 64), "mini_xception": (1, 1, 64, 64)}
RECIPES = {"hsemotion": HSEMOTION, "ferplus": FERPLUS, "mini_xception": MINI_XCEPTION}
ORDERS = {
    # As the authors list them: facial_emotions.py of hsemotion-onnx, README of emotion_ferplus, FER2013.
    "hsemotion": "anger contempt disgust fear joy neutral sadness surprise",
    "ferplus": "neutral joy surprise sadness anger disgust fear contempt",
    "mini_xception": "anger disgust fear joy sadness surprise neutral",
}
EACH = pytest.mark.parametrize("family", list(RECIPES))


def plain(blue: int, green: int, red: int) -> Picture:
    pixels = np.full((80, 90, 3), (blue, green, red), np.uint8)
    return Picture(pixels, pixels[:, :, 1])


def said(classifier: Classifier, picture: Picture) -> np.ndarray:
    (reading,) = classifier.read(picture, [Box(45, 40, 50)])
    assert reading.emotion is not None
    assert reading.blend is None
    assert reading.turn is None
    return reading.emotion


def refused(file: Path, recipe: Recipe) -> str:
    with pytest.raises(WeightsError) as error:
        Classifier(file, recipe, "a net")
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(f"{file}: ")
    return str(error.value)


@EACH
def test_classes_are_taken_in_the_order_of_their_authors(make_network: MakeNetwork, family: str) -> None:
    order = ORDERS[family].split()
    for name in EMOTIONS:
        bias = [5.0 * (each == name) for each in order]
        file = make_network(SHAPES[family], bias)
        assert EMOTIONS[said(Classifier(file, RECIPES[family], "a net"), plain(9, 9, 9)).argmax()] == name


@EACH
def test_emotions_sum_to_one(make_network: MakeNetwork, family: str) -> None:
    file = make_network(SHAPES[family], np.arange(len(ORDERS[family].split())) / 3)
    assert said(Classifier(file, RECIPES[family], "a net"), plain(9, 9, 9)).sum() == pytest.approx(1)


@pytest.mark.parametrize("family", ["hsemotion", "ferplus"])
def test_contempt_is_dropped_and_the_rest_keeps_its_proportions(
    make_network: MakeNetwork, family: str
) -> None:
    order = ORDERS[family].split()
    bias = [{"contempt": 3.0, "joy": 1.0}.get(name, 0.0) for name in order]
    emotion = said(Classifier(make_network(SHAPES[family], bias), RECIPES[family], "a net"), plain(9, 9, 9))
    assert emotion.sum() == pytest.approx(1)
    assert emotion[1] / emotion[0] == pytest.approx(np.e, rel=1e-4)


def test_where_nothing_but_contempt_is_left_all_emotions_are_alike(make_network: MakeNetwork) -> None:
    bias = [1e4 * (name == "contempt") for name in ORDERS["ferplus"].split()]
    emotion = said(Classifier(make_network((1, 1, 64, 64), bias), FERPLUS, "a net"), plain(9, 9, 9))
    assert emotion == pytest.approx(np.full(7, 1 / 7))


def test_hsemotion_sees_red_green_blue_as_imagenet_networks_do(make_network: MakeNetwork) -> None:
    weight = np.zeros((3, 8))
    weight[0, 4] = 1  # the logit of joy is the mean of the first channel
    classifier = Classifier(make_network((1, 3, 224, 224), [0.0] * 8, weight=weight), HSEMOTION, "a net")
    for red in (0, 100, 255):
        joy = np.exp((red / 255 - 0.485) / 0.229)
        assert said(classifier, plain(30, 60, red))[1] == pytest.approx(joy / (joy + 6), rel=1e-3)


@pytest.mark.parametrize(
    ("family", "level", "value"), [("ferplus", 200, 200.0), ("mini_xception", 200, 200 / 127.5 - 1)]
)
def test_gray_goes_in_with_the_scale_of_its_family(
    make_network: MakeNetwork, family: str, level: int, value: float
) -> None:
    order = ORDERS[family].split()
    weight = np.zeros((1, len(order)))
    weight[0, order.index("fear")] = 0.01
    file = make_network((1, 1, 64, 64), [0.0] * len(order), weight=weight)
    fear = np.exp(0.01 * value)
    emotion = said(Classifier(file, RECIPES[family], "a net"), plain(0, level, 0))
    assert emotion[4] == pytest.approx(fear / (fear + 6), rel=1e-3)


def test_a_network_that_ends_in_a_softmax_is_not_put_through_another(make_network: MakeNetwork) -> None:
    bias = [2.0, 0, 0, 0, 0, 0, 0]
    ended = said(
        Classifier(make_network((1, 1, 64, 64), bias, softmax=True), MINI_XCEPTION, "a"), plain(1, 1, 1)
    )
    open_ = said(Classifier(make_network((1, 1, 64, 64), bias), MINI_XCEPTION, "a"), plain(1, 1, 1))
    assert ended == pytest.approx(open_, abs=1e-6)


@pytest.mark.parametrize(("numbers", "classes"), [(8, 8), (10, 8), (7, 7), (9, 7)])
def test_hsemotion_comes_with_and_without_contempt_and_with_valence_and_arousal(
    make_network: MakeNetwork, numbers: int, classes: int
) -> None:
    bias = [0.0] * classes + [9.0] * (numbers - classes)
    classifier = Classifier(make_network((1, 3, 224, 224), bias), HSEMOTION, "a net")
    assert len(classifier.classes) == classes
    assert said(classifier, plain(1, 2, 3)) == pytest.approx(np.full(7, 1 / 7))


@pytest.mark.parametrize(
    ("shape", "last"), [((1, 64, 64, 1), True), (("N", 1, 64, 64), False), (("N", 64, 64, 1), True)]
)
def test_channels_come_first_or_last_and_the_batch_may_be_open(
    make_network: MakeNetwork, shape: tuple[int | str, ...], last: bool
) -> None:
    classifier = Classifier(make_network(shape, [0.0] * 6 + [4.0], last=last), MINI_XCEPTION, "a net")
    assert said(classifier, plain(1, 2, 3)).argmax() == 0


def test_the_b2_of_hsemotion_takes_a_larger_picture(make_network: MakeNetwork) -> None:
    assert Classifier(make_network((1, 3, 260, 260), [0.0] * 8), HSEMOTION, "a net").side == 260


def test_a_face_at_the_border_and_a_one_pixel_picture_are_read(make_network: MakeNetwork) -> None:
    classifier = Classifier(make_network((1, 3, 224, 224), [0.0] * 8), HSEMOTION, "a net")
    pixel = np.zeros((1, 1, 3), np.uint8)
    for picture, box in ((plain(1, 2, 3), Box(0, 79, 200)), (Picture(pixel, pixel[:, :, 0]), Box(0, 0, 1))):
        (reading,) = classifier.read(picture, [box])
        assert reading.emotion is not None
        assert reading.emotion.sum() == pytest.approx(1)
    assert classifier.read(plain(1, 2, 3), []) == []


@pytest.mark.parametrize(
    ("shape", "numbers", "recipe", "told"),
    [
        ((1, 1, 64, 64), 8, HSEMOTION, "takes 1×1×64×64; should take 1×3×224×224 or 1×3×260×260"),
        ((1, 3, 112, 112), 8, HSEMOTION, "takes 1×3×112×112"),
        ((4, 3, 224, 224), 8, HSEMOTION, "takes 4×3×224×224"),
        ((1, 3, 224, 224), 1000, HSEMOTION, "gives 1000 numbers; should give 8 or 7"),
        ((1, 1, 64, 64), 7, FERPLUS, "gives 7 numbers; should give 8"),
        ((1, 1, 48, 48), 7, MINI_XCEPTION, "takes 1×1×48×48; should take 1×1×64×64"),
    ],
)
def test_what_is_not_of_its_family_is_refused_with_what_was_found_and_what_would_be_right(
    make_network: MakeNetwork, shape: tuple[int, ...], numbers: int, recipe: Recipe, told: str
) -> None:
    assert told in refused(make_network(shape, [0.0] * numbers), recipe)


def test_a_network_of_bytes_is_refused(make_network: MakeNetwork) -> None:
    file = make_network((1, 1, 64, 64), [0.0] * 8, kind=onnx.TensorProto.UINT8)
    assert "should take one float picture" in refused(file, FERPLUS)


def test_a_network_that_answers_nan_is_refused(make_network: MakeNetwork) -> None:
    file = make_network((1, 1, 64, 64), [float("nan")] * 8)
    assert "NaN or infinity" in refused(file, FERPLUS)


@pytest.mark.parametrize("keep", [0, 1, 40, 200])
def test_a_truncated_file_is_refused(make_network: MakeNetwork, keep: int) -> None:
    file = make_network((1, 1, 64, 64), [0.0] * 8)
    file.write_bytes(file.read_bytes()[:keep])
    refused(file, FERPLUS)


def test_garbage_a_folder_and_no_file_are_refused(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.onnx"
    garbage.write_bytes(np.random.default_rng(0).bytes(5000))
    assert "is not a readable ONNX file" in refused(garbage, FERPLUS)
    assert "no such file" in refused(tmp_path, FERPLUS)
    assert "no such file" in refused(tmp_path / "none.onnx", FERPLUS)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.onnx"
    with file.open("wb") as huge:
        huge.truncate(20_000_000_000)  # sparse: takes no room
    assert "has 20.0 GB; a net should have 1.1 GB at most" in refused(file, FERPLUS)


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        (["CPUExecutionProvider"], "onnxruntime has no cuda here: a net runs on the CPU"),
        (
            ["CUDAExecutionProvider", "CPUExecutionProvider"],
            "cuda is listed but does not work: a net runs on the CPU",
        ),
    ],
)
def test_a_gpu_that_is_not_there_is_said_in_one_line_and_the_cpu_takes_over(
    make_network: MakeNetwork, monkeypatch: pytest.MonkeyPatch, listed: list[str], told: str
) -> None:
    # Listed, but this onnxruntime was built without it: what opens is a session on the CPU.
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: listed)
    file = make_network((1, 1, 64, 64), [0.0] * 8)
    if "CUDAExecutionProvider" in onnxruntime.capi._pybind_state.get_available_providers():
        pytest.skip("this machine's onnxruntime has CUDA: its absence is not tested")
    classifier = Classifier(file, FERPLUS, "a net", "cuda")
    assert classifier.notice == told
    assert said(classifier, plain(1, 2, 3)).sum() == pytest.approx(1)
    assert Classifier(file, FERPLUS, "a net").notice == ""


def test_a_gpu_that_fails_while_it_starts_is_replaced_by_the_cpu(
    make_network: MakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = onnxruntime.InferenceSession

    def failing(file: str, options: object, providers: list[str]) -> object:
        if providers != ["CPUExecutionProvider"]:
            raise RuntimeError("CUDA failure 100: no CUDA-capable device is detected")
        return start(file, options, providers=providers)

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    monkeypatch.setattr(onnxruntime, "InferenceSession", failing)
    classifier = Classifier(make_network((1, 1, 64, 64), [0.0] * 8), FERPLUS, "a net", "cuda")
    assert "listed but does not work" in classifier.notice
