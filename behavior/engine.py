"""The engine: what characters feel and decide, one program for one character or ten thousand.

A tick of `decide` takes a snapshot of mood, asks what every node would do (from the leaves up), takes what is
reached (from the root down), halts the rules that leave, starts those that enter, and blends what all of them
bring about. Nothing starts before everything that leaves has been halted, so that opposite orientations never
overlap, not even within one tick (law 3). See `forms.group` for how, `reference` for the same in py-trees.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.behavior.cast import Cast
from mien.behavior.columns import Bools
from mien.behavior.custom import CustomLeaf, consult
from mien.behavior.definition import LOOKED_AT, NEAREST, OTHERS, PLAYER, SELF, AutonomousRule, InteractiveRule
from mien.behavior.events import describe
from mien.behavior.feel import Feeling
from mien.behavior.forms.group import Memory, Tick
from mien.behavior.library import Library
from mien.behavior.neighbors import Neighbors
from mien.behavior.predicates import FOREVER
from mien.behavior.program import Program
from mien.behavior.senses import Senses
from mien.behavior.state import Lit, State
from mien.behavior.world import Surroundings
from mien.bridge import messages
from mien.bridge.faces import FACE
from mien.bridge.messages import (
    Activity,
    Affect,
    BehaviorEvent,
    Float32,
    Hello,
    Message,
    UInt32,
)

HELD = 8192
"""What minimum duration adds to a rule's claim: more than any priority."""


