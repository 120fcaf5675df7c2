from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")
pytest.importorskip("onnx", reason="the train extra is not installed")

from mien.bridge.faces import SHAPES  # noqa: E402
from mien.models.align import CROP  # noqa: E402
from mien.models.network import Network  # noqa: E402
from mien.models.training.augment import augment  # noqa: E402
from mien.models.training.average import MovingAverage  # noqa: E402
from mien.models.training.export import export  # noqa: E402
from mien.models.training.nets import ExpressionNet, MirroredMean, mirrored  # noqa: E402


@pytest.fixture(scope="module")
def net() -> MirroredMean:
    torch.manual_seed(0)
    return MirroredMean([ExpressionNet()], temperature=0.7).eval()


def test_a_mirrored_face_has_the_same_emotion_and_mirrored_weights(net: MirroredMean) -> None:
    faces = torch.rand(3, 1, CROP, CROP) * 255
    with torch.no_grad():
        (emotion, blend, head), (emotion2, blend2, head2) = net(faces), net(faces.flip(3))
    torch.testing.assert_close(emotion, emotion2)
    torch.testing.assert_close(blend, blend2[:, [SHAPES.index(mirrored(name)) for name in SHAPES]])
    torch.testing.assert_close(head, head2 * torch.tensor([-1.0, 1.0]))


def test_all_nets_speak_of_the_emotion_but_only_shapers_of_the_face() -> None:
    torch.manual_seed(1)
    reader, shaper = ExpressionNet().eval(), ExpressionNet().eval()
    faces = torch.rand(2, 1, CROP, CROP) * 255
    with torch.no_grad():
        both = MirroredMean([reader, shaper], shapers=1)(faces)
        one, other = MirroredMean([reader])(faces), MirroredMean([shaper])(faces)
    torch.testing.assert_close(both[0], (one[0] + other[0]) / 2)
    torch.testing.assert_close(both[1], other[1])
    torch.testing.assert_close(both[2], other[2])


def test_brightness_and_contrast_change_nothing(net: MirroredMean) -> None:
    faces = torch.rand(2, 1, CROP, CROP) * 200
    with torch.no_grad():
        torch.testing.assert_close(net(faces)[0], net(faces * 0.3 + 40)[0], atol=1e-3, rtol=1e-3)


def test_every_shape_has_its_mirror_image() -> None:
    assert sorted(mirrored(name) for name in SHAPES) == sorted(SHAPES)
    assert mirrored("mouthLeft") == "mouthRight"
    assert mirrored("jawOpen") == "jawOpen"


def test_the_exported_file_computes_what_the_module_computes(net: MirroredMean, tmp_path: Path) -> None:
    example = torch.rand(2, 1, CROP, CROP) * 255
    with pytest.warns():  # torch says that its exporter is the older one
        gap = export(
            net,
            (example,),
            tmp_path / "face.onnx",
            inputs=["pixels"],
            outputs=["logits", "blend", "head"],
            role="face",
            batch_axis=True,
        )
    assert gap < 1e-3
    one = np.full((1, 1, CROP, CROP), 90, np.float32)
    logits, blend, head = Network(tmp_path / "face.onnx", "face", inputs=1, outputs=3).run(one)
    assert (logits.shape, blend.shape, head.shape) == ((1, 7), (1, 52), (1, 2))


def test_augmentation_is_the_same_for_the_same_seed() -> None:
    faces = torch.rand(9, 1, 112, 112) * 255
    first, second, other = (augment(faces, CROP, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert first.shape == (9, 1, CROP, CROP)
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_without_the_mirror_left_stays_left() -> None:
    face = torch.zeros(64, 1, 112, 112)
    face[:, :, :, :56] = 255
    changed = augment(face, CROP, torch.Generator().manual_seed(0), mirror=False)
    assert (changed[..., : CROP // 3].mean((1, 2, 3)) > changed[..., -CROP // 3 :].mean((1, 2, 3))).all()


def test_a_moving_average_follows_the_net_and_forgets_the_start() -> None:
    net = torch.nn.Linear(2, 2)
    average = MovingAverage(net, 0.99)
    torch.nn.init.constant_(net.weight, 1.0)
    for _ in range(50):
        average.update(net)
    torch.testing.assert_close(average.net.weight, net.weight, atol=0.02, rtol=0)
