"""Custom leaves: rules whose end is decided by Python.

A rule that names one is still a rule: its trigger, aim and orientation keep all laws. Register leaves with
`Engine(library, leaves={"name": MyLeaf()})`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mien.behavior.columns import Bools
from mien.behavior.forms.group import Int64
from mien.bridge.messages import Float32

if TYPE_CHECKING:
    from mien.behavior.deciding import Deciding
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


class CustomLeaf(ABC):
    """Base of custom leaves.

    `progress` is asked at every tick for every character that has the rule and whose trigger holds, whether
    or not the tree reaches it: it answers what the leaf *would* do, and must change nothing. An exception is
    taken as failure of this leaf for this character, and reported with the leaf's path; the tick goes on.
    """

    @abstractmethod
    def progress(self, view: View) -> Progress:
        """Return whether the rule goes on (or would start), has succeeded, or fails."""


def consult(
    deciding: "Deciding",
    state: "State",
    who: NDArray[np.intp],
    triggers: Bools,
    was: Bools,
    since: Int64,
    success: Bools,
    running: Bools,
    t: int,
) -> list[str]:
    """Ask all custom leaves, set what they would do, and return what they raised: path, character, reason.

    All planes have a column for each character of `who`.
    """
    failures = []
    for row, name in deciding.custom:
        for column in (triggers[row] & running[row]).nonzero()[0].tolist():
            character = int(who[column])
            on = bool(was[row, column])
            view = View(
                character=int(deciding.cast.ids[character]),
                emotion=state.snapshot[character, 0],
                mood=state.snapshot[character, 1],
                running_for=t - int(since[row, column]) if on else 0,
                running=on,
            )
            try:
                answer = Progress(deciding.leaves[name].progress(view))
            except Exception as error:
                path = deciding.program.rules.places[row].path
                failures.append(
                    f"{path} of {deciding.cast.names[character]}: {type(error).__name__}: {error}"
                )
                answer = Progress.FAILED
            running[row, column] = answer is Progress.GOES_ON
            success[row, column] = answer is Progress.SUCCEEDED
    return failures
