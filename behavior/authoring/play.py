"""Plays scenarios: the engine in virtual time, with what is given as its inputs, and what came of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mien.behavior.affect import read_out
from mien.behavior.authoring.grammar import show_operand
from mien.behavior.authoring.scenario import MOMENTARY, Expectation, Given, Scenario, crowds
from mien.behavior.definition import DIMENSIONS, SELF, Feeling, Operand, Predicate, Space
from mien.behavior.engine import Engine
from mien.behavior.library import Library
from mien.behavior.predicates import Memory, holds, operands
from mien.behavior.state import State
from mien.bridge import messages
from mien.bridge.messages import (
    EMOTIONS,
    FACE_USED,
    NOBODY,
    Activity,
    Affect,
    BehaviorEvent,
    EmotionEstimate,
    GameEvent,
    Message,
    SmartObject,
    World,
)

FIRST_OBJECT: Final = 1 << 24
"""Ids of smart objects in scenarios count from here."""


@dataclass(frozen=True)
class Outcome:
    """Whether an expectation came about, and what happened in its place."""

    expectation: Expectation
    met: bool
    seen: str


@dataclass
class Run:
    """Everything that came of a scenario."""

    scenario: Scenario
    outcomes: list[Outcome] = field(default_factory=list)
    events: list[BehaviorEvent] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    """Microseconds of each tick."""
    emotion: list[messages.Float32] = field(default_factory=list)
    """(N, M) of each tick."""
    mood: list[messages.Float32] = field(default_factory=list)
    intensity: list[messages.Float32] = field(default_factory=list)
    """(N, R) of each tick."""


def play(library: Library, scenario: Scenario) -> Run:
    """Play a scenario and judge its expectations."""
    engine = Engine(library, scenario.seed)
    stage = _Stage(engine)
    state = engine.start()
    run = Run(scenario)
    waiting = list(scenario.given)
    judge = _Judge(engine, scenario)
    for tick in range(int(scenario.lasts * scenario.rate) + 1):
        t = round(tick * 1e6 / scenario.rate)
        due = [given for given in waiting if given.at * 1e6 <= t]
        waiting = waiting[len(due) :]
        inputs = stage.inputs(due, t)
        engine.feel(state, inputs, t)
        stage.impose(due, state)
        affect = Affect(
            t=t,
            ids=engine.ids,
            emotion=state.emotion.astype(np.float32),
            mood=state.mood.astype(np.float32),
        )
        activity, events = engine.decide(state, affect, t)
        judge.watch(t, affect, activity, state)
        run.events += events
        run.times.append(t)
        run.emotion.append(affect.emotion)
        run.mood.append(affect.mood)
        run.intensity.append(activity.intensity)
    run.outcomes = judge.verdicts(run.events)
    return run


class _Stage:
    """Turns what is given into messages, and imposed levels into state."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        library = engine.library
        self.columns = {emotion.name: column for column, emotion in enumerate(library.emotions)}
        self.ids = {"player": messages.PLAYER}
        self.ids |= {character.name: character.id for character in library.characters}
        self.ids |= {kind.name: FIRST_OBJECT + i for i, kind in enumerate(library.objects)}
        self.objects = {kind.name: dict(kind.state) for kind in library.objects}
        self.crowds = crowds(library)
        self.shown: messages.Float32 | None = None
        self.held: dict[tuple[str, Space, str], float] = {}
        self.where: dict[str, tuple[float, ...]] = {}
        self.looks: dict[str, int] = {}

    def inputs(self, due: Sequence[Given], t: int) -> list[Message]:
        """Return what the engine receives at time t."""
        found: list[Message] = []
        if t == 0:
            found += [self._object(name, t) for name in self.objects]
        for given in due:
            found += self._happens(given, t)
        if self.shown is not None:
            found.append(self._estimate(t))
        return found

    def _happens(self, given: Given, t: int) -> list[Message]:
        what, found = given.what, list[Message]()
        for name, state in what.get("object", {}).items():
            if state is None:
                found.append(self._object(name, t, present=0))
            else:
                self.objects[name] |= {str(level): value for level, value in state.items()}
                found.append(self._object(name, t))
        if "player" in what.values:
            self.shown = None if what.values["player"] is None else _distribution(what.values["player"])
        placed = self._placed(what.get("place", {}))
        self.where |= placed
        self.looks |= {str(name): self.ids[str(whom)] for name, whom in what.get("look", {}).items()}
        moved = {*placed, *map(str, what.get("look", {}))}
        if moved:
            found.append(self._world(sorted(moved), t))
        event = what.get("event")
        if event is not None:
            who, whom = (self.ids.get(str(event.get(part)), NOBODY) for part in ("subject", "object"))
            name, intensity = str(event.values["name"]), event.get("intensity", 1.0)
            found.append(GameEvent(t=t, name=name, subject=who, object=whom, intensity=intensity))
        return found

    def _placed(self, places: Mapping[str, Any]) -> dict[str, tuple[float, ...]]:
        found: dict[str, tuple[float, ...]] = {}
        for name, place in places.items():
            if isinstance(place, tuple):
                found |= dict.fromkeys(self.crowds.get(str(name), [str(name)]), place)
                continue
            x, y, *_ = place.values["corner"]
            columns, spacing = place.values["columns"], place.get("spacing", 1.0)
            for number, member in enumerate(self.crowds[str(name)]):
                row, column = divmod(number, columns)
                found[member] = (x + column * spacing, y + row * spacing)
        return found

    def _object(self, name: str, t: int, present: int = 1) -> SmartObject:
        return SmartObject(
            t=t, id=self.ids[name], name=str(name), present=present, state=dict(self.objects[str(name)])
        )

    def _world(self, names: list[str], t: int) -> World:
        places = [(*self.where[name], 0.0)[:3] for name in names]
        return World(
            t=t,
            ids=np.array([self.ids[name] for name in names], np.uint32),
            position=np.array(places, np.float32),
            heading=np.zeros(len(names), np.float32),
            looks_at=np.array([self.looks.get(name, NOBODY) for name in names], np.uint32),
        )

    def _estimate(self, t: int) -> EmotionEstimate:
        assert self.shown is not None  # noqa: S101 - the caller has looked
        return EmotionEstimate(
            t=t, produced=t, lag=0, person=messages.PLAYER, senses=messages.CAMERA, used=FACE_USED,
            presence=1.0, speaking=0.0, emotion=self.shown, valence=0.0, arousal=0.0, confidence=1.0,
            share=np.array([1, 0, 0], np.float32), box=np.array([0.4, 0.3, 0.2, 0.3], np.float32),
            head=np.zeros(3, np.float32), blend=np.zeros(52, np.float32),
        )  # fmt: skip

    def impose(self, due: Sequence[Given], state: State) -> None:
        """Set the levels that are given, and those that are held."""
        now: dict[tuple[str, Space, str], float] = {}
        for given in due:
            now |= {
                key: value for key, value in self._levels(given.what.get("feel", {})) if value is not None
            }
            for key, value in self._levels(given.what.get("hold", {})):
                self.held.pop(key, None)
                if value is not None:
                    self.held[key] = value
        for (character, space, name), value in (now | self.held).items():
            vector = state.emotion if space is Space.EMOTION else state.mood
            vector[self.engine.cast.by_name[character], self.columns[name]] = value

    def _levels(self, given: Mapping[str, Any]) -> Iterator[tuple[tuple[str, Space, str], float | None]]:
        for name, levels in given.items():
            for character in self.crowds.get(str(name), [str(name)]):
                for (_, space, emotion), value in levels.items():
                    yield (character, space, str(emotion)), value


