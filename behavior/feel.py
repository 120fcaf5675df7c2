"""Feel: what inputs, rules, others and time make of every character's emotion and mood.

One step adds up what acts on each level and solves `affect.relax` once for emotion, once for mood. Events are
jumps at the end of the step, so that what just happened is felt in full.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.behavior import affect as equations
from mien.behavior.affect import EDGE, LN2, Float64
from mien.behavior.cast import Cast
from mien.behavior.definition import OTHERS, SELF, Change, Space
from mien.behavior.interactive import influence
from mien.behavior.library import Library, Occurrence
from mien.behavior.program import Rules
from mien.behavior.state import State
from mien.bridge import messages
from mien.bridge.messages import (
    EMOTIONS,
    NOBODY,
    Affect,
    EmotionEstimate,
    GameEvent,
    Message,
    Relations,
    SmartObject,
    World,
)


class _Aims:
    """Changes of each leaf as columns of (emotion, then mood), padded to the most that any leaf has."""

    def __init__(self, per_leaf: list[list[Change]], names: dict[str, int]) -> None:
        width = max((len(changes) for changes in per_leaf), default=0)
        self.column = np.zeros((len(per_leaf), width), np.intp)
        self.amount = np.zeros((len(per_leaf), width))
        for row, changes in enumerate(per_leaf):
            for i, change in enumerate(changes):
                offset = 0 if change.space is Space.EMOTION else len(names)
                self.column[row, i] = names[change.emotion] + offset
                self.amount[row, i] = change.amount
        self.any = bool(self.amount.any())
        self.lowers = bool((self.amount < 0.0).any())


class Feeling:
    """The feel step of one library and cast."""

    def __init__(self, library: Library, cast: Cast, rules: Rules) -> None:
        self.library = library
        self.cast = cast
        self.places = np.array([emotion.pad for emotion in library.emotions])
        names = {emotion.name: column for column, emotion in enumerate(library.emotions)}
        self._rate = np.array([LN2 / emotion.half_life for emotion in library.emotions])
        self._mood_rate = np.array([LN2 / emotion.mood_half_life for emotion in library.emotions])
        self._neutral = [column for column, emotion in enumerate(library.emotions) if emotion.neutral]
        self._felt = [column for column, emotion in enumerate(library.emotions) if not emotion.neutral]
        self._reactions = np.zeros((2, len(EMOTIONS), len(names)))
        for reaction in library.appraisal.reactions:
            if reaction.seen in EMOTIONS and reaction.felt in names:
                side = 0 if reaction.liking else 1
                self._reactions[side, EMOTIONS.index(reaction.seen), names[reaction.felt]] += reaction.weight
        self._occurrences: dict[str, list[tuple[Occurrence, Float64]]] = {}
        for occurrence in library.appraisal.occurrences:
            felt = equations.felt_as(occurrence.emotion, library.emotions) * occurrence.weight
            self._occurrences.setdefault(occurrence.event, []).append((occurrence, felt))
        catching = library.contagion.emotions or tuple(names)
        self._catching = np.array([name in catching for name in names])
        self._compile(rules, names)

    def _compile(self, rules: Rules, names: dict[str, int]) -> None:
        own: list[list[Change]] = [[] for _ in rules.rules]
        targets: list[list[Change]] = [[] for _ in rules.rules]
        others: list[list[Change]] = [[] for _ in rules.rules]
        autonomous = len(self.library.autonomous)
        for row, rule in enumerate(rules.rules):
            for change in rule.aim if rules.column[row] < autonomous else ():
                bearer = SELF if change.whose == "self" else rules.bearer[row]
                {SELF: own, OTHERS: others}.get(bearer, targets)[row].append(change)
        self._own, self._targets = _Aims(own, names), _Aims(targets, names)
        self._others, self._on_others = _Aims(others, names), [r for r, c in enumerate(others) if c]
        effects = _Aims([list(rule.aim) for rule in self.library.interactive], names)
        self._effects = np.zeros((len(self.library.interactive), 2 * len(names)))
        for i, (columns, amounts) in enumerate(zip(effects.column, effects.amount, strict=True)):
            np.add.at(self._effects[i], columns, amounts)
        self._susceptible = [self.cast.strength(rule) for rule in self.library.interactive]
        needed = self.library.contagion.range > 0
        self.spreads = needed

    def step(self, state: State, inputs: Sequence[Message], t: int) -> Affect:
        """Return what everyone feels at t, given what came in since the last step.

        Args:
            state: changed in place.
            inputs: from the game and the perceiver; kinds that say nothing of feelings are passed over.
            t: microseconds; not before the last step's, else taken as equal to it.
        """
        events = self._take(state, inputs)
        t = t if state.t is None else max(t, state.t)
        dt = 0.0 if state.t is None else (t - state.t) / 1e6
        self._look_around(state, t)
        up, down = self._drives(state, t)
        m = self.places.shape[0]
        push: Float64 | float = 0.0
        drag: Float64 | float = 0.0
        if self.spreads:
            contagion = self.library.contagion
            push, drag = equations.contagion_terms(
                state.caught, state.strength_caught * self._catching, contagion.amplification, contagion.bias
            )
        home = self.cast.home
        emotion = equations.relax(state.emotion, home, self._rate, dt, up[:, :m], down[:, :m], push, drag)
        mood_up, mood_push, mood_drag = equations.mood_terms(
            emotion, state.mood, home, self.places, self.library.mood_change
        )
        state.mood = equations.relax(
            state.mood, home, self._mood_rate, dt, up[:, m:] + mood_up, down[:, m:], mood_push, mood_drag
        )
        state.emotion = emotion
        for event in events:
            self._appraise(state, event)
        self.settle(state)
        state.t = t
        return messages.Affect(
            t=t,
            ids=self.cast.ids,
            emotion=state.emotion.astype(np.float32),
            mood=state.mood.astype(np.float32),
        )

    def settle(self, state: State) -> None:
        """Derive neutral: that nothing else is felt, the product of (1 - level) over all else."""
        for levels in (state.emotion, state.mood):
            for column in self._neutral:
                levels[:, column] = np.clip(np.prod(1.0 - levels[:, self._felt], axis=1), EDGE, 1.0 - EDGE)

    def _take(self, state: State, inputs: Sequence[Message]) -> list[GameEvent]:
        events = []
        for message in inputs:
            match message:
                case EmotionEstimate():
                    state.surroundings.see(message)
                case World():
                    state.surroundings.place(message)
                case SmartObject():
                    state.surroundings.set_object(message, self.library, self.cast)
                case Relations():
                    state.surroundings.relate(message, self.cast)
                case GameEvent() if state.surroundings.admits(message):
                    events.append(message)
        return events

    def _look_around(self, state: State, t: int) -> None:
        surroundings = state.surroundings
        if self.library.interactive:
            state.influence, state.inflicter = influence(
                self.library, self.cast, surroundings, state.broadcasts, t
            )
        if self.spreads:
            cast = self.cast
            state.neighbors.update(surroundings.position[: len(cast)], surroundings.moves)
            state.caught, state.strength_caught = state.neighbors.caught(
                state.emotion, cast.expressiveness, cast.empathy, self.library.contagion
            )

    def _drives(self, state: State, t: int) -> tuple[Float64, Float64]:
        """Return what raises and what lowers each level, (N, 2m) per second: emotion, then mood."""
        count, m = state.emotion.shape
        up, down = np.zeros((count, 2 * m)), np.zeros((count, 2 * m))
        self._add_aims(state, up, down)
        for i, effect in enumerate(self._effects):
            felt = (state.influence[i] * self._susceptible[i])[:, None]
            if felt.any():
                up += felt * np.maximum(effect, 0.0)
                down += felt * np.maximum(-effect, 0.0)
        seen = self.evidence(state, t)
        if seen is not None:
            trust = seen.confidence * self.cast.empathy * self.sees_player(state)
            shown = seen.emotion.astype(np.float64)[:, None]
            liking = state.surroundings.liking(messages.PLAYER, self.cast)
            for sign, table in zip((1.0, -1.0), self._reactions, strict=True):
                drive = (shown * table).sum(axis=0)
                regard = (trust * np.maximum(sign * liking, 0.0))[:, None]
                up[:, :m] += regard * np.maximum(drive, 0.0)
                down[:, :m] += regard * np.maximum(-drive, 0.0)
        for offset in (0, m):  # what raises neutral calms everything else
            for column in self._neutral:
                calm = up[:, offset + column].copy()
                down[:, offset : offset + m] += calm[:, None]
        return up, down

    def _add_aims(self, state: State, up: Float64, down: Float64) -> None:
        running = state.mind.was[: len(self._own.column)]
        character, row = np.divmod(np.flatnonzero(running.T), max(len(running), 1))
        if not row.size:
            return
        level = state.level[row, character].astype(np.float64)
        if self._own.any:
            _add(self._own, row, character, level, up, down)
        if self._targets.any:
            target = state.counterpart[row, character]
            index = np.array([self.cast.index.get(id_, -1) for id_ in target.tolist()], np.intp)
            here = index >= 0
            _add(self._targets, row[here], index[here], level[here], up, down)
        for leaf in self._on_others if self.spreads else ():
            acting = state.level[leaf] * running[leaf]
            reached = (state.neighbors.channel * acting).sum(axis=1).astype(np.float64)
            everyone = np.arange(len(self.cast))
            _add(self._others, np.full(len(self.cast), leaf), everyone, reached, up, down)

    def evidence(self, state: State, t: int) -> EmotionEstimate | None:
        """Return what the player shows; None without evidence, which is not the same as neutral."""
        seen = state.surroundings.people.get(messages.PLAYER)
        if seen is None or not seen.used or t - seen.t > self.library.appraisal.memory * 1e6:
            return None
        return seen

    def sees_player(self, state: State) -> NDArray[np.bool_]:
        """Return which characters are near enough to see the player's face, (N,)."""
        offset = state.surroundings.position[: len(self.cast)] - state.surroundings.where(messages.PLAYER)
        squared = (offset * offset).sum(axis=1)
        far: NDArray[np.bool_] = squared > np.float32(self.library.appraisal.distance**2)
        return ~far  # so that what is not known to be far is seen

    def _appraise(self, state: State, event: GameEvent) -> None:
        occurrences = self._occurrences.get(event.name)
        if occurrences is None:
            state.refused["event: the library has no such occurrence"] += 1
            return
        count = len(self.cast)
        subject, befallen = np.zeros(count, bool), np.full(count, event.object == NOBODY)
        for mask, id_ in ((subject, event.subject), (befallen, event.object)):
            if id_ in self.cast.index:
                mask[self.cast.index[id_]] = True
        masks = {"subject": subject, "object": befallen & ~subject, "observer": ~(subject | befallen)}
        for occurrence, felt in occurrences:
            whom = event.subject if occurrence.role == "object" else event.object
            weight = event.intensity * masks[occurrence.role].astype(np.float64)
            if occurrence.relation != "any":
                sign = 1.0 if occurrence.relation == "liked" else -1.0
                weight *= np.maximum(sign * state.surroundings.liking(whom, self.cast), 0.0)
            jump = np.clip(weight[:, None] * felt, 0.0, 1.0)
            state.emotion += jump * (1.0 - state.emotion)
        np.clip(state.emotion, EDGE, 1.0 - EDGE, out=state.emotion)


def _add(
    aims: _Aims,
    row: NDArray[np.intp],
    character: NDArray[np.intp],
    level: Float64,
    up: Float64,
    down: Float64,
) -> None:
    """Add the aims of leaves `row` at strength `level`, borne by `character`."""
    at = (aims.column[row] + (character * up.shape[1])[:, None]).ravel()
    amount = (aims.amount[row] * level[:, None]).ravel()
    up += np.bincount(at, np.maximum(amount, 0.0), up.size).reshape(up.shape)
    if aims.lowers:
        down += np.bincount(at, np.maximum(-amount, 0.0), up.size).reshape(up.shape)
