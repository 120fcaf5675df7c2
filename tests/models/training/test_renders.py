import numpy as np
import pytest

pytest.importorskip("moderngl", reason="the train extra is not installed")

from mien.bridge.faces import SHAPE, SHAPES
from mien.models.training.renders import OFTEN, PROTOTYPES, _column, draw_weights


def test_shapes_of_the_rig_find_their_arkit_column() -> None:
    assert _column("browDown_L") == SHAPE["browDownLeft"]
    assert _column("browInnerUp_R") == SHAPE["browInnerUp"]
    assert _column("mouthLeft") == SHAPE["mouthLeft"]
    assert _column("cheekRaiser_L") is None
    assert _column("PupilDilate_L") is None


def test_every_prototype_names_real_shapes() -> None:
    for stem in {stem for prototype in PROTOTYPES for stem in prototype} | set(OFTEN):
        assert stem in SHAPES or f"{stem}Left" in SHAPES


def test_drawn_weights_are_valid_varied_and_the_same_for_the_same_seed() -> None:
    random = np.random.default_rng(0)
    weights = np.stack([draw_weights(random) for _ in range(2000)])
    assert ((weights >= 0) & (weights <= 1)).all()
    assert (weights[:, SHAPE["mouthClose"]] <= weights[:, SHAPE["jawOpen"]]).all()
    assert not (weights[:, SHAPE["mouthLeft"]] * weights[:, SHAPE["mouthRight"]]).any()
    shown = (weights > 0.3).mean(0)
    assert all(shown[SHAPE[name]] > 0.01 for name in SHAPES if name not in ("tongueOut", "mouthClose"))
    assert np.array_equal(weights[0], draw_weights(np.random.default_rng(0)))
