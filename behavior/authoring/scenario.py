"""Scenario tests as authors write them: what happens to the characters, and what they should do about it."""

from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, Final

from mien.behavior.authoring.grammar import show
from mien.behavior.authoring.kinds import (
    INVALID,
    Condition,
    Either,
    Level,
    Name,
    Number,
    Report,
    Subject,
    Text,
    meters,
    seconds,
    wrong,
)
from mien.behavior.authoring.problems import LibraryError, Problem, did_you_mean
from mien.behavior.authoring.shapes import Field, Many, Named, Record, Shape
from mien.behavior.authoring.source import MAX_BYTES, Items, Node, Table, parse
from mien.behavior.definition import DIMENSIONS, PLAYER, SELF, Feeling, Mark, Predicate
from mien.behavior.library import Library
from mien.behavior.predicates import operands
from mien.bridge.messages import EMOTIONS

MAX_SECONDS: Final = 3600.0
MAX_TICKS: Final = 500_000

_SHARE: Final = Number(0.0, 1.0)
_INSIDE: Final = Number(0.0, 1.0, open_low=True, open_high=True)
_CHARACTER: Final = Name("a character", spaced=True)
_THING: Final = Name("a smart object")
_COORDINATE: Final = Number(-10_000.0, 10_000.0)

GRID: Final = Shape(
    "a grid",
    {
        "corner": Field(Many(_COORDINATE, 3), "Where the first of the crowd stands: [x, y]", required=True),
        "columns": Field(Number(1, 10_000, whole=True), "How many stand side by side", required=True),
        "spacing": Field(meters(zero=False), "How far apart", "1 m"),
    },
    "Places a crowd, row by row.",
)


@dataclass(frozen=True)
class Place:
    """Where someone is, `[x, y]` or `[x, y, z]` in meters; a `GRID` for a crowd."""

    def read(self, node: Node, report: Report) -> Any:
        """Return the coordinates, or the grid's record."""
        place = (GRID if isinstance(node, Table) else Many(_COORDINATE, 3)).read(node, report)
        short = isinstance(place, tuple) and len(place) < 2
        return wrong(self, node, report) if short else place

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"anyOf": [Many(_COORDINATE, 3).schema() | {"minItems": 2}, GRID.schema()]}

    def words(self) -> str:
        """Return what may be written."""
        return "a place such as `[4, 0]`, or `{corner: [0, 0], columns: 10}` for a crowd"


EVENT: Final = Shape(
    "an event",
    {
        "name": Field(Name("an event"), "As the library's appraisal calls it", required=True),
        "subject": Field(Subject(), "Who did it", "nobody"),
        "object": Field(Subject(), "Whom it befell", "everyone"),
        "intensity": Field(_SHARE, "How much", "1"),
    },
)

GIVEN: Final = Shape(
    "what is given",
    {
        "at": Field(seconds(), "When", "0 s"),
        "player": Field(
            Either({"gone": None}, Named(Name("an emotion"), _SHARE)),
            "What the player shows from then on: levels of the seven emotions, what is left over being "
            "neutral; `gone`: nobody is there",
            "as before",
        ),
        "feel": Field(
            Named(_CHARACTER, Named(Level(), _INSIDE)), "Levels that characters feel at once", "as before"
        ),
        "hold": Field(
            Named(_CHARACTER, Named(Level(), Either({"free": None}, _INSIDE))),
            "Levels that stay as they are, whatever happens, until set `free`",
            "nothing",
        ),
        "event": Field(EVENT, "Something happens", "nothing"),
        "place": Field(Named(_CHARACTER, Place()), "Where they are, in meters", "unknown"),
        "look": Field(Named(_CHARACTER, Subject()), "Whom they look at", "nobody"),
        "object": Field(
            Named(_THING, Either({"gone": None}, Named(Name("a level"), _SHARE))),
            "Smart objects and their state; each is there from the beginning",
            "as the library says",
        ),
    },
)

