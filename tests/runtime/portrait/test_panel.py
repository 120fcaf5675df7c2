import numpy as np
import pytest

from mien.bridge.faces import FACE
from mien.bridge.messages import EMOTIONS, Float32, UInt8
from mien.runtime.portrait.panel import MAX_CHARACTERS, Character, Shot, compose

SIZE = (640, 360)
JOY = np.array((64, 190, 244))


def character(name: str = "Ada", joy: float = 0.1, labels: tuple[str, ...] = ()) -> Character:
    mood: Float32 = np.full(len(EMOTIONS), 0.1, np.float32)
    mood[EMOTIONS.index("joy")] = joy
    return Character(name, np.zeros(len(FACE), np.float32), mood, mood, labels)


def picture(*characters: Character, player: UInt8 | None = None, with_player: bool = False) -> np.ndarray:
    return compose(Shot(0, characters, player), EMOTIONS, SIZE, with_player=with_player).astype(int)


def joyful(pixels: np.ndarray) -> int:
    return int((np.abs(pixels - JOY).max(2) < 8).sum())


@pytest.mark.parametrize("count", range(1, MAX_CHARACTERS + 1))
@pytest.mark.parametrize("with_player", [False, True])
def test_any_permitted_number_of_characters_fits(count: int, with_player: bool) -> None:
    pixels = picture(*(character(f"name {k}") for k in range(count)), with_player=with_player)
    assert pixels.shape == (SIZE[1], SIZE[0], 3)


def test_a_bar_grows_with_the_mood() -> None:
    low, high = (joyful(picture(character(joy=level))) for level in (0.3, 0.9))
    assert high > 2.5 * low > 0


def test_an_active_behavior_is_named() -> None:
    assert (picture(character(labels=("greet",))) != picture(character())).any()


def test_the_player_stands_at_the_left_in_full_color() -> None:
    green = np.full((48, 64, 3), (10, 200, 10), np.uint8)
    shown = np.abs(picture(character(), player=green, with_player=True) - (10, 200, 10)).max(2) < 3
    assert shown[:, : SIZE[0] // 2].sum() > 0.2 * SIZE[0] * SIZE[1] / 2
    assert shown[:, SIZE[0] // 2 :].sum() == 0


def test_the_layout_stays_while_the_player_has_no_picture() -> None:
    green = np.full((48, 64, 3), (10, 200, 10), np.uint8)
    half = SIZE[0] // 2
    without = picture(character(), with_player=True)[:, half:]
    assert (without == picture(character(), player=green, with_player=True)[:, half:]).all()


@pytest.mark.parametrize("count", [0, MAX_CHARACTERS + 1])
def test_too_few_or_too_many_characters_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"1 to {MAX_CHARACTERS}"):
        picture(*(character() for _ in range(count)))


def test_a_mood_of_another_length_is_refused_with_the_name_of_its_owner() -> None:
    odd = Character("Ada", np.zeros(len(FACE), np.float32), np.zeros(7, np.float32), np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="mood of Ada"):
        picture(odd)
