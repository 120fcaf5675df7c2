import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.models.align import Box, crop

GRAY = np.random.default_rng(0).integers(0, 256, (120, 160)).astype(np.uint8)


def test_a_crop_at_the_same_scale_is_the_picture_itself() -> None:
    np.testing.assert_array_equal(crop(GRAY, Box(80, 60, 40), 40), GRAY[40:80, 60:100])


def test_a_large_box_is_averaged_not_sampled() -> None:
    checkers = (np.indices((400, 400)).sum(0) % 2 * 255).astype(np.uint8)
    small = crop(checkers, Box(200, 200, 320), 40)
    assert small.std() < 10
    assert small.mean() == pytest.approx(127.5, abs=3)


def test_beyond_the_border_the_last_pixels_repeat() -> None:
    bright = np.full((50, 50), 200, np.uint8)
    assert (crop(bright, Box(0, 0, 60), 48) == 200).all()


def test_a_turned_box_turns_the_picture_upright() -> None:
    picture = np.zeros((101, 101), np.uint8)
    picture[49:52, 50:90] = 255
    upright = crop(picture, Box(50.5, 50.5, 100, math.pi / 2), 100)
    rows, columns = np.nonzero(upright > 128)
    assert np.ptp(columns) <= 4
    assert np.ptp(rows) > 30


@given(
    st.floats(-500, 500),
    st.floats(-500, 500),
    st.floats(0.01, 2000),
    st.floats(-4, 4),
    st.integers(1, 60),
    st.integers(1, 60),
)
def test_any_box_on_any_picture_gives_a_crop(
    x: float, y: float, side: float, roll: float, height: int, width: int
) -> None:
    found = crop(np.full((height, width), 7, np.uint8), Box(x, y, side, roll), 48)
    assert found.shape == (48, 48)
    assert (found == 7).all()


def test_moving_and_moving_back_is_where_it_was() -> None:
    box = Box(100, 80, 50, 0.3)
    there = box.moved(0.1, -0.2, 0.0, 0.0)
    back = there.moved(-0.1, 0.2, 0.0, 0.0)
    assert (back.x, back.y) == pytest.approx((100, 80))
    assert there.distance(box) == pytest.approx(math.hypot(0.1, 0.2))
