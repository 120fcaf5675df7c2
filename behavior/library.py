"""A whole rule library in memory: emotions, appraisal, contagion, rules, one global tree, and the cast.

Like `definition`, frozen, and independent of how it is written in YAML.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from mien.behavior.definition import (
    NOWHERE,
    AutonomousRule,
    Change,
    InteractiveRule,
    Leaf,
    Mark,
    Node,
    Rule,
    Selector,
)


@dataclass(frozen=True, slots=True)
class Emotion:
    """A named emotion and its place in pleasure, arousal and dominance, each in [-1, 1].

    One at the origin (neutral) is the absence of all others: its level is derived, and raising it calms.
    """

    name: str
    pleasure: float
    arousal: float
    dominance: float
    half_life: float = 10.0
    """Seconds in which a felt emotion falls half the way home."""
    mood_half_life: float = 600.0
    """The same for mood."""
    expression: str = ""
    """What the face does at full strength; empty: the built-in expression of that name, or none."""
    mark: Mark = field(default=NOWHERE, compare=False)

    @property
    def pad(self) -> tuple[float, float, float]:
        """Pleasure, arousal and dominance."""
        return self.pleasure, self.arousal, self.dominance

    @property
    def neutral(self) -> bool:
        """Whether it is the absence of all others."""
        return self.pad == (0.0, 0.0, 0.0)


DEFAULT_EMOTIONS: Final = (
    Emotion("neutral", 0.0, 0.0, 0.0),
    Emotion("joy", 0.40, 0.20, 0.10, 12.0),
    Emotion("sadness", -0.40, -0.20, -0.50, 20.0),
    Emotion("anger", -0.51, 0.59, 0.25, 12.0),
    Emotion("fear", -0.64, 0.60, -0.43, 8.0),
    Emotion("disgust", -0.40, 0.20, 0.10, 6.0),
    Emotion("surprise", 0.10, 0.67, -0.13, 2.0),
)
"""The seven that the recognizers know.

Joy, anger and fear as in ALMA (Gebhard 2005, table 2); sadness as its distress, disgust as its disliking;
surprise, which ALMA lacks, after Russell & Mehrabian (1977) with its pleasure drawn towards indifference.
Half-lives are ours: the order of ALMA's linear 20 s, shorter the more fleeting the emotion.
"""


@dataclass(frozen=True, slots=True)
class Personality:
    """Big Five, each centered on 0 in [-1, 1]; neuroticism is high where stability is low."""

    openness: float = 0.0
    conscientiousness: float = 0.0
    extraversion: float = 0.0
    agreeableness: float = 0.0
    neuroticism: float = 0.0


TRAITS: Final = ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")


# --- appraisal -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reaction:
    """What seeing an emotion in the player raises in a character who likes (or dislikes) the player."""

    seen: str
    """One of the seven that the recognizers know."""
    felt: str
    weight: float
    """Drive per second, at full confidence, empathy and relation; in (-1, 1)."""
    liking: bool = True
    mark: Mark = field(default=NOWHERE, compare=False)


DEFAULT_REACTIONS: Final = (
    Reaction("joy", "joy", 0.5),
    Reaction("sadness", "sadness", 0.4),
    Reaction("anger", "fear", 0.3),
    Reaction("anger", "sadness", 0.1),
    Reaction("fear", "fear", 0.4),
    Reaction("disgust", "disgust", 0.2),
    Reaction("surprise", "surprise", 0.5),
    Reaction("joy", "anger", 0.3, liking=False),
    Reaction("joy", "sadness", 0.1, liking=False),
    Reaction("sadness", "joy", 0.3, liking=False),
    Reaction("anger", "anger", 0.4, liking=False),
    Reaction("fear", "joy", 0.2, liking=False),
    Reaction("disgust", "anger", 0.3, liking=False),
    Reaction("surprise", "surprise", 0.5, liking=False),
)
"""Sympathy (happy-for, pity) and counter-empathy (resentment, gloating): OCC's fortunes of others."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What one kind of game event means to one who has a part in it (OCC)."""

    event: str
    """`GameEvent.name`."""
    role: Literal["subject", "object", "observer"]
    """Who did it, whom it befell, or everyone else."""
    emotion: str
    """An OCC emotion (`affect.OCC`) or one of the library's."""
    weight: float
    """Jump towards 1 at event intensity 1; in (0, 1)."""
    relation: Literal["any", "liked", "disliked"] = "any"
    """For subject and object: how it regards the other; for observers: how they regard whom it befell.

    Liked and disliked scale the weight by the relation."""
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What characters make of what they see."""

    reactions: tuple[Reaction, ...] = DEFAULT_REACTIONS
    occurrences: tuple[Occurrence, ...] = ()
    memory: float = 1.0
    """Seconds for which an estimate of the player counts when no newer one comes."""
    distance: float = 30.0
    """Meters beyond which the player's face goes unseen; everything is seen while positions are unknown."""


