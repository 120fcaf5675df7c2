from collections.abc import Callable

import numpy as np
import pytest

from mien.behavior import world as module
from mien.behavior.cast import Cast
from mien.behavior.library import Character, Library, SmartObjectKind
from mien.behavior.world import Surroundings
from mien.bridge.messages import NOBODY, PLAYER, EmotionEstimate, Relations, SmartObject, World

LIBRARY = Library(
    characters=(Character("x", 16), Character("y", 17)),
    objects=(SmartObjectKind("fire", (), {"burning": 0.25, "smoke": 0.5}),),
)
CAST = Cast(LIBRARY)
OTHERS = Cast(Library(characters=(Character("y", 17), Character("z", 18))))


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


def relations(*pairs: tuple[int, int, float]) -> Relations:
    ids, whom, liking = np.array(pairs).T
    return Relations(
        t=0, ids=ids.astype(np.uint32), whom=whom.astype(np.uint32), liking=liking.astype(np.float32)
    )


def test_what_the_game_says_of_a_relation_holds_in_place_of_the_library_s(around: Surroundings) -> None:
    given = around.liking(PLAYER, CAST).tolist()
    around.relate(relations((16, PLAYER, -0.5), (17, 16, 0.75)), CAST)
    assert around.liking(PLAYER, CAST).tolist() == [-0.5, given[1]]
    assert around.liking(16, CAST).tolist() == [1.0, 0.75]
    around.relate(relations((16, PLAYER, 0.25)), CAST)
    assert around.liking(PLAYER, CAST)[0] == 0.25


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        ((99, PLAYER, 1.0), "no such character"),
        ((16, 99, 1.0), "no such character"),
        ((16, NOBODY, 1.0), "no such character"),
        ((16, 16, 1.0), "to oneself"),
        ((16, 17, 1.5), "liking out of"),
        ((16, 17, float("nan")), "liking out of"),
    ],
)
def test_relations_that_cannot_be_are_refused_and_counted(
    around: Surroundings, pair: tuple[int, int, float], reason: str
) -> None:
    around.relate(relations(pair, (17, PLAYER, 0.5)), CAST)
    assert around.told_liking.keys() == {PLAYER}
    assert [name for name in around.refused if reason in name] == list(around.refused)


def test_relations_outlive_a_reload_between_those_who_stay(around: Surroundings) -> None:
    around.relate(relations((17, PLAYER, -1.0), (16, PLAYER, -1.0), (17, 16, 0.5)), CAST)
    after = Surroundings.of(OTHERS)
    after.adopt(around)
    assert after.liking(PLAYER, OTHERS).tolist() == [-1.0, OTHERS.liking_of(PLAYER)[1]]
    assert 16 not in after.told_liking


def test_a_game_may_create_and_destroy_objects_under_new_ids_all_day(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ENTITIES", 3)
    for id_ in range(40, 90):
        around.set_object(fire(id=id_), LIBRARY, CAST)
        around.place(places((id_, id_, 0, 0), (30, 1, 1, 1)))
        assert around.where(id_).tolist() == [id_, 0, 0]
        around.set_object(fire(id=id_, present=0), LIBRARY, CAST)
        assert np.isnan(around.where(id_)).all()
    assert around.where(30).tolist() == [1, 1, 1]
    assert not around.refused
    assert len(around.position) <= len(CAST) + 3
