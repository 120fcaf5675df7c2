"""The sidecar beside the game: both of its processes, which end with the game whatever happens to it."""

from pathlib import Path
from typing import Final

from mien.bridge.clock import monotonic_micros
from mien.runtime.cli.app import PREFIX
from mien.runtime.supervisor import Child, ChildFailedError, Supervisor

LIBRARY: Final = Path(__file__).resolve().parent / "library"


class Sidecar:
    """What `mien run SOURCE --library LIBRARY` starts, without its view in the terminal."""

    def __init__(self, source: str, library: Path, port: int) -> None:
        """Start it.

        Args:
            source: `camera`, a clip or a session.
            library: rules and cast.
            port: first of four.
        """
        network = ["--port", str(port), "--supervised"]
        played = ["--source", source] if Path(source).is_file() else []
        self._supervisor = Supervisor(
            lambda: Child(["direct", "--library", str(library), *played, *network]),
            lambda: Child(["perceive", source, *network]),
        )
        self.failure = ""
        """Why it cannot go on, or empty."""
        self.notice = ""
        """The newest line for a person."""

    @property
    def begun(self) -> int | None:
        """When the clip began, microseconds of this machine's clock; None while it loads."""
        return self._supervisor.begun

    @property
    def source_ended(self) -> bool:
        """Whether the clip is over: the characters live on by themselves."""
        return self._supervisor.source_ended

    def step(self) -> None:
        """Look after both processes."""
        if self.failure:
            return
        try:
            for notice in self._supervisor.step(monotonic_micros()):
                self.notice = notice
        except ChildFailedError as failed:
            self.failure = str(failed).removeprefix(PREFIX)

    def end(self) -> None:
        """End both processes, within seconds."""
        self._supervisor.end()