class Engine:
    """Feels and decides for the cast of one library.

    Holds nothing that changes: all that does is in the `State`, so that equal states, inputs and times give
    equal results, byte for byte.

    Args:
        library: checked and complete.
        seed: of all that is left to chance.
        leaves: custom Python leaves by name, for rules that name one.
        why: whether to keep the last tick in the state for why-not records.

    Raises:
        ValueError: what the library refers to does not exist, or its tree is too deep; says what.
    """

    def __init__(
        self,
        library: Library,
        seed: int = 0,
        leaves: Mapping[str, CustomLeaf] | None = None,
        why: bool = False,
    ) -> None:
        self.library = library
        self.seed = seed
        self.leaves = dict(leaves or {})
        self.why = why
        self.cast = Cast(library)
        self.program = Program(library, seed, self.cast.ids)
        rules = self.program.rules
        self.feeling = Feeling(library, self.cast, rules)
        self.senses = Senses(self.feeling, self.program.columns.operands)
        owned = np.array([self.cast.owns(r.id) for r in rules.rules]).reshape(len(rules), len(self.cast))
        autonomous = len(library.autonomous)
        is_interactive = rules.column >= autonomous
        owned[is_interactive] = True
        for row, rule in enumerate(rules.rules):
            if (actor := getattr(rule, "inflicter", SELF)) != SELF:
                owned[row] &= np.array([name == actor for name in self.cast.names], bool)
        self.owned = owned
        self._all_owned = bool(owned.all())
        self._interactive = np.flatnonzero(is_interactive)
        self._influence = rules.column[self._interactive] - autonomous
        self.scale = np.array(
            [self.cast.strength(r) * i for r, i in zip(rules.rules, rules.intensity, strict=True)]
        ).reshape(len(rules), len(self.cast))
        self._expires = bool((rules.most < FOREVER).any())
        self._fades = bool((rules.enter > 0).any() or (rules.leave > 0).any())
        self._cools = np.flatnonzero(rules.cool > 0)
        self._repeated = len(set(rules.column.tolist())) < len(rules)
        self.custom_rows = [
            (row, rule.custom)
            for row, rule in enumerate(rules.rules)
            if isinstance(rule, AutonomousRule) and rule.custom
        ]
        for row, name in self.custom_rows:
            if name not in self.leaves:
                raise ValueError(f"{rules.rules[row].mark}: no custom leaf {name!r} is registered")

    def start(self) -> State:
        """Return the state in which nothing has happened yet: everyone at home, nothing running."""
        program, count = self.program, len(self.cast)
        leaves, interactive = len(program.rules), len(self.library.interactive)
        home = self.cast.home
        state = State(
            surroundings=Surroundings.of(self.cast),
            neighbors=Neighbors(self.library.contagion.range),
            emotion=home.copy(),
            mood=home.copy(),
            latches=program.columns.start(count),
            was=np.zeros((len(program.rows), count), bool),
            memory=Memory(
                np.zeros((program.parallel_rows, count), bool),
                np.zeros((program.repeat_rows, count), np.int32),
                np.zeros((program.timeout_rows, count), np.int64),
                np.zeros((program.cool_rows, count), np.int64),
            ),
            since=np.zeros((leaves, count), np.int64),
            base=np.zeros((leaves, count), np.float32),
            ready=np.zeros((len(self.library.rules), count), np.int64),
            fading=np.zeros((leaves, count), bool),
            cooling=np.zeros((len(self.library.rules), count), bool),
            counterpart=np.zeros((leaves, count), np.uint32),
            influence=np.zeros((interactive, count)),
            inflicter=np.zeros((interactive, count), np.uint32),
            strength_caught=np.zeros((count, 1)),
            caught=np.zeros_like(home),
            nearest=np.full(count, -1, np.intp),
            snapshot=np.zeros((2, *home.shape), np.float32),
        )
        self.feeling.settle(state)
        state.snapshot[:] = state.emotion, state.mood
        return state

    def feel(self, state: State, inputs: Sequence[Message], t: int) -> Affect:
        """Return what everyone feels at t microseconds; see `feel.Feeling.step`. Changes `state`."""
        return self.feeling.step(state, inputs, t)

    def decide(self, state: State, affect: Affect, t: int) -> tuple[Activity, list[BehaviorEvent]]:
        """Return what everyone does at t microseconds, and which behaviors ended and started, in this order.

        Changes `state`. Affect that is not finite or not inside (0, 1) is refused and counted; the last valid
        affect of that character stands in for it.

        Raises:
            ValueError: `affect` is of another cast or other emotions.
        """
        self._take_snapshot(state, affect)
        rules, count, leaves = self.program.rules, len(self.cast), len(self.program.rules)
        t = state.t_decided = max(t, state.t_decided)
        holds = self.program.columns.evaluate(self.senses.read(state, t), state.latches, t)
        triggers = holds[:leaves]
        if not self._all_owned:
            triggers &= self.owned
        if self._interactive.size:
            triggers[self._interactive] = state.influence[self._influence] > 0.0
        tick = self._ask(state, holds, t)
        runs = self._answer(tick)
        changed = np.flatnonzero(runs[:leaves] ^ tick.was[:leaves])
        events = []
        if changed.size:
            row, character = np.divmod(changed, count)
            starts = runs.ravel()[changed]
            self._flip(state, row, character, starts, t)
            events = describe(self, state, tick, row, character, starts)
        state.was = runs
        state.lit = self.light(state, runs, t)
        state.tick = tick if self.why else None
        intensity = np.zeros((count, len(self.library.rules)), np.float32)
        lit = state.lit
        columns, level = rules.column[lit.row], np.minimum(lit.level, 1.0).astype(np.float32)
        if self._repeated:
            np.maximum.at(intensity, (lit.character, columns), level)
        else:
            intensity[lit.character, columns] = level
        return Activity(t=t, ids=self.cast.ids, intensity=intensity), events

    def _take_snapshot(self, state: State, affect: Affect) -> None:
        both = np.empty_like(state.snapshot)
        if affect.emotion.shape != both.shape[1:] or affect.mood.shape != both.shape[1:]:
            raise ValueError(f"affect should be of {both.shape[1]} characters and {both.shape[2]} emotions")
        both[0], both[1] = affect.emotion, affect.mood
        valid = (both > 0.0) & (both < 1.0)  # NaN fails both
        if not valid.all():
            bad = ~valid.all(axis=(0, 2))
            state.refused["affect: not inside (0, 1)"] += int(bad.sum())
            both[:, bad] = state.snapshot[:, bad]
        state.snapshot = both

    def _ask(self, state: State, holds: Bools, t: int) -> Tick:
        """Return what every leaf would do at t."""
        rules, leaves = self.program.rules, len(self.program.rules)
        shape = state.was.shape
        triggers = holds[:leaves]
        success, running = np.zeros(shape, bool), np.empty(shape, bool)
        running[:leaves] = triggers
        on = state.lit  # what ran at the last tick, with the leaf's age to be known
        flat = (on.row * shape[1] + on.character)[on.running]
        row = on.row[on.running]
        age = t - state.since.ravel()[flat]
        if self._expires:
            over = flat[age >= rules.most[row]]
            success.ravel()[over] = triggers.ravel()[over]
            running.ravel()[over] = False
        if self._cools.size:
            cooling = np.flatnonzero(state.cooling)
            warm = cooling[state.ready.ravel()[cooling] <= t]
            state.cooling.ravel()[warm] = False
            running[self._cools] &= ~state.cooling[rules.column[self._cools]] | state.was[self._cools]
        held = plus = minus = None
        if self.custom_rows:
            state.failures = consult(self, state, triggers, success, running, t)
        if self.program.holds:
            held = np.zeros(shape, bool)
            young = flat[age < rules.least[row]]
            held.ravel()[young] = running.ravel()[young]
        if self.program.contested:
            plus, minus = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
            claim = rules.claim[:, None] + state.was[:leaves]
            if held is not None:
                claim = claim + HELD * held[:leaves]
            claim = claim * running[:leaves]
            plus[:leaves] = claim * (rules.orientation > 0)[:, None]
            minus[:leaves] = claim * (rules.orientation < 0)[:, None]
        reach = np.ones(shape, bool)
        return Tick(t, state.memory, holds, state.was, success, running, reach, held, plus, minus)

    def _answer(self, tick: Tick) -> Bools:
        """Return which nodes run (V, N): from the leaves up what would, from the root down what may."""
        for group in self.program.groups:
            group.up(tick)
        runs = tick.reach & tick.running
        for group in reversed(self.program.groups):
            group.down(runs)
        for group in self.program.groups:
            group.keep(tick, runs)
        return runs

    def _flip(
        self,
        state: State,
        row: NDArray[np.intp],
        character: NDArray[np.intp],
        starts: Bools,
        t: int,
    ) -> None:
        """Halt what leaves, then start what enters."""
        rules = self.program.rules
        if self._fades:
            now = self._fade(state, row, character, ~starts, t)
            now[starts & ~state.fading[row, character]] = 0.0
            state.base[row, character] = now
            state.fading[row, character] = ~starts & (rules.leave[row] > 0) & (now > 0)
        state.since[row, character] = t
        ends = ~starts & (rules.cool[row] > 0)
        if ends.any():
            column = rules.column[row[ends]]
            state.ready[column, character[ends]] = t + rules.cool[row[ends]]
            state.cooling[column, character[ends]] = True
        state.counterpart[row[starts], character[starts]] = messages.NOBODY
        for i in np.flatnonzero(starts).tolist():
            leaf, me = int(row[i]), int(character[i])
            if isinstance(rules.rules[leaf], InteractiveRule):
                source = rules.column[leaf] - len(self.library.autonomous)
                state.counterpart[leaf, me] = state.inflicter[source, me]
            elif rules.bearer[leaf] != SELF:
                state.counterpart[leaf, me] = self._whom(state, rules.bearer[leaf], me)

    def _whom(self, state: State, bearer: str, character: int) -> int:
        if bearer == PLAYER:
            return messages.PLAYER
        if bearer == LOOKED_AT:
            return int(state.surroundings.looks_at[character])
        if bearer == NEAREST:
            nearest = state.neighbors.nearest()
            row = int(nearest[character]) if len(nearest) else -1
            return int(self.cast.ids[row]) if row >= 0 else messages.NOBODY
        if bearer == OTHERS or bearer not in self.cast.by_name:
            return messages.NOBODY
        return int(self.cast.ids[self.cast.by_name[bearer]])

    def _fade(
        self, state: State, row: NDArray[np.intp], character: NDArray[np.intp], on: Bools, t: int
    ) -> Float32:
        """Return the fade level in [0, 1] of entries at t, for what has been on (or off) since `since`."""
        rules = self.program.rules
        age = (t - state.since[row, character]).astype(np.float64)
        length = np.where(on, rules.enter[row], rules.leave[row])
        part = np.where(length > 0, age / np.maximum(length, 1), 1.0)
        level = state.base[row, character] + np.where(on, part, -part)
        return np.clip(level, 0.0, 1.0).astype(np.float32)

    def light(self, state: State, runs: Bools, t: int) -> Lit:
        """Return everything that shows now; what still fades is cut short where its opposite runs."""
        rules, leaves, count = self.program.rules, len(self.program.rules), len(self.cast)
        on = runs[:leaves]
        if self._fades and state.fading.any():
            state.fading &= ~on
            for sign in (1, -1):
                opposed = on[rules.orientation == -sign].any(axis=0)
                state.fading[rules.orientation == sign] &= ~opposed
            flat = np.flatnonzero(on | state.fading)
        else:
            flat = np.flatnonzero(on)
        row, character = np.divmod(flat, max(count, 1))
        running = on.ravel()[flat]
        level = self.scale.ravel()[flat]
        if self._fades:
            faded = self._fade(state, row, character, running, t)
            gone = ~running & (faded <= 0.0)
            state.fading[row[gone], character[gone]] = False
            level = level * faded
            row, character, running, level = row[~gone], character[~gone], running[~gone], level[~gone]
        for i, leaf in zip(self._influence, self._interactive, strict=True):
            of_rule = (row == leaf) & running
            level[of_rule] *= state.influence[i, character[of_rule]]
        return Lit(row, character, level, running)

    def hello(self, *, session: str, generation: int, clock: str, wall: int, rate: int, t: int) -> Hello:
        """Return the names that all arrays of this engine refer to."""
        return Hello(
            t=t,
            session=session,
            generation=generation,
            clock=clock,
            wall=wall,
            rate=rate,
            emotions=tuple(emotion.name for emotion in self.library.emotions),
            pad=self.feeling.places.astype(np.float32),
            ids=self.ids,
            characters=self.cast.names,
            face=FACE,
            rules=tuple(rule.id for rule in self.library.rules),
        )

    @property
    def ids(self) -> UInt32:
        """Ids of the characters, (N,), ascending: the rows of every array over characters."""
        return self.cast.ids
