"""What a schema cannot see: rules that never run, trees that get stuck, behaviors that fight.

Each check is a function from a library to problems, with a stable code. Proofs rest on `intervals`, which err
on the side of silence: what is reported is so, though not everything that is so is reported.
"""

from collections.abc import Callable, Iterator
from itertools import combinations
from math import inf, log
from typing import Final, TypeVar

from mien.behavior.authoring.grammar import level, show, show_operand
from mien.behavior.authoring.intervals import (
    Interval,
    Region,
    always,
    both,
    holds_throughout,
    never,
    region,
)
from mien.behavior.authoring.problems import Problem, Severity
from mien.behavior.definition import (
    ALWAYS,
    SELF,
    And,
    AutonomousRule,
    Change,
    Constant,
    Feeling,
    Filter,
    Leaf,
    Mark,
    Modification,
    Modifier,
    Node,
    Or,
    Parallel,
    Predicate,
    Repeat,
    Rule,
    Selector,
    Sequence,
    Space,
    children,
    walk,
)
from mien.behavior.library import Library

NEVER: Final = Constant(False)

Form = TypeVar("Form", Filter, Leaf, Parallel, Repeat, Selector, Sequence)

_PASSING: Final = (
    Modification.INTENSITY,
    Modification.TEMPO,
    Modification.DURATION,
    Modification.TARGET,
)
"""Modifiers that pass their child's answer on unchanged."""


def warning(mark: Mark, code: str, message: str) -> Problem:
    """Return a problem of a library that runs."""
    return Problem(mark, message, code, Severity.WARNING)


