from collections.abc import Callable

import numpy as np
import pytest

from mien.behavior import world as module
from mien.behavior.cast import Cast
from mien.behavior.library import Character, Library, SmartObjectKind
from mien.behavior.world import Surroundings
from mien.bridge.messages import EmotionEstimate, SmartObject, World

LIBRARY = Library(
    characters=(Character("x", 16), Character("y", 17)),
    objects=(SmartObjectKind("fire", (), {"burning": 0.25, "smoke": 0.5}),),
)
CAST = Cast(LIBRARY)


@pytest.fixture
def around() -> Surroundings:
    return Surroundings.of(CAST)


def places(*entities: tuple[int, float, float, float]) -> World:
    table = np.array(entities, float).reshape(-1, 4)
    none = np.zeros(len(table))
    return World(
        t=0,
        ids=table[:, 0].astype(np.uint32),
        position=table[:, 1:].astype(np.float32),
        heading=none.astype(np.float32),
        looks_at=none.astype(np.uint32),
    )


def fire(**changes: object) -> SmartObject:
    fields: dict[str, object] = {"t": 0, "id": 40, "name": "fire", "present": 1, "state": {}}
    return SmartObject(**(fields | changes))  # type: ignore[arg-type]


def test_entities_that_a_message_leaves_out_stay_where_they_were(around: Surroundings) -> None:
    around.place(places((17, 1, 2, 3), (40, 4, 5, 6)))
    around.place(places((16, 7, 8, 9)))
    assert around.where(17).tolist() == [1, 2, 3]
    assert around.where(40).tolist() == [4, 5, 6]
    assert around.where(16).tolist() == [7, 8, 9]
    assert np.isnan(around.where(99)).all()


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e9])
def test_places_that_cannot_be_are_refused_and_counted(around: Surroundings, bad: float) -> None:
    around.place(places((16, bad, 0, 0), (17, 1, 1, 1)))
    assert np.isnan(around.where(16)).all()
    assert around.where(17).tolist() == [1, 1, 1]
    assert around.refused["world: no such place"] == 1


def test_entities_are_bounded(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ENTITIES", 3)
    around.place(places(*((100 + i, 0, 0, 0) for i in range(5))))
    assert len(around.position) == 5
    assert around.refused["world: too many entities"] == 2


def test_an_object_appears_changes_and_goes(around: Surroundings) -> None:
    around.set_object(fire(state={"burning": 1.0}), LIBRARY, CAST)
    assert around.things[40].state == {"burning": 1.0, "smoke": 0.5}
    around.set_object(fire(state={"smoke": 0.0}), LIBRARY, CAST)
    assert around.things[40].state == {"burning": 1.0, "smoke": 0.0}
    around.set_object(fire(present=0), LIBRARY, CAST)
    assert not around.things


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "water"}, "object: unknown kind"),
        ({"id": 16}, "object: id belongs to a character or person"),
        ({"id": 3}, "object: id belongs to a character or person"),
        ({"state": {"burning": 2.0}}, "object: level out of [0, 1]"),
        ({"state": {"burning": float("nan")}}, "object: level out of [0, 1]"),
    ],
)
def test_objects_that_cannot_be_are_refused_and_counted(
    around: Surroundings, changes: dict[str, object], reason: str
) -> None:
    around.set_object(fire(**changes), LIBRARY, CAST)
    assert not around.things
    assert around.refused[reason] == 1


def test_levels_that_the_library_does_not_know_are_counted(around: Surroundings) -> None:
    around.set_object(fire(state={"wet": 1.0, "smoke": 0.75}), LIBRARY, CAST)
    assert around.things[40].state == {"burning": 0.25, "smoke": 0.75}
    assert around.refused["object: unknown level"] == 1


def test_a_late_estimate_does_not_replace_a_newer_one(
    around: Surroundings, estimate: Callable[..., EmotionEstimate]
) -> None:
    around.see(estimate(10, "joy"))
    around.see(estimate(5, "anger"))
    assert around.people[1].t == 10


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"person": 16}, "estimate: id is not a person's"),
        ({"person": 0}, "estimate: id is not a person's"),
        ({"confidence": float("nan")}, "estimate: out of range"),
        ({"emotion": np.full(7, 2.0, np.float32)}, "estimate: out of range"),
    ],
)
def test_estimates_that_cannot_be_are_refused_and_counted(
    around: Surroundings,
    estimate: Callable[..., EmotionEstimate],
    changes: dict[str, object],
    reason: str,
) -> None:
    around.see(estimate(0, "joy", **changes))
    assert not around.people
    assert around.refused[reason] == 1
