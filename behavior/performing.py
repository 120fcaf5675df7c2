"""What running rules show: events, fades, and how strongly each rule shows and works."""

import numpy as np

from mien.behavior.affect import Float64
from mien.behavior.cast import Cast
from mien.behavior.columns import Bools
from mien.behavior.deciding import Changes, Indices
from mien.behavior.definition import LOOKED_AT, NEAREST, PLAYER, SELF, InteractiveRule
from mien.behavior.library import Library
from mien.behavior.program import Rules
from mien.behavior.state import State
from mien.bridge import messages
from mien.bridge.messages import NOBODY, BehaviorEvent


class Performing:
    """The show of one library and cast."""

    def __init__(self, library: Library, cast: Cast, rules: Rules) -> None:
        self.cast, self.rules = cast, rules
        self._autonomous = len(library.autonomous)
        self._scale: Float64 = np.array(
            [cast.strength(r) * i for r, i in zip(rules.rules, rules.intensity, strict=True)]
        ).reshape(len(rules), len(cast))
        self._interactive = np.flatnonzero(rules.column >= self._autonomous)
        self._influence = rules.column[self._interactive] - self._autonomous
        self._fades = bool((rules.enter > 0).any() or (rules.leave > 0).any())
        self._bears_self = np.array([bearer == SELF for bearer in rules.bearer], bool)
        self._bears_self[self._interactive] = False
        self._twins = self._find_twins()

    def _find_twins(self) -> Indices | None:
        """Return the leaves of each leaf's rule, (L, most of one rule); None where each has but one."""
        leaves: dict[int, list[int]] = {}
        for row, column in enumerate(self.rules.column.tolist()):
            leaves.setdefault(column, []).append(row)
        most = max((len(rows) for rows in leaves.values()), default=1)
        if most == 1:
            return None
        padded = {column: rows + rows[:1] * (most - len(rows)) for column, rows in leaves.items()}
        return np.array([padded[column] for column in self.rules.column.tolist()], np.intp)

    def flip(self, state: State, changes: Changes) -> None:
        """Begin to show what started, and to fade what ended; find whom it is directed at."""
        row, character, starts = changes.row, changes.character, changes.starts
        if self._fades:
            # `since` is the change's own time by now: the fade level is known from the level shown so far.
            scale = self._scale[row, character]
            shown = np.where(scale > 0, state.level[row, character] / np.maximum(scale, 1e-9), 0.0)
            state.base[row, character] = np.minimum(shown, 1.0)
        state.ramps = np.unique(np.concatenate([state.ramps, row * len(self.cast) + character]))
        for i in np.flatnonzero(starts & ~self._bears_self[row]).tolist():
            leaf, me = int(row[i]), int(character[i])
            state.counterpart[leaf, me] = self._whom(state, leaf, me)

    def resume(self, state: State, t: int) -> None:
        """Show what carried over from another library; what was fading out is gone."""
        on = state.mind.was[: len(self.rules)]
        state.level[~on] = 0.0
        row, character = np.nonzero(on)
        state.ramps = np.flatnonzero(on)
        self._show(state, row, character, np.ones(row.size, bool), t)
        signs = self.rules.orientation[:, None] * on
        state.sign = (signs.max(axis=0, initial=0) + signs.min(axis=0, initial=0)).astype(np.int8)

    def fade(self, state: State, t: int) -> None:
        """Bring up to date how strongly rules show that changed, that fade, or that smart objects inflict."""
        count = len(self.cast)
        if state.ramps.size:
            row, character = np.divmod(state.ramps, count)
            on = state.mind.was[row, character]
            if self._fades:
                cut = ~on & (self.rules.orientation[row] * state.sign[character] < 0)
                state.base[row[cut], character[cut]] = 0.0
            level = self._show(state, row, character, on, t)
            state.ramps = state.ramps[np.where(on, level < 1.0, level > 0.0)]
        if self._interactive.size:
            row, character = np.nonzero(state.mind.was[self._interactive])
            self._show(state, self._interactive[row], character, np.ones(row.size, bool), t)

    def _show(self, state: State, row: Indices, character: Indices, on: Bools, t: int) -> Float64:
        """Set how strongly entries show at t, and return their fade levels in [0, 1]."""
        if self._fades:
            length = np.where(on, self.rules.enter[row], self.rules.leave[row])
            age = (t - state.mind.since[row, character]) / np.maximum(length, 1)
            part = np.where(length > 0, age, 1.0)
            begun = state.base[row, character].astype(np.float64)
            fade: Float64 = np.clip(begun + np.where(on, part, -part), 0.0, 1.0)
        else:
            fade = on.astype(np.float64)
        level: Float64 = self._scale[row, character] * fade
        for i, leaf in zip(self._influence, self._interactive, strict=True):
            of_rule = on & (row == leaf)
            level[of_rule] *= state.influence[i, character[of_rule]]
        state.level[row, character] = level
        if self._twins is not None:
            level = state.level[self._twins[row], character[:, None]].max(axis=1).astype(np.float64)
        state.intensity[character, self.rules.column[row]] = np.minimum(level, 1.0)
        return fade

    def _whom(self, state: State, leaf: int, character: int) -> int:
        """Return the id of whom a rule is directed at, or who inflicts it."""
        if isinstance(self.rules.rules[leaf], InteractiveRule):
            return int(state.inflicter[self.rules.column[leaf] - self._autonomous, character])
        bearer = self.rules.bearer[leaf]
        if bearer == PLAYER:
            return messages.PLAYER
        if bearer == LOOKED_AT:
            return int(state.surroundings.looks_at[character])
        row = (
            state.neighbors.nearest_to(character) if bearer == NEAREST else self.cast.by_name.get(bearer, -1)
        )
        return int(self.cast.ids[row]) if row >= 0 else NOBODY

    def describe(self, state: State, changes: Changes, t: int) -> list[BehaviorEvent]:
        """Return the events of changed leaves, in their order."""
        row, who = changes.row, changes.character
        entries = zip(
            row.tolist(),
            who.tolist(),
            changes.reasons,
            self.cast.ids[who].tolist(),
            state.counterpart[row, who].tolist(),
            np.minimum(self._scale[row, who], 1.0).tolist(),
            strict=True,
        )
        return [self._event(state, t, *entry) for entry in entries]

    def event(self, state: State, leaf: int, character: int, reason: str, t: int) -> BehaviorEvent:
        """Return the event that a leaf's rule started (`selected`) or ended (any other reason)."""
        me, counterpart = int(self.cast.ids[character]), int(state.counterpart[leaf, character])
        intensity = min(float(self._scale[leaf, character]), 1.0)
        return self._event(state, t, leaf, character, reason, me, counterpart, intensity)

    def _event(
        self,
        state: State,
        t: int,
        leaf: int,
        character: int,
        reason: str,
        me: int,
        counterpart: int,
        intensity: float,
    ) -> BehaviorEvent:
        rule = self.rules.rules[leaf]
        inflicter, target = me, counterpart
        if isinstance(rule, InteractiveRule):
            inflicter, target = counterpart, NOBODY
            intensity *= float(state.influence[self.rules.column[leaf] - self._autonomous, character])
        shows = rule.shows
        return BehaviorEvent(
            t=t,
            character=me,
            rule=rule.id,
            phase="started" if reason == "selected" else "ended",
            reason=reason,
            inflicter=inflicter,
            target=target,
            intensity=intensity,
            expression=shows.expression,
            gaze=shows.gaze,
            gesture=shows.gesture,
            speech=shows.speech,
        )
