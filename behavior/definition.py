"""What rules and trees are, in memory: frozen, independent of YAML and of the engine; see also `library`.

Everything else in this package reads these types: the loader builds them, the checks look for mistakes in
them, the engine compiles them to arrays, the reference builds a py-trees tree from them. Nothing here
computes affect or ticks a tree, and nothing can be changed once it is built (law 5).

Amounts of affect: levels lie in (0, 1); an aim or effect is a drive in (-1, 1) per second: `de/dt = a (1-e)`
where it raises, `de/dt = a e` where it lowers, so that no sum of them leaves (0, 1). Times are seconds,
distances meters, traits and relations lie in [-1, 1].
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Final, Literal, TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Where an element was written, so that checks and why-messages can point at it; counts from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE: Final = Mark("", 0, 0)
"""Mark of what was built in Python."""


# --- whom a rule can mean ------------------------------------------------------------------------------

SELF: Final = "self"
"""The character that decides."""
PLAYER: Final = "player"
"""The followed person, as recognized; unknown without evidence."""
OTHERS: Final = "others"
"""What the character catches of those around it: the mean that contagion draws it towards."""
NEAREST: Final = "nearest"
"""The nearest other character within the range of contagion."""
LOOKED_AT: Final = "looked_at"
"""The character or person that it looks at."""
SUBJECTS: Final = (SELF, PLAYER, OTHERS, NEAREST, LOOKED_AT)
"""Words with a meaning of their own where a subject is named; anything else is a character's name."""


class Space(StrEnum):
    """Which of the two affect vectors."""

    EMOTION = "emotion"
    MOOD = "mood"


PLEASURE: Final = "pleasure"
AROUSAL: Final = "arousal"
DOMINANCE: Final = "dominance"
DIMENSIONS: Final = (PLEASURE, AROUSAL, DOMINANCE)
"""Read-outs in [-1, 1] that a feeling can name in place of an emotion."""


# --- predicates ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Feeling:
    """Operand: the level of an emotion (or a dimension) in one of a subject's vectors.

    Unknown where its subject is: no comparison with an unknown level holds, negated or not.
    """

    name: str
    space: Space = Space.MOOD
    subject: str = SELF
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class StateLevel:
    """Operand of an interactive rule's condition: a level of the smart object's own state."""

    name: str
    mark: Mark = field(default=NOWHERE, compare=False)


Operand: TypeAlias = Feeling | StateLevel


@dataclass(frozen=True, slots=True)
class Comparison:
    """Holds while `left op right`."""

    left: Operand
    op: Literal["<", "<=", ">", ">="]
    right: float | Operand
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Hysteresis:
    """`above on until below off` where on > off; `below on until above off` where on < off."""

    operand: Operand
    on: float
    off: float
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Dwell:
    """Holds once its term has held without a break for so many seconds."""

    term: "Predicate"
    seconds: float
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    term: "Predicate"
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """Holds while all terms hold."""

    terms: tuple["Predicate", ...]
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """Holds while any term holds."""

    terms: tuple["Predicate", ...]
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Constant:
    """Always or never holds."""

    value: bool
    mark: Mark = field(default=NOWHERE, compare=False)


Predicate: TypeAlias = Comparison | Hysteresis | Dwell | Not | And | Or | Constant

ALWAYS: Final = Constant(True)


# --- rules ---------------------------------------------------------------------------------------------

BEARER: Final = "bearer"
"""In a `Change`: whom the rule works on, `Rule.bearer`."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a rule does to one level of its bearer's (or of the acting character's own) affect."""

    emotion: str
    amount: float
    """Drive per second, in (-1, 1), at intensity 1."""
    space: Space = Space.EMOTION
    whose: Literal["self", "bearer"] = "bearer"
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Shows:
    """Cues for face and game; empty where there is none."""

    expression: str = ""
    """An emotion, a built-in expression, or one that the library declares."""
    gaze: str = ""
    """Subject to look at, or a word of the game's own such as `away`."""
    gesture: str = ""
    speech: str = ""


