"""Live reload: an author saves a file, and between two ticks the characters go on by the new library.

The file is read, checked and compiled on a thread of its own; the director's loop only swaps. What is wrong
with the new library is told, and the old one goes on.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from mien.behavior.authoring.watch import changed, reload, stamps
from mien.runtime.director import Director

PERIOD: Final = 0.5
"""Seconds between looks at the library's files."""


class Reloader:
    """Watches a library and prepares the director that follows."""

    def __init__(self, folder: Path, director: Director) -> None:
        """Begin to watch `folder`, from which `director`'s library was loaded."""
        self._folder = folder
        self._director = director
        self._found: SimpleQueue[Director | str] = SimpleQueue()
        self._failed = False
        self._before = stamps(folder)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="reloader", daemon=True)
        self._thread.start()

    def take(self) -> Director | str | None:
        """Return the director to go on with, what is wrong with its library, or nothing; never waits."""
        try:
            return self._found.get_nowait()
        except Empty:
            return None

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        self._thread.join(timeout=5.0)

    def _watch(self) -> None:
        before = self._before
        while not self._stop.wait(PERIOD):
            now = stamps(self._folder)
            if changed(before, now):
                before = now
                self._prepare()

    def _prepare(self) -> None:
        reloaded = reload(self._director.library, self._folder)
        failed, self._failed = self._failed, bool(reloaded.message)
        if reloaded.message:
            self._found.put(reloaded.message)
        elif reloaded.library is not self._director.library:
            try:
                self._director = self._director.successor(reloaded.library)
            except ValueError as error:
                self._found.put(f"library not reloaded: {error}")
            else:
                self._found.put(self._director)
        elif failed:
            self._found.put("library reloaded: it is as it was before the mistake")


Reloaded = Callable[[], Director | str | None]
"""What the director's loop asks each tick: `Reloader.take`."""
