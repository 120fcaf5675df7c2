"""The frozen tree compiled to rows and groups: what `engine` runs for all characters at once.

Rows are nodes: the leaves first, then ever higher nodes. Nodes that stand in like places of like sub-trees
come to lie side by side, so that a group finds its children as views, not copies.
"""

from collections.abc import Sequence as Many
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np

from mien.behavior.columns import Columns, rows
from mien.behavior.definition import (
    AutonomousRule,
    Constant,
    Filter,
    InteractiveRule,
    Leaf,
    Modification,
    Modifier,
    Node,
    Not,
    Or,
    Parallel,
    Predicate,
    Repeat,
    Selector,
    Sequence,
    children,
)
from mien.behavior.forms.filter import Filters
from mien.behavior.forms.group import Group
from mien.behavior.forms.modifier import Chances, CoolDowns, Inverts, Timeouts
from mien.behavior.forms.orientation import Opposites, claim
from mien.behavior.forms.parallel import NEVER, Parallels
from mien.behavior.forms.repeat import Repeats
from mien.behavior.forms.selector import Selectors, StickySelectors
from mien.behavior.forms.sequence import Sequences
from mien.behavior.library import Library
from mien.behavior.predicates import FOREVER, micros

MAX_DEPTH: Final = 128
"""A tree is no deeper."""
MAX_WIDTH: Final = 4096
"""No node has more children."""

Form: TypeAlias = Node | InteractiveRule


@dataclass(slots=True)
class Place:
    """One node of the global tree, with what the modifiers above it make of it."""

    number: int
    """Position in the tree, top to bottom, left to right; the same however it is compiled."""
    form: Form
    path: str
    """Names of the nodes from the root, for people."""
    parent: "Place | None"
    below: list["Place"] = field(default_factory=list)
    height: int = 0
    row: int = -1
    position: int = 0
    intensity: float = 1.0
    tempo: float = 1.0
    stretch: float = 1.0
    target: str = ""


class Rules:
    """The leaves as columns, by row: what each makes of its rule where it stands in the tree."""

    def __init__(self, library: Library, leaves: Many[Place]) -> None:
        index = {rule.id: column for column, rule in enumerate(library.rules)}
        by_id = {rule.id: rule for rule in library.autonomous}
        self.places = tuple(leaves)
        self.rules: tuple[AutonomousRule | InteractiveRule, ...] = tuple(
            by_id[leaf.form.rule] if isinstance(leaf.form, Leaf) else leaf.form  # type: ignore[misc]
            for leaf in leaves
        )
        self.column = np.array([index[rule.id] for rule in self.rules], np.intp)
        """Column of `Activity.intensity`."""
        own = [isinstance(rule, AutonomousRule) for rule in self.rules]
        # What limits a smart object's rule limits its broadcast, not each bearer: see `interactive`.
        self.least = self._micros([r.min_duration * p.stretch / p.tempo for r, p in self._pairs()])
        self.most = self._micros([r.max_duration * p.stretch / p.tempo for r, p in self._pairs()])
        self.enter = self._micros([r.enter / p.tempo for r, p in self._pairs()])
        self.leave = self._micros([r.leave / p.tempo for r, p in self._pairs()])
        self.cool = self._micros([r.cool_down for r in self.rules])
        self.most[~np.array(own, bool)] = FOREVER
        self.cool[~np.array(own, bool)] = 0
        slow = {c: i for i, c in enumerate(dict.fromkeys(self.column[self.cool > 0].tolist()))}
        self.cooling = np.array([slow.get(c, -1) for c in self.column.tolist()], np.intp)
        """Row of the rule's cool-down, which its leaves share; -1 where it has none."""
        self.number = np.array([p.number for p in leaves], np.intp)
        """Place in the order of the tree."""
        self.intensity = np.array([p.intensity for p in leaves], np.float64)
        self.orientation = np.array([r.orientation for r in self.rules], np.int8)
        self.claim = np.array([claim(r.priority) for r in self.rules], np.int32)
        self.bearer = tuple(
            p.target or r.bearer if isinstance(r, AutonomousRule) else "self" for r, p in self._pairs()
        )

    def __len__(self) -> int:
        return len(self.rules)

    def _pairs(self) -> list[tuple[AutonomousRule | InteractiveRule, Place]]:
        return list(zip(self.rules, self.places, strict=True))

    @staticmethod
    def _micros(seconds: list[float]) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.array([micros(s) for s in seconds], np.int64)


