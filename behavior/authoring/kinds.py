"""Kinds of value in a library: each reads what an author wrote, and says in JSON Schema what may be written.

A field of the language (see `language`) has one kind, so that the loader, the schema of editors and the
reference in docs/authoring.md cannot disagree. `read` reports problems and returns `INVALID` for what cannot
be used, so that reading goes on and all problems come at once.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Final, Protocol

from mien.behavior.authoring.grammar import MAX_SECONDS, UNITS, ExpressionError, parse
from mien.behavior.authoring.problems import Problem, enumerated
from mien.behavior.authoring.source import Node, Scalar, Table
from mien.behavior.definition import SUBJECTS, Mark, Space

Report = Callable[[Problem], None]

INVALID: Final = object()
"""What `Kind.read` returns for a value that it has reported."""


class Kind(Protocol):
    """What every kind can do."""

    def read(self, node: Node, report: Report) -> Any:
        """Return the checked value, or `INVALID` after reporting why not."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of what may be written."""

    def words(self) -> str:
        """Return what may be written, for the reference and for messages: `a number from 0 to 1`."""


class Word(str):
    """A name as written, with its place."""

    mark: Mark

    def __new__(cls, text: str, mark: Mark) -> "Word":
        """Attach the place to the name."""
        word = super().__new__(cls, text)
        word.mark = mark
        return word


def wrong(kind: Kind, node: Node, report: Report, note: str = "") -> object:
    """Report that a value is not what belongs here."""
    found = f"`{node.value:.40}`" if isinstance(node, Scalar) else "a list"
    if isinstance(node, Table):
        found = "a mapping"
    elif isinstance(node, Scalar) and not node.value:
        found = "nothing"
    report(Problem(node.mark, f"expected {kind.words()}, found {found}{note}", "wrong-value"))
    return INVALID


_NUMBER: Final = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?")


def _number(node: Node) -> float | None:
    if isinstance(node, Scalar) and node.plain and _NUMBER.fullmatch(node.value):
        return float(node.value)
    return None


def _plain(value: float) -> str:
    return f"{value:g}"


@dataclass(frozen=True)
class Flag:
    """true or false."""

    def read(self, node: Node, report: Report) -> Any:
        if isinstance(node, Scalar) and node.plain and node.value in ("true", "false"):
            return node.value == "true"
        return wrong(self, node, report)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def words(self) -> str:
        return "`true` or `false`"


@dataclass(frozen=True)
class Number:
    """A number in a range; its ends belong to it unless it is open."""

    low: float
    high: float
    open_low: bool = False
    open_high: bool = False
    whole: bool = False

    def read(self, node: Node, report: Report) -> Any:
        value = _number(node)
        if value is None or (self.whole and value != int(value)):
            percent = isinstance(node, Scalar) and node.value.rstrip().endswith("%")
            return wrong(self, node, report, "; write a fraction, such as `.5` for 50 %" if percent else "")
        below = value <= self.low if self.open_low else value < self.low
        above = value >= self.high if self.open_high else value > self.high
        if below or above:
            return wrong(self, node, report)
        return int(value) if self.whole else value

    def schema(self) -> dict[str, Any]:
        low = "exclusiveMinimum" if self.open_low else "minimum"
        high = "exclusiveMaximum" if self.open_high else "maximum"
        return {"type": "integer" if self.whole else "number", low: self.low, high: self.high}

    def words(self) -> str:
        what = "a whole number" if self.whole else "a number"
        if self.open_low and self.open_high:
            return f"{what} between {_plain(self.low)} and {_plain(self.high)}, both excluded"
        if self.open_low:
            return f"{what} above {_plain(self.low)}, at most {_plain(self.high)}"
        return f"{what} from {_plain(self.low)} to {_plain(self.high)}"


@dataclass(frozen=True)
class Quantity:
    """A number with a unit, which may be left out."""

    what: str
    units: Mapping[str, float]
    example: str
    high: float
    zero: bool = True
    forever: bool = False

    def read(self, node: Node, report: Report) -> Any:
        if not isinstance(node, Scalar):
            return wrong(self, node, report)
        if self.forever and node.value == "forever":
            return inf
        match = re.fullmatch(rf"({_NUMBER.pattern})\s*([^\W\d]*)", node.value.strip())
        if not match:
            return wrong(self, node, report)
        unit = match[2] or next(name for name, factor in self.units.items() if factor == 1.0)
        if unit not in self.units:
            return wrong(self, node, report, f"; units are {enumerated([*self.units])}")
        value = float(match[1]) * self.units[unit]
        if not (value >= 0.0 if self.zero else value > 0.0) or value > self.high:
            return wrong(self, node, report)
        return value

    def schema(self) -> dict[str, Any]:
        low = "minimum" if self.zero else "exclusiveMinimum"
        units = "|".join(self.units)
        options: list[dict[str, Any]] = [
            {"type": "number", low: 0, "maximum": self.high},
            {"type": "string", "pattern": rf"^\s*[0-9.]+\s*({units})?\s*$"},
        ]
        if self.forever:
            options.append({"const": "forever"})
        return {"anyOf": options}

    def words(self) -> str:
        bound = "" if self.zero else " above 0"
        tail = ", or `forever`" if self.forever else ""
        unit = next(name for name, factor in self.units.items() if factor == 1.0)
        return f"{self.what}{bound} such as `{self.example}`, at most {_plain(self.high)} {unit}{tail}"