class Tree:
    """A library's tree, with what the checks ask about its nodes."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.rules = {rule.id: rule for rule in library.autonomous}
        self.root = library.root
        self.nodes = dict(walk(self.root)) if self.root is not None else {}
        every = frozenset(self.rules)
        lists = {every if c.rules is None else frozenset(c.rules) for c in library.characters}
        self.groups = sorted(lists, key=sorted) or [every]
        """The different sub-lists of rules that characters have."""

    def of(self, form: type[Form]) -> Iterator[tuple[tuple[int, ...], Form]]:
        """Yield the nodes of one form with their paths."""
        return ((path, node) for path, node in self.nodes.items() if isinstance(node, form))

    def conditions(self, path: tuple[int, ...]) -> list[Predicate]:
        """Return what the filters above a node ask for."""
        above = (self.nodes[path[:depth]] for depth in range(len(path)))
        return [node.when for node in above if isinstance(node, Filter)]

    def leaves(self, path: tuple[int, ...]) -> list[tuple[tuple[int, ...], AutonomousRule]]:
        """Return the rules that run below a node, with the paths of their leaves."""
        found = walk(self.nodes[path], path)
        return [(at, self.rules[node.rule]) for at, node in found if isinstance(node, Leaf)]

    def needs(self, node: Node, group: frozenset[str]) -> Predicate:
        """Return what must hold for a node to start without failing, for characters with these rules."""
        match node:
            case Leaf(rule):
                return self.rules[rule].trigger if rule in group else NEVER
            case Filter(when, child):
                return And((when, self.needs(child, group)))
            case Selector(below):
                return Or(tuple(self.needs(child, group) for child in below))
            case Sequence(below):
                return self.needs(below[0], group)
            case Repeat(child, None, None, None):
                return self.needs(child, group)
            case Modifier(child, kind) if kind != Modification.INVERT:
                return self.needs(child, group)
        return ALWAYS

    def runs_when(self, node: Node, group: frozenset[str]) -> Predicate:
        """Return what, while it holds, surely keeps a node from failing, for characters with these rules."""
        match node:
            case Leaf(rule_id):
                rule = self.rules[rule_id]
                steady = (
                    rule_id in group and not rule.cool_down and not rule.custom and rule.inflicter == SELF
                )
                return rule.trigger if steady else NEVER
            case Filter(when, child):
                return And((when, self.runs_when(child, group)))
            case Selector(below):
                return Or(tuple(self.runs_when(child, group) for child in below))
            case Parallel(failure=None):
                return ALWAYS
            case Repeat(child):
                return self.runs_when(child, group)
            case Modifier(child, kind) if kind in _PASSING:
                return self.runs_when(child, group)
        return NEVER

    def can_succeed(self, node: Node) -> bool:
        """Whether a node can come to its end by itself."""
        match node:
            case Leaf(rule_id):
                rule = self.rules[rule_id]
                return rule.max_duration < inf or bool(rule.custom)
            case Sequence(below):
                return all(map(self.can_succeed, below))
            case Selector(below):
                return any(map(self.can_succeed, below))
            case Parallel(below, success):
                able = sum(map(self.can_succeed, below))
                return success is not None and able >= (success or len(below))
            case Repeat(child, count, until, while_):
                return bool(until or while_) or (count is not None and self.can_succeed(child))
            case Modifier(child, Modification.INVERT):
                return True
        return all(map(self.can_succeed, children(node)))


Check = Callable[[Tree], Iterator[Problem]]


def trigger_never(tree: Tree) -> Iterator[Problem]:
    """`trigger-never`: a rule whose trigger no levels can meet."""
    for rule in tree.library.rules:
        if never(rule.trigger):
            message = (
                f"`{rule.id}` never runs: no level meets `{show(rule.trigger)}`; levels lie within 0 and 1"
            )
            yield warning(rule.mark, "trigger-never", message)


def trigger_always(tree: Tree) -> Iterator[Problem]:
    """`trigger-always`: a comparison that always holds; one who means it writes `always`."""
    for rule in tree.library.rules:
        if not isinstance(rule.trigger, Constant) and always(rule.trigger):
            message = (
                f"`{show(rule.trigger)}` always holds; write `always` if `{rule.id}` shall run at all times"
            )
            yield warning(rule.mark, "trigger-always", message)


def filter_never(tree: Tree) -> Iterator[Problem]:
    """`filter-never`: a filter that can never open, by itself or within the filters above it."""
    for path, node in tree.of(Filter):
        above = tree.conditions(path)
        if never(node.when):
            yield warning(
                node.mark, "filter-never", f"no level meets `{show(node.when)}`; the filter never opens"
            )
        elif not never(*above) and never(*above, node.when):
            shut = next((other for other in above if never(other, node.when)), above[-1])
            message = f"it never opens: `{show(node.when)}` excludes `{show(shut)}` of a filter above it"
            yield warning(node.mark, "filter-never", message)


def filter_always(tree: Tree) -> Iterator[Problem]:
    """`filter-always`: a filter that never closes."""
    for _, node in tree.of(Filter):
        if always(node.when):
            message = f"`{show(node.when)}` always holds; remove the filter, or mend its condition"
            yield warning(node.mark, "filter-always", message)


def trigger_filtered(tree: Tree) -> Iterator[Problem]:
    """`trigger-filtered`: a rule that the filters above it never let run."""
    for path, node in tree.of(Leaf):
        rule, above = tree.rules[node.rule], tree.conditions(path)
        if never(rule.trigger) or never(*above) or not never(*above, rule.trigger):
            continue
        shut = next((other for other in above if never(other, rule.trigger)), above[-1])
        message = f"`{rule.id}` never runs here: `{show(rule.trigger)}` excludes the filter `{show(shut)}`"
        yield warning(node.mark, "trigger-filtered", message)


def selector_unreachable(tree: Tree) -> Iterator[Problem]:
    """`selector-unreachable`: a child that one before it always forestalls."""
    for _, node in tree.of(Selector):
        for position, child in enumerate(children(node)):
            earlier = children(node)[:position]
            forestalled = [
                _forestaller(tree, earlier, child, group)
                for group in tree.groups
                if not never(tree.needs(child, group))
            ]
            if forestalled and all(other is not None for other in forestalled):
                name = describe(forestalled[0]) if forestalled[0] is not None else ""
                message = f"{describe(child)} is never reached: whenever it could run, {name} above it does"
                yield warning(child.mark, "selector-unreachable", message)


def _forestaller(tree: Tree, earlier: tuple[Node, ...], child: Node, group: frozenset[str]) -> Node | None:
    needed = region(tree.needs(child, group))
    return next((other for other in earlier if holds_throughout(needed, tree.runs_when(other, group))), None)


def sequence_stuck(tree: Tree) -> Iterator[Problem]:
    """`sequence-stuck`: a child of a sequence that never ends, with more to come after it."""
    for _, node in tree.of(Sequence):
        for child in children(node)[:-1]:
            if not tree.can_succeed(child):
                cure = "give it a `max_duration`" if isinstance(child, Leaf) else "let it end"
                message = f"{describe(child)} never ends by itself, so the sequence stays there; {cure}"
                yield warning(child.mark, "sequence-stuck", message)


def repeat_without_exit(tree: Tree) -> Iterator[Problem]:
    """`repeat-without-exit`: a repeat that nothing ends."""
    for _, node in tree.of(Repeat):
        if node.until is not None and never(node.until):
            message = f"`until: {show(node.until)}` never holds, so it repeats forever"
            yield warning(node.mark, "repeat-without-exit", message)
        elif node.while_ is not None and always(node.while_):
            message = f"`while: {show(node.while_)}` always holds, so it repeats forever"
            yield warning(node.mark, "repeat-without-exit", message)
        elif (node.count, node.until, node.while_) == (None, None, None) and any(
            always(tree.runs_when(node.child, group)) for group in tree.groups
        ):
            message = "it repeats forever: its child never fails; add `count`, `until` or `while`"
            yield warning(node.mark, "repeat-without-exit", message)


def law3_parallel(tree: Tree) -> Iterator[Problem]:
    """`law3-parallel`: behaviors of opposite orientation that one parallel could run together."""
    for mark, one, other in _side_by_side(tree):
        if one.orientation * other.orientation < 0:
            happy, sad = (one, other) if one.orientation > 0 else (other, one)
            message = (
                f"`{happy.id}` (positive) and `{sad.id}` (negative) could run side by side; "
                "put them under a selector, or let their triggers exclude each other"
            )
            yield Problem(mark, message, "law3-parallel")


def fight(tree: Tree) -> Iterator[Problem]:
    """`fight`: two rules that run together and pull one bearer's emotion both ways."""
    for mark, one, other in _side_by_side(tree):
        if one.orientation * other.orientation < 0:
            continue  # law 3 keeps them apart
        for mine, theirs in ((a, b) for a in one.aim for b in other.aim):
            if _whose(one, mine) == _whose(other, theirs) and mine.amount * theirs.amount < 0:
                levels = (one.id, mine.amount), (other.id, theirs.amount)
                (up, _), (down, _) = sorted(levels, key=lambda item: -item[1])
                name = f"mood.{mine.emotion}" if mine.space == Space.MOOD else mine.emotion
                message = (
                    f"`{up}` raises and `{down}` lowers `{name}` of the same bearer at the same time; "
                    "put them under a selector, or drop one of the aims"
                )
                yield warning(mark, "fight", message)
                break


