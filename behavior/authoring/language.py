"""The language of libraries, declared once: every field, its kind, its meaning and its default.

The loader reads by it, `schema` writes it as JSON Schema, docs/authoring.md lists it.
"""

from dataclasses import replace
from typing import Final

from mien.behavior.authoring.kinds import (
    Choice,
    Condition,
    Either,
    Flag,
    Level,
    Name,
    Number,
    Subject,
    Text,
    meters,
    seconds,
)
from mien.behavior.authoring.shapes import Field, Many, Named, Raw, Shape, Units
from mien.behavior.definition import SUBJECTS, Space
from mien.bridge.messages import EMOTIONS, FIRST_CHARACTER

_SIGNED: Final = Number(-1.0, 1.0)
_SHARE: Final = Number(0.0, 1.0)
_INSIDE: Final = Number(0.0, 1.0, open_low=True, open_high=True)
_DRIVE: Final = Number(-1.0, 1.0, open_low=True, open_high=True)
_RULES: Final = Many(Name("a rule"))
_SEEN: Final = Choice({name: name for name in EMOTIONS})
_RELATION: Final = {"liked": "liked", "disliked": "disliked"}

EMOTION: Final = Shape(
    "an emotion",
    {
        "pleasure": Field(_SIGNED, "How pleasant it is", "as built in"),
        "arousal": Field(_SIGNED, "How excited", "as built in"),
        "dominance": Field(_SIGNED, "How much in control", "as built in"),
        "half_life": Field(
            seconds(zero=False), "Time in which a felt emotion falls half the way home", "10 s"
        ),
        "mood_half_life": Field(seconds(zero=False), "The same for mood", "10 min"),
        "expression": Field(Name("an expression"), "What the face does at full strength", "that of its name"),
    },
    "A new emotion gives all of pleasure, arousal and dominance; one of the seven changes what it names.",
)

REACTION: Final = Shape(
    "a reaction",
    {
        "sees": Field(_SEEN, "What the player shows", required=True),
        "feels": Field(Name("an emotion"), "What that raises in the character", required=True),
        "weight": Field(
            _DRIVE, "How strongly, per second at full confidence, empathy and relation", required=True
        ),
        "relation": Field(Choice(_RELATION), "Whether it takes liking or disliking the player", "liked"),
    },
    "One line of how characters answer the player's face and voice; the list replaces the built-in one.",
)

OCCURRENCE: Final = Shape(
    "what an event means",
    {
        "role": Field(
            Choice({name: name for name in ("subject", "object", "observer")}),
            "To whom: who did it, whom it befell, or everyone else",
            required=True,
        ),
        "feels": Field(Name("an emotion"), "An emotion of the library, or one of OCC's", required=True),
        "weight": Field(_INSIDE, "How far it jumps towards 1 at event intensity 1", required=True),
        "relation": Field(
            Choice({"any": "any"} | _RELATION), "Only towards whom one likes or dislikes", "any"
        ),
    },
)

APPRAISAL: Final = Shape(
    "appraisal",
    {
        "player": Field(Many(REACTION), "How characters answer what the player shows", "built in"),
        "events": Field(
            Named(Name("an event"), Many(OCCURRENCE)), "What each event of the game means to whom", "none"
        ),
        "memory": Field(seconds(zero=False), "How long the last look at the player counts", "1 s"),
        "distance": Field(meters(zero=False), "Beyond it, the player's face goes unseen", "30 m"),
    },
)

CONTAGION: Final = Shape(
    "contagion",
    {
        "range": Field(meters(), "Where it ends; 0 for none", "0 m"),
        "rate": Field(Number(0.0, 10.0), "Strength per second of one fully expressive neighbor", ".5"),
        "amplification": Field(_SHARE, "0 draws towards the mean of the others, 1 spirals", "0"),
        "bias": Field(_SHARE, "Of a spiral: 0 downwards, 1 upwards", ".5"),
        "emotions": Field(Many(Name("an emotion")), "Which are catching", "all"),
    },
)

EXPRESSION: Final = Shape(
    "an expression",
    {
        "units": Field(Units(), "FACS action units; `L` or `R` before one means one side", "none"),
        "shapes": Field(
            Named(Name("a blend shape"), _SHARE),
            "ARKit blend shapes, in place of what the units give",
            "none",
        ),
    },
)

SHOWS: Final = Shape(
    "what a rule shows",
    {
        "expression": Field(
            Name("an expression"), "An emotion, a built-in expression, or the library's own", "none"
        ),
        "gaze": Field(Text(64), "Whom to look at, or a word for the game such as `away`", "none"),
        "gesture": Field(Text(64), "A cue for the game", "none"),
        "speech": Field(Text(1024), "What to say, or the name of a line, for the game", "none"),
    },
)