@dataclass(frozen=True, slots=True)
class Contagion:
    """Emotional contagion between characters: ASCRIBE (Bosse et al. 2009) with distance fall-off."""

    range: float = 0.0
    """Meters at which it ends; 0: no contagion."""
    rate: float = 0.5
    """Strength per second from one fully expressive neighbor at no distance."""
    amplification: float = 0.0
    """eta: 0 absorbs towards the mean of the others, 1 spirals."""
    bias: float = 0.5
    """beta: 0 spirals downward, 1 upward."""
    emotions: tuple[str, ...] = ()
    """Those that are catching; empty: all."""


# --- the cast ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Character:
    """A non-player character."""

    name: str
    """Live Link subject name."""
    id: int
    """From `bridge.messages.FIRST_CHARACTER`, unique."""
    personality: Personality = Personality()
    rules: tuple[str, ...] | None = None
    """Its sub-list of the autonomous rules; None: all of them."""
    relations: Mapping[str, float] = field(default_factory=dict)
    """Liking in [-1, 1] of the player and of characters, by name; `DEFAULT_RELATION` where not named."""
    baseline: Mapping[str, float] = field(default_factory=dict)
    """Levels in (0, 1) that replace what personality gives."""
    empathy: float | None = None
    """In [0, 1]; None: from agreeableness."""
    expressiveness: float | None = None
    """In [0, 1]; None: from extraversion."""
    mark: Mark = field(default=NOWHERE, compare=False)


DEFAULT_RELATION: Final = 0.5
"""Liking of whom a character has no relation to: mild sympathy."""


@dataclass(frozen=True, slots=True)
class SmartObjectKind:
    """A kind of smart object: `SmartObject.name` refers to it."""

    name: str
    rules: tuple[str, ...] = ()
    """Its sub-list of the interactive rules."""
    state: Mapping[str, float] = field(default_factory=dict)
    """Its levels, and what they are until the game says otherwise."""
    mark: Mark = field(default=NOWHERE, compare=False)


# --- everything ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FacialExpression:
    """A named expression: FACS action units, then blend shapes that replace what they give."""

    name: str
    units: Mapping[str, float] = field(default_factory=dict)
    """Intensity in [0, 1] of each action unit: `12` both sides, `L12` or `R12` one."""
    shapes: Mapping[str, float] = field(default_factory=dict)
    """Weight in [0, 1] of ARKit blend shapes, by name (`bridge.faces.SHAPES`)."""
    mark: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Everything that a game's characters feel and do by."""

    name: str = ""
    sha256: str = ""
    """Of all its files, hexadecimal; identifies it in recordings."""
    emotions: tuple[Emotion, ...] = DEFAULT_EMOTIONS
    alma_compat: bool = False
    """Neuroticism with the sign that ALMA prints, in place of the corrected one."""
    mood_change: float = 600.0
    """Seconds in which emotion at full intensity moves mood by one octant (ALMA: 10 min)."""
    appraisal: Appraisal = Appraisal()
    contagion: Contagion = Contagion()
    expressions: tuple[FacialExpression, ...] = ()
    autonomous: tuple[AutonomousRule, ...] = ()
    interactive: tuple[InteractiveRule, ...] = ()
    tree: Node | None = None
    """The global tree, sub-trees expanded; None: a selector over all autonomous rules as listed."""
    characters: tuple[Character, ...] = ()
    objects: tuple[SmartObjectKind, ...] = ()
    mark: Mark = field(default=NOWHERE, compare=False)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, in the order of `Hello.rules`: autonomous, then interactive."""
        return (*self.autonomous, *self.interactive)

    @property
    def root(self) -> Node | None:
        """The global tree that runs; None where there is no autonomous rule either."""
        if self.tree is not None or not self.autonomous:
            return self.tree
        return Selector(tuple(Leaf(rule.id, rule.mark) for rule in self.autonomous), mark=self.mark)


def orientation(aim: tuple[Change, ...], emotions: tuple[Emotion, ...]) -> Literal[-1, 0, 1]:
    """Return the sign of the pleasure that an aim brings: what a rule's orientation defaults to."""
    pleasure = {emotion.name: emotion.pleasure for emotion in emotions}
    total = sum(change.amount * pleasure.get(change.emotion, 0.0) for change in aim)
    return 0 if abs(total) < 1e-9 else 1 if total > 0 else -1