@dataclass(frozen=True, slots=True)
class TraitScaling:
    """Multiplies a rule's strength by max(0, 1 + weight * trait), the trait being the character's."""

    trait: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What both kinds of rule share."""

    id: str
    trigger: Predicate
    """The rule runs only while this holds, and aborts at once when it fails (law 4)."""
    aim: tuple[Change, ...] = ()
    """What running it brings about: changes of emotion and mood (law 2). The effect, where interactive."""
    orientation: Literal[-1, 0, 1] = 0
    """Sign of the emotion that it embodies; opposite signs never run side by side (law 3)."""
    priority: int = 0
    """The higher wins where orientations collide; within [-1000, 1000]."""
    min_duration: float = 0.0
    """Seconds for which no other rule can preempt it; its own trigger, or a parent's end, still ends it."""
    max_duration: float = inf
    """Seconds after which it is completed."""
    cool_down: float = 0.0
    """Seconds after its end in which it cannot start again."""
    enter: float = 0.0
    """Seconds of fading in: its life is `entering` for so long, then `active`."""
    leave: float = 0.0
    """Seconds of fading out after its end: `leaving`, then `idle`; cut short by an opposite rule."""
    intensity: float = 1.0
    """Strength in (0, 1] of what it shows and does."""
    scaling: tuple[TraitScaling, ...] = ()
    shows: Shows = Shows()
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AutonomousRule(Rule):
    """<inflicter, bearer, trigger(mood), aim(mood), state>: what a character does by itself (P1, eq. 20)."""

    inflicter: str = SELF
    """Who acts: `self`, or the name of the one character that may."""
    bearer: str = SELF
    """Whom it acts on: a subject or a character's name; the behavior's target where not `self`."""
    custom: str = ""
    """Name of a registered Python leaf that decides when the rule has run its course; see `reference`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractiveRule(Rule):
    """<inflicter, bearer, trigger(condition), state>: what a smart object does to those near (P1, eq. 21).

    The inflicter is the smart object, the bearer each character within range. Its trigger reads state levels
    of the object; while it holds, its effect is felt without interruption.
    """

    range: float
    """Meters around the object within which it works."""
    falls_off: bool = True
    """Whether its strength falls linearly from the object to nothing at its range."""


# --- the tree ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
    """Runs an autonomous rule."""

    rule: str
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Sequence:
    """Children one after another; remembers where it is. See `forms.sequence`."""

    children: tuple["Node", ...]
    name: str = ""
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Selector:
    """The first child that does not fail. See `forms.selector`."""

    children: tuple["Node", ...]
    memory: bool = False
    """True: stays with the child that runs, where False lets any child above preempt it."""
    name: str = ""
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """Its child only while a predicate holds. See `forms.filter`."""

    when: Predicate
    child: "Node"
    name: str = ""
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Parallel:
    """Children at the same time. See `forms.parallel`."""

    children: tuple["Node", ...]
    success: int | None = 0
    """Succeeds when so many children have succeeded; 0: all of them; None: never, succeeded ones restart."""
    failure: int | None = 1
    """Fails when so many children fail at once; 0: all of them; None: never."""
    name: str = ""
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Its child again and again; with no bound at all, forever. See `forms.repeat`."""

    child: "Node"
    count: int | None = None
    """Succeeds after so many successes of the child."""
    until: Predicate | None = None
    """Succeeds as soon as this holds."""
    while_: Predicate | None = None
    """Succeeds as soon as this no longer holds."""
    name: str = ""
    mark: Mark = field(default=NOWHERE, compare=False)


class Modification(StrEnum):
    """What a modifier changes of what its child does; see `Modifier.value` for its unit."""

    INTENSITY = "intensity"
    """Factor on the strength of every rule below."""
    TEMPO = "tempo"
    """Factor on the speed of every rule below: durations and fades are divided by it."""
    DURATION = "duration"
    """Factor on the minimum and maximum duration of every rule below."""
    TARGET = "target"
    """Replaces the bearer of every rule below by `Modifier.target`."""
    INVERT = "invert"
    """Success becomes failure, failure success."""
    COOL_DOWN = "cool_down"
    """Fails for so many seconds after the child's end."""
    TIMEOUT = "timeout"
    """Fails once the child has run for so many seconds."""
    CHANCE = "chance"
    """Lets the child start with this probability; drawn anew every `Modifier.every` seconds."""


@dataclass(frozen=True, slots=True)
class Modifier:
    """Changes what its child does. See `forms.modifier`."""

    child: "Node"
    kind: Modification
    value: float = 1.0
    """Factor > 0, seconds > 0 or probability in [0, 1], as its kind says."""
    target: str = ""
    """Subject or character's name, for `TARGET`."""
    every: float = 1.0
    """Seconds between draws, for `CHANCE`."""
    name: str = ""
    mark: Mark = field(default=NOWHERE, compare=False)


Composite: TypeAlias = Sequence | Selector | Parallel
Decorator: TypeAlias = Filter | Repeat | Modifier
Node: TypeAlias = Leaf | Composite | Decorator


def children(node: Node) -> tuple[Node, ...]:
    """Return a node's children, left to right."""
    if isinstance(node, Leaf):
        return ()
    return node.children if isinstance(node, Sequence | Selector | Parallel) else (node.child,)


def walk(node: Node, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Node]]:
    """Yield every node, parents before children, left to right, with its path of child positions."""
    stack = [(path, node)]
    while stack:
        path, node = stack.pop()
        yield path, node
        below = [((*path, position), child) for position, child in enumerate(children(node))]
        stack.extend(reversed(below))
