"""The reference: the same tree as a real py-trees tree, one character at a time.

`build` makes it, for display, for debugging, and for the test that holds the engine equal to it. Sequences,
selectors, counting repeats and inversion are py-trees' own; only what it lacks is written here. Two things
are not py-trees' way, and both are laws: leaves answer from the snapshot alone, and what started or ended is
read off after the tick, so that whatever leaves is halted before anything starts.
"""

from collections.abc import Callable, Mapping
from itertools import count as counter
from typing import Final

from py_trees import behaviour, composites, decorators

from mien.behavior.custom import CustomLeaf, View
from mien.behavior.definition import (
    Filter,
    InteractiveRule,
    Leaf,
    Modification,
    Modifier,
    Node,
    Not,
    Or,
    Parallel,
    Repeat,
    Selector,
    Sequence,
)
from mien.behavior.library import Character, Library
from mien.behavior.predicates import Read, micros
from mien.behavior.reference_nodes import (
    FAILURE,
    RUNNING,
    SUCCESS,
    Condition,
    FilterNode,
    GateNode,
    HeldSelector,
    Now,
    ParallelNode,
    Path,
    RuleLeaf,
    UntilNode,
)


class Reference:
    """One character's tree and what it remembers.

    Args:
        library: checked and complete.
        character: whose tree it is.
        seed: the engine's.
        leaves: custom leaves by name.
    """

    def __init__(
        self,
        library: Library,
        character: Character,
        seed: int = 0,
        leaves: Mapping[str, CustomLeaf] | None = None,
    ) -> None:
        self.now = Now(character, seed, leaves or {})
        self.root = build(library, self.now)
        nodes = [] if self.root is None else list(self.root.iterate())
        self._leaves = sorted((n for n in nodes if isinstance(n, RuleLeaf)), key=lambda n: n.number)
        self._gates = [n for n in nodes if isinstance(n, FilterNode)]

    def tick(
        self,
        t: int,
        read: Read,
        influence: Mapping[str, float] | None = None,
        view: Callable[[int], View] | None = None,
    ) -> list[Path]:
        """Return what ended and then what started at t, each in the order of the tree.

        Args:
            t: microseconds.
            read: gives the level of an operand, NaN where unknown.
            influence: strength of each interactive rule on this character.
            view: gives what custom leaves see, from how long they have been running (-1: not at all).
        """
        now = self.now
        now.t, now.read, now.influence, now.view, now.failures = t, read, influence or {}, view, []
        for gate in self._gates:
            if isinstance(gate, GateNode):
                gate.evaluate()
            else:
                gate.condition.evaluate()
        for leaf in self._leaves:
            leaf.decide()
        was = {id(gate): gate.status == RUNNING for gate in self._gates}
        if self.root is not None:
            self.root.tick_once()
        for gate in self._gates:
            gate.keep(was[id(gate)])
        ended = [leaf for leaf in self._leaves if leaf.on and leaf.status != RUNNING]
        started = [leaf for leaf in self._leaves if not leaf.on and leaf.status == RUNNING]
        paths = [(leaf.rule.id, leaf.number, _reason(leaf)) for leaf in ended]
        for leaf in ended:
            leaf.on, leaf.since = False, t
            if not isinstance(leaf.rule, InteractiveRule):
                now.ready[leaf.rule.id] = t + micros(leaf.rule.cool_down)
        for leaf in started:
            leaf.on, leaf.since = True, t
        return paths + [(leaf.rule.id, leaf.number, "selected") for leaf in started]

    @property
    def running(self) -> list[int]:
        """Numbers of the leaves that run."""
        return [leaf.number for leaf in self._leaves if leaf.on]


def _reason(leaf: RuleLeaf) -> str:
    if leaf.answer == SUCCESS:
        return "completed"
    if leaf.answer == FAILURE:
        return "failed" if leaf.trigger.value else "trigger"
    node = leaf.parent
    while node is not None:
        if isinstance(node, FilterNode) and node.reason:
            return str(node.reason)
        node = node.parent
    return "preempted"


def build(library: Library, now: Now) -> behaviour.Behaviour | None:
    """Return the py-trees tree of a library for one character; None without any rule."""
    rules = {rule.id: rule for rule in library.autonomous}
    numbers = counter()
    root = library.root

    def make(node: Node, stretch: float, tempo: float) -> behaviour.Behaviour:
        if isinstance(node, Modifier) and node.kind in _PASSIVE:
            factor = node.value
            longer = factor if node.kind is Modification.DURATION else 1.0
            faster = factor if node.kind is Modification.TEMPO else 1.0
            changed = make(node.child, stretch * longer, tempo * faster)
            return decorators.PassThrough(node.name or f"{node.kind} {factor:g}", changed)
        number = next(numbers)
        name = getattr(node, "name", "") or type(node).__name__.lower()
        match node:
            case Leaf(rule):
                return RuleLeaf(now, number, rules[rule], stretch, tempo)
            case Sequence(children):
                return composites.Sequence(name, True, [make(c, stretch, tempo) for c in children])
            case Selector(children, memory):
                below = [make(c, stretch, tempo) for c in children]
                return composites.Selector(name, True, below) if memory else HeldSelector(name, False, below)
            case Parallel(children, success, failure):
                return ParallelNode(name, [make(c, stretch, tempo) for c in children], success, failure)
            case Filter(when, child):
                return FilterNode(name, make(child, stretch, tempo), Condition(now, when))
            case Repeat(child, count, until, while_):
                times = -1 if count is None else count
                repeat = decorators.Repeat(name, make(child, stretch, tempo), times)
                ends = [] if until is None else [until]
                ends += [] if while_ is None else [Not(while_)]
                return UntilNode(name, repeat, Condition(now, Or(tuple(ends)))) if ends else repeat
            case Modifier(child, Modification.INVERT):
                return decorators.Inverter(name, make(child, stretch, tempo))
            case Modifier(child):
                return GateNode(name, make(child, stretch, tempo), now, number, node)

    if library.interactive:
        next(numbers)
        beside = [RuleLeaf(now, next(numbers), rule, 1.0, 1.0) for rule in library.interactive]
        tree = [] if root is None else [make(root, 1.0, 1.0)]
        return ParallelNode("all", [*beside, *tree], None, None)
    return None if root is None else make(root, 1.0, 1.0)


_PASSIVE: Final = (Modification.INTENSITY, Modification.TEMPO, Modification.DURATION, Modification.TARGET)
