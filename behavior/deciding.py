"""One tick of the tree for those characters that have something to decide."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.behavior.cast import Cast
from mien.behavior.columns import Bools
from mien.behavior.custom import CustomLeaf, consult
from mien.behavior.definition import AutonomousRule
from mien.behavior.events import reason
from mien.behavior.forms.group import Int64, Scalar, Tick, pending
from mien.behavior.library import Library
from mien.behavior.predicates import FOREVER
from mien.behavior.program import Program
from mien.behavior.regions import Regions
from mien.behavior.state import Mind, State
from mien.bridge.messages import Float32

Indices = NDArray[np.intp]


@dataclass(slots=True)
class Changes:
    """The leaves that a tick ended and started: ended ones first, then by character and order of the tree."""

    row: Indices
    character: Indices
    starts: Bools
    reasons: list[str]


class Deciding:
    """The decide step of one library and cast."""

    def __init__(
        self, library: Library, cast: Cast, program: Program, leaves: Mapping[str, CustomLeaf]
    ) -> None:
        self.cast, self.program, self.leaves = cast, program, leaves
        rules = program.rules
        self.regions = Regions(program.columns)
        self.owned = cast.owned(rules.rules)
        self._all_owned = bool(self.owned.all())
        autonomous = len(library.autonomous)
        self.interactive = np.flatnonzero(rules.column >= autonomous)
        self._influence = rules.column[self.interactive] - autonomous
        self._expires = bool((rules.most < FOREVER).any())
        self._holds = bool((rules.least > 0).any())
        self._cools = np.flatnonzero(rules.cooling >= 0)
        self._cooling = rules.cooling[self._cools]
        self._plus, self._minus = (np.flatnonzero(rules.orientation == sign) for sign in (1, -1))
        self._signed = bool(rules.orientation.any())
        self.custom = [
            (row, rule.custom)
            for row, rule in enumerate(rules.rules)
            if isinstance(rule, AutonomousRule) and rule.custom
        ]
        for row, name in self.custom:
            if name not in leaves:
                raise ValueError(f"{rules.rules[row].mark}: no custom leaf {name!r} is registered")

    def awake(self, state: State, levels: Float32, may_be_unknown: bool, t: int) -> Indices:
        """Return which characters have something to decide at t."""
        awake = state.wake <= t
        if len(levels):
            awake |= self.regions.cross(levels, state.low, state.high, may_be_unknown)
        if self.interactive.size:
            works = state.influence[self._influence] > 0.0
            awake |= (works != state.works).any(axis=0)
            state.works = works
        if self.custom:
            awake[:] = True
        return np.flatnonzero(awake)

    def step(self, state: State, levels: Float32, who: Indices, t: int) -> Changes:
        """Let the characters `who` decide at t from `levels` (operands, N), and return what changed."""
        old, levels = pick(state.mind.flags, who), levels.take(who, axis=1)
        mind = Mind(state.rows, old.copy(), pick(state.mind.times, who))
        counts = mind.memory.count.copy()
        tick = self._ask(state, mind, old[state.rows.was], levels, who, t)
        runs = self._answer(tick)
        changes = self._changes(tick, runs, mind, who)
        mind.was[:] = runs
        moved = np.logical_or.reduce(mind.flags ^ old, axis=0)
        if len(counts):
            moved |= (mind.memory.count != counts).any(axis=0)
        wake = self._wake(tick, runs, mind)
        wake[moved] = 0
        state.mind.flags.T[who], state.mind.times.T[who] = mind.flags.T, mind.times.T
        state.wake[who] = wake
        if self._signed:
            plus, minus = self._signs(runs)
            state.sign[who] = plus.view(np.int8) - minus.view(np.int8)
        if state.record is not None:
            state.record.note(tick, levels, who)
        return changes

    def _ask(
        self,
        state: State,
        mind: Mind,
        was: Bools,
        levels: Float32,
        who: Indices,
        t: int,
    ) -> Tick:
        """Return what every leaf would do at t."""
        rules, leaves = self.program.rules, len(self.program.rules)
        holds = self.program.columns.evaluate(levels, mind.latches, t)
        triggers = holds[:leaves]
        if not self._all_owned:
            triggers &= self.owned[:, who]
        if self.interactive.size:
            triggers[self.interactive] = state.works[:, who]
        success, running = np.empty(was.shape, bool), np.empty(was.shape, bool)
        success[:leaves] = False
        running[:leaves] = triggers
        row, column = np.nonzero(was[:leaves])
        age = t - mind.since[row, column]
        if self._expires:
            over = age >= rules.most[row]
            late = row[over], column[over]
            success[late], running[late] = triggers[late], False
        if self._cools.size:
            np.logical_and(mind.cooling, mind.ready > t, out=mind.cooling)
            running[self._cools] &= ~mind.cooling[self._cooling] | was[self._cools]
        if self.custom:
            leaf_was = was[:leaves]
            state.failures += consult(self, state, who, triggers, leaf_was, mind.since, success, running, t)
        held = None
        if self._holds:
            held = np.zeros(was.shape, bool)
            young = age < rules.least[row]
            new = row[young], column[young]
            held[new] = running[new]
        reach = np.ones(was.shape, bool)
        return Tick(t, self.cast.ids[who], mind.memory, holds, was, success, running, reach, held)

    def _answer(self, tick: Tick) -> Bools:
        """Return which nodes run (V, N): from the leaves up what would, from the root down what may."""
        groups = self.program.groups
        for group in groups:
            group.up(tick)
        runs: Bools = tick.reach & tick.running
        for group in reversed(groups):
            group.down(runs)
        if self.program.opposites:
            plus, minus = self._signs(runs)
            torn = np.flatnonzero(plus & minus)
            for opposites in self.program.opposites if torn.size else ():
                opposites.hold_back(tick, runs, torn)
        for group in groups:
            group.keep(tick, runs)
        return runs

    def _signs(self, runs: Bools) -> tuple[Bools, Bools]:
        """Return in whom some rule of positive, and of negative orientation runs, (N,) each."""
        plus: Bools = np.logical_or.reduce(runs[self._plus], axis=0)
        minus: Bools = np.logical_or.reduce(runs[self._minus], axis=0)
        return plus, minus

    def _changes(self, tick: Tick, runs: Bools, mind: Mind, who: Indices) -> Changes:
        """Return the leaves that end and start, and let the times of what they remember begin."""
        rules, leaves = self.program.rules, len(self.program.rules)
        row, column = np.nonzero(runs[:leaves] ^ tick.was[:leaves])
        starts = runs[row, column]
        order = np.lexsort((rules.number[row], column, starts))
        row, column, starts = row[order], column[order], starts[order]
        mind.since[row, column] = tick.t
        cooling = rules.cooling[row]
        cools = ~starts & (cooling >= 0)
        mind.ready[cooling[cools], column[cools]] = tick.t + rules.cool[row[cools]]
        mind.cooling[cooling[cools], column[cools]] = True
        pairs = zip(row.tolist(), column.tolist(), starts.tolist(), strict=True)
        reasons = ["selected" if start else reason(self.program, tick, i, j) for i, j, start in pairs]
        return Changes(row, who[column], starts, reasons)

    def _wake(self, tick: Tick, runs: Bools, mind: Mind) -> Int64:
        """Return when time alone next changes what there is to decide, (N,) microseconds."""
        t, rules = tick.t, self.program.rules
        due: list[Int64] = []
        if self._cools.size:
            due.append(pending(mind.ready, t, mind.cooling))
        if mind.latches.since.size:
            due.append(self.program.columns.wake(mind.latches, t))
        by_group = (group.wake(tick, runs) for group in self.program.groups)
        due.extend(times for times in by_group if times is not None)
        wake = np.full(runs.shape[1], FOREVER, np.int64)
        for times in due:
            np.minimum(wake, times.min(axis=0), out=wake)
        if self._expires or self._holds:
            row, column = np.nonzero(runs[: len(rules)])
            since = mind.since[row, column]
            held = since + rules.least[row]
            over = since + rules.most[row]
            np.minimum.at(wake, column, np.where(held > t, np.minimum(held, over), over))
        return wake


def pick(plane: NDArray[Scalar], who: Indices) -> NDArray[Scalar]:
    """Return the columns `who` of a plane that keeps columns together in memory; the result keeps rows so."""
    return np.ascontiguousarray(plane.T.take(who, axis=0).T)
