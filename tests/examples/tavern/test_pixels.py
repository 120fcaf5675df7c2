"""Counters are not pixels: what is sent over ZeroMQ is seen where it should be, and nowhere else."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest

pytestmark = pytest.mark.timeout(300)  # the first run builds core and heads

CAST = ("Marta", "Bram", "Lily")
LEAST = 12
"""Levels of 255 by which a pixel changes at least."""
EYES = 0.085
"""Meters that a face lies before the middle of its head."""


class Change(NamedTuple):
    """Where one head changed, as shares of the pixels that did; left and right are the character's own."""

    pixels: int
    brow: float
    eye: float
    below: float
    left: float
    elsewhere: int


def change(stage: Any, who: str, before: Any, after: Any) -> Change:
    changed = np.abs(after.astype(int) - before.astype(int)).max(axis=2) > LEAST
    rows, columns = np.nonzero(changed)
    scale = stage.game.people[who].figure.scale

    def at(x: float, z: float) -> tuple[float, float]:
        return stage.place(who, x * scale, EYES * scale, z * scale)

    # The character looks at us: its left is on our right.
    left_end, right_end = at(-0.14, 0)[0], at(0.14, 0)[0]
    mine = (columns > right_end) & (columns < left_end) & (rows > at(0, 0.16)[1]) & (rows < at(0, -0.30)[1])
    rows, columns, elsewhere = rows[mine], columns[mine], int((~mine).sum())
    count = max(len(rows), 1)
    over, under = at(0, 0.016)[1], at(0, -0.022)[1]
    return Change(
        len(rows), (rows < over).sum() / count, ((rows >= over) & (rows <= under)).sum() / count,
        (rows > under).sum() / count, (columns > at(0, 0)[0]).sum() / count, elsewhere,
    )  # fmt: skip


def check(shape: str, seen: Change) -> None:
    assert seen.pixels >= 8, f"{shape} shows nothing"
    assert seen.elsewhere == 0, f"{shape} changes {seen.elsewhere} pixels outside of this head"
    match shape:
        case "jawOpen":
            assert seen.below > 0.9 and 0.25 < seen.left < 0.75
        case "mouthSmileLeft":
            assert seen.below > 0.6 and seen.left > 0.8  # the cheek rises too
        case "mouthSmileRight":
            assert seen.below > 0.6 and seen.left < 0.2
        case "browInnerUp":
            assert seen.brow > 0.7 and 0.2 < seen.left < 0.8
        case "eyeBlinkLeft":
            assert seen.eye > 0.7 and seen.left > 0.95


SHAPES = ("jawOpen", "mouthSmileLeft", "mouthSmileRight", "browInnerUp", "eyeBlinkLeft")


@pytest.fixture(scope="module")
def neutral(stage: Any) -> Any:
    return stage.shows({})


def test_the_same_faces_give_the_same_picture(stage: Any, neutral: Any) -> None:
    assert np.array_equal(stage.shows({}), neutral)


@pytest.mark.parametrize("who", CAST)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_moves_its_region_of_one_face_and_nothing_else(
    stage: Any, neutral: Any, who: str, shape: str
) -> None:
    check(shape, change(stage, who, neutral, stage.shows({who: {shape: 1.0}})))


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from mien.examples.tavern.head import Head

    monkeypatch.setattr(Head, "show", lambda _self, _face: None)
    yield


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("shape", ["jawOpen", "eyeBlinkLeft"])
def test_a_frozen_face_would_be_noticed(stage: Any, neutral: Any, shape: str) -> None:
    after = stage.shows({"Bram": {shape: 1.0}})
    with pytest.raises(AssertionError, match="shows nothing"):
        check(shape, change(stage, "Bram", neutral, after))


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("mouthSmileRight", "mouthSmileLeft"),
        ("mouthSmileLeft", "mouthSmileRight"),
        ("eyeBlinkRight", "eyeBlinkLeft"),
        ("browInnerUp", "jawOpen"),
        ("jawOpen", "browInnerUp"),
    ],
)
def test_one_shape_for_another_would_be_noticed(stage: Any, neutral: Any, sent: str, meant: str) -> None:
    seen = change(stage, "Marta", neutral, stage.shows({"Marta": {sent: 1.0}}))
    with pytest.raises(AssertionError):
        check(meant, seen)


def test_one_head_for_another_would_be_noticed(stage: Any, neutral: Any) -> None:
    seen = change(stage, "Lily", neutral, stage.shows({"Bram": {"jawOpen": 1.0}}))
    with pytest.raises(AssertionError):
        check("jawOpen", seen)


@pytest.mark.parametrize(
    ("rotation", "part", "moves"),
    [
        ("headYaw", (-0.06, 0.06, -0.08, 0.04), (1, 0)),  # positive: to its own left, our right
        ("headPitch", (-0.06, 0.06, -0.08, 0.04), (0, 1)),  # down
        ("headRoll", (-0.06, 0.06, 0.0, 0.11), (1, 0)),  # the crown towards its own left shoulder
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_head_turns_the_way_that_its_rotation_says(
    stage: Any, neutral: Any, rotation: str, part: tuple[float, ...], moves: tuple[int, int], sign: int
) -> None:
    after = stage.shows({"Bram": {rotation: 0.2 * sign}})
    x0, y0 = (round(value) for value in stage.place("Bram", part[1], EYES, part[3]))
    x1, y1 = (round(value) for value in stage.place("Bram", part[0], EYES, part[2]))
    reach = 12
    around = after[y0 - reach : y1 + reach, x0 - reach : x1 + reach]
    found = cv2.matchTemplate(around, neutral[y0:y1, x0:x1], cv2.TM_CCOEFF_NORMED)
    moved = np.array(cv2.minMaxLoc(found)[3]) - reach
    assert np.dot(moved, moves) * sign >= 2, f"the face moved by {moved} pixels"