def _whose(rule: AutonomousRule, change: Change) -> tuple[str, str, Space]:
    return SELF if change.whose == "self" else rule.bearer, change.emotion, change.space


def _side_by_side(tree: Tree) -> Iterator[tuple[Mark, AutonomousRule, AutonomousRule]]:
    """Yield each pair of different rules that a parallel could run at once in one character."""
    for path, node in tree.of(Parallel):
        branches = [tree.leaves((*path, position)) for position in range(len(children(node)))]
        seen: set[frozenset[str]] = set()
        for left, right in combinations(branches, 2):
            for (at, one), (where, other) in ((a, b) for a in left for b in right):
                pair = frozenset((one.id, other.id))
                if len(pair) < 2 or pair in seen or not any(pair <= group for group in tree.groups):
                    continue
                seen.add(pair)
                if not never(one.trigger, other.trigger, *tree.conditions(at), *tree.conditions(where)):
                    yield node.mark, one, other


def addictive(tree: Tree) -> Iterator[Problem]:
    """`addictive-rule`: a rule whose own aim holds up, against all decay, what lets it run."""
    for path, node in tree.of(Leaf):
        rule = tree.rules[node.rule]
        if rule.max_duration < inf or rule.custom:
            continue
        held: Region = [{}]
        fed = []
        for feeling, settled in _sustained(rule, tree.library):
            held = both(held, [{feeling: Interval(low=settled, high=1.0, open_high=True)}])
            fed.append(f"`{show_operand(feeling)}` at {settled:.2f}")
        condition = And((*tree.conditions(path), rule.trigger))
        if fed and not always(condition) and not both(held, region(condition, False, latched=True)):
            message = (
                f"`{rule.id}` feeds on itself: its aim alone holds {' and '.join(fed)} against all decay, "
                f"so `{show(condition)}` never ends; give it a `max_duration`, or a weaker aim"
            )
            yield warning(node.mark, "addictive-rule", message)


