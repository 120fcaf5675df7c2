from dataclasses import replace

import numpy as np
import pytest

from mien.bridge.faces import FACE
from mien.runtime.portrait import draw, look_of
from mien.runtime.portrait.hair import STYLES

NAMES = ["Ada", "Bruno", "Chiara", "Dayo", "Emi", "Farid", "Greta", "Hugo", "Iris", "Jun"]


def test_a_name_has_one_look_on_every_machine() -> None:
    look = look_of("Mara")
    assert (look.style, look.hair, look.freckles) == ("buzz", (31, 31, 42), False)


def test_a_cast_looks_different() -> None:
    pictures = [draw(np.zeros(len(FACE), np.float32), look_of(name), 64).astype(int) for name in NAMES]
    for i, one in enumerate(pictures):
        for other in pictures[i + 1 :]:
            assert (np.abs(one - other).max(2) > 30).mean() > 0.05


@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_hair_style_can_be_drawn(style: str) -> None:
    look = replace(look_of("Ada"), style=style)
    picture = draw(np.zeros(len(FACE), np.float32), look, 96).astype(int)
    hair = np.abs(picture - np.array(look.hair)).max(2) < 20
    assert hair[: 96 // 3].mean() > 0.08


def test_an_unknown_hair_style_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"mohawk.*bob, bun"):
        replace(look_of("Ada"), style="mohawk")