def _distribution(levels: dict[str, float]) -> messages.Float32:
    shown = np.array([levels.get(name, 0.0) for name in EMOTIONS], np.float32)
    shown[0] += max(0.0, 1.0 - float(shown.sum()))
    return shown


class _Judge:
    """Watches every tick, and says at the end what came about."""

    def __init__(self, engine: Engine, scenario: Scenario) -> None:
        self.engine = engine
        self.expect = scenario.expect
        self.columns = {emotion.name: column for column, emotion in enumerate(engine.library.emotions)}
        self.rules = {rule.id: column for column, rule in enumerate(engine.library.rules)}
        self.step = 1.0 / scenario.rate
        self.failed: dict[int, str] = {}
        self.looked: dict[int, str] = {}
        self.memory: dict[tuple[int, int], Memory] = {}
        self.crowds = crowds(engine.library)

    def watch(self, t: int, affect: Affect, activity: Activity, state: State) -> None:
        """Judge what must hold at this tick."""
        second = t / 1e6
        for number, expectation in enumerate(self.expect):
            kind = expectation.kind
            if kind not in MOMENTARY:
                continue
            due = expectation.begin - self.step / 2 <= second <= expectation.end + self.step / 2
            if not due and isinstance(expectation.wanted, str):
                continue
            members = self.crowds.get(expectation.character, [expectation.character])
            answers = [self._answer(number, member, t, affect, activity, state) for member in members]
            share = sum(met for met, _ in answers) / len(answers)
            seen = answers[0][1] if len(answers) == 1 else f"{share:.0%}"
            if due:
                self.looked[number] = seen
                if not expectation.share[0] <= share <= expectation.share[1]:
                    self.failed.setdefault(number, f"at {second:.2f} s: {seen}")

    def _answer(
        self, number: int, member: str, t: int, affect: Affect, activity: Activity, state: State
    ) -> tuple[bool, str]:
        """Return whether one character does what is expected at this tick, and what it does."""
        expectation = self.expect[number]
        row = self.engine.cast.by_name[member]
        if isinstance(expectation.wanted, str):
            running = self._running(state, row)
            met = (expectation.wanted in running) == (expectation.kind == "runs")
            return met, f"runs {', '.join(running) or 'nothing'}"
        feels = expectation.kind == "feels"
        levels = self._levels(row, affect) if feels else self._aims(row, activity, state)
        memory = self.memory.setdefault((number, row), Memory())
        return holds(expectation.wanted, levels.__getitem__, memory, t), _readings(expectation.wanted, levels)

    def _running(self, state: State, row: int) -> list[str]:
        leaves = self.engine.program.rules.rules
        on = np.flatnonzero(state.mind.was[: len(leaves), row])
        return list(dict.fromkeys(leaves[leaf].id for leaf in on.tolist()))

    def _levels(self, row: int, affect: Affect) -> "_Readings":
        return _Readings(self.engine, {Space.EMOTION: affect.emotion[row], Space.MOOD: affect.mood[row]})

    def _aims(self, row: int, activity: Activity, state: State) -> "_Readings":
        """Return the drive per second of each level of a character by what it executes on itself."""
        aims = {space: np.zeros(len(self.columns)) for space in Space}
        running = self._running(state, row)
        for rule in self.engine.library.autonomous:
            if rule.id in running:
                strength = float(activity.intensity[row, self.rules[rule.id]])
                for change in rule.aim:
                    if change.whose == "self" or rule.bearer == SELF:
                        aims[change.space][self.columns[change.emotion]] += change.amount * strength
        return _Readings(self.engine, aims)

    def verdicts(self, events: list[BehaviorEvent]) -> list[Outcome]:
        """Return the outcome of every expectation."""
        found = []
        for number, expectation in enumerate(self.expect):
            if expectation.kind in MOMENTARY:
                failed = self.failed.get(number)
                found.append(Outcome(expectation, failed is None, failed or self.looked.get(number, "")))
            else:
                found.append(self._count(expectation, events))
        return found

    def _count(self, expectation: Expectation, events: list[BehaviorEvent]) -> Outcome:
        phase = "started" if expectation.kind == "enters" else "ended"
        id_ = int(self.engine.cast.ids[self.engine.cast.by_name[expectation.character]])
        of_rule = [
            event
            for event in events
            if (event.character, event.rule, event.phase) == (id_, expectation.wanted, phase)
        ]
        margin = self.step / 2
        inside = [
            event
            for event in of_rule
            if expectation.begin - margin <= event.t / 1e6 <= expectation.end + margin
            and expectation.because in ("", event.reason)
        ]
        met = bool(inside) if expectation.times is None else len(inside) == expectation.times
        times = [
            f"{event.t / 1e6:.2f} s" + (f" ({event.reason})" if phase == "ended" else "") for event in of_rule
        ]
        return Outcome(expectation, met, ", ".join(times[:6]) + (" …" if len(times) > 6 else "") or "never")


class _Readings(dict[Operand, float]):
    """A character's own levels by operand, as the engine reads them."""

    def __init__(self, engine: Engine, levels: Mapping[Space, NDArray[Any]]) -> None:
        super().__init__()
        self.names = [emotion.name for emotion in engine.library.emotions]
        self.places = engine.feeling.places
        self.levels = levels

    def __missing__(self, operand: Operand) -> float:
        if not isinstance(operand, Feeling):
            return nan
        row = self.levels[operand.space]
        if operand.name in DIMENSIONS:
            return float(read_out(row[None], self.places)[0, DIMENSIONS.index(operand.name)])
        return float(row[self.names.index(operand.name)])


def _readings(predicate: Predicate, levels: _Readings) -> str:
    names = dict.fromkeys(operands(predicate))
    return ", ".join(f"{show_operand(operand)} {levels[operand]:.2f}" for operand in names)
