"""The game goes on whatever becomes of the sidecar; on a standing stage, with publishers that come and go."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mien.bridge.faces import FACE, SHAPE
from mien.bridge.messages import GameEvent, SmartObject, World

PATIENCE = 60.0
pytestmark = pytest.mark.timeout(300)  # the first run builds core and heads


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"not within {PATIENCE:.0f} s: {what}"
        time.sleep(1 / 60)


def smiling(count: int) -> Any:
    faces = np.zeros((count, len(FACE)), np.float32)
    faces[:, SHAPE["jawOpen"]] = 1.0
    return faces


def test_the_sidecar_learns_where_everybody_is_and_of_fire_dog_and_events(stage: Any) -> None:
    publisher, game = stage.publisher, stage.game
    stage.shows({})
    game.toggle_fire()
    game.toggle_dog()
    game.insult()

    def heard(kind: type) -> list[Any]:
        publisher.send(np.zeros((3, len(FACE)), np.float32))
        game.step(3.0, 0.05)
        return [message for message in publisher.received if isinstance(message, kind)]

    until(lambda: any(m.name == "insult" and m.object == 16 for m in heard(GameEvent)), "the insult")
    until(lambda: any(m.name == "hearth" and m.state["burning"] < 0.1 for m in heard(SmartObject)), "dark")
    until(
        lambda: any(m.name == "dog" and m.present and m.state["wagging"] == 1 for m in heard(SmartObject)),
        "a dog",
    )
    placed = [zip(m.ids.tolist(), m.position, strict=True) for m in heard(World)]
    places = {id_: place for each in placed for id_, place in each}
    assert set(places) >= {1, 16, 17, 18}
    # Mien's x leads away from the camera, its y to the right: Marta stands left of Lily, before the player.
    assert places[16][0] > places[1][0] + 1 and places[16][1] < places[18][1]
    game.toggle_fire()
    game.toggle_dog()
    for _ in range(200):
        game.step(3.0, 0.05)


def test_a_game_that_comes_late_learns_what_everybody_is_at(stage: Any) -> None:
    strengths = np.array([[0, 1], [1, 0.2], [0, 0]], np.float32)

    def found() -> list[str]:
        stage.publisher.announce(strengths)
        stage.publisher.send(np.zeros((3, len(FACE)), np.float32))
        stage.game.step(3.0, 0.0)
        return [stage.game.behavior(who) for who in ("Marta", "Bram", "Lily")]

    until(lambda: found() == ["glare", "wait", ""], "what they are at")


def test_faces_fade_to_neutral_when_the_sidecar_goes_and_live_again_with_another_cast(
    stage: Any,
) -> None:
    neutral = stage.shows({})
    stage.shows({who: {"jawOpen": 1.0} for who in ("Marta", "Bram", "Lily")})
    stage.leave()
    until(lambda: float(stage.game.step(2.0, 0.0).faces.max(initial=0.0)) == 0.0, "neutral faces")
    assert np.array_equal(stage.picture(), neutral)
    other = stage.enter(("Ada", "Bo"))

    def arrived() -> bool:
        other.send(smiling(2))
        poses = stage.game.step(2.0, 0.0)
        return len(poses.ids) == 2 and float(poses.faces[:, SHAPE["jawOpen"]].min()) > 0.99

    until(arrived, "the other cast")
    changed = np.abs(stage.picture().astype(int) - neutral.astype(int)).max(axis=2) > 12
    columns = [round(stage.place(who, 0.0, 0.0, 0.0)[0]) for who in ("Marta", "Bram", "Lily")]
    seen = [bool(changed[:, column - 40 : column + 40].any()) for column in columns]
    assert seen == [True, True, False]  # two guests took the first two bodies; nobody plays Lily
    stage.leave()
    stage.enter(("Marta", "Bram", "Lily"))
    assert np.array_equal(stage.shows({}), neutral)
