"""Starts the perceiver and the director, watches them, restarts a perceiver that died, ends both cleanly."""

import contextlib
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from mien.bridge.messages import Micros
from mien.runtime.leash import READY

USER_ERROR: Final = 2
"""Exit code of a child that its user must help: restarting it would not."""
BACK_OFF: Final[tuple[int, ...]] = (500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000)
"""Microseconds to wait before each restart in a row; the last one repeats."""
LEAD: Final = 150_000
"""Microseconds from the moment when both are ready to the beginning of the run."""
HEALTHY: Final = 10_000_000
"""A child that lived this long starts again from the shortest wait."""
PATIENCE: Final = 5.0
"""Seconds that a child gets to end by itself."""


class Running(Protocol):
    """What the supervisor needs to know of a child process."""

    def exit_code(self) -> int | None:
        """Return how it ended, or None while it runs."""

    def ready(self) -> bool:
        """Return whether it has loaded everything and waits to begin."""

    def begin(self, t: Micros) -> None:
        """Tell it at which time the run begins, or began."""

    def said(self) -> str:
        """Return its last words, once it has ended."""

    def end(self) -> int:
        """Make it end; return its exit code."""


class Child:
    """One process of ours, told to end by closing its standard input."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """Start `python -m mien.runtime ARGUMENTS`."""
        self.lines: deque[str] = deque(maxlen=50)
        """The newest lines of its standard error."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mien.runtime", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # The terminal sends Ctrl-C to the whole group; ours decides when a child ends.
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._ready = False
        self._begun = False
        self._listener = threading.Thread(target=self._listen, name="stdout", daemon=True)
        self._listener.start()
        self._reader = threading.Thread(target=self._read, name="stderr", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """Return how it ended, or None while it runs."""
        return self._process.poll()

    def ready(self) -> bool:
        """Return whether it has said that it is ready, and was not told to begin."""
        return self._ready and not self._begun

    def begin(self, t: Micros) -> None:
        """Tell it at which time the run begins, or began."""
        self._begun = True
        stdin = self._process.stdin
        if stdin is not None and not stdin.closed:
            with contextlib.suppress(BrokenPipeError):  # it has died: `exit_code` will tell
                stdin.write(b"%d\n" % t)
                stdin.flush()

    def said(self) -> str:
        """Return the line of its standard error that says why it ended, or nothing.

        That is the last one, unless it was killed: then it had no time to say anything.
        """
        self.ask_to_end()
        self._reader.join(1.0)
        if (self._process.poll() or 0) <= 0:
            return ""
        return next((line for line in reversed(self.lines) if line.strip()), "")

    def ask_to_end(self) -> None:
        """Close its standard input; returns at once."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.closed:
            with contextlib.suppress(BrokenPipeError):
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
                    self.lines.append(line.decode("utf-8", "replace").rstrip())

    def _listen(self) -> None:
        stream = self._process.stdout
        if stream is not None:
            with stream:
                for line in stream:
                    self._ready = self._ready or line.strip() == READY.strip()


class Supervisor:
    """Keeps a director and, beside it, a perceiver alive."""

    def __init__(self, start_director: Callable[[], Running], start_perceiver: Callable[[], Running]) -> None:
        """Start both."""
        self._start_perceiver = start_perceiver
        self.director = start_director()
        self.perceiver: Running | None = start_perceiver()
        self.begun: Micros | None = None
        """When the run began; None while a child still loads."""
        self.restarts = 0
        self.source_ended = False
        """The perceiver came to the end of its clip."""
        self._failures = 0
        self._born: Micros | None = None
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
        if self._born is None:
            self._born = t
        self._let_begin(t)
        code = self.perceiver.exit_code()
        if code is None:
            if t - self._born > HEALTHY:
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

    def _let_begin(self, t: Micros) -> None:
        """Tell whoever is ready when the run begins; the first time both together."""
        if self.perceiver is None or not self.perceiver.ready():
            return
        if self.begun is None:
            if not self.director.ready():
                return
            self.begun = t + LEAD
            self.director.begin(self.begun)
        self.perceiver.begin(self.begun)

    def _restart(self, t: Micros) -> list[str]:
        self.restarts += 1
        self.perceiver = self._start_perceiver()
        self._born = t
        return [f"perceiver restarted (attempt {self.restarts})"]


class ChildFailedError(Exception):
    """A child process cannot go on; the text is its last word, `code` its exit code."""

    def __init__(self, said: str, code: int) -> None:
        super().__init__(said)
        self.code = code
