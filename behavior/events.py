"""Why a rule ended, in one word."""

from typing import TYPE_CHECKING

from mien.behavior.forms.filter import Filters
from mien.behavior.forms.group import Group, Tick
from mien.behavior.forms.modifier import Timeouts
from mien.behavior.forms.repeat import Repeats

if TYPE_CHECKING:
    from mien.behavior.program import Program


def reason(program: "Program", tick: Tick, leaf: int, column: int) -> str:
    """Return why a leaf stopped: its own answer, else the lowest ancestor that explains it."""
    if tick.success[leaf, column]:
        return "completed"
    if not tick.running[leaf, column]:
        return "failed" if tick.holds[leaf, column] else "trigger"
    node = program.parents[leaf]
    while node >= 0:
        group = program.group_of[node]
        ended = _ended_by(group, tick, node - group.at.start, column)
        if ended:
            return ended
        node = program.parents[node]
    return "preempted"


def _ended_by(group: Group, tick: Tick, within: int, column: int) -> str:
    match group:
        case Timeouts():
            return "timeout" if group.is_over(tick, within, column) else ""
        case Filters():
            return "" if tick.holds[group.predicates, column][within] else "trigger"
        case Repeats() if group.ends is not None:
            return "completed" if tick.holds[group.ends, column][within] else ""
    return ""