def seconds(*, zero: bool = True, forever: bool = False) -> Quantity:
    """Return the kind of a time."""
    return Quantity("a time", UNITS, "2 s", MAX_SECONDS, zero, forever)


def meters(*, zero: bool = True) -> Quantity:
    """Return the kind of a distance."""
    return Quantity("a distance", {"m": 1.0, "cm": 0.01}, "4 m", 10_000.0, zero)


@dataclass(frozen=True)
class Text:
    """Any text of at most so many bytes."""

    limit: int

    def read(self, node: Node, report: Report) -> Any:
        if not isinstance(node, Scalar):
            return wrong(self, node, report)
        if len(node.value.encode()) > self.limit:
            return wrong(self, node, report)
        return Word(node.value, node.mark)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.limit}

    def words(self) -> str:
        return f"a text of at most {self.limit} bytes"


_IDENTIFIER: Final = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Name:
    """A name: a letter, then letters, digits and `_`; with `spaced`, also spaces, `-` and `'` within."""

    what: str
    spaced: bool = False
    reserved: tuple[str, ...] = ()

    def read(self, node: Node, report: Report) -> Any:
        if not isinstance(node, Scalar):
            return wrong(self, node, report)
        pattern = r"[^\W\d](?:[\w '-]*\w)?" if self.spaced else _IDENTIFIER.pattern
        if not re.fullmatch(pattern, node.value) or len(node.value.encode()) > 64:
            hint = "; names begin with a letter and hold letters, digits and `_`, at most 64"
            return wrong(self, node, report, hint)
        if node.value in self.reserved:
            return wrong(self, node, report, ", which has a meaning of its own")
        return Word(node.value, node.mark)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 64}

    def words(self) -> str:
        return f"the name of {self.what}"


@dataclass(frozen=True)
class Choice:
    """One of a few words, each standing for a value."""

    options: Mapping[str, Any]

    def read(self, node: Node, report: Report) -> Any:
        if isinstance(node, Scalar) and node.value in self.options:
            return self.options[node.value]
        return wrong(self, node, report)

    def schema(self) -> dict[str, Any]:
        return {"enum": [*self.options]}

    def words(self) -> str:
        return enumerated([*self.options], "or")


@dataclass(frozen=True)
class Either:
    """A word with a meaning of its own, or else a value of another kind."""

    options: Mapping[str, Any]
    otherwise: Kind

    def read(self, node: Node, report: Report) -> Any:
        if isinstance(node, Scalar) and node.value in self.options:
            return self.options[node.value]
        problems: list[Problem] = []
        value = self.otherwise.read(node, problems.append)
        return wrong(self, node, report) if problems else value

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"enum": [*self.options]}, self.otherwise.schema()]}

    def words(self) -> str:
        return f"{enumerated([*self.options], 'or')}, or {self.otherwise.words()}"


@dataclass(frozen=True)
class Condition:
    """An expression of `grammar`."""

    states: bool = False

    def read(self, node: Node, report: Report) -> Any:
        if not isinstance(node, Scalar):
            return wrong(self, node, report)
        try:
            return parse(node.value, node.at, states=self.states)
        except ExpressionError as error:
            filled = f" (in `{node.value:.80}`)" if node.filled else ""
            report(Problem(node.at(error.offset), f"{error}{filled}", "expression"))
            return INVALID

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}

    def words(self) -> str:
        if self.states:
            return "a condition on the object's state such as `burning > .5`"
        return "a condition such as `joy above .6 until below .4`"


@dataclass(frozen=True)
class Level:
    """Which level a rule changes: an emotion, in `mood.` if so marked, of `self.` if so marked."""

    def read(self, node: Node, report: Report) -> Any:
        if isinstance(node, Scalar):
            parts = node.value.split(".")
            whose = "self" if parts[0] == "self" else "bearer"
            parts = parts[1:] if parts[0] == "self" else parts
            space = Space(parts[0]) if parts[:-1] and parts[0] in [*Space] else Space.EMOTION
            parts = parts[1:] if parts[:-1] and parts[0] in [*Space] else parts
            if len(parts) == 1 and parts[0]:
                return whose, space, Word(parts[0], node.mark)
        return wrong(self, node, report)

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}

    def words(self) -> str:
        return "an emotion such as `joy`, `mood.joy` or `self.joy`"


@dataclass(frozen=True)
class Subject:
    """Whom a rule can mean; a character's name is checked when the cast is known."""

    def read(self, node: Node, report: Report) -> Any:
        name = Name("a character", spaced=True).read(node, lambda _: None)
        return wrong(self, node, report) if name is INVALID else name

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"enum": [*SUBJECTS]}, {"type": "string"}]}

    def words(self) -> str:
        return f"{enumerated(SUBJECTS, 'or')}, or a character's name"
