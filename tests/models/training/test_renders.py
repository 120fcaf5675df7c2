import numpy as np
import pytest

pytest.importorskip("moderngl", reason="the train extra is not installed")

from mien.bridge.faces import SHAPE, SHAPES
from mien.models.training.renders import _column, _reach


def test_shapes_of_the_rig_find_their_arkit_column() -> None:
    assert _column("browDown_L") == SHAPE["browDownLeft"]
    assert _column("browInnerUp_R") == SHAPE["browInnerUp"]
    assert _column("mouthLeft") == SHAPE["mouthLeft"]
    assert _column("cheekRaiser_L") is None
    assert _column("PupilDilate_L") is None


def test_people_move_differently_but_alike_on_both_sides() -> None:
    random = np.random.default_rng(0)
    first, second = _reach(random), _reach(random)
    assert first.shape == (len(SHAPES),)
    assert not np.array_equal(first, second)
    assert first[SHAPE["mouthSmileLeft"]] == first[SHAPE["mouthSmileRight"]]
    assert 0.55 <= first[SHAPE["jawOpen"]] <= 1
