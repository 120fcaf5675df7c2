from collections.abc import Callable

import numpy as np
import pytest

from mien.behavior.affect import REST
from mien.behavior.definition import ALWAYS, PLAYER, AutonomousRule, Change, InteractiveRule, Space
from mien.behavior.engine import Engine
from mien.behavior.library import (
    Appraisal,
    Character,
    Contagion,
    Library,
    Occurrence,
    Personality,
    SmartObjectKind,
)
from mien.behavior.state import State
from mien.bridge.messages import EmotionEstimate, GameEvent, Message, Relations, SmartObject, World

Estimate = Callable[..., EmotionEstimate]
SECOND = 1_000_000


def make(*characters: Character, **fields: object) -> tuple[Engine, State]:
    engine = Engine(Library(characters=characters or (Character("x", 16),), **fields))  # type: ignore[arg-type]
    return engine, engine.start()


def level(engine: Engine, state: State, emotion: str, character: int = 0, mood: bool = False) -> float:
    column = [e.name for e in engine.library.emotions].index(emotion)
    return float((state.mood if mood else state.emotion)[character, column])


def world(places: dict[int, tuple[float, float, float]], t: int = 0) -> World:
    none = np.zeros(len(places), np.uint32)
    return World(
        t=t,
        ids=np.array(list(places), np.uint32),
        position=np.array(list(places.values()), np.float32),
        heading=none.astype(np.float32),
        looks_at=none,
    )


def live(
    engine: Engine, state: State, seconds: float, *inputs: Message, rate: int = 10, decide: bool = False
) -> None:
    begin = state.t or 0
    for k in range(1, round(seconds * rate) + 1):
        t = begin + k * SECOND // rate
        affect = engine.feel(state, inputs if k == 1 else (), t)
        if decide:
            engine.decide(state, affect, t)


def test_the_player_s_joy_is_shared_by_who_likes_the_player_and_resented_by_who_does_not(
    estimate: Estimate,
) -> None:
    engine, state = make(
        Character("friend", 16, relations={PLAYER: 1.0}), Character("foe", 17, relations={PLAYER: -1.0})
    )
    engine.feel(state, [], 0)
    live(engine, state, 1.0, estimate(100_000, "joy"))
    assert level(engine, state, "joy", 0) > 2 * REST
    assert level(engine, state, "joy", 1) < level(engine, state, "anger", 1)


def test_the_game_can_turn_a_friend_into_a_foe(estimate: Estimate) -> None:
    engine, state = make(
        *(Character(name, id_, relations={PLAYER: 1.0}) for id_, name in ((16, "a"), (17, "b")))
    )
    player, of_a = np.ones(1, np.uint32), np.array([16], np.uint32)
    quarrel = Relations(t=0, ids=of_a, whom=player, liking=np.array([-1], np.float32))
    engine.feel(state, [quarrel], 0)
    live(engine, state, 1.0, estimate(100_000, "joy"))
    assert level(engine, state, "joy", 0) < level(engine, state, "anger", 0)
    assert level(engine, state, "joy", 1) > level(engine, state, "anger", 1)


@pytest.mark.parametrize("relation", [1.0, -1.0])
def test_no_evidence_is_no_appraisal(estimate: Estimate, relation: float) -> None:
    engine, state = make(Character("x", 16, relations={PLAYER: relation}))
    before = state.emotion.copy()
    engine.feel(state, [], 0)
    live(engine, state, 3.0, estimate(100_000))
    assert state.emotion == pytest.approx(before)


def test_an_estimate_is_forgotten_when_no_newer_one_comes(estimate: Estimate) -> None:
    engine, state = make()
    engine.feel(state, [estimate(0, "joy")], 0)
    live(engine, state, 1.0)
    risen = level(engine, state, "joy")
    live(engine, state, 1.0)
    assert level(engine, state, "joy") < risen


def test_who_is_too_far_does_not_see_the_player_s_face(estimate: Estimate) -> None:
    engine, state = make(Character("near", 16), Character("far", 17))
    places = world({1: (0, 0, 0), 16: (5, 0, 0), 17: (500, 0, 0)})
    engine.feel(state, [places, estimate(0, "joy")], 0)
    live(engine, state, 1.0)
    assert level(engine, state, "joy", 0) > level(engine, state, "joy", 1)


