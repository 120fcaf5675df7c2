import numpy as np
import pytest

from mien.models.training import dressing

SIZE = 96


@pytest.mark.parametrize("seed", range(5))
def test_a_photograph_is_small_gray_and_the_same_for_the_same_seed(seed: int) -> None:
    def take() -> np.ndarray:
        random = np.random.default_rng(seed)
        return dressing.photograph(dressing.wall((SIZE, SIZE), random), 48, random)

    picture = take()
    assert (picture.shape, picture.dtype) == ((48, 48), np.uint8)
    assert picture.std() > 1
    assert np.array_equal(picture, take())


def test_glasses_change_the_eyes_and_leave_the_mouth_alone() -> None:
    plain = np.full((SIZE, SIZE), 128, np.float32)
    eyes = [(33.0, 38.0), (63.0, 38.0)]
    seen = dressing.glasses(plain, eyes, SIZE, np.random.default_rng(0))
    changed = seen != plain
    assert changed[25:55].any()
    assert not changed[65:].any()


def test_hair_behind_the_head_lies_around_its_center() -> None:
    plain = np.full((SIZE, SIZE), 255, np.float32)
    seen = dressing.hair_behind(plain, (48.0, 48.0), SIZE, 20, np.random.default_rng(0))
    assert seen[40, 48] < 100
    assert seen[2, 2] > 240