_COMMON: Final = {
    "orientation": Field(
        Choice({"positive": 1, "neutral": 0, "negative": -1}),
        "Of the emotion that it embodies; opposite ones never run side by side",
        "the sign of the pleasure that its aim brings",
    ),
    "priority": Field(
        Number(-1000, 1000, whole=True), "The higher wins where opposite orientations collide", "0"
    ),
    "min_duration": Field(seconds(), "It lasts at least so long, unless its trigger fails", "0 s"),
    "max_duration": Field(seconds(zero=False, forever=True), "It is completed after so long", "forever"),
    "cool_down": Field(seconds(), "After its end, it waits so long before it starts again", "0 s"),
    "enter": Field(seconds(), "It fades in for so long", "0 s"),
    "leave": Field(seconds(), "It fades out for so long", "0 s"),
    "intensity": Field(Number(0.0, 1.0, open_low=True), "Strength of what it shows and does", "1"),
    "scaling": Field(
        Named(Name("a trait"), Number(-10.0, 10.0)),
        "Traits that strengthen or weaken it: strength times 1 + weight × trait, at least 0",
        "none",
    ),
    "shows": Field(SHOWS, "Cues for the face and the game", "nothing"),
}

_CHANGES: Final = Named(
    Level(), _DRIVE, "a mapping such as `{joy: .3, mood.fear: -.1}`, each a number between -1 and 1"
)

AUTONOMOUS: Final = Shape(
    "an autonomous rule",
    {
        "trigger": Field(
            Condition(), "It runs only while this holds, and ends at once when it fails", required=True
        ),
        "aim": Field(
            _CHANGES,
            "What running it does to its bearer's emotions (`mood.…`: moods; `self.…`: its own), per second",
            "nothing",
        ),
        "bearer": Field(Subject(), "Whom it acts on", "self"),
        "inflicter": Field(Subject(), "Who acts: `self`, or the one character that may", "self"),
        "custom": Field(
            Name("a Python leaf"), "A registered Python leaf that decides when it is done", "none"
        ),
        **_COMMON,
    },
    "What a character does by itself.",
)

INTERACTIVE: Final = Shape(
    "an interactive rule",
    {
        "trigger": Field(
            Condition(states=True), "It is broadcast while the object's state makes this hold", required=True
        ),
        "range": Field(meters(zero=False), "It reaches every character so near", required=True),
        "effect": Field(_CHANGES, "What it does to the emotions of those in range, per second", "nothing"),
        "falls_off": Field(Flag(), "Whether its effect weakens from the object to its range", "true"),
        **_COMMON,
        "orientation": replace(_COMMON["orientation"], default="neutral"),
    },
    "What a smart object does to those near it.",
)

NODE_FORMS: Final = {
    "sequence": "its children one after another",
    "selector": "the first child that does not fail",
    "parallel": "its children at the same time",
    "filter": "its child, only while `when` holds",
    "repeat": "its child again and again",
    "modifier": "its child, changed",
    "subtree": "a tree of `trees`, its parameters filled in",
}
"""Key that makes a mapping a node of that form, and what it runs."""

_NODE: Final = Raw("a rule or a node of the tree", "node")
_NODES: Final = Raw("a list of rules and nodes", "nodes")
_NAME: Final = Field(Text(64), "A name for drawings and messages", "none")
_FACTOR: Final = Number(0.0, 100.0, open_low=True)
_COUNT: Final = Number(1, 10_000, whole=True)

NODES: Final = {
    "sequence": Shape(
        "a sequence", {"sequence": Field(_NODES, "Run one after another", required=True), "name": _NAME}
    ),
    "selector": Shape(
        "a selector",
        {
            "selector": Field(_NODES, "The first that does not fail runs", required=True),
            "memory": Field(
                Flag(), "Stay with the child that runs, rather than let one above take over", "false"
            ),
            "name": _NAME,
        },
    ),
    "parallel": Shape(
        "a parallel",
        {
            "parallel": Field(_NODES, "Run at the same time", required=True),
            "success": Field(Either({"all": 0, "never": None}, _COUNT), "Succeeds when so many have", "all"),
            "failure": Field(Either({"all": 0, "never": None}, _COUNT), "Fails when so many have", "1"),
            "name": _NAME,
        },
    ),
    "filter": Shape(
        "a filter",
        {
            "filter": Field(_NODE, "What runs", required=True),
            "when": Field(Condition(), "Only while this holds", required=True),
            "name": _NAME,
        },
    ),
    "repeat": Shape(
        "a repeat",
        {
            "repeat": Field(_NODE, "What runs", required=True),
            "count": Field(_COUNT, "So often", "forever"),
            "until": Field(Condition(), "Until this holds", "forever"),
            "while": Field(Condition(), "While this holds", "forever"),
            "name": _NAME,
        },
    ),
    "modifier": Shape(
        "a modifier",
        {
            "modifier": Field(_NODE, "What runs", required=True),
            "intensity": Field(_FACTOR, "Factor on the strength of every rule below", "1"),
            "tempo": Field(_FACTOR, "Factor on the speed of every rule below", "1"),
            "duration": Field(_FACTOR, "Factor on how long every rule below lasts", "1"),
            "target": Field(Subject(), "Whom every rule below acts on", "as the rules say"),
            "invert": Field(Flag(), "Success becomes failure, failure success", "false"),
            "cool_down": Field(seconds(zero=False), "After its end, it fails for so long", "none"),
            "timeout": Field(seconds(zero=False), "It fails once it has run so long", "none"),
            "chance": Field(_SHARE, "Probability that it may start", "1"),
            "every": Field(seconds(zero=False), "How often chance is drawn", "1 s"),
            "name": _NAME,
        },
    ),
    "subtree": Shape(
        "a sub-tree",
        {
            "subtree": Field(Name("a tree"), "Which of `trees`", required=True),
            "with": Field(
                Named(Name("a parameter"), Raw("a value")), "Values of its parameters", "its defaults"
            ),
            "name": _NAME,
        },
    ),
}
"""Fields of each form of node."""

