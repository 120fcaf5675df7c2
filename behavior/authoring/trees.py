"""Trees as authors write them, with their sub-trees expanded and parameters filled in."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from mien.behavior.authoring.kinds import INVALID, Name, Report
from mien.behavior.authoring.language import NODE_FORMS, NODES
from mien.behavior.authoring.problems import Problem, did_you_mean, enumerated
from mien.behavior.authoring.shapes import Record
from mien.behavior.authoring.source import Items, Node, Scalar, Table, UnreadableError
from mien.behavior.definition import (
    Filter,
    Leaf,
    Modification,
    Modifier,
    Parallel,
    Repeat,
    Selector,
    Sequence,
)
from mien.behavior.definition import Node as Tree

MAX_NODES: Final = 10_000
"""Of the whole tree, sub-trees expanded."""
MAX_DEPTH: Final = 64
"""Of the whole tree, sub-trees expanded."""
MAX_FILLED: Final = 1_000_000
"""Values copied to fill in parameters, over the whole tree."""

_PARAMETER: Final = re.compile(r"\$(\w+)")


class Expander:
    """Reads the global tree; knows the rules and sub-trees that it may name."""

    def __init__(
        self,
        rules: Collection[str],
        broadcast: Collection[str],
        trees: Mapping[str, Record],
        report: Report,
    ) -> None:
        """Prepare to read.

        Args:
            rules: ids of the autonomous rules.
            broadcast: ids of the interactive ones, for messages.
            trees: sub-trees by name.
            report: is told each problem.
        """
        self.rules = rules
        self.broadcast = broadcast
        self.trees = trees
        self.report = report
        self.used: set[str] = set()
        self.broken: set[str] = set()
        """Rules and trees that have been reported."""
        self._within: list[str] = []
        self._count = 0
        self._depth = 0
        self._filled = 0
        self._misfilled = False

    def expand(self, node: Node) -> Tree | None:
        """Return the tree; None where it has problems, all of which are reported.

        Raises:
            UnreadableError: it is larger or deeper than it may be.
        """
        self._count += 1
        if self._count > MAX_NODES:
            raise UnreadableError(node.mark, f"the tree has more than {MAX_NODES} nodes", "limit")
        if self._depth >= MAX_DEPTH:
            raise UnreadableError(node.mark, f"the tree is more than {MAX_DEPTH} levels deep", "limit")
        self._depth += 1
        tree = self._leaf(node) if isinstance(node, Scalar) else self._form(node)
        self._depth -= 1
        return tree

    def _leaf(self, node: Scalar) -> Tree | None:
        name = Name("a rule").read(node, self.report)
        if name is INVALID:
            return None
        if name in self.rules:
            return Leaf(str(name), node.mark)
        if name in self.broken:
            return None
        if name in self.trees:
            hint = f"; it is a tree: write `subtree: {name}`"
        elif name in self.broadcast:
            hint = ": it is an interactive rule, which smart objects run, not trees"
        else:
            hint = did_you_mean(name, self.rules)
        self.report(Problem(node.mark, f"no autonomous rule is called `{name}`{hint}", "unknown-rule"))
        return None

    def _form(self, node: Items | Table) -> Tree | None:
        if isinstance(node, Items):
            message = "a list says not how to run it; put `sequence:`, `selector:` or `parallel:` before it"
            self.report(Problem(node.mark, message, "wrong-value"))
            return None
        forms = [key for key in node.entries if key in NODE_FORMS]
        if len(forms) != 1:
            known = enumerated([*NODE_FORMS], "or")
            found = next(iter(node.entries), "")
            message = (
                f"{enumerated(forms)} side by side: a node has one form; nest one in the other"
                if forms
                else f"a node needs one of {known}{did_you_mean(found, NODE_FORMS) if found else ''}"
            )
            self.report(Problem(node.mark, message, "wrong-value"))
            return None
        record = NODES[forms[0]].read(node, self.report)
        return self._build(forms[0], record) if record.complete else None

    def _build(self, form: str, record: Record) -> Tree | None:
        if form == "subtree":
            return self._subtree(record)
        common: dict[str, Any] = {"name": str(record.get("name", "")), "mark": record.mark}
        if form in ("sequence", "selector", "parallel"):
            children = self._children(record, form)
            if children is None:
                return None
            if form == "sequence":
                return Sequence(children, **common)
            if form == "selector":
                return Selector(children, **record.given("memory"), **common)
            return self._parallel(record, children, common)
        child = self.expand(record.values[form])
        if child is None:
            return None
        if form == "filter":
            return Filter(record.values["when"], child, **common)
        if form == "repeat":
            return Repeat(child, while_=record.get("while"), **record.given("count", "until"), **common)
        return self._modifier(record, child, common)

    def _children(self, record: Record, form: str) -> tuple[Tree, ...] | None:
        node = record.values[form]
        if not isinstance(node, Items) or not node.items:
            message = f"a {form} runs a list of at least one rule or node; write each after a `-`"
            self.report(Problem(node.mark, message, "wrong-value"))
            return None
        children = [self.expand(item) for item in node.items]
        found = tuple(child for child in children if child is not None)
        return found if len(found) == len(children) else None

    def _parallel(self, record: Record, children: tuple[Tree, ...], common: dict[str, Any]) -> Tree:
        bounds = record.given("success", "failure")
        for name, bound in bounds.items():
            if bound is not None and bound > len(children):
                message = f"`{name}: {bound}` of only {len(children)} children"
                self.report(Problem(record.keys[name], message, "wrong-value"))
        return Parallel(children, **bounds, **common)

    def _modifier(self, record: Record, child: Tree, common: dict[str, Any]) -> Tree:
        """Wrap the child once for each change, the first written outermost."""
        changes = [Modification(name) for name in record.values if name in [*Modification]]
        if not changes:
            known = enumerated([*Modification], "or")
            self.report(Problem(record.mark, f"a modifier changes something: {known}", "missing-field"))
        if "every" in record.values and Modification.CHANCE not in changes:
            self.report(Problem(record.keys["every"], "`every` goes with `chance`", "missing-field"))
        for kind in reversed(changes):
            value = record.values[kind]
            if kind == Modification.INVERT and value is False:
                continue
            if kind == Modification.TARGET:
                child = Modifier(child, kind, target=str(value), **common)
            elif kind == Modification.CHANCE:
                child = Modifier(child, kind, value, **record.given("every"), **common)
            else:
                child = Modifier(child, kind, float(value), **common)
        return child

    def _subtree(self, record: Record) -> Tree | None:
        name = record.values["subtree"]
        if name in self.broken:
            return None
        if name not in self.trees:
            message = f"no tree is called `{name}`{did_you_mean(name, self.trees)}"
            self.report(Problem(name.mark, message, "unknown-tree"))
            return None
        self.used.add(str(name))
        if not self.trees[name].complete:
            return None
        if name in self._within:
            chain = " → ".join([*self._within[self._within.index(name) :], name])
            self.report(Problem(name.mark, f"the tree uses itself: {chain}", "tree-loop"))
            return None
        tree, given = self.trees[name], record.get("with", {})
        arguments: dict[str, Node] = {}
        known = tree.get("parameters", {})
        for parameter in given:
            if parameter not in known:
                hint = did_you_mean(parameter, known)
                message = f"the tree `{name}` has no parameter `{parameter}`{hint}"
                self.report(Problem(parameter.mark, message, "unknown-field"))
        for parameter, default in known.items():
            value = given.get(parameter, default)
            if isinstance(value, Scalar) and value.plain and value.value in ("", "~", "null"):
                message = f"the tree `{name}` needs its parameter `{parameter}`: write it under `with`"
                self.report(Problem(record.mark, message, "missing-field"))
                return None
            arguments[parameter] = value
        self._misfilled = False
        filled = self._fill(tree.values["tree"], arguments, str(name))
        if self._misfilled:
            return None
        self._within.append(str(name))
        expanded = self.expand(filled)
        self._within.pop()
        return expanded

    def _fill(self, node: Node, arguments: Mapping[str, Node], tree: str) -> Node:
        """Return a copy of a sub-tree in which `$name` is what the parameter stands for."""
        self._filled += 1
        if self._filled > MAX_FILLED:
            raise UnreadableError(node.mark, "sub-trees multiply beyond what can be read", "limit")
        if isinstance(node, Items):
            return Items([self._fill(item, arguments, tree) for item in node.items], node.mark)
        if isinstance(node, Table):
            entries = {
                name: (key, self._fill(value, arguments, tree)) for name, (key, value) in node.entries.items()
            }
            return Table(entries, node.mark)
        whole = _PARAMETER.fullmatch(node.value)
        if whole and whole[1] in arguments:
            value = arguments[whole[1]]
            return (
                Scalar(value.value, node.mark, value.plain, filled=True)
                if isinstance(value, Scalar)
                else value
            )
        if "$" not in node.value:
            return node
        return Scalar(
            _PARAMETER.sub(lambda found: self._text(found, node, arguments, tree), node.value),
            node.mark,
            node.plain,
            filled=True,
        )

    def _text(self, found: re.Match[str], node: Scalar, arguments: Mapping[str, Node], tree: str) -> str:
        value = arguments.get(found[1])
        if isinstance(value, Scalar):
            return value.value
        if value is None:
            hint = did_you_mean(found[1], arguments)
            message = f"the tree `{tree}` has no parameter `{found[1]}`{hint}"
        else:
            message = f"`${found[1]}` stands for a node here; it cannot be part of a text"
        self.report(Problem(node.at(found.start()), message, "unknown-field"))
        self._misfilled = True
        return ""
