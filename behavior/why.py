"""Why a rule does or does not run: the predicate, the values, the threshold, and the ancestor in its way.

Made on demand from the record that an engine built with `why=True` keeps of each character's last decision.
"""

from dataclasses import dataclass, field

from mien.behavior.authoring.grammar import show
from mien.behavior.definition import (
    NOWHERE,
    And,
    Comparison,
    Dwell,
    Filter,
    Hysteresis,
    InteractiveRule,
    Mark,
    Modifier,
    Not,
    Or,
    Parallel,
    Predicate,
    Repeat,
    Selector,
    Sequence,
)
from mien.behavior.engine import Engine
from mien.behavior.program import Place
from mien.behavior.state import Record, State


@dataclass(frozen=True, slots=True)
class Reading:
    """One comparison of a predicate: what it says, and the level that it reads (NaN: unknown)."""

    text: str
    level: float
    mark: Mark


@dataclass(frozen=True, slots=True)
class Why:
    """Why the rule runs or not at one of its places in the tree."""

    rule: str
    path: str
    """Names of the nodes from the root."""
    mark: Mark
    runs: bool
    reason: str
    """One sentence."""
    readings: tuple[Reading, ...] = ()
    """What the rule's trigger reads."""
    ancestor: str = ""
    """Path of the node in its way, or empty."""
    ancestor_mark: Mark = NOWHERE
    ancestor_readings: tuple[Reading, ...] = field(default=())
    t: int = 0
    """When the character last had something to decide, microseconds: nothing has changed since."""


def why(engine: Engine, state: State, character: int, rule: str) -> list[Why]:
    """Return why a rule runs or not on a character, for each of its places in the tree.

    Args:
        engine: built with `why=True`.
        state: after `decide`.
        character: id.
        rule: id.

    Raises:
        KeyError: no such character.
        LookupError: no such rule in the tree, or no records are kept.
    """
    record = state.record
    if record is None:
        raise LookupError("no records are kept: build the engine with why=True")
    column = engine.cast.index[character]
    rows = [i for i, r in enumerate(engine.program.rules.rules) if r.id == rule]
    if not rows:
        raise LookupError(f"the tree runs no rule {rule!r}")
    return [_explain(engine, state, record, row, column) for row in rows]


def _explain(engine: Engine, state: State, record: Record, row: int, column: int) -> Why:
    rules, place = engine.program.rules, engine.program.rules.places[row]
    rule = rules.rules[row]
    runs = bool(state.mind.was[row, column])
    interactive = isinstance(rule, InteractiveRule)
    readings = () if interactive else _readings(engine, record, rule.trigger, column)
    blocker: Place | None = None
    if runs:
        reason = f"it runs: `{'its object broadcasts it' if interactive else show(rule.trigger)}` holds"
    elif record.success[row, column]:
        reason = "it has just been completed: its maximum duration is over, or its Python leaf succeeded"
    elif not record.running[row, column]:
        reason = _own_reason(engine, state, record, row, column)
    else:
        blocker, reason = _blocker(record, place, column)
    return Why(
        rule=rule.id,
        path=place.path,
        mark=rule.mark,
        runs=runs,
        reason=reason,
        readings=readings,
        ancestor=blocker.path if blocker else "",
        ancestor_mark=blocker.form.mark if blocker else NOWHERE,
        ancestor_readings=_of_form(engine, record, blocker, column) if blocker else (),
        t=int(record.t[column]),
    )


def _own_reason(engine: Engine, state: State, record: Record, row: int, column: int) -> str:
    rules = engine.program.rules
    rule = rules.rules[row]
    name = engine.cast.names[column]
    if isinstance(rule, InteractiveRule):
        return f"no smart object broadcasts it within {rule.range:g} m of {name}"
    if not engine.deciding.owned[row, column]:
        return f"it is not in the list of {name}, or not {name}'s to do"
    if not record.holds[row, column]:
        return f"its trigger `{show(rule.trigger)}` does not hold"
    cooling = rules.cooling[row]
    if cooling >= 0 and state.mind.cooling[cooling, column]:
        left = (int(state.mind.ready[cooling, column]) - state.t_decided) / 1e6
        return f"it cools down for another {left:.2f} s"
    return f"its Python leaf `{rule.custom}` fails"


def _blocker(record: Record, leaf: Place, column: int) -> tuple[Place, str]:
    """Return the highest node that does not let the leaf run, and why not."""
    line = [leaf]
    while line[-1].parent is not None:
        line.append(line[-1].parent)
    for parent, child in zip(line[:0:-1], line[-2::-1], strict=True):
        if not record.reach[child.row, column]:
            return parent, _blocks(record, parent, child, column)
    raise AssertionError(f"{leaf.path} would run and is reached, but does not run")


def _blocks(record: Record, parent: Place, child: Place, column: int) -> str:
    def answers(place: Place) -> str:
        if record.success[place.row, column]:
            return "succeeds"
        return "runs" if record.running[place.row, column] else "fails"

    def named(place: Place) -> str:
        return f"`{place.path.rsplit('/', 1)[-1]}`"

    reached = [p for p in parent.below if record.reach[p.row, column]]
    match parent.form:
        case Sequence():
            turn = reached[-1] if reached else parent.below[0]
            turns = f"{named(turn)} {answers(turn)}"
            return f"its turn in the sequence {named(parent)} has not come or is over: {turns}"
        case Selector():
            turn = next((p for p in reached if answers(p) != "fails"), parent.below[0])
            return f"the selector {named(parent)} has chosen {named(turn)}, which {answers(turn)}"
        case Filter(when):
            return f"the filter {named(parent)} is shut: `{show(when)}` does not hold"
        case Parallel():
            if not record.running[parent.row, column]:
                return f"the parallel {named(parent)} {answers(parent)}, which ends all of its children"
            if record.running[child.row, column]:
                return (
                    f"the parallel {named(parent)} holds {named(child)} back (law 3): "
                    "a stronger rule of the opposite orientation runs"
                )
            return f"{named(child)} has succeeded, and rests until the parallel {named(parent)} ends"
        case Repeat():
            return f"the repeat {named(parent)} has come to its end"
        case Modifier(kind=kind, value=value):
            return f"the modifier {named(parent)} ({kind} {value:g}) does not let {named(child)} run"
    return f"{named(parent)} does not reach it"


def _of_form(engine: Engine, record: Record, place: Place, column: int) -> tuple[Reading, ...]:
    match place.form:
        case Filter(when):
            return _readings(engine, record, when, column)
        case Repeat(until=until, while_=while_):
            return tuple(
                reading
                for predicate in (until, while_)
                if predicate is not None
                for reading in _readings(engine, record, predicate, column)
            )
    return ()


def _readings(engine: Engine, record: Record, predicate: Predicate, column: int) -> tuple[Reading, ...]:
    """Return what each comparison of a predicate reads, left to right."""
    match predicate:
        case Comparison(left) | Hysteresis(left):
            row = engine.program.columns.row_of(left)
            return (Reading(show(predicate), float(record.levels[row, column]), predicate.mark),)
        case Dwell(term) | Not(term):
            return _readings(engine, record, term, column)
        case And(terms) | Or(terms):
            return tuple(r for term in terms for r in _readings(engine, record, term, column))
    return ()