@pytest.mark.parametrize(
    ("role", "relation", "risen"),
    [
        ("subject", "any", [0]),
        ("object", "any", [1]),
        ("observer", "any", [2, 3]),
        ("observer", "liked", [2]),
        ("observer", "disliked", [3]),
    ],
)
def test_an_event_is_appraised_by_its_role_and_relation(role: str, relation: str, risen: list[int]) -> None:
    occurrence = Occurrence("gift", role, "gratitude", 0.8, relation)  # type: ignore[arg-type]
    engine, state = make(
        Character("giver", 16),
        Character("given", 17),
        Character("friend", 18, relations={"given": 1.0}),
        Character("foe", 19, relations={"given": -1.0}),
        appraisal=Appraisal(occurrences=(occurrence,)),
    )
    before = state.emotion.copy()
    engine.feel(state, [GameEvent(t=0, name="gift", subject=16, object=17, intensity=1.0)], 0)
    assert np.flatnonzero(state.emotion[:, 1] > before[:, 1] + 0.3).tolist() == risen


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (GameEvent(t=0, name="gift", subject=1, object=0, intensity=float("nan")), "event: intensity"),
        (GameEvent(t=0, name="nothing", subject=1, object=0, intensity=1.0), "event: the library"),
    ],
)
def test_events_that_cannot_be_are_refused_and_counted(event: GameEvent, reason: str) -> None:
    engine, state = make()
    before = state.emotion.copy()
    engine.feel(state, [event], 0)
    assert (state.emotion == before).all()
    assert sum(n for name, n in state.refused.items() if name.startswith(reason)) == 1


def test_feelings_spread_to_who_is_near_and_not_to_who_is_far() -> None:
    engine, state = make(
        Character("source", 16, baseline={"fear": 0.9}),
        Character("near", 17),
        Character("far", 18),
        contagion=Contagion(range=10.0),
    )
    state.emotion[0] = engine.cast.home[0]
    engine.feel(state, [world({16: (0, 0, 0), 17: (1, 0, 0), 18: (100, 0, 0)})], 0)
    live(engine, state, 5.0)
    assert level(engine, state, "fear", 1) > 2 * level(engine, state, "fear", 2)


def test_a_smart_object_works_on_all_in_range_while_its_condition_holds() -> None:
    from mien.behavior.definition import Comparison, StateLevel, TraitScaling

    rule = InteractiveRule(
        id="scare",
        trigger=Comparison(StateLevel("burning"), ">", 0.5),
        range=10.0,
        aim=(Change("fear", 0.5),),
        scaling=(TraitScaling("neuroticism", 0.9),),
    )
    engine, state = make(
        Character("calm", 16, Personality(neuroticism=-1.0), baseline={"fear": 0.1}),
        Character("nervous", 17, Personality(neuroticism=1.0), baseline={"fear": 0.1}),
        Character("far", 18, baseline={"fear": 0.1}),
        interactive=(rule,),
        objects=(SmartObjectKind("fire", ("scare",), {"burning": 0.0}),),
    )
    places = world({16: (0, 0, 0), 17: (0, 0, 0), 18: (100, 0, 0), 40: (0, 0, 0)})
    fire = SmartObject(t=0, id=40, name="fire", present=1, state={"burning": 1.0})
    engine.feel(state, [places, fire], 0)
    live(engine, state, 1.0, decide=True)
    calm, nervous, far = (level(engine, state, "fear", i) for i in range(3))
    assert nervous > calm > far
    _, events = engine.decide(state, engine.feel(state, [], 2 * SECOND), 2 * SECOND)
    assert not events
    out = SmartObject(t=0, id=40, name="fire", present=1, state={"burning": 0.0})
    affect = engine.feel(state, [out], 3 * SECOND)
    ended = engine.decide(state, affect, 3 * SECOND)[1]
    assert [(e.character, e.phase, e.reason, e.inflicter) for e in ended] == [
        (16, "ended", "trigger", 40),
        (17, "ended", "trigger", 40),
    ]


