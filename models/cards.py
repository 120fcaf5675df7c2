"""What weights are installed: reads the front matter of the model cards beside them.

A card `NAME.md` describes `NAME.onnx`. Its front matter, between two lines of `---`, is YAML with `task`,
`classes` (a list), `data`, `licence`, `commercial` (true or false) and `score`, on one line each. A network
that its user has added (see `adapters`) also has `as`: the kind of file that it is. `trained_on`, if it is
there, lists sets by the names of their folders, each with the splits learned: `text_meld train dev`.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from mien.models.shipped import WEIGHTS, Weights, WeightsError

FIELDS: Final = ("task", "classes", "data", "licence", "commercial", "score")
SUFFIXES: Final = (".onnx", ".task")
"""Endings of files of weights."""


class CardError(ValueError):
    """A card that cannot be read; one line: which file and line, what is wrong, what would be right."""


@dataclass(frozen=True)
class Card:
    """One installed file of weights."""

    name: str
    size: int
    """Bytes of the file of weights; 0 if it is not there."""
    task: str
    classes: tuple[str, ...]
    data: str
    licence: str
    commercial: bool
    """Whether the training data allow commercial use."""
    score: str
    kind: str = ""
    """What a network that was added is taken as; empty for ours."""
    trained_on: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Splits that it learned from, by the name of the set's folder; a set that is not told may be one too."""


def read(file: Path) -> Card:
    """Return what a card says.

    Raises:
        CardError: it has no front matter, or a field is missing or of the wrong kind.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CardError(f"{file}: {error}") from None
    if lines[:1] != ["---"] or "---" not in lines[1:]:
        raise CardError(f"{file}:1: has no front matter; should begin with --- and {', '.join(FIELDS)}")
    try:
        content = YAML(typ="safe", pure=True).load("\n".join(lines[1 : lines.index("---", 1)]))
    except YAMLError as error:
        raise CardError(f"{file}: its front matter is not YAML ({str(error).splitlines()[0]})") from None
    if not isinstance(content, Mapping):
        raise CardError(f"{file}:2: its front matter should be lines of `name: value`")
    for name in FIELDS:
        if name not in content:
            raise CardError(f"{file}:2: its front matter lacks {name}; should have {', '.join(FIELDS)}")
    classes = content["classes"]
    if not isinstance(classes, list) or not isinstance(content["commercial"], bool):
        raise CardError(f"{file}:2: classes should be a list, commercial true or false")
    sets = content.get("trained_on", [])
    if not isinstance(sets, list) or not all(isinstance(line, str) and line.strip() for line in sets):
        raise CardError(f"{file}:2: trained_on should be a list such as [text_meld train dev]")
    weights = [file.with_name(f"{file.stem}{suffix}") for suffix in SUFFIXES]
    return Card(
        file.stem,
        sum(each.stat().st_size for each in weights if each.is_file()),
        str(content["task"]),
        tuple(str(c) for c in classes),
        str(content["data"]),
        str(content["licence"]),
        content["commercial"],
        str(content["score"]),
        str(content.get("as", "")),
        {name: tuple(splits) for name, *splits in (line.split() for line in sets)},
    )


def installed(folder: Path = WEIGHTS) -> tuple[list[Card], list[str]]:
    """Return the cards of a folder, and a line for each file of weights that no readable card describes."""
    cards, problems = [], []
    for file in sorted(folder.glob("*.onnx")):
        try:
            cards.append(read(file.with_suffix(".md")))
        except CardError as error:
            problems.append(str(error))
    return cards, problems


def permissive(folder: Path = WEIGHTS) -> tuple[Weights, list[str]]:
    """Return the weights of a folder whose data allow commercial use, and the names of those left out.

    Such weights lie beside the others, as `face_permissive.onnx` beside `face.onnx`. What a recognizer can do
    without, such as the voice, is left out where there is none.

    Raises:
        WeightsError: there is none for something that it cannot do without.
    """
    free = {card.name for card in installed(folder)[0] if card.commercial}
    chosen: dict[str, Any] = {}
    for part in fields(Weights):
        names = [part.name, *sorted(file.stem for file in folder.glob(f"{part.name}_*.onnx"))]
        found = next((folder / f"{name}.onnx" for name in names if name in free), None)
        if found is None and part.default is MISSING:
            raise WeightsError(
                f"{folder}: no {part.name} weights allow commercial use; `mien models` lists what there is, "
                "--weights-licence any takes all"
            )
        chosen[part.name] = found
    covered = {name.partition("_")[0] for name in free}
    ours = {card.name for card in installed(folder)[0] if "_" not in card.name}
    return Weights(**chosen), sorted(ours - covered)
