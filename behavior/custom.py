"""Custom leaves: rules whose end is decided by Python.

A rule that names one is still a rule: its trigger, aim and orientation keep all laws. Register leaves with
`Engine(library, leaves={"name": MyLeaf()})`.
"""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from mien.behavior.columns import Bools
from mien.bridge.messages import Float32

if TYPE_CHECKING:
    from mien.behavior.engine import Engine
    from mien.behavior.state import State


class Progress(Enum):
    """What a custom leaf answers."""

    GOES_ON = "goes on"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class View:
    """What a custom leaf may know: what its character feels, and for how long it has been running."""

    character: int
    """Id."""
    emotion: Float32
    """(M,) in (0, 1)."""
    mood: Float32
    """(M,) in (0, 1)."""
    running_for: int
    """Microseconds; 0 where it does not run yet."""
    running: bool


class CustomLeaf(Protocol):
    """Base of custom leaves.

    `progress` is asked at every tick for every character that has the rule and whose trigger holds, whether
    or not the tree reaches it: it answers what the leaf *would* do, and must change nothing. An exception is
    taken as failure of this leaf for this character, and reported with the leaf's path; the tick goes on.
    """

    def progress(self, view: View) -> Progress:
        """Return whether the rule goes on (or would start), has succeeded, or fails."""
        ...


def consult(
    engine: "Engine", state: "State", triggers: Bools, success: Bools, running: Bools, t: int
) -> list[str]:
    """Ask all custom leaves, set what they would do, and return what they raised: path, character, reason."""
    failures = []
    for row, name in engine.custom_rows:
        for character in triggers[row].nonzero()[0].tolist():
            if success[row, character] or not running[row, character]:
                continue  # its time is over, or it cools down
            view = View(
                character=int(engine.cast.ids[character]),
                emotion=state.snapshot[0, character],
                mood=state.snapshot[1, character],
                running_for=t - int(state.since[row, character]) if state.was[row, character] else 0,
                running=bool(state.was[row, character]),
            )
            try:
                answer = Progress(engine.leaves[name].progress(view))
            except Exception as error:
                path = engine.program.rules.places[row].path
                failures.append(f"{path} of {engine.cast.names[character]}: {type(error).__name__}: {error}")
                answer = Progress.FAILED
            running[row, character] = answer is Progress.GOES_ON
            success[row, character] = answer is Progress.SUCCEEDED
    return failures
