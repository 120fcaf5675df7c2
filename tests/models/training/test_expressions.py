import numpy as np
import pytest

from mien.bridge.faces import SHAPE, SHAPES
from mien.bridge.messages import EMOTIONS
from mien.models.training.expressions import GESTURES, OFTEN, PROTOTYPES, STEMS, UNLABELED, draw


def test_every_prototype_and_gesture_names_real_shapes() -> None:
    prototypes = [variant for variants in PROTOTYPES.values() for variant in variants]
    assert {stem for each in (*prototypes, *GESTURES) for stem in each} | set(OFTEN) <= set(STEMS)


def test_all_emotions_but_neutral_have_prototypes() -> None:
    assert {*PROTOTYPES, "neutral"} == set(EMOTIONS)


def test_drawn_weights_are_valid_varied_and_the_same_for_the_same_seed() -> None:
    random = np.random.default_rng(0)
    weights = np.stack([draw(random).weights for _ in range(2000)])
    assert ((weights >= 0) & (weights <= 1)).all()
    assert (weights[:, SHAPE["mouthClose"]] <= weights[:, SHAPE["jawOpen"]]).all()
    assert not (weights[:, SHAPE["mouthLeft"]] * weights[:, SHAPE["mouthRight"]]).any()
    shown = (weights > 0.3).mean(0)
    assert all(shown[SHAPE[name]] > 0.005 for name in SHAPES if name not in ("tongueOut", "mouthClose"))
    assert np.array_equal(weights[0], draw(np.random.default_rng(0)).weights)


@pytest.mark.parametrize(("emotion", "shape"), [("joy", "mouthSmileLeft"), ("anger", "browDownLeft")])
def test_a_labeled_face_shows_its_emotion(emotion: str, shape: str) -> None:
    random = np.random.default_rng(1)
    drawn = [draw(random) for _ in range(1000)]
    labels = {each.emotion for each in drawn}
    assert labels == {UNLABELED, *range(len(EMOTIONS))}
    of = [e.weights[SHAPE[shape]] for e in drawn if e.emotion == EMOTIONS.index(emotion)]
    calm = [e.weights[SHAPE[shape]] for e in drawn if e.emotion == EMOTIONS.index("neutral")]
    assert np.mean(of) > 0.4
    assert np.mean(calm) < 0.1
