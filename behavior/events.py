"""What a tick changed, as messages: behaviors that ended, then behaviors that started."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mien.behavior.columns import Bools
from mien.behavior.definition import InteractiveRule
from mien.behavior.forms.filter import Filters
from mien.behavior.forms.group import Group, Tick
from mien.behavior.forms.modifier import Timeouts
from mien.behavior.forms.repeat import Repeats
from mien.bridge.messages import NOBODY, BehaviorEvent

if TYPE_CHECKING:
    from mien.behavior.engine import Engine
    from mien.behavior.state import State


def describe(
    engine: "Engine",
    state: "State",
    tick: Tick,
    row: NDArray[np.intp],
    character: NDArray[np.intp],
    starts: Bools,
) -> list[BehaviorEvent]:
    """Return the events of changed leaves: ended first, then by character, then in the order of the tree."""
    places = engine.program.rules.places
    changes = zip(starts.tolist(), character.tolist(), row.tolist(), strict=True)
    ordered = sorted((started, who, places[leaf].number, leaf) for started, who, leaf in changes)
    return [
        event(engine, state, leaf, who, "selected" if started else _reason(engine, tick, leaf, who), tick.t)
        for started, who, _, leaf in ordered
    ]


def event(engine: "Engine", state: "State", leaf: int, character: int, reason: str, t: int) -> BehaviorEvent:
    """Return the event that a leaf's rule started (`selected`) or ended (any other reason)."""
    rule = engine.program.rules.rules[leaf]
    me = int(engine.cast.ids[character])
    inflicter, target = me, int(state.counterpart[leaf, character])
    intensity = float(engine.scale[leaf, character])
    if isinstance(rule, InteractiveRule):
        inflicter, target = target, NOBODY
        i = int(engine.program.rules.column[leaf]) - len(engine.library.autonomous)
        intensity *= float(state.influence[i, character])
    shows = rule.shows
    return BehaviorEvent(
        t=t,
        character=me,
        rule=rule.id,
        phase="started" if reason == "selected" else "ended",
        reason=reason,
        inflicter=inflicter,
        target=target,
        intensity=min(intensity, 1.0),
        expression=shows.expression,
        gaze=shows.gaze,
        gesture=shows.gesture,
        speech=shows.speech,
    )


def _reason(engine: "Engine", tick: Tick, leaf: int, character: int) -> str:
    """Return in one word why a leaf stopped: its own answer, else the lowest ancestor that explains it."""
    if tick.success[leaf, character]:
        return "completed"
    if not tick.running[leaf, character]:
        return "trigger" if not tick.holds[leaf, character] else "failed"
    node = engine.program.parent[leaf]
    while node >= 0:
        group = engine.program.group_of(node)
        reason = _ended_by(group, tick, node - group.at.start, character)
        if reason:
            return reason
        node = engine.program.parent[node]
    return "preempted"


def _ended_by(group: Group, tick: Tick, within: int, character: int) -> str:
    match group:
        case Timeouts():
            return "timeout" if group.over(tick)[within, character] else ""
        case Filters():
            return "" if tick.holds[group.predicates][within, character] else "trigger"
        case Repeats() if group.ends is not None:
            return "completed" if tick.holds[group.ends][within, character] else ""
    return ""
