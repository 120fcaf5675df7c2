"""Kinds of value that hold others: lists, mappings from names, and mappings with known fields.

As in `kinds`, each reads what an author wrote and says in JSON Schema what may be written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mien.behavior.authoring.kinds import INVALID, Kind, Number, Report, Text, Word, wrong
from mien.behavior.authoring.problems import Problem, did_you_mean, enumerated
from mien.behavior.authoring.source import Items, Node, Scalar, Table
from mien.behavior.definition import Mark
from mien.behavior.expressions import LEVELS


@dataclass(frozen=True)
class Many:
    """A list, each item of one kind."""

    item: Kind
    limit: int = 10_000

    def read(self, node: Node, report: Report) -> Any:
        if not isinstance(node, Items) or len(node.items) > self.limit:
            note = "; put it in `[ ]`" if isinstance(node, Scalar) and node.value else ""
            return wrong(self, node, report, note)
        values = [self.item.read(item, report) for item in node.items]
        return tuple(value for value in values if value is not INVALID and _complete(value))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema(), "maxItems": self.limit}

    def words(self) -> str:
        return f"a list, each item {self.item.words()}"


class Entries(dict[Word, Any]):
    """Values by name; `broken` names what was written, but reported and left out."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: set[str] = set()


@dataclass(frozen=True)
class Named:
    """A mapping from names to values of one kind."""

    name: Kind
    value: Kind
    what: str = ""
    limit: int = 10_000

    def read(self, node: Node, report: Report) -> Any:
        if not isinstance(node, Table) or len(node.entries) > self.limit:
            return wrong(self, node, report)
        found = Entries()
        for key, value in node.entries.values():
            name, read = self.name.read(key, report), self.value.read(value, report)
            if name is INVALID or read is INVALID:
                found.broken.add(key.value)
            else:
                found[name] = read
        return found

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.value.schema(), "maxProperties": self.limit}

    def words(self) -> str:
        return self.what or f"a mapping `name: value`, each value {self.value.words()}"


@dataclass(frozen=True)
class Raw:
    """Anything; it is read later."""

    what: str
    reference: str = ""

    def read(self, node: Node, _: Report) -> Any:
        return node

    def schema(self) -> dict[str, Any]:
        return {"$ref": f"#/$defs/{self.reference}"} if self.reference else {}

    def words(self) -> str:
        return self.what


@dataclass(frozen=True)
class Units:
    """FACS action units: `1+2+5B+26`, or a mapping from each unit to its intensity."""

    def read(self, node: Node, report: Report) -> Any:
        if not isinstance(node, Scalar):
            return Named(Text(8), Number(0.0, 1.0)).read(node, report)
        units: dict[str, float] = {}
        for term in node.value.split("+"):
            match = re.fullmatch(r"([LR]?\d{1,2})([A-E]?)", term.strip())
            if not match:
                return wrong(self, node, report)
            units[match[1]] = LETTERS[match[2]]
        return units

    def schema(self) -> dict[str, Any]:
        amounts = {"type": "object", "additionalProperties": Number(0.0, 1.0).schema()}
        return {"anyOf": [{"type": ["string", "integer"]}, amounts]}

    def words(self) -> str:
        return "action units such as `1+2+5B+26`, or a mapping such as `{12: .6, R14: .3}`"


LETTERS: Final = {**LEVELS, "": 0.8}
"""FACS intensity letters as weights; without a letter, as D."""


@dataclass(frozen=True)
class Field:
    """One field of a `Shape`: its kind, what it means, and what holds without it."""

    kind: Kind
    doc: str
    default: str = ""
    required: bool = False


@dataclass(frozen=True)
class Record:
    """The fields that an author wrote, checked one by one."""

    mark: Mark
    values: Mapping[str, Any]
    keys: Mapping[str, Mark] = field(default_factory=dict)
    """Where the key of each field stands."""
    complete: bool = True
    """Whether all that is required is there; if not, it is reported, and the rest can still be checked."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return a field, or a default where it was left out or wrong."""
        return self.values.get(name, default)

    def given(self, *names: str) -> dict[str, Any]:
        """Return those of the fields that were written, for the constructor that knows the defaults."""
        return {name: self.values[name] for name in names if name in self.values}


def _complete(value: Any) -> bool:
    return not isinstance(value, Record) or value.complete


@dataclass(frozen=True)
class Shape:
    """A mapping with known fields."""

    what: str
    fields: Mapping[str, Field]
    doc: str = ""

    def read(self, node: Node, report: Report) -> Any:
        if not isinstance(node, Table):
            return wrong(self, node, report)
        values: dict[str, Any] = {}
        keys: dict[str, Mark] = {}
        misspelled = ""
        for name, (key, value) in node.entries.items():
            if name not in self.fields:
                hint = did_you_mean(name, self.fields)
                misspelled += hint
                report(Problem(key.mark, f"{self.what} has no field `{name:.40}`{hint}", "unknown-field"))
                continue
            keys[name] = key.mark
            read = self.fields[name].kind.read(value, report)
            if read is not INVALID:
                values[name] = read
        complete = True
        for name, known in self.fields.items():
            if known.required and name not in node.entries and f"mean `{name}`" not in misspelled:
                message = f"{self.what} needs `{name}`: {known.kind.words()}"
                report(Problem(node.mark, message, "missing-field"))
            complete &= not known.required or name in values
        return Record(node.mark, values, keys, complete)

    def schema(self) -> dict[str, Any]:
        properties = {
            name: {**known.kind.schema(), "description": known.doc} for name, known in self.fields.items()
        }
        required = [name for name, known in self.fields.items() if known.required]
        shape: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
        return shape | ({"required": required} if required else {})

    def words(self) -> str:
        return f"fields such as {enumerated([*self.fields][:2])}"
