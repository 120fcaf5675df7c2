"""What a run folder tells: its row of the table, or why it cannot be used. Needs no torch."""

from dataclasses import dataclass
from typing import Any


class RunError(ValueError):
    """A run folder that cannot be used; one line: which, and what to do."""


@dataclass(frozen=True)
class Row:
    """One line of the table: a method on a set, and what came out (see `score`)."""

    method: str
    paper: str
    data: str
    synthetic: bool
    protocol: str
    classes: tuple[str, ...]
    parameters: int
    ms_per_item: float
    seconds: float
    scores: dict[str, Any]

    @property
    def name(self) -> str:
        """Name of the run folder."""
        return f"{self.method}@{self.data}"