class Program:
    """Everything that a tick needs to know of the tree; fixed once built (law 5)."""

    def __init__(self, library: Library, seed: int) -> None:
        self.places = _plant(library)
        """Every node that ticks, by number."""
        self._order()
        ordered = sorted(self.places, key=lambda place: place.row)
        self.rows = tuple(ordered)
        """The same, by row."""
        self.rules = Rules(library, [place for place in ordered if not place.below])
        leaves = len(self.rules)
        self._predicates: list[Predicate] = [
            Constant(False) if isinstance(rule, InteractiveRule) else rule.trigger
            for rule in self.rules.rules
        ]
        self.parallel_rows = self.repeat_rows = self.timeout_rows = self.cool_rows = 0
        self.chance_rows = 0
        self.groups: list[Group] = []
        self.parents = [-1 if p.parent is None else p.parent.row for p in ordered]
        """Row of each node's parent, -1 for the root."""
        self._seed = seed
        start = leaves
        while start < len(ordered):
            stop = start
            key = _kind(ordered[start])
            while stop < len(ordered) and _kind(ordered[stop]) == key:
                stop += 1
            self.groups.append(self._group(ordered[start:stop], slice(start, stop)))
            start = stop
        self.group_of = {row: group for group in self.groups for row in range(group.at.start, group.at.stop)}
        """Group of each node that is no leaf."""
        self.columns = Columns(self._predicates)
        self.opposites = _opposites(self.rows, self.rules)
        """Parallels in which opposite orientations could meet."""

    def _order(self) -> None:
        """Give every place its row."""
        groups: dict[tuple[Any, ...], list[Place]] = {}
        for place in self.places:
            groups.setdefault(_kind(place), []).append(place)
        rank: dict[int, tuple[int, int]] = {}
        keys = sorted(groups, key=repr)
        keys.sort(key=lambda key: -key[0])
        for number, key in enumerate(keys):
            members = groups[key]
            members.sort(
                key=lambda p: (
                    (-1, 0, 0)
                    if p.parent is None
                    else (rank[p.parent.number][0], p.position, rank[p.parent.number][1])
                )
            )
            for within, place in enumerate(members):
                rank[place.number] = (number, within)
        row = 0
        for key in reversed(keys):
            for place in groups[key]:
                place.row = row
                row += 1

    def _predicate(self, predicate: Predicate) -> int:
        self._predicates.append(predicate)
        return len(self._predicates) - 1

    def _group(self, places: list[Place], at: slice) -> Group:
        width = len(places[0].below)
        below = rows([place.below[i].row for i in range(width) for place in places])
        form = places[0].form
        forms: list[Any] = [place.form for place in places]
        match form:
            case Sequence():
                return Sequences(at, below, width)
            case Selector(memory=memory):
                return StickySelectors(at, below, width) if memory else Selectors(at, below, width)
            case Filter():
                return Filters(at, below, rows([self._predicate(f.when) for f in forms]))
            case Parallel(success=success, failure=failure):
                own = slice(self.parallel_rows, self.parallel_rows + width * len(places))
                self.parallel_rows = own.stop
                return Parallels(at, below, width, success, failure, own)
            case Repeat():
                own = slice(self.repeat_rows, self.repeat_rows + len(places))
                self.repeat_rows = own.stop
                counts = np.array([NEVER if f.count is None else f.count for f in forms], np.int32)
                bounds = [_end(f) for f in forms]
                ends = (
                    rows([self._predicate(b) for b in bounds]) if any(b != _ENDLESS for b in bounds) else None
                )
                return Repeats(at, below, counts, ends, own)
            case Modifier(kind=Modification.INVERT):
                return Inverts(at, below, 1)
            case Modifier(kind=Modification.COOL_DOWN):
                own = slice(self.cool_rows, self.cool_rows + len(places))
                self.cool_rows = own.stop
                return CoolDowns(at, below, np.array([micros(f.value) for f in forms], np.int64), own)
            case Modifier(kind=Modification.TIMEOUT):
                own = slice(self.timeout_rows, self.timeout_rows + len(places))
                self.timeout_rows = own.stop
                return Timeouts(at, below, np.array([micros(f.value) for f in forms], np.int64), own)
            case Modifier(kind=Modification.CHANCE):
                own = slice(self.chance_rows, self.chance_rows + len(places))
                self.chance_rows = own.stop
                every = np.array([max(1, micros(f.every)) for f in forms], np.int64)
                keys = np.array([place.number for place in places], np.int64)
                return Chances(at, below, np.array([f.value for f in forms]), every, keys, self._seed, own)
        raise TypeError(f"{type(form).__name__} is no form")


_ENDLESS: Final = Constant(False)