EXPECT: Final = Shape(
    "an expectation",
    {
        "character": Field(_CHARACTER, "Of whom: a character, or a whole crowd", required=True),
        "enters": Field(Name("a rule"), "It starts this rule"),
        "exits": Field(Name("a rule"), "It ends this rule"),
        "because": Field(
            Name("a reason"), "Of an exit: `completed`, `trigger`, `preempted`, `timeout`, `failed`", "any"
        ),
        "times": Field(Number(0, 10_000, whole=True), "How often it enters or exits", "at least once"),
        "runs": Field(Name("a rule"), "It is executing this rule"),
        "rests": Field(Name("a rule"), "It is not executing this rule"),
        "feels": Field(Condition(), "Its levels meet this"),
        "aims": Field(Condition(), "What its rules are doing to its levels meets this, such as `joy > .1`"),
        "at_least": Field(_SHARE, "Of a crowd: what share of it at least", "1"),
        "at_most": Field(_SHARE, "Of a crowd: what share of it at most", "1"),
        "at": Field(seconds(), "When", "the end"),
        "between": Field(Many(seconds(), 2), "From when to when: [1 s, 3 s]", "the whole scenario"),
    },
)
"""Exactly one of enters, exits, runs, rests, feels and aims."""

SCENARIO: Final = Shape(
    "a scenario",
    {
        "scenario": Field(Text(200), "What it is about, as a sentence", required=True),
        "lasts": Field(seconds(zero=False), "How long it plays", required=True),
        "rate": Field(Number(1, 240, whole=True), "Ticks a second", "30"),
        "seed": Field(Number(0, 2**63 - 1, whole=True), "Of all that is left to chance", "0"),
        "given": Field(Many(GIVEN), "What happens", "nothing"),
        "expect": Field(Many(EXPECT), "What should come of it", required=True),
    },
)

KINDS: Final = ("enters", "exits", "runs", "rests", "feels", "aims")
MOMENTARY: Final = ("runs", "rests", "feels", "aims")
TOLERANCE: Final = 0.1
"""Seconds around `at` in which an entry or exit counts."""


@dataclass(frozen=True)
class Given:
    """Something that happens at a time in seconds."""

    at: float
    what: Record


@dataclass(frozen=True)
class Expectation:
    """What one character should do, in a stretch of time in seconds."""

    character: str
    kind: str
    """One of `KINDS`."""
    wanted: str | Predicate
    begin: float
    end: float
    because: str
    times: int | None
    share: tuple[float, float]
    """Of a crowd, between which shares of it."""
    mark: Mark
    text: str
    """As a sentence for the table."""


@dataclass(frozen=True)
class Scenario:
    """One test."""

    name: str
    lasts: float
    rate: int
    seed: int
    given: tuple[Given, ...]
    expect: tuple[Expectation, ...]
    mark: Mark


def crowds(library: Library) -> dict[str, list[str]]:
    """Return the members of each crowd, by the name that the cast gives it."""
    found: dict[str, list[str]] = {}
    for character in library.characters:
        name, _, number = character.name.rpartition("_")
        if name and number.isdigit():
            found.setdefault(name, []).append(character.name)
    return found


def find(path: Path) -> list[Path]:
    """Return the scenario files in a library's folder: `scenarios.yaml` and all in `scenarios/`."""
    folder = path if path.is_dir() else path.parent
    alone = folder / "scenarios.yaml"
    return [*([alone] if alone.is_file() else []), *sorted((folder / "scenarios").glob("*.yaml"))]


def read(path: Path, library: Library) -> list[Scenario]:
    """Read a file of scenarios for a library.

    Raises:
        LibraryError: with every problem found.
    """
    problems: list[Problem] = []
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        why = error.strerror or str(error)
        problem = Problem(Mark(path.name, 1, 1), f"cannot be read: {why}", "missing-file")
        raise LibraryError([problem], path.parent) from None
    node = parse(data, path.name, problems.append)
    found: list[Scenario] = []
    if isinstance(node, Items):
        records = [SCENARIO.read(item, problems.append) for item in node.items]
        reader = _Reader(library, problems.append)
        found = [reader.scenario(record) for record in records if record is not INVALID and record.complete]
    elif node is not None or not problems:
        mark = node.mark if node is not None else Mark(path.name, 1, 1)
        problems.append(Problem(mark, "expected a list of scenarios, each `- scenario: …`", "wrong-value"))
    if problems:
        raise LibraryError(dict.fromkeys(problems), path.parent)
    return found


