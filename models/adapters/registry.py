"""The networks that a user has added: copies in the user's own folder, each with a card, as ours have.

A file is checked and run before it is taken in, and checked again whenever it is opened.
"""

import json
import re
import shutil
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mien.models.adapters.kinds import KINDS, Kind, Opened
from mien.models.cards import Card, CardError, read
from mien.models.shipped import WEIGHTS

UNKNOWN: Final = "unknown"
"""The licence of a file of which nobody said more."""
RESERVED: Final = frozenset({"mien", "text", "list"})
"""Names that commands give another meaning."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_TRIES: Final = 9


class RegistryError(ValueError):
    """What cannot be added, found or removed; one line: what is wrong, what would be right."""


@dataclass(frozen=True, slots=True)
class Added:
    """One network that the user has added."""

    card: Card
    kind: Kind
    file: Path

    def open(self, provider: str = "cpu") -> Opened:
        """Return it ready to run.

        Raises:
            WeightsError: the file is not, or no longer, what its card says.
        """
        return self.kind.open(self.file, provider)


def add(
    folder: Path, file: Path, kind: str, *, name: str = "", licence: str = UNKNOWN, commercial: bool = False
) -> tuple[Added, float]:
    """Check a file, run it, copy it; return it with the milliseconds that it takes for a face or picture.

    Args:
        folder: of the user's networks; made if it is not there.
        file: what to take in.
        kind: one of `KINDS`.
        name: what to call it; without one, the file's own name.
        licence: of the weights, as their publisher states it.
        commercial: whether weights and training data allow commercial use; somebody has to have looked.

    Raises:
        RegistryError: the kind is unknown, the name is taken or no name, the licence does not fit.
        WeightsError: the file is not what it should be.
        OSError: it cannot be copied.
    """
    if kind not in KINDS:
        raise RegistryError(f"{kind}: no such kind of network; there are {', '.join(KINDS)}")
    if commercial and licence == UNKNOWN:
        raise RegistryError("commercial use can be allowed by a licence only: name it with --licence")
    name = name or file.stem
    if not _NAME.fullmatch(name):
        raise RegistryError(f"{name!r} cannot be a name: letters, digits, _ . and - make one, 64 at most")
    # The file comes first: what is no such network needs no name.
    spent = _try(file, KINDS[kind])
    if name in RESERVED or (WEIGHTS / f"{name}.md").exists():
        raise RegistryError(f"{name} is a name of Mien's own: choose another with --name")
    if (folder / f"{name}.md").exists():
        raise RegistryError(f"{name} is there already: choose another --name, or `mien models remove {name}`")
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"{name}{KINDS[kind].suffix}"
    partial = copy.with_name(f"{copy.name}.partial")
    try:
        shutil.copyfile(file, partial)
        partial.replace(copy)
    finally:
        partial.unlink(missing_ok=True)
    # The card comes last: without it the copy counts for nothing.
    (folder / f"{name}.md").write_text(_card(KINDS[kind], licence, commercial=commercial), encoding="utf-8")
    return find(folder, name), spent


def added(folder: Path) -> tuple[list[Added], list[str]]:
    """Return what a folder holds, and a line for each card in it that cannot be read."""
    found, problems = [], []
    for file in sorted(folder.glob("*.md")):
        try:
            found.append(_read(file))
        except (CardError, RegistryError) as error:
            problems.append(str(error))
    return found, problems


def find(folder: Path, name: str) -> Added:
    """Return the network of a name.

    Raises:
        RegistryError: there is none, or its card cannot be read.
    """
    file = folder / f"{name}.md"
    if not _NAME.fullmatch(name) or not file.is_file():
        there = ", ".join(each.card.name for each in added(folder)[0]) or "none"
        raise RegistryError(
            f"{name}: no such network was added (there are: {there}); `mien models add` adds one"
        )
    try:
        return _read(file)
    except CardError as error:
        raise RegistryError(str(error)) from None


def remove(folder: Path, name: str) -> None:
    """Delete a network and its card.

    Raises:
        RegistryError: there is none of that name.
    """
    file = folder / f"{name}.md"
    if not _NAME.fullmatch(name) or not file.is_file():
        find(folder, name)
    for each in (file, *(folder / f"{name}{suffix}" for suffix in {kind.suffix for kind in KINDS.values()})):
        each.unlink(missing_ok=True)


def _read(file: Path) -> Added:
    card = read(file)
    kind = KINDS.get(card.kind)
    if kind is None:
        raise RegistryError(f"{file}:2: `as` is {card.kind!r}; should be one of {', '.join(KINDS)}")
    weights = file.with_suffix(kind.suffix)
    if not weights.is_file():
        raise RegistryError(f"{weights}: is gone; add it again, or `mien models remove {card.name}`")
    return Added(card, kind, weights)


def _card(kind: Kind, licence: str, *, commercial: bool) -> str:
    fields = {
        "as": kind.name,
        "task": kind.task,
        "classes": list(kind.classes),
        "data": f"{kind.data}, as published; of this very file nothing is known",
        "licence": licence,
        "commercial": commercial,
        "score": "not measured",
    }
    # What JSON writes on one line, YAML reads.
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]
    return "\n".join(["---", *lines, "---", "Added by its user with `mien models add`.", ""])


def _try(file: Path, kind: Kind) -> float:
    """Open a file and run it on a plain picture; return the median time, milliseconds."""
    import numpy as np  # noqa: PLC0415 - a director lists cards and runs nothing

    from mien.models.align import Box  # noqa: PLC0415
    from mien.models.face import Picture  # noqa: PLC0415

    tried = kind.open(file, "cpu")
    gray = np.tile(np.linspace(0, 255, 320, dtype=np.uint8), (240, 1))
    picture = Picture(np.repeat(gray[:, :, None], 3, 2), gray)
    spent = []
    for _ in range(_TRIES):
        begun = time.perf_counter()
        if tried.detector:
            tried.detector.detect(gray)
        if tried.face:
            tried.face.read(picture, [Box(160, 120, 160)])
        spent.append(time.perf_counter() - begun)
    return 1e3 * statistics.median(spent)