def _sustained(rule: AutonomousRule, library: Library) -> Iterator[tuple[Feeling, float]]:
    """Yield the levels of its own that a rule raises, and where each settles at least.

    Drive a against decay of half-life h, de/dt = a (1 - e) - e ln2 / h, settles at a / (a + ln2 / h).
    """
    emotions = {emotion.name: emotion for emotion in library.emotions}
    for change in rule.aim:
        emotion, drive = emotions[change.emotion], change.amount * rule.intensity
        if drive > 0 and _whose(rule, change)[0] == SELF:
            felt = change.space == Space.EMOTION
            decay = log(2) / (emotion.half_life if felt else emotion.mood_half_life)
            yield Feeling(change.emotion, change.space), drive / (drive + decay)


def aim_leaves(tree: Tree) -> Iterator[Problem]:
    """`aim-leaves`: an aim that the modifiers above drive out of (-1, 1)."""
    for path, node in tree.of(Leaf):
        rule, factor = tree.rules[node.rule], 1.0
        for depth in range(len(path)):
            above = tree.nodes[path[:depth]]
            if isinstance(above, Modifier) and above.kind == Modification.INTENSITY:
                factor *= above.value
        strongest = max((abs(change.amount) for change in rule.aim), default=0.0) * rule.intensity
        if strongest * factor >= 1.0:
            message = (
                f"the modifiers above make the aim of `{rule.id}` {level(round(strongest * factor, 3))}, "
                f"which leaves (-1, 1); use an intensity below {level(round(1 / strongest, 3))}"
            )
            yield warning(node.mark, "aim-leaves", message)


def unused_rule(tree: Tree) -> Iterator[Problem]:
    """`unused-rule`: a rule that no tree runs, no character has, or no smart object broadcasts."""
    running = {node.rule for _, node in tree.of(Leaf)}
    broadcast = {rule for kind in tree.library.objects for rule in kind.rules}
    for rule in tree.library.rules:
        if not isinstance(rule, AutonomousRule):
            if rule.id not in broadcast:
                yield _unused(rule, "no smart object broadcasts it; add it to the `rules` of one")
        elif rule.id not in running:
            yield _unused(rule, "the tree does not run it; add it there, or remove it")
        elif not any(rule.id in group for group in tree.groups):
            yield _unused(rule, "no character has it in its `rules`")


def _unused(rule: Rule, why: str) -> Problem:
    return warning(rule.mark, "unused-rule", f"`{rule.id}` never runs: {why}")


def describe(node: Node) -> str:
    """Return what an author calls a node."""
    if isinstance(node, Leaf):
        return f"`{node.rule}`"
    form = type(node).__name__.lower()
    return f"the {form} `{node.name}`" if node.name else f"the {form} of line {node.mark.line}"


CHECKS: Final[tuple[Check, ...]] = (
    trigger_never, trigger_always, trigger_filtered, filter_never, filter_always, selector_unreachable,
    sequence_stuck, repeat_without_exit, law3_parallel, fight, addictive, aim_leaves, unused_rule,
)  # fmt: skip
"""Every check, in the order in which docs/authoring.md lists them."""


def find_problems(library: Library) -> list[Problem]:
    """Return what the checks find, in the order of files and lines."""
    tree = Tree(library)
    found = dict.fromkeys(problem for check in CHECKS for problem in check(tree))
    return sorted(found, key=lambda problem: (problem.mark, problem.code))
