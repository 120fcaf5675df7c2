import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.bridge.faces import FACE, ROTATIONS, SHAPE, SHAPES
from mien.bridge.messages import Float32, UInt8
from mien.runtime.portrait import Look, draw, look_of

SIZE = 160
LOOK = Look(
    skin=(165, 198, 243),
    hair=(42, 81, 194),
    brow=(28, 58, 143),
    iris=(125, 154, 90),
    shirt=(127, 89, 73),
    backdrop=(220, 237, 227),
    style="buzz",
)
VISIBLE = 25
"""A difference in a pixel's color that an eye notices."""
ROWS = {
    "brow": (0.18, 0.48),
    "eye": (0.33, 0.58),
    "cheekSquint": (0.38, 0.66),
    "nose": (0.36, 0.75),
    "cheekPuff": (0.45, 0.85),
    "mouth": (0.52, 0.88),
    "jaw": (0.55, 0.98),
    "tongue": (0.6, 0.9),
}
"""Rows of the picture, as fractions of its height, in which shapes show, by the beginning of their names."""
SIDED = [name for name in SHAPES if name.endswith("Left") and name not in ("jawLeft", "mouthLeft")]


def face(**values: float) -> Float32:
    built = np.zeros(len(FACE), np.float32)
    for name, value in values.items():
        built[SHAPE[name]] = value
    return built


def difference(a: UInt8, b: UInt8) -> np.ndarray:
    return np.abs(a.astype(int) - b).max(2)


def moved(**values: float) -> np.ndarray:
    """Where the picture of a face differs visibly from the picture at rest."""
    return difference(draw(face(**values), LOOK, SIZE), draw(face(), LOOK, SIZE)) > VISIBLE


def middle(mask: np.ndarray, axis: int) -> float:
    return float(np.nonzero(mask)[axis].mean() / SIZE)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_shows_where_it_belongs(shape: str) -> None:
    mask = moved(**{shape: 1.0})
    top, bottom = next(rows for start, rows in ROWS.items() if shape.startswith(start))
    assert mask.sum() >= 30
    assert mask[int(top * SIZE) : int(bottom * SIZE)].sum() >= 0.9 * mask.sum()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_at_a_third_shows_less_than_at_full_but_something(shape: str) -> None:
    rest = draw(face(), LOOK, SIZE)
    third, full = (difference(draw(face(**{shape: v}), LOOK, SIZE), rest).sum() for v in (1 / 3, 1.0))
    assert 0 < third < full


@pytest.mark.parametrize("shape", SIDED)
def test_the_left_of_the_character_is_on_the_right_of_the_viewer(shape: str) -> None:
    other = shape.replace("Left", "Right")
    assert middle(moved(**{shape: 1.0}), 1) > 0.5 > middle(moved(**{other: 1.0}), 1)


