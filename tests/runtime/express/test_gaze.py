import numpy as np
import pytest

from mien.runtime.express.gaze import in_picture, towards

ORIGIN = np.zeros((1, 3), np.float32)


@pytest.mark.parametrize(
    ("target", "heading", "yaw", "pitch"),
    [
        ((1, 0, 0), 0, 0, 0),
        ((1, 1, 0), 0, -np.pi / 4, 0),  # to the right is negative
        ((1, -1, 0), 0, np.pi / 4, 0),
        ((1, 0, 1), 0, 0, -np.pi / 4),  # up is negative
        ((0, 1, 0), np.pi / 2, 0, 0),  # turned towards it
        ((-1, -1e-3, 0), np.pi, 0, 0),  # across the seam of the angle
    ],
)
def test_directions_follow_the_axes_of_the_game(
    target: tuple[float, ...], heading: float, yaw: float, pitch: float
) -> None:
    seen = towards(ORIGIN, np.array([heading], np.float32), np.array([target], np.float32))
    assert seen[0] == pytest.approx((yaw, pitch), abs=2e-3)


def test_a_face_in_the_middle_of_the_picture_is_straight_ahead() -> None:
    assert in_picture(np.array([0.4, 0.4, 0.2, 0.2], np.float32)) == pytest.approx((0, 0), abs=1e-6)


def test_a_face_on_the_right_of_the_picture_is_to_the_right_and_low_is_down() -> None:
    yaw, pitch = in_picture(np.array([0.8, 0.7, 0.2, 0.2], np.float32))
    assert yaw < -0.3 and pitch > 0.2
