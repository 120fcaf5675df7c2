"""The string between a supervisor and its child: the child says that it is ready, is told when to begin, and
ends when its standard input does.

Closing a pipe asks a child to end on every platform alike, and a supervisor that dies takes its children
along. A process that was started by hand begins at once and ends with Ctrl-C.
"""

import os
import signal
import sys
import threading
from types import FrameType
from typing import Final

from mien.bridge.messages import Micros

READY: Final = b"ready\n"
"""What a child writes to its standard output once it has loaded everything."""
LONGEST_LINE: Final = 64


class Leash:
    """The child's end."""

    def __init__(self, *, supervised: bool) -> None:
        """Take over the signals of this process.

        Args:
            supervised: whether a supervisor holds the other end. Then Ctrl-C, which the terminal sends to the
                whole group, is ignored: the supervisor decides.
        """
        self.stop = threading.Event()
        """Set when this process should end."""
        self._supervised = supervised

        def ask(_signal: int, _frame: FrameType | None) -> None:
            self.stop.set()

        signal.signal(signal.SIGINT, signal.SIG_IGN if supervised else ask)
        signal.signal(signal.SIGTERM, ask)

    def begin(self, now: Micros) -> Micros:
        """Say that all is ready; return the time at which the run begins, told by the supervisor or `now`."""
        if not self._supervised:
            return now
        os.write(sys.stdout.fileno(), READY)
        line = b""
        while not line.endswith(b"\n") and len(line) < LONGEST_LINE:
            read = os.read(sys.stdin.fileno(), 1)
            if not read:
                self.stop.set()
                return now
            line += read
        threading.Thread(target=self._watch, name="leash", daemon=True).start()
        return int(line)

    def _watch(self) -> None:
        # Not `sys.stdin.read`: a thread that holds its lock at exit aborts the interpreter.
        while os.read(sys.stdin.fileno(), 1):
            pass
        self.stop.set()
