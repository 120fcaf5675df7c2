"""Reload: swap a new frozen library in between two ticks; what goes on carries on (law 5)."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from mien.behavior.engine import Engine
from mien.behavior.state import State
from mien.behavior.world import Thing
from mien.bridge.messages import BehaviorEvent

Indices = NDArray[np.intp]


def swap(old: Engine, new: Engine, state: State, t: int) -> tuple[State, list[BehaviorEvent]]:
    """Return the state in which `new` goes on from where `old` is, and the behaviors that this ended.

    Characters carry over by id, emotions by name, running rules and cool-downs by rule id (the first place of
    a rule in the old tree to its first place in the new one, and so on), surroundings as they are. What has
    no successor ends with the reason `reloaded`. Latches, dwell times, and the counts of repeats and
    parallels and timeouts begin anew.

    Args:
        old: the engine so far.
        new: the engine from now on, built before, so that an error in its library changes nothing.
        state: of `old`; left as it is.
        t: microseconds.
    """
    carried = new.start()
    mind = carried.mind
    state = state.copy()
    shared = [id_ for id_ in new.cast.index if id_ in old.cast.index]
    to = np.array([new.cast.index[id_] for id_ in shared], np.intp)
    by = np.array([old.cast.index[id_] for id_ in shared], np.intp)
    _carry_affect(old, new, state, carried, to, by)
    _carry_surroundings(new, state, carried)
    successors = _successors(old, new)
    for there, here in successors:
        mind.was[here, to] = state.mind.was[there, by] & new.deciding.owned[here, to]
        mind.since[here, to] = state.mind.since[there, by]
        for name in ("base", "level", "counterpart"):
            getattr(carried, name)[here, to] = getattr(state, name)[there, by]
    for place in new.program.rows:
        if place.below:
            mind.was[place.row] = mind.was[[child.row for child in place.below]].any(axis=0)
    mind.memory.since[:] = t
    for group in reversed(new.program.groups):
        if group.exclusive:
            group.one_at_a_time(mind.was)
        group.down(mind.was)
    for there, here in successors:
        then, now = old.program.rules.cooling[there], new.program.rules.cooling[here]
        if then >= 0 and now >= 0:
            mind.ready[now, to] = state.mind.ready[then, by]
            mind.cooling[now, to] = state.mind.cooling[then, by]
    stopped = state.mind.was[: len(old.program.rules)].copy()
    for there, here in successors:
        stopped[there, by] &= ~mind.was[here, to]
    events = [
        old.performing.event(state, int(row), int(who), "reloaded", t) for who, row in np.argwhere(stopped.T)
    ]
    new.performing.resume(carried, t)
    carried.t, carried.t_decided = state.t, state.t_decided
    return carried, events


def _carry_affect(old: Engine, new: Engine, state: State, carried: State, to: Indices, by: Indices) -> None:
    names = {emotion.name: i for i, emotion in enumerate(old.library.emotions)}
    for here, emotion in enumerate(new.library.emotions):
        if (there := names.get(emotion.name)) is not None:
            carried.emotion[to, here] = state.emotion[by, there]
            carried.mood[to, here] = state.mood[by, there]
    new.feeling.settle(carried)
    carried.snapshot[:, 0], carried.snapshot[:, 1] = carried.emotion, carried.mood


def _carry_surroundings(new: Engine, state: State, carried: State) -> None:
    kinds = {kind.name: kind for kind in new.library.objects}
    carried.surroundings.adopt(state.surroundings)
    for id_, thing in list(carried.surroundings.things.items()):
        kind = kinds.get(thing.kind.name)
        if kind is None:
            del carried.surroundings.things[id_]
        else:
            levels = {name: thing.state.get(name, level) for name, level in kind.state.items()}
            carried.surroundings.things[id_] = Thing(id_, kind, levels)
    carried.broadcasts = state.broadcasts


def _successors(old: Engine, new: Engine) -> list[tuple[int, int]]:
    """Return leaves of the old tree with the leaf of the new one that takes over."""
    successors = _by_rule(new)
    return [(row, successors[key]) for key, row in _by_rule(old).items() if key in successors]


def _by_rule(engine: Engine) -> dict[tuple[str, int], int]:
    """Return the row of each leaf by its rule and how many leaves of that rule stand before it."""
    rules = engine.program.rules
    seen: Counter[str] = Counter()
    found = {}
    for place, rule in sorted(zip(rules.places, rules.rules, strict=True), key=lambda p: p[0].number):
        found[rule.id, seen[rule.id]] = place.row
        seen[rule.id] += 1
    return found
