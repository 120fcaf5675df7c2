"""Where this user keeps what the game makes on its first run, for as long as its sources stay the same."""

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path


def cached(name: str, sources: Iterable[Path]) -> Path:
    """Return the folder of what `name` makes of the files `sources`, created where it is missing."""
    content = b"\0".join(source.read_bytes() for source in sorted(sources))
    folder = _base() / "mien" / f"{name}-{hashlib.sha256(content).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _base() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
