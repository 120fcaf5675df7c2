"""Live reload: what changed on disk, and the library to go on with; a broken one changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mien.behavior.authoring.load import load
from mien.behavior.authoring.problems import LibraryError, Problem
from mien.behavior.library import Library

Stamps = Mapping[str, tuple[int, int]]
"""Time of change in nanoseconds and size in bytes of each file, by its name within the folder."""


def stamps(path: Path) -> dict[str, tuple[int, int]]:
    """Look at the YAML files of a library's folder; files that vanish meanwhile are left out."""
    folder = path if path.is_dir() else path.parent
    found = {}
    for file in sorted(folder.rglob("*.yaml")):
        try:
            stat = file.stat()
        except OSError:
            continue
        found[file.relative_to(folder).as_posix()] = (stat.st_mtime_ns, stat.st_size)
    return found


def changed(before: Stamps, now: Stamps) -> list[str]:
    """Return the names of files that were written, added or removed."""
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))


@dataclass(frozen=True)
class Reloaded:
    """What a reload came to."""

    library: Library
    """To go on with: the new one, or the old one itself where nothing changed or something is wrong."""
    problems: tuple[Problem, ...] = ()
    message: str = ""
    """For the author: empty where all is well."""


def reload(old: Library, path: Path) -> Reloaded:
    """Load a library again; the old one stays where the new one has problems, or is the same to the byte."""
    try:
        library = load(path)
    except LibraryError as error:
        first, more = error.problems[0], len(error.problems) - 1
        rest = f" (and {more} more: mien check {path})" if more else ""
        return Reloaded(old, error.problems, f"library not reloaded: {error.folder / str(first)}{rest}")
    return Reloaded(old if library.sha256 == old.sha256 else library)