@pytest.mark.parametrize("name", ["jaw", "mouth"])
def test_jaw_and_mouth_slide_to_the_side_that_they_name(name: str) -> None:
    def lips(side: str) -> float:
        picture = draw(face(**{f"{name}{side}": 1.0}), LOOK, SIZE)[int(0.66 * SIZE) : int(0.78 * SIZE)]
        redder = picture[..., 1].astype(int) < 0.75 * LOOK.skin[1]
        return float(np.nonzero(redder[:, SIZE // 4 : -SIZE // 4])[1].mean())

    assert lips("Left") > lips("Right") + 4


def iris(picture: UInt8, left: float = 0.0, right: float = 1.0) -> np.ndarray:
    """Center (x, y) of the green of the eyes between two columns, fractions of the picture."""
    window = picture[: int(0.75 * SIZE), int(left * SIZE) : int(right * SIZE)].astype(int)
    y, x = np.nonzero((window[..., 1] - window[..., 2] > 25) & (window[..., 1] < 180))
    return np.array((x.mean(), y.mean()))


@pytest.mark.parametrize("window", [(0.25, 0.48), (0.52, 0.75)], ids=["right eye", "left eye"])
@pytest.mark.parametrize("source", ["weights", "rotations"])
def test_irises_follow_the_gaze(window: tuple[float, float], source: str) -> None:
    eyes = ("leftEye", "rightEye")
    if source == "weights":
        left = face(eyeLookOutLeft=1, eyeLookInRight=1)
        right = face(eyeLookInLeft=1, eyeLookOutRight=1)
        down = face(eyeLookDownLeft=1, eyeLookDownRight=1)
        up = face(eyeLookUpLeft=1, eyeLookUpRight=1)
    else:
        left, right = (face(**{f"{eye}Yaw": angle for eye in eyes}) for angle in (0.6, -0.6))
        down, up = (face(**{f"{eye}Pitch": angle for eye in eyes}) for angle in (0.45, -0.45))
    at = [iris(draw(gaze, LOOK, SIZE), *window) for gaze in (left, right, down, up)]
    assert at[0][0] > at[1][0] + 3
    assert at[2][1] > at[3][1] + 2


def test_gaze_told_by_weights_and_rotations_at_once_counts_once() -> None:
    weights = {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0}
    angles = {"leftEyeYaw": 0.6, "rightEyeYaw": 0.6}
    both, one = draw(face(**weights, **angles), LOOK, SIZE), draw(face(**weights), LOOK, SIZE)
    assert difference(both, one).max() <= 3


@pytest.mark.parametrize(
    ("rotation", "axis"),
    [("headYaw", 0), ("headPitch", 1), ("headRoll", 0)],
    ids=["left", "down", "tilt left"],
)
def test_the_head_turns_left_and_down_and_tilts_left_for_positive_angles(rotation: str, axis: int) -> None:
    rest, positive, negative = (iris(draw(face(**{rotation: a}), LOOK, SIZE)) for a in (0.0, 0.3, -0.3))
    assert positive[axis] > rest[axis] + 5
    assert negative[axis] < rest[axis] - 5


@pytest.mark.parametrize("size", [16, 40, 97, 160, 512])
def test_a_picture_has_the_size_asked_for(size: int) -> None:
    picture = draw(face(mouthSmileLeft=0.5), LOOK, size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 30


def test_the_same_face_gives_the_same_bytes() -> None:
    values = face(jawOpen=0.4, mouthSmileLeft=0.7, headYaw=0.2, eyeBlinkRight=0.3)
    assert draw(values, LOOK, SIZE).tobytes() == draw(values.copy(), LOOK, SIZE).tobytes()


@pytest.mark.parametrize("shape", ["eyeBlinkLeft", "jawOpen", "tongueOut"])
@pytest.mark.parametrize("value", [-0.01, 1.01, np.nan, np.inf])
def test_a_weight_out_of_range_is_refused_by_name(shape: str, value: float) -> None:
    with pytest.raises(ValueError, match=shape):
        draw(face(**{shape: value}), LOOK, 40)


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("value", [-3.3, 3.3, np.nan])
def test_a_rotation_out_of_range_is_refused_by_name(rotation: str, value: float) -> None:
    with pytest.raises(ValueError, match=rotation):
        draw(face(**{rotation: value}), LOOK, 40)


def test_another_number_of_values_is_refused() -> None:
    with pytest.raises(ValueError, match="61 values"):
        draw(np.zeros(52, np.float32), LOOK, 40)


@pytest.mark.parametrize("size", [0, 15, 2049])
def test_a_size_that_cannot_be_drawn_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="16 to 2048"):
        draw(face(), LOOK, size)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.text(max_size=12))
def test_any_face_within_range_can_be_drawn(seed: int, name: str) -> None:
    random = np.random.default_rng(seed)
    values = random.uniform(0, 1, len(FACE)).astype(np.float32)
    values[len(SHAPES) :] = random.uniform(-np.pi, np.pi, len(ROTATIONS))
    assert draw(values, look_of(name), 40).shape == (40, 40, 3)
