from dataclasses import replace

import numpy as np
import pytest

from mien.behavior.cast import Cast
from mien.behavior.definition import AutonomousRule, Constant, Shows
from mien.behavior.library import Character, Library, SmartObjectKind
from mien.behavior.world import Surroundings
from mien.bridge.messages import FACE_USED, PLAYER, Activity, EmotionEstimate, Float32, SmartObject, World
from mien.runtime.express.attention import AVERTED, MEMORY, Attention
from mien.runtime.express.gaze import in_picture

ADA, BEN = 16, 17
GAZES = ("player", "away", "nearest", "Ben", "fire", "looked_at")
RIGHT_OF_THE_PICTURE = np.array([0.8, 0.4, 0.2, 0.2], np.float32)

LIBRARY = Library(
    autonomous=tuple(AutonomousRule(id=g, trigger=Constant(True), shows=Shows(gaze=g)) for g in GAZES),
    characters=(Character("Ada", ADA), Character("Ben", BEN)),
    objects=(SmartObjectKind("fire"),),
)
CAST = Cast(LIBRARY)
ATTENTION = Attention(LIBRARY, CAST)


@pytest.fixture
def world() -> Surroundings:
    return Surroundings.of(CAST)


def seen(t: int, used: int = FACE_USED) -> EmotionEstimate:
    return EmotionEstimate(
        t=t, produced=t, lag=0, person=PLAYER, senses=1, used=used, presence=1.0, speaking=0.0,
        emotion=np.eye(7, dtype=np.float32)[0], valence=0.0, arousal=0.0, confidence=0.9,
        share=np.array([1, 0, 0], np.float32), box=RIGHT_OF_THE_PICTURE,
        head=np.zeros(3, np.float32), blend=np.zeros(52, np.float32),
    )  # fmt: skip


def place(world: Surroundings, looks_at: int = 0, **places: tuple[float, float, float]) -> None:
    ids = {"ada": ADA, "ben": BEN, "player": PLAYER, "fire": 100}
    world.place(
        World(
            t=0,
            ids=np.array([ids[name] for name in places], np.uint32),
            position=np.array(list(places.values()), np.float32),
            heading=np.zeros(len(places), np.float32),
            looks_at=np.full(len(places), looks_at, np.uint32),
        )
    )


def look(world: Surroundings, t: int = 0, **active: float) -> Float32:
    """Return where Ada (row 0) and Ben look while Ada executes rules at these intensities."""
    intensity = np.zeros((2, len(GAZES)), np.float32)
    for rule, level in active.items():
        intensity[0, GAZES.index(rule)] = level
    return ATTENTION.directions(world, Activity(t=t, ids=CAST.ids, intensity=intensity), t)


def test_with_nobody_there_they_look_at_nothing(world: Surroundings) -> None:
    assert np.isnan(look(world)).all()


def test_everyone_looks_at_the_player_in_the_picture_until_they_are_forgotten(world: Surroundings) -> None:
    world.see(seen(0))
    assert look(world, MEMORY) == pytest.approx(np.tile(in_picture(RIGHT_OF_THE_PICTURE), (2, 1)))
    assert np.isnan(look(world, MEMORY + 1)).all()


def test_a_player_who_is_only_heard_is_not_looked_at(world: Surroundings) -> None:
    world.see(seen(0, used=2))
    assert np.isnan(look(world)).all()


def test_a_place_in_the_game_counts_more_than_one_in_the_picture(world: Surroundings) -> None:
    world.see(seen(0))
    place(world, ada=(0, 0, 0), player=(1, 1, 0))
    directions = look(world)
    assert directions[0] == pytest.approx((-np.pi / 4, 0), abs=1e-6)
    assert directions[1] == pytest.approx(in_picture(RIGHT_OF_THE_PICTURE))  # Ben has no place


def test_the_strongest_rule_leads_the_eyes_of_its_bearer_only(world: Surroundings) -> None:
    world.see(seen(0))
    ahead = in_picture(RIGHT_OF_THE_PICTURE)
    directions = look(world, player=0.4, away=0.6)
    assert directions[0] == pytest.approx((ahead[0] + AVERTED["away"][0], AVERTED["away"][1]))
    assert directions[1] == pytest.approx(ahead)
    assert look(world, player=0.7, away=0.6)[0] == pytest.approx(ahead)


@pytest.mark.parametrize("whom", ["nearest", "Ben", "looked_at"])
def test_they_find_one_another_in_the_game(world: Surroundings, whom: str) -> None:
    place(world, looks_at=BEN, ada=(0, 0, 0), ben=(0, -2, 0))
    assert look(world, **{whom: 1.0})[0] == pytest.approx((np.pi / 2, 0), abs=1e-6)


def test_a_kind_of_smart_object_is_looked_at_where_the_closest_one_is(world: Surroundings) -> None:
    place(world, ada=(0, 0, 0), fire=(2, 2, 0))
    thing = SmartObject(t=0, id=100, name="fire", present=1)
    world.set_object(thing, LIBRARY, CAST)
    world.set_object(replace(thing, id=101), LIBRARY, CAST)  # of no known place
    assert look(world, fire=1.0)[0] == pytest.approx((-np.pi / 4, 0), abs=1e-6)


def test_who_is_led_to_look_at_what_has_no_place_looks_at_nothing(world: Surroundings) -> None:
    world.see(seen(0))
    assert np.isnan(look(world, nearest=1.0)[0]).all()
