"""YAML with marks: what an author wrote, and exactly where, within limits that no file can exceed.

Built on the events of ruamel's parser, which does not recurse; nothing here is deeper than `MAX_DEPTH` or
larger than `MAX_NODES` after aliases are followed, so that neither deep nor self-multiplying files hurt.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from mien.behavior.authoring.problems import Problem
from mien.behavior.definition import Mark

MAX_BYTES: Final = 1 << 20
"""Of one file."""
MAX_DEPTH: Final = 64
"""Of nesting within one file."""
MAX_NODES: Final = 200_000
"""Values in one file, each alias counted as all that it stands for."""


@dataclass(slots=True)
class Scalar:
    """A text or number as written."""

    value: str
    mark: Mark
    plain: bool
    """Without quotes, so that it may be a number or a word such as `true`."""
    raw: str = field(default="", repr=False)
    """Its characters in the file, quotes and line breaks included."""
    filled: bool = False
    """Made from another by filling in a parameter; its mark is where that one begins."""

    def at(self, offset: int) -> Mark:
        """Return where the character at an offset of `value` stands in the file."""
        if self.filled:
            return self.mark
        cursor = self.raw.find("\n") + 1 if self.raw[:1] in ("|", ">") else 0
        for character in self.value[:offset]:
            if not character.isspace():
                found = self.raw.find(character, cursor)
                cursor = cursor if found < 0 else found + 1
        while cursor < len(self.raw) and (self.raw[cursor].isspace() or (self.raw[cursor] in "'\"")):
            cursor += 1
        before = self.raw[:cursor]
        line = before.count("\n")
        column = len(before) - before.rfind("\n") - 1 if line else len(before)
        if line:
            return Mark(self.mark.file, self.mark.line + line, column + 1)
        return Mark(self.mark.file, self.mark.line, self.mark.column + column)


@dataclass(slots=True)
class Items:
    """A YAML sequence."""

    items: list["Node"]
    mark: Mark


@dataclass(slots=True)
class Table:
    """A YAML mapping, in the order written; no key twice."""

    entries: dict[str, tuple[Scalar, "Node"]]
    mark: Mark

    def get(self, key: str) -> "Node | None":
        """Return the value of a key, or None."""
        entry = self.entries.get(key)
        return entry[1] if entry else None


Node: TypeAlias = Scalar | Items | Table


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    node: Items | Table
    anchor: str | None
    size: int = 1
    depth: int = 1
    key: Scalar | None = None
    discarded: bool = False
    """The value of a key that was refused follows."""


class UnreadableError(Exception):
    """Ends the reading of a file at a problem after which nothing more can be understood."""

    def __init__(self, mark: Mark, message: str, code: str) -> None:
        self.problem = Problem(mark, message, code)
        super().__init__(message)


def parse(data: bytes, file: str, report: Callable[[Problem], None]) -> Node | None:
    """Read one YAML document.

    Args:
        data: the file's bytes.
        file: its name for marks.
        report: is told each problem.

    Returns:
        What was written; None for an empty file, or where the problem leaves nothing to read.
    """
    try:
        return _Composer(_decoded(data, file), file, report).compose()
    except UnreadableError as stop:
        report(stop.problem)
    except MarkedYAMLError as error:
        report(_explained(error, file))
    except ReaderError as error:
        report(_unprintable(data, error, file))
    except (YAMLError, ValueError, IndexError, OverflowError) as error:
        report(Problem(Mark(file, 1, 1), f"not YAML: {str(error).splitlines()[0]:.120}", "yaml"))
    return None


def _decoded(data: bytes, file: str) -> str:
    start = Mark(file, 1, 1)
    if len(data) > MAX_BYTES:
        raise UnreadableError(
            start,
            f"the file has {len(data)} bytes, at most {MAX_BYTES} are read; split it and include",
            "limit",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        mark = Mark(file, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        raise UnreadableError(mark, "not UTF-8 text; save the file in UTF-8", "yaml") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _Composer:
    """Turns parser events into nodes, without recursion."""

    def __init__(self, text: str, file: str, report: Callable[[Problem], None]) -> None:
        self.text = text
        self.file = file
        self.report = report
        self.root: Node | None = None
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.nodes = 0
        self.documents = 0

    def compose(self) -> Node | None:
        for event in YAML(typ="safe", pure=True).parse(self.text):
            self._take(event)
        return self.root

    def _mark(self, mark: Any) -> Mark:
        return Mark(self.file, mark.line + 1, mark.column + 1)

    def _take(self, event: Any) -> None:
        mark = self._mark(event.start_mark)
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise UnreadableError(
                    mark, "a second document begins here; a file holds one: remove the `---`", "yaml"
                )
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._close()
        elif isinstance(event, AliasEvent):
            self._alias(event.anchor, mark)
        elif isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
            if getattr(event, "ctag", None) is not None and str(event.tag or "").startswith(("!", "tag:")):
                raise UnreadableError(mark, f"the tag `{event.tag}` means nothing here; remove it", "yaml")
            if isinstance(event, ScalarEvent):
                raw = self.text[event.start_mark.index : event.end_mark.index]
                scalar = Scalar(event.value, mark, event.style is None, raw)
                self._remember(event.anchor, scalar, 1, 0)
                self._place(scalar, 1, 0)
            else:
                self._begin(event, mark)

    def _begin(self, event: Any, mark: Mark) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise UnreadableError(
                mark, f"nested more than {MAX_DEPTH} levels deep; split it into sub-trees", "limit"
            )
        above = self.open[-1] if self.open else None
        if above and isinstance(above.node, Table) and above.key is None and not above.discarded:
            raise UnreadableError(
                mark, "a key must be a word, not a list or mapping; put text with brackets in quotes", "yaml"
            )
        node = Table({}, mark) if isinstance(event, MappingStartEvent) else Items([], mark)
        self.open.append(_Open(node, event.anchor))

    def _close(self) -> None:
        done = self.open.pop()
        self._remember(done.anchor, done.node, done.size, done.depth)
        self._place(done.node, done.size, done.depth)

    def _remember(self, anchor: str | None, node: Node, size: int, depth: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = (node, size, depth)

    def _alias(self, name: str, mark: Mark) -> None:
        if any(collection.anchor == name for collection in self.open):
            raise UnreadableError(mark, f"`*{name}` stands inside of what it refers to", "yaml")
        if name not in self.anchors:
            raise UnreadableError(mark, f"`*{name}` refers to nothing: no `&{name}` comes before it", "yaml")
        node, size, depth = self.anchors[name]
        if len(self.open) + depth > MAX_DEPTH:
            raise UnreadableError(mark, f"`*{name}` nests more than {MAX_DEPTH} levels deep", "limit")
        self._place(node, size, depth)

    def _place(self, node: Node, size: int, depth: int) -> None:
        """Put a finished node where it belongs."""
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        parent.size += size
        parent.depth = max(parent.depth, depth + 1)
        if parent.size > MAX_NODES:
            raise UnreadableError(
                parent.node.mark, f"more than {MAX_NODES} values once its aliases are followed", "limit"
            )
        if isinstance(parent.node, Items):
            parent.node.items.append(node)
        elif parent.discarded:
            parent.discarded = False
        elif parent.key is None:
            self._key(parent, parent.node, node)
        else:
            parent.node.entries[parent.key.value] = (parent.key, node)
            parent.key = None

    def _key(self, parent: _Open, table: Table, node: Node) -> None:
        if not isinstance(node, Scalar):
            raise UnreadableError(node.mark, "a key must be a word, not a list or mapping", "yaml")
        if node.value in table.entries:
            first = table.entries[node.value][0].mark
            self.report(
                Problem(
                    node.mark,
                    f"`{node.value}` stands here twice, first in line {first.line}; rename or remove one",
                    "duplicate",
                )
            )
            parent.discarded = True
        else:
            parent.key = node


_EXPLAINED: Final = (
    ("cannot start any token", "this character cannot stand here; put text that begins with it in quotes"),
    ("mapping values are not allowed", "this `:` is out of place; check the indentation, or quote the text"),
    ("expected <block end>", "this line's indentation fits nothing above; align it with its neighbors"),
    ("could not find expected ':'", "a `:` is missing after a key, in this line or the one above"),
    ("expected ',' or ']'", "a list opened with `[` needs a `,` or its `]` here"),
    ("expected ',' or '}'", "a mapping opened with `{` needs a `,` or its `}` here"),
    ("found unexpected end of stream", "the file ends within a quoted text; close its quote"),
    ("found unexpected document", "a quoted text is not closed before this; close its quote"),
    ("found unknown escape", "unknown `\\` escape within double quotes; use single quotes"),
)


def _explained(error: MarkedYAMLError, file: str) -> Problem:
    """Say what the parser found in the words of an author."""
    place = error.problem_mark or error.context_mark
    reason = error.problem or "not YAML"
    if "\\t" in reason or "'\t'" in reason:
        message = "a tab; YAML indents with spaces only"
    else:
        message = next((text for key, text in _EXPLAINED if key in reason), f"not YAML: {reason:.120}")
        quoted = error.context_mark is not None and "quoted scalar" in (error.context or "")
        if quoted and "close its quote" in message:
            message = "the quoted text that begins here is never closed"
            place = error.context_mark
    mark = Mark(file, place.line + 1, place.column + 1) if place else Mark(file, 1, 1)
    return Problem(mark, message, "yaml")


def _unprintable(data: bytes, error: ReaderError, file: str) -> Problem:
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    before = text[: error.position]
    mark = Mark(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
    return Problem(mark, "a control character that YAML does not allow; delete it", "yaml")
