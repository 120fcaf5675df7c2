"""The sidecar beside the game: both of its processes, which end with the game whatever happens to it."""

from pathlib import Path
from typing import Final

from mien.bridge.clock import monotonic_micros
from mien.runtime.cli.app import PREFIX
from mien.runtime.supervisor import USER_ERROR, Child, ChildFailedError, Supervisor

STARTS: Final = 10_000_000
"""Microseconds of a clip within which a mistake of the user's comes to light, opening its source."""
LOADS: Final = 120_000_000
"""Microseconds within which both processes have loaded, on the slowest of machines."""


class SidecarError(Exception):
    """The sidecar cannot start; the text says why."""


class Sidecar:
    """What `mien run SOURCE --library LIBRARY` starts, without its view in the terminal."""

    def __init__(self, source: str, library: Path, port: int) -> None:
        """Start it.

        Args:
            source: `camera`, a clip or a session.
            library: rules and cast.
            port: first of four.
        """
        self._started = monotonic_micros()
        network = ["--port", str(port), "--supervised"]
        played = ["--source", source] if Path(source).is_file() else []
        self._director = Child(["direct", "--library", str(library), *played, *network])
        self._supervisor = Supervisor(lambda: self._director, lambda: Child(["perceive", source, *network]))
        self.failure = ""
        """Why it cannot go on, or empty."""

    @property
    def begun(self) -> int | None:
        """When the clip began, microseconds of this machine's clock; None while it loads."""
        return self._supervisor.begun

    def step(self) -> list[str]:
        """Look after both processes; return lines for a person.

        Raises:
            SidecarError: they cannot start. Once they have, `failure` says why they cannot go on.
        """
        if self.failure:
            return []
        now = monotonic_micros()
        try:
            notices = self._supervisor.step(now)
        except ChildFailedError as failed:
            # A library may have several mistakes, each in its line, of which `failed` has only the last.
            mistakes = "\n".join(self._director.lines).partition(PREFIX)[2]
            why = mistakes or str(failed).removeprefix(PREFIX)
            if self.begun is None or (failed.code == USER_ERROR and now - self.begun < STARTS):
                raise SidecarError(why) from None
            self.failure = f"the sidecar has ended: {why}"
            return [self.failure]
        if self.begun is None and now - self._started > LOADS:
            raise SidecarError(f"the sidecar has not begun within {LOADS / 1e6:g} s")
        return notices

    def end(self) -> None:
        """End both processes, within seconds."""
        self._supervisor.end()
