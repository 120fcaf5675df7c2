"""A library from its files: read, merged, checked for every problem at once, and frozen.

Nothing half-loaded comes out: a `Library`, or a `LibraryError` with all that is wrong.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from mien.behavior.authoring.build import Builder
from mien.behavior.authoring.checks import find_problems
from mien.behavior.authoring.kinds import INVALID
from mien.behavior.authoring.language import LIBRARY
from mien.behavior.authoring.problems import LibraryError, Problem
from mien.behavior.authoring.shapes import Record
from mien.behavior.authoring.source import MAX_BYTES, UnreadableError, parse
from mien.behavior.definition import Mark
from mien.behavior.library import Library

ENTRY: Final = "library.yaml"
"""The file that a library begins with."""
MAX_FILES: Final = 200
MAX_TOTAL: Final = 8 << 20
"""Bytes of all files of one library."""

Read = Callable[[str], bytes]
"""Gives the bytes of a file by its name within the library; raises OSError."""


def load(path: Path | str) -> Library:
    """Load a library.

    Args:
        path: its folder, which holds `library.yaml`, or the file that it begins with.

    Raises:
        LibraryError: with every problem found; nothing is loaded.
    """
    library, _ = _from_disk(Path(path))
    return library


def check(path: Path | str) -> list[Problem]:
    """Return everything that is wrong with a library, in the order of files and lines; empty if all is well.

    Args:
        path: as for `load`.
    """
    try:
        library, remarks = _from_disk(Path(path))
    except LibraryError as error:
        return list(error.problems)
    return sorted([*remarks, *find_problems(library)], key=lambda problem: (problem.mark, problem.code))


def _from_disk(path: Path) -> tuple[Library, list[Problem]]:
    folder, entry = (path, ENTRY) if path.is_dir() else (path.parent, path.name)
    name = folder.resolve().name if entry == ENTRY else path.stem
    return _assemble(lambda file: _read_within(folder, file), entry, folder, name)


def read(files: Mapping[str, bytes], entry: str = ENTRY, name: str = "") -> Library:
    """Load a library from bytes in memory, by names relative to its folder.

    Raises:
        LibraryError: as `load`.
    """

    def look_up(file: str) -> bytes:
        if file not in files:
            raise FileNotFoundError(file)
        return files[file]

    library, _ = _assemble(look_up, entry, Path(), name)
    return library


def _assemble(read_file: Read, entry: str, folder: Path, name: str) -> tuple[Library, list[Problem]]:
    """Load a library through a function that gives the bytes of its files.

    Args:
        read_file: called once for each file, with its name within the library.
        entry: the file to begin with.
        folder: for messages only.
        name: of the library, unless it names itself.

    Returns:
        The library, and remarks on what it does not need.

    Raises:
        LibraryError: with every problem found.
    """
    files = Files(read_file)
    files.gather(entry)
    problems = list(files.problems)
    builder = Builder(files.records, problems.append)
    library = None
    try:
        library = builder.library(name, files.sha256())
    except UnreadableError as stop:
        problems.append(stop.problem)
    if problems or library is None:
        raise LibraryError(dict.fromkeys(problems), folder)
    return library, builder.remarks


class Files:
    """The files of one library, each read once, in the order of inclusion."""

    def __init__(self, read_file: Read) -> None:
        self.read_file = read_file
        self.contents: dict[str, bytes] = {}
        self.records: list[Record] = []
        self.problems: list[Problem] = []

    def sha256(self) -> str:
        """Return the hash of all files: of each name, length and bytes, in the order of names."""
        digest = hashlib.sha256()
        for name, data in sorted(self.contents.items()):
            digest.update(f"{name}\0{len(data)}\0".encode())
            digest.update(data)
        return digest.hexdigest()

    def gather(self, file: str, mark: Mark | None = None, chain: tuple[str, ...] = ()) -> None:
        """Read a file and, depth first, all that it includes.

        Args:
            file: its name within the library.
            mark: where it is included, None for the first.
            chain: the files that include it, outermost first.
        """
        if file in chain:
            loop = " → ".join([*chain[chain.index(file) :], file])
            self._report(mark, f"files include each other in a loop: {loop}; remove one", "include-loop")
            return
        if file in self.contents:
            return
        if len(self.contents) >= MAX_FILES:
            self._report(mark, f"more than {MAX_FILES} files", "limit")
            return
        try:
            data = self.read_file(file)
        except OSError as error:
            self._report(mark or Mark(file, 1, 1), _why_unread(file, error, mark is None), "missing-file")
            return
        self.contents[file] = data
        if sum(map(len, self.contents.values())) > MAX_TOTAL:
            self._report(
                mark or Mark(file, 1, 1), f"all files together exceed {MAX_TOTAL >> 20} MiB", "limit"
            )
            return
        node = parse(data, file, self.problems.append)
        if node is None:
            return
        record = LIBRARY.read(node, self.problems.append)
        if record is INVALID:
            return
        self.records.append(record)
        for included in record.get("include", ()):
            target = _within(file, included)
            if target is None:
                message = f"`{included}` lies outside of the library's folder; move it inside"
                self._report(included.mark, message, "missing-file")
            else:
                self.gather(target, included.mark, (*chain, file))

    def _report(self, mark: Mark | None, message: str, code: str) -> None:
        self.problems.append(Problem(mark or Mark("", 1, 1), message, code))


def _within(file: str, included: str) -> str | None:
    """Return the name within the library of what a file includes; None where it leads outside."""
    if not included or included.startswith("/") or "\\" in included or ":" in included or "\0" in included:
        return None
    parts: list[str] = []
    for part in (PurePosixPath(file).parent / included).parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts) or None


def _read_within(folder: Path, file: str) -> bytes:
    path = folder / file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PermissionError("a link that leads outside of the library's folder")
    if path.exists() and not path.is_file():
        raise IsADirectoryError("not a file")
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _why_unread(file: str, error: OSError, first: bool) -> str:
    if isinstance(error, FileNotFoundError):
        hint = "; `mien new` starts a library" if first else "; names are relative to the including file"
        return f"there is no file `{file}`{hint}"
    return f"`{file}` cannot be read: {error.strerror or error}"