class _Reader:
    """Checks the names in scenarios against a library."""

    def __init__(self, library: Library, report: Report) -> None:
        self.report = report
        self.characters = {character.name for character in library.characters}
        self.crowds = crowds(library)
        self.everyone = {*self.characters, *self.crowds}
        self.objects = {kind.name: kind for kind in library.objects}
        self.rules = {rule.id for rule in library.rules}
        self.emotions = {emotion.name for emotion in library.emotions}
        self.events = {occurrence.event for occurrence in library.appraisal.occurrences}

    def _known(self, word: Any, known: Any, what: str) -> None:
        if word not in known:
            code = f"unknown-{what.rsplit(maxsplit=1)[-1]}"
            self.report(Problem(word.mark, f"no {what} is called `{word}`{did_you_mean(word, known)}", code))

    def scenario(self, record: Record) -> Scenario:
        lasts, rate = record.values["lasts"], record.get("rate", 30)
        if lasts > MAX_SECONDS or lasts * rate > MAX_TICKS:
            message = f"at most {MAX_SECONDS:g} s and {MAX_TICKS} ticks"
            self.report(Problem(record.keys["lasts"], message, "limit"))
        placed: set[str] = set()
        for given in sorted(record.get("given", ()), key=lambda given: float(given.get("at", 0.0))):
            self._check_given(given, lasts)
            placed |= given.get("place", {}).keys()
            for name in given.get("look", {}):
                if name not in placed:
                    message = (
                        f"`{name}` must be placed before it can look at anyone: `place: {{{name}: [0, 0]}}`"
                    )
                    self.report(Problem(name.mark, message, "range-without-positions"))
        return Scenario(
            str(record.values["scenario"]), lasts, rate, record.get("seed", 0),
            tuple(sorted((Given(g.get("at", 0.0), g) for g in record.get("given", ())), key=lambda g: g.at)),
            tuple(self._expectation(item, lasts) for item in record.values["expect"]),
            record.mark,
        )  # fmt: skip

    def _check_given(self, record: Record, lasts: float) -> None:
        if record.get("at", 0.0) > lasts:
            self._late(record.keys["at"], lasts)
        for emotion in record.get("player") or ():
            self._known(emotion, EMOTIONS, "recognized emotion")
        if sum((record.get("player") or {}).values()) > 1.0 + 1e-9:
            message = "the levels that the player shows add up to more than 1"
            self.report(Problem(record.keys["player"], message, "wrong-value"))
        for part in ("feel", "hold"):
            for character, levels in record.get(part, {}).items():
                self._known(character, self.everyone, "character")
                for _, _, emotion in levels:
                    self._known(emotion, self.emotions, "emotion")
        placed = {*self.everyone, *self.objects, PLAYER}
        for name, place in record.get("place", {}).items():
            self._known(name, placed, "character or smart object")
            if isinstance(place, Record) and name not in self.crowds:
                message = f"`{name}` is no crowd; place it with two numbers, [x, y]"
                self.report(Problem(name.mark, message, "wrong-value"))
        for name, whom in record.get("look", {}).items():
            self._known(name, self.characters, "character")
            self._known(whom, placed, "character or smart object")
        for name, state in record.get("object", {}).items():
            self._known(name, self.objects, "smart object")
            for level in state or ():
                if name in self.objects:
                    self._known(level, self.objects[name].state, f"level of `{name}`")
        event = record.get("event")
        if event and event.complete:
            self._known(event.values["name"], self.events, "event")
            for part in ("subject", "object"):
                if part in event.values:
                    self._known(event.values[part], placed, "character or smart object")

    def _late(self, mark: Mark, lasts: float) -> None:
        self.report(Problem(mark, f"after the scenario's end: it lasts {lasts:g} s", "wrong-value"))

    def _expectation(self, record: Record, lasts: float) -> Expectation:
        kinds = [kind for kind in KINDS if kind in record.values]
        character = record.values["character"]
        self._known(character, self.everyone, "character")
        if len(kinds) != 1:
            message = "an expectation has one of `enters`, `exits`, `runs`, `rests`, `feels` and `aims`"
            self.report(Problem(record.mark, message, "missing-field"))
            return Expectation(str(character), "runs", "", 0, 0, "", None, (0, 1), record.mark, "")
        kind = kinds[0]
        wanted = record.values[kind]
        if kind in ("feels", "aims"):
            self._check_own(wanted)
        else:
            self._known(wanted, self.rules, "rule")
        begin, end = self._stretch(record, kind, lasts)
        share = record.get("at_least", 0.0 if "at_most" in record.values else 1.0), record.get("at_most", 1.0)
        for field in ("at_least", "at_most"):
            if field in record.values and (character not in self.crowds or kind not in MOMENTARY):
                message = f"`{field}` goes with a crowd that `runs`, `rests`, `feels` or `aims`"
                self.report(Problem(record.keys[field], message, "wrong-value"))
        if character in self.crowds and kind not in MOMENTARY:
            message = f"`{kind}` is for one character; of a crowd, ask what it `runs` or `feels`"
            self.report(Problem(record.keys[kind], message, "wrong-value"))
        return Expectation(
            str(character), kind, wanted, begin, end, str(record.get("because", "")), record.get("times"),
            share, record.mark, _sentence(record, kind),
        )  # fmt: skip

    def _stretch(self, record: Record, kind: str, lasts: float) -> tuple[float, float]:
        for field in ("because", "times"):
            if field in record.values and (kind in MOMENTARY or (field == "because" and kind == "enters")):
                message = f"`{field}` does not go with `{kind}`"
                self.report(Problem(record.keys[field], message, "wrong-value"))
        if "at" in record.values and "between" in record.values:
            self.report(Problem(record.keys["at"], "either `at` or `between`, not both", "wrong-value"))
        if "between" in record.values:
            stretch = record.values["between"]
            if len(stretch) != 2 or stretch[0] > stretch[1]:
                message = "expected two times, the earlier first: [1 s, 3 s]"
                self.report(Problem(record.keys["between"], message, "wrong-value"))
                return 0.0, lasts
            if stretch[1] > lasts:
                self._late(record.keys["between"], lasts)
            return stretch[0], stretch[1]
        if "at" in record.values:
            at = record.values["at"]
            if at > lasts:
                self._late(record.keys["at"], lasts)
            return (at, at) if kind in MOMENTARY else (at - TOLERANCE, at + TOLERANCE)
        return (lasts, lasts) if kind in MOMENTARY else (-inf, inf)

    def _check_own(self, predicate: Predicate) -> None:
        for feeling in operands(predicate):
            if isinstance(feeling, Feeling):
                if feeling.subject != SELF:
                    message = "an expectation is about the character itself; leave out the subject"
                    self.report(Problem(feeling.mark, message, "wrong-value"))
                elif feeling.name not in self.emotions and feeling.name not in DIMENSIONS:
                    hint = did_you_mean(feeling.name, self.emotions)
                    message = f"no emotion is called `{feeling.name}`{hint}"
                    self.report(Problem(feeling.mark, message, "unknown-emotion"))


def _sentence(record: Record, kind: str) -> str:
    """Return an expectation in words."""
    wanted = record.values[kind]
    words = [str(record.values["character"]), kind, wanted if isinstance(wanted, str) else show(wanted)]
    for field, word in (("at_least", "at least"), ("at_most", "at most")):
        if field in record.values:
            words.insert(0, f"{word} {record.values[field]:.0%} of")
    if "because" in record.values:
        words += ["because", str(record.values["because"])]
    if "times" in record.values:
        words.append({0: "never", 1: "once"}.get(record.values["times"], f"{record.values['times']} times"))
    if "at" in record.values:
        words.append(f"at {record.values['at']:g} s")
    elif "between" in record.values and len(record.values["between"]) == 2:
        words.append("between {:g} and {:g} s".format(*record.values["between"]))
    return " ".join(map(str, words))
