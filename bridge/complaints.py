"""Complaints about others' messages: each is worth a line in the log, a flood of them is not."""

import logging
from typing import Final

EVERY: Final = 1_000_000
"""Microseconds between two lines."""


class Complaints:
    """Writes at most one warning a second, and how many it kept back."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._last: int | None = None
        self._kept_back = 0

    def add(self, t: int, complaint: str) -> None:
        """Log the complaint, or count it if the last line is less than a second old; `t` in microseconds."""
        if self._last is not None and t - self._last < EVERY:
            self._kept_back += 1
            return
        more = f" (and {self._kept_back} more since the last line)" if self._kept_back else ""
        self._logger.warning("%s%s", complaint, more)
        self._last, self._kept_back = t, 0
