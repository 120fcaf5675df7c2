import io

import numpy as np
import pytest
from rich.console import Console, RenderableType
from rich.panel import Panel

from mien.bridge.faces import FACE
from mien.runtime.portrait import draw, look_of
from mien.runtime.portrait.terminal import HalfBlocks


def printed(renderable: RenderableType) -> str:
    file = io.StringIO()
    Console(file=file, force_terminal=True, color_system="truecolor", width=60).print(renderable)
    return file.getvalue()


def test_a_cell_carries_the_upper_pixel_as_ink_and_the_lower_as_ground() -> None:
    picture = np.array([[[0, 0, 200]], [[100, 0, 0]]], np.uint8)  # B, G, R
    assert printed(HalfBlocks(picture)) == "\x1b[38;2;200;0;0;48;2;0;0;100m▀\x1b[0m\n"


def test_equal_neighbors_share_an_escape_sequence() -> None:
    assert printed(HalfBlocks(np.full((2, 5, 3), 8, np.uint8))).count("\x1b[38") == 1


def test_a_portrait_fills_width_times_half_height_cells() -> None:
    picture = draw(np.zeros(len(FACE), np.float32), look_of("Ada"), 40)
    lines = printed(HalfBlocks(picture)).splitlines()
    assert len(lines) == 20
    assert all(line.count("▀") == 40 for line in lines)


def test_a_portrait_keeps_its_width_inside_other_renderables() -> None:
    picture = draw(np.zeros(len(FACE), np.float32), look_of("Ada"), 20)
    lines = printed(Panel.fit(HalfBlocks(picture))).splitlines()
    assert len(lines) == 12
    assert all(line.count("▀") == 20 for line in lines[1:-1])


@pytest.mark.parametrize("shape", [(3, 4, 3), (4, 4), (4, 4, 4)])
def test_what_is_no_picture_of_even_height_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="picture"):
        HalfBlocks(np.zeros(shape, np.uint8))
