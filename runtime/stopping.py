"""How a process is told to end: Ctrl-C, a termination signal, or the end of its standard input.

A supervisor holds the other end of the child's standard input: closing it asks the child to end, on every
platform alike, and a supervisor that dies takes its children with it.
"""

import os
import signal
import sys
import threading
from types import FrameType


def stop_event(*, at_end_of_input: bool) -> threading.Event:
    """Return an event that is set when this process should end.

    Args:
        at_end_of_input: also end when standard input does; for processes that a supervisor started. Such a
            process ignores Ctrl-C, which the terminal sends to the whole group: its supervisor decides.
    """
    stop = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, signal.SIG_IGN if at_end_of_input else ask)
    signal.signal(signal.SIGTERM, ask)
    if at_end_of_input:

        def watch() -> None:
            # Not `sys.stdin.read`: a thread that holds its lock at exit aborts the interpreter.
            while os.read(sys.stdin.fileno(), 1):
                pass
            stop.set()

        threading.Thread(target=watch, name="end-of-input", daemon=True).start()
    return stop
