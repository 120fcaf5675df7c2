"""Trees drawn: as lines for a terminal, as SVG for a page. Both show forms, conditions and orientation."""

from collections.abc import Iterator
from html import escape
from typing import Final

from py_trees import display
from rich.text import Text
from rich.tree import Tree

from mien.behavior.authoring.grammar import level, show
from mien.behavior.definition import (
    AutonomousRule,
    Filter,
    Leaf,
    Modification,
    Modifier,
    Node,
    Parallel,
    Repeat,
    Selector,
    children,
)
from mien.behavior.library import Character, Library
from mien.behavior.reference import Reference
from mien.bridge.messages import FIRST_CHARACTER

COLORS: Final = {1: "green", 0: "cyan", -1: "magenta"}
"""Of rules by orientation, in a terminal."""
FILLS: Final = {1: "#cfe8cf", 0: "#dde6ee", -1: "#ecd3e2"}
"""The same, in SVG."""

_ROW: Final = 26
_INDENT: Final = 28
_CHARACTER: Final = 7.3


def label(node: Node) -> tuple[str, str]:
    """Return what a node is called and what else is to be known about it."""
    if isinstance(node, Leaf):
        return node.rule, ""
    form = type(node).__name__.lower()
    head = f"{form} {node.name}" if node.name else form
    match node:
        case Selector(memory=True):
            return head, "with memory"
        case Filter(when):
            return head, f"when {show(when)}"
        case Parallel(_, success, failure):
            words = {None: "never", 0: "all"}
            bounds = [words.get(bound, str(bound)) for bound in (success, failure)]
            return head, "" if (success, failure) == (0, 1) else f"success {bounds[0]}, failure {bounds[1]}"
        case Repeat(_, count, until, while_):
            parts = [f"{count} times" if count else "", f"until {show(until)}" if until else ""]
            parts.append(f"while {show(while_)}" if while_ else "")
            return head, ", ".join(filter(None, parts)) or "forever"
        case Modifier(_, kind, value, target, every):
            if kind is Modification.TARGET:
                return head, f"target {target}"
            if kind is Modification.INVERT:
                return head, "invert"
            unit = " s" if kind in (Modification.COOL_DOWN, Modification.TIMEOUT) else ""
            tail = f" every {level(every)} s" if kind is Modification.CHANCE else ""
            return head, f"{kind.replace('_', '-')} {level(value)}{unit}{tail}"
    return head, ""


def _details(node: Node, rules: dict[str, AutonomousRule]) -> tuple[str, str, int | None]:
    """Return head, detail and, for a leaf, orientation."""
    head, detail = label(node)
    if isinstance(node, Leaf):
        rule = rules[node.rule]
        return head, show(rule.trigger), rule.orientation
    return head, detail, None


def terminal(library: Library) -> Tree:
    """Return the tree for a terminal; a leaf shows its rule's trigger, its color the orientation."""
    rules = {rule.id: rule for rule in library.autonomous}
    root = Tree(Text(library.name, "bold"), guide_style="dim")
    if library.root is None:
        root.add(Text("no autonomous rules", "dim"))
        return root
    stack: list[tuple[Node, Tree]] = [(library.root, root)]
    while stack:
        node, above = stack.pop(0)
        head, detail, orientation = _details(node, rules)
        style = "bold" if orientation is None else COLORS[orientation]
        branch = above.add(Text.assemble((head, style), (f"  {detail}" if detail else "", "dim")))
        stack.extend((child, branch) for child in children(node))
    return root


def svg(library: Library) -> str:
    """Return the tree as an SVG picture, one node a row, children below and to the right of their parent."""
    rules = {rule.id: rule for rule in library.autonomous}
    rows = list(_rows(library.root)) if library.root is not None else []
    parts: list[str] = []
    width = 200.0
    for row, (node, depth, parent) in enumerate(rows):
        head, detail, orientation = _details(node, rules)
        x, y = 12 + depth * _INDENT, 10 + row * _ROW
        wide = len(head) * _CHARACTER + 16
        if parent is not None:
            from_y, to_y = 10 + parent * _ROW + 20, y + 10
            parts.append(f'<path d="M{x - _INDENT + 10} {from_y}V{to_y}H{x}" class="line"/>')
        fill = "#fff" if orientation is None else FILLS[orientation]
        parts.append(f'<rect x="{x}" y="{y}" width="{wide:.0f}" height="20" rx="4" fill="{fill}"/>')
        weight = ' font-weight="bold"' if orientation is None else ""
        parts.append(f'<text x="{x + 8}" y="{y + 14}"{weight}>{escape(head)}</text>')
        if detail:
            parts.append(f'<text x="{x + wide + 8:.0f}" y="{y + 14}" class="detail">{escape(detail)}</text>')
        width = max(width, x + wide + 16 + len(detail) * _CHARACTER)
    height = 20 + len(rows) * _ROW
    return "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
        f'viewBox="0 0 {width:.0f} {height}" role="img">',
        f"<title>{escape(library.name)}</title>",
        "<style>text{font:12px ui-monospace,monospace;fill:#222}.detail{fill:#667}"
        "rect{stroke:#556;stroke-width:1}.line{stroke:#99a;fill:none}</style>",
        '<rect width="100%" height="100%" fill="#fafafa" style="stroke:none"/>',
        *parts,
        "</svg>",
        "",
    ))  # fmt: skip


def _rows(root: Node) -> Iterator[tuple[Node, int, int | None]]:
    """Yield each node from top to bottom with its depth and its parent's row."""
    stack: list[tuple[Node, int, int | None]] = [(root, 0, None)]
    row = 0
    while stack:
        node, depth, parent = stack.pop()
        yield node, depth, parent
        stack.extend((child, depth + 1, row) for child in reversed(children(node)))
        row += 1


def py_trees(library: Library) -> str:
    """Return py-trees' own display of the reference tree, as for the first character."""
    nobody = Character(name="anyone", id=FIRST_CHARACTER)
    root = Reference(library, library.characters[0] if library.characters else nobody).root
    return str(display.unicode_tree(root)) if root is not None else "no autonomous rules\n"
