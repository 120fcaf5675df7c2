"""Starts the perceiver and the director, watches them, restarts a perceiver that died, ends both cleanly."""

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from mien.bridge.messages import Micros

USER_ERROR: Final = 2
"""Exit code of a child that its user must help: restarting it would not."""
BACK_OFF: Final[tuple[int, ...]] = (500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000)
"""Microseconds to wait before each restart in a row; the last one repeats."""
HEALTHY: Final = 10_000_000
"""A child that lived this long starts again from the shortest wait."""
PATIENCE: Final = 5.0
"""Seconds that a child gets to end by itself."""


class Running(Protocol):
    """What the supervisor needs to know of a child process."""

    def exit_code(self) -> int | None:
        """Return how it ended, or None while it runs."""

    def said(self) -> str:
        """Return its last words, once it has ended."""

    def end(self) -> int:
        """Make it end; return its exit code."""


class Child:
    """One process of ours, told to end by closing its standard input."""

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        """Start `python -m mien.runtime ARGUMENTS`."""
        self.lines: deque[str] = deque(maxlen=50)
        """The newest lines of its standard error."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mien.runtime", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            # The terminal sends Ctrl-C to the whole group; ours decides when a child ends.
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._reader = threading.Thread(target=self._read, name=f"{name}-stderr", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """Return how it ended, or None while it runs."""
        return self._process.poll()

    def said(self) -> str:
        """Return the last line that it wrote to standard error, once it has ended."""
        self._reader.join(1.0)
        return next((line for line in reversed(self.lines) if line.strip()), "")

    def ask_to_end(self) -> None:
        """Close its standard input; returns at once."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.closed:
            stdin.close()

    def end(self) -> int:
        """Ask it to end, kill it when it does not within `PATIENCE`; return its exit code."""
        self.ask_to_end()
        try:
            return self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _read(self) -> None:
        stream = self._process.stderr
        if stream is not None:
            with stream:
                for line in stream:
                    self.lines.append(line.rstrip())


class Supervisor:
    """Keeps a director and, beside it, a perceiver alive."""

    def __init__(self, start_director: Callable[[], Running], start_perceiver: Callable[[], Running]) -> None:
        """Start both."""
        self._start_perceiver = start_perceiver
        self.director = start_director()
        self.perceiver: Running | None = start_perceiver()
        self.restarts = 0
        self.source_ended = False
        """The perceiver came to the end of its clip."""
        self._failures = 0
        self._begun: Micros | None = None
        self._restart_at: Micros = 0

    def step(self, t: Micros) -> list[str]:
        """Look after the children at time `t`; return what a person should know.

        Raises:
            ChildFailedError: a child cannot go on, and restarting it would not help.
        """
        code = self.director.exit_code()
        if code is not None:
            raise ChildFailedError(self.director.said() or f"the director ended with exit code {code}", code)
        if self.source_ended:
            return []
        if self.perceiver is None:
            return self._restart(t) if t >= self._restart_at else []
        if self._begun is None:
            self._begun = t
        code = self.perceiver.exit_code()
        if code is None:
            if t - self._begun > HEALTHY:
                self._failures = 0
            return []
        said = self.perceiver.said()
        self.perceiver = None
        if code == 0:
            self.source_ended = True
            return []
        if code == USER_ERROR:
            raise ChildFailedError(said or "the perceiver could not start", code)
        wait = BACK_OFF[min(self._failures, len(BACK_OFF) - 1)]
        self._failures += 1
        self._restart_at = t + wait
        return [
            f"perceiver died ({said or f'exit code {code}'}); faces go on, restarting in {wait / 1e6:g} s"
        ]

    def end(self) -> int:
        """End the perceiver, then the director with its recording; return the director's exit code."""
        if self.perceiver is not None:
            self.perceiver.end()
        return self.director.end()

    def _restart(self, t: Micros) -> list[str]:
        self.restarts += 1
        self.perceiver = self._start_perceiver()
        self._begun = t
        return [f"perceiver restarted (attempt {self.restarts})"]


class ChildFailedError(Exception):
    """A child process cannot go on; the text is its last word, `code` its exit code."""

    def __init__(self, said: str, code: int) -> None:
        super().__init__(said)
        self.code = code
