import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from mien.bridge.faces import SHAPE, SHAPES  # noqa: E402
from mien.bridge.messages import EMOTIONS  # noqa: E402
from mien.models.training.evidence import HIGH, LOW, contradiction  # noqa: E402

JOY, NEUTRAL = EMOTIONS.index("joy"), EMOTIONS.index("neutral")


def face(**weights: float) -> torch.Tensor:
    found = torch.zeros(1, len(SHAPES))
    for name, value in weights.items():
        found[0, SHAPE[name]] = value
    return found


def test_the_bounds_leave_room_for_every_emotion() -> None:
    assert (LOW <= HIGH).all()
    assert (LOW[NEUTRAL] == 0).all()
    assert (LOW[JOY, SHAPE["mouthSmileLeft"]], HIGH[JOY, SHAPE["mouthSmileLeft"]]) == (pytest.approx(0.32), 1)


def test_a_still_face_is_what_neutral_says() -> None:
    assert contradiction(face(), torch.tensor([NEUTRAL])) == 0
    assert contradiction(face(eyeLookUpLeft=0.9, mouthSmileLeft=0.2), torch.tensor([NEUTRAL])) == 0


def test_a_neutral_pout_and_a_joy_without_a_smile_contradict_their_labels() -> None:
    assert contradiction(face(mouthPucker=0.75), torch.tensor([NEUTRAL])) == pytest.approx(0.25)
    assert contradiction(face(), torch.tensor([JOY])) > 0.1


def test_only_an_emotion_that_narrows_the_eyes_may_nearly_close_them() -> None:
    assert HIGH[JOY, SHAPE["eyeBlinkLeft"]] > HIGH[NEUTRAL, SHAPE["eyeBlinkLeft"]]