def _end(repeat: Repeat) -> Predicate:
    """Return the predicate that ends a repeat."""
    ends = [] if repeat.until is None else [repeat.until]
    ends += [] if repeat.while_ is None else [Not(repeat.while_)]
    return _ENDLESS if not ends else ends[0] if len(ends) == 1 else Or(tuple(ends))


def _kind(place: Place) -> tuple[Any, ...]:
    """Return what nodes of one group have in common."""
    form = place.form
    extra: tuple[Any, ...] = ()
    match form:
        case Selector(memory=memory):
            extra = (memory,)
        case Parallel(success=success, failure=failure):
            extra = (success, failure)
        case Modifier(kind=kind):
            extra = (str(kind),)
    name = "leaf" if not place.below else type(form).__name__
    return (place.height, name, len(place.below), *(repr(e) for e in extra))


_STATIC: Final = (Modification.INTENSITY, Modification.TEMPO, Modification.DURATION, Modification.TARGET)


def _plant(library: Library) -> list[Place]:
    """Return every node that ticks, parents first; what static modifiers do is noted in those below.

    Where there are interactive rules they stand beside the tree under one endless parallel, so that law 3
    holds between what a character does and what is done to it by the one rule for all parallels.
    """
    root = library.root
    beside = list(library.interactive)
    places: list[Place] = []
    stack: list[tuple[Form, Place | None, int, int, tuple[float, float, float, str]]] = []
    plain = (1.0, 1.0, 1.0, "")
    if beside:
        top = Place(0, Parallel((), None, None), "", None)
        places.append(top)
        entries: list[Form] = [*beside, *([] if root is None else [root])]
        stack += [(form, top, i, 1, plain) for i, form in reversed(list(enumerate(entries)))]
    elif root is not None:
        stack.append((root, None, 0, 0, plain))
    while stack:
        form, parent, position, depth, context = stack.pop()
        if depth > MAX_DEPTH:
            raise ValueError(f"{form.mark}: the tree is deeper than {MAX_DEPTH} nodes")
        if isinstance(form, Modifier) and form.kind in _STATIC:
            stack.append((form.child, parent, position, depth + 1, _apply(form, context)))
            continue
        name = form.id if isinstance(form, InteractiveRule) else getattr(form, "name", "") or _label(form)
        path = f"{parent.path}/{name}" if parent else name
        intensity, tempo, stretch, target = context
        place = Place(len(places), form, path, parent, [], 0, -1, position, intensity, tempo, stretch, target)
        places.append(place)
        if parent is not None:
            parent.below.append(place)
        below = () if isinstance(form, InteractiveRule) else children(form)
        if len(below) > MAX_WIDTH:
            raise ValueError(f"{form.mark}: more than {MAX_WIDTH} children")
        if not below and not isinstance(form, InteractiveRule | Leaf):
            raise ValueError(f"{form.mark}: a {type(form).__name__.lower()} needs a child")
        stack += [(child, place, i, depth + 1, context) for i, child in reversed(list(enumerate(below)))]
    for place in reversed(places):
        place.height = 1 + max(child.height for child in place.below) if place.below else 0
    return places


def _label(form: Form) -> str:
    return form.rule if isinstance(form, Leaf) else type(form).__name__.lower()


def _apply(modifier: Modifier, context: tuple[float, float, float, str]) -> tuple[float, float, float, str]:
    intensity, tempo, stretch, target = context
    match modifier.kind:
        case Modification.INTENSITY:
            intensity *= modifier.value
        case Modification.TEMPO:
            tempo *= modifier.value
        case Modification.DURATION:
            stretch *= modifier.value
        case Modification.TARGET:
            target = target or modifier.target
    return intensity, tempo, stretch, target


def _opposites(places: Many[Place], rules: Rules) -> list[Opposites]:
    """Return the parallels below which opposite orientations may meet, lower ones first."""
    below: dict[int, list[int]] = {}
    signs: dict[int, frozenset[int]] = {}
    found = []
    orientation = dict(enumerate(rules.orientation.tolist()))
    for place in places:  # by row: children before parents
        below[place.row] = [place.row] + [row for child in place.below for row in below[child.row]]
        each = [signs[child.row] for child in place.below]
        own = frozenset().union(*each) if each else frozenset({orientation[place.row]} - {0})
        signs[place.row] = own
        if isinstance(place.form, Parallel) and len(own) == 2 and len(each) > 1:
            children = [below[child.row] for child in place.below]
            found.append(Opposites(children, len(rules), rules.orientation, rules.claim))
    return found