TREE: Final = Shape(
    "a tree",
    {
        "parameters": Field(
            Named(Name("a parameter"), Raw("a default, or nothing")),
            "Names that `$name` within stands for, each with its default; without one it must be given",
            "none",
        ),
        "tree": Field(_NODE, "The node", required=True),
    },
)

CHARACTER: Final = Shape(
    "a character",
    {
        "id": Field(
            Number(FIRST_CHARACTER, 2**32 - 1, whole=True), "Its id in the game", "the next free one"
        ),
        "count": Field(_COUNT, "So many of them, named with a number behind: a crowd", "one"),
        "spread": Field(_SHARE, "How far personalities in a crowd differ from the one given", "0"),
        "personality": Field(
            Named(Name("a trait"), _SIGNED),
            "Big Five: openness, conscientiousness, extraversion, "
            "agreeableness, neuroticism, each from -1 to 1",
            "all 0",
        ),
        "rules": Field(_RULES, "Its own sub-list of the autonomous rules", "all of them"),
        "relations": Field(
            Named(Name("a character", spaced=True), _SIGNED),
            "Liking of `player` and of characters, from -1 to 1",
            ".5",
        ),
        "baseline": Field(
            Named(Name("an emotion"), _INSIDE),
            "Levels that it returns to, in place of what personality gives",
            "none",
        ),
        "empathy": Field(_SHARE, "How much of others' emotions it feels", "from agreeableness"),
        "expressiveness": Field(_SHARE, "How much of its own emotions others catch", "from extraversion"),
    },
)

OBJECT: Final = Shape(
    "a smart object",
    {
        "rules": Field(_RULES, "Its own sub-list of the interactive rules", required=True),
        "state": Field(
            Named(Name("a level"), _SHARE),
            "Its levels, and what they are until the game says otherwise",
            "none",
        ),
    },
)

RESERVED: Final = (*SUBJECTS, *Space)
"""Words that no character may be called."""

LIBRARY: Final = Shape(
    "a library",
    {
        "name": Field(Text(64), "What it is called", "its folder's name"),
        "include": Field(Many(Text(1024), 100), "Further files, relative to this one", "none"),
        "emotions": Field(
            Named(Name("an emotion"), EMOTION), "Emotions added to the seven, or changed", "the seven"
        ),
        "positions": Field(Flag(), "Whether the game tells where characters and objects are", "true"),
        "alma_compat": Field(Flag(), "Neuroticism with the sign that ALMA prints", "false"),
        "mood_change": Field(
            seconds(zero=False), "Time in which full emotion moves mood by an octant", "10 min"
        ),
        "appraisal": Field(APPRAISAL, "What characters make of the player and of events", "built in"),
        "contagion": Field(CONTAGION, "How emotions spread between characters", "none"),
        "expressions": Field(
            Named(Name("an expression"), EXPRESSION), "Facial expressions of its own", "none"
        ),
        "autonomous": Field(Named(Name("a rule"), AUTONOMOUS), "Autonomous rules", "none"),
        "interactive": Field(Named(Name("a rule"), INTERACTIVE), "Interactive rules", "none"),
        "trees": Field(Named(Name("a tree"), TREE), "Sub-trees, with parameters", "none"),
        "tree": Field(_NODE, "The global tree", "a selector over all autonomous rules, as listed"),
        "characters": Field(
            Named(Name("a character", spaced=True, reserved=RESERVED), CHARACTER), "The cast", "none"
        ),
        "objects": Field(Named(Name("a smart object"), OBJECT), "Kinds of smart objects", "none"),
    },
)
"""One file; every file of a library has the same fields."""