@pytest.mark.parametrize(
    ("rule", "own", "other"),
    [
        ({}, True, False),
        ({"bearer": "y"}, False, True),
        ({"bearer": "y", "aim": (Change("joy", 0.3, whose="self"),)}, True, False),
        ({"bearer": "nearest"}, False, True),
        ({"bearer": "others"}, False, True),
        ({"bearer": "looked_at"}, False, True),
    ],
)
def test_a_running_rule_changes_the_mood_of_its_bearer(
    rule: dict[str, object], own: bool, other: bool
) -> None:
    fields: dict[str, object] = {"id": "r", "trigger": ALWAYS, "aim": (Change("joy", 0.3),)} | rule
    engine, state = make(
        Character("x", 16, rules=("r",)),
        Character("y", 17, rules=()),
        autonomous=(AutonomousRule(**fields),),  # type: ignore[arg-type]
        contagion=Contagion(range=10.0, rate=1e-6),
    )
    before = state.emotion[:, 1].copy()
    places = World(
        t=0,
        ids=np.array([16, 17], np.uint32),
        position=np.array([[0, 0, 0], [1, 0, 0]], np.float32),
        heading=np.zeros(2, np.float32),
        looks_at=np.array([17, 0], np.uint32),
    )
    engine.decide(state, engine.feel(state, [places], 0), 0)
    live(engine, state, 2.0, decide=True)
    assert (state.emotion[:, 1] > before + 0.05).tolist() == [own, other]


def test_raising_neutral_calms_everything_else() -> None:
    calm = AutonomousRule(id="r", trigger=ALWAYS, aim=(Change("neutral", 0.9),))
    engine, state = make(autonomous=(calm,))
    restless, idle = make()
    for one, each in ((engine, state), (restless, idle)):
        each.emotion[0, 4] = 0.9
        one.decide(each, one.feel(each, [], 0), 0)
        live(one, each, 3.0, decide=True)
    assert level(engine, state, "fear") < level(restless, idle, "fear") / 2
    assert level(engine, state, "neutral") > level(restless, idle, "neutral")


def test_the_tick_rate_hardly_matters_and_a_long_pause_does_no_harm(estimate: Estimate) -> None:
    moods = []
    for rate in (10, 100):
        engine, state = make(appraisal=Appraisal(memory=100.0), contagion=Contagion(range=5.0))
        engine.feel(state, [estimate(0, "joy")], 0)
        live(engine, state, 20.0, rate=rate)
        moods.append(np.concatenate([state.emotion, state.mood]))
    assert moods[0] == pytest.approx(moods[1], abs=2e-3)
    engine.feel(state, [], 10**15)
    assert state.emotion[0, 1:] == pytest.approx(engine.cast.home[0, 1:])


def test_time_that_runs_backwards_stands_still() -> None:
    engine, state = make()
    engine.feel(state, [], 5 * SECOND)
    before = state.emotion.copy()
    assert engine.feel(state, [], 1 * SECOND).t == 5 * SECOND
    assert (state.emotion == before).all()


def test_mood_follows_emotion_slowly_and_drifts_home() -> None:
    engine, state = make(mood_change=10.0)
    state.emotion[0, 4] = 0.95
    engine.feel(state, [], 0)
    start = level(engine, state, "fear", mood=True)
    live(engine, state, 3.0)
    risen = level(engine, state, "fear", mood=True)
    assert risen > start + 0.05
    engine.feel(state, [], 10**13)
    assert level(engine, state, "fear", mood=True) == pytest.approx(start)


def test_a_rule_can_work_on_mood_itself() -> None:
    rule = AutonomousRule(id="r", trigger=ALWAYS, aim=(Change("joy", 0.5, Space.MOOD),))
    engine, state = make(autonomous=(rule,))
    start = level(engine, state, "joy", mood=True)
    engine.decide(state, engine.feel(state, [], 0), 0)
    live(engine, state, 1.0, decide=True)
    assert level(engine, state, "joy", mood=True) > start + 0.2
    assert level(engine, state, "joy") == pytest.approx(REST, abs=0.02)
