"""From checked records to the frozen library: merges files, resolves names, reports every unknown one."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from mien.behavior.affect import OCC
from mien.behavior.authoring.kinds import Word
from mien.behavior.authoring.parts import Parts
from mien.behavior.authoring.problems import Problem, did_you_mean
from mien.behavior.authoring.shapes import Record
from mien.behavior.authoring.source import UnreadableError
from mien.behavior.authoring.trees import Expander
from mien.behavior.chance import uniform
from mien.behavior.definition import (
    ALWAYS,
    DIMENSIONS,
    PLAYER,
    SELF,
    SUBJECTS,
    AutonomousRule,
    Change,
    Feeling,
    Filter,
    InteractiveRule,
    Mark,
    Modifier,
    Node,
    Predicate,
    Repeat,
    Shows,
    Space,
    StateLevel,
    TraitScaling,
    children,
    walk,
)
from mien.behavior.expressions import UnknownExpressionError, vocabulary, weights
from mien.behavior.library import (
    DEFAULT_EMOTIONS,
    TRAITS,
    Appraisal,
    Character,
    Contagion,
    Emotion,
    FacialExpression,
    Library,
    Occurrence,
    Personality,
    Reaction,
    SmartObjectKind,
    orientation,
)
from mien.behavior.predicates import operands
from mien.behavior.program import MAX_DEPTH, MAX_WIDTH
from mien.bridge.messages import EMOTIONS, FIRST_CHARACTER

MAX_RULES: Final = 4096
MAX_CHARACTERS: Final = 10_000
MAX_EMOTIONS: Final = 64

_TIMING: Final = ("priority", "min_duration", "max_duration", "cool_down", "enter", "leave", "intensity")


class Builder(Parts):
    """Makes one library of the records of its files."""

    def library(self, name: str, sha256: str) -> Library:
        """Return the library; meaningless where a problem has been reported.

        Raises:
            UnreadableError: the tree is larger than it may be.
        """
        self.emotions = self._emotions()
        self.feelings = [emotion.name for emotion in self.emotions]
        self.cast = self._expand_crowds()
        self._unique_rules()
        library = Library(
            name=str(self.parts.get("name", name)),
            sha256=sha256,
            emotions=self.emotions,
            appraisal=self._appraisal(),
            contagion=self._contagion(),
            expressions=tuple(self._expression(name, record) for name, record in self._table("expressions")),
            autonomous=tuple(self._autonomous(name, record) for name, record in self._table("autonomous")),
            interactive=tuple(self._interactive(name, record) for name, record in self._table("interactive")),
            tree=self._tree(),
            characters=self._characters(),
            objects=tuple(self._object(name, record) for name, record in self._table("objects")),
            mark=self.mark,
            **{key: self.parts[key] for key in ("alma_compat", "mood_change") if key in self.parts},
        )
        self._check_expressions(library)
        self._remark_positions(library)
        return library

    def _remark_positions(self, library: Library) -> None:
        """Ranges mean something only where the game sends positions."""
        if self.parts.get("positions", True):
            return
        for rule in library.interactive:
            message = f"`{rule.id}` has a range, but `positions: false` says that the game sends no positions"
            self._remark(rule.mark, "range-without-positions", message)
        if library.contagion.range:
            message = "contagion has a range, but `positions: false` says that the game sends no positions"
            self._remark(self.where["contagion"], "range-without-positions", message)

    # --- names ---------------------------------------------------------------------------------------

    def _unique_rules(self) -> None:
        names: dict[str, Word] = {str(name): name for name in self.parts["autonomous"]}
        for name in self.parts["interactive"]:
            if name in names:
                first = names[name].mark
                message = f"`{name}` is an autonomous rule too, in {first}; rename one"
                self.report(Problem(name.mark, message, "duplicate"))
        self._limit("rules", len(names) + len(self.parts["interactive"]), MAX_RULES)

    def _check_subject(self, subject: str, mark: Mark) -> None:
        if subject not in SUBJECTS and subject not in self.cast and subject not in self.broken["characters"]:
            hint = did_you_mean(subject, (*SUBJECTS, *list(self.cast)[:100]))
            message = f"`{subject}` is neither a subject nor a character{hint}"
            self.report(Problem(mark, message, "unknown-character"))

    def _check_feelings(self, predicate: Predicate) -> None:
        for feeling in operands(predicate):
            if not isinstance(feeling, Feeling):
                continue
            self._check_subject(feeling.subject, feeling.mark)
            if feeling.subject == PLAYER:
                if feeling.space == Space.MOOD:
                    message = "the player's mood is unknown: what shows is emotion; leave out `mood.`"
                    self.report(Problem(feeling.mark, message, "player-mood"))
                self._known(feeling.name, (*EMOTIONS, *DIMENSIONS), "recognized emotion", feeling.mark)
            else:
                self._known(feeling.name, (*self.feelings, *DIMENSIONS), "emotion", feeling.mark)

    # --- feelings ------------------------------------------------------------------------------------

    def _emotions(self) -> tuple[Emotion, ...]:
        found = {emotion.name: emotion for emotion in DEFAULT_EMOTIONS}
        for name, record in self._table("emotions"):
            given = dict(record.values)
            if "expression" in given:
                given["expression"] = str(given["expression"])
            if name in found:
                found[str(name)] = replace(found[name], **given, mark=name.mark)
                continue
            missing = [dimension for dimension in DIMENSIONS if dimension not in given]
            for dimension in missing:
                if dimension not in record.keys:
                    message = f"the new emotion `{name}` needs `{dimension}`: a number from -1 to 1"
                    self.report(Problem(name.mark, message, "missing-field"))
            if name in DIMENSIONS:
                message = f"`{name}` is a dimension of every emotion; choose another name"
                self.report(Problem(name.mark, message, "duplicate"))
            elif not missing:
                found[str(name)] = Emotion(str(name), **given, mark=name.mark)
            else:
                found[str(name)] = Emotion(str(name), 0.0, 0.0, 0.0, mark=name.mark)
        self._limit("emotions", len(found), MAX_EMOTIONS)
        return tuple(found.values())

    def _appraisal(self) -> Appraisal:
        record = self.parts.get("appraisal")
        if record is None:
            return Appraisal()
        given = record.given("memory", "distance")
        if "player" in record.values:
            given["reactions"] = tuple(self._reaction(item) for item in record.values["player"])
        occurrences = [
            self._occurrence(event, item)
            for event, items in record.get("events", {}).items()
            for item in items
        ]
        return Appraisal(occurrences=tuple(occurrences), **given)

    def _reaction(self, record: Record) -> Reaction:
        felt = record.values["feels"]
        self._known(felt, self.feelings, "emotion", felt.mark)
        liking = record.get("relation", "liked") == "liked"
        return Reaction(record.values["sees"], str(felt), record.values["weight"], liking, record.mark)

    def _occurrence(self, event: str, record: Record) -> Occurrence:
        felt = record.values["feels"]
        self._known(felt, {*self.feelings, *OCC}, "emotion", felt.mark)
        return Occurrence(
            str(event), record.values["role"], str(felt), record.values["weight"],
            mark=record.mark, **record.given("relation"),
        )  # fmt: skip

    def _contagion(self) -> Contagion:
        record = self.parts.get("contagion")
        if record is None:
            return Contagion()
        given = dict(record.values)
        if "emotions" in given:
            given["emotions"] = self._words(given["emotions"], self.feelings, "emotion")
        return Contagion(**given)

    # --- rules ---------------------------------------------------------------------------------------

    def _common(
        self, name: Word, record: Record, aim: tuple[Change, ...], default_orientation: int
    ) -> dict[str, Any]:
        given = record.given(*_TIMING)
        if given.get("min_duration", 0.0) > given.get("max_duration", np.inf):
            message = "it cannot last at least longer than at most: `min_duration` is above `max_duration`"
            self.report(Problem(record.keys["min_duration"], message, "wrong-value"))
        scaling = self._levels(record.get("scaling", {}), TRAITS, "trait")
        shows = record.get("shows")
        return {
            "id": str(name),
            "trigger": record.get("trigger", ALWAYS),
            "aim": aim,
            "orientation": record.get("orientation", default_orientation),
            "scaling": tuple(TraitScaling(trait, weight) for trait, weight in scaling.items()),
            "shows": Shows(**{key: str(cue) for key, cue in shows.values.items()}) if shows else Shows(),
            "mark": name.mark,
            **given,
        }

    def _changes(self, changes: Mapping[Any, float]) -> tuple[Change, ...]:
        return tuple(
            Change(str(emotion), amount, space, whose, emotion.mark)
            for (whose, space, emotion), amount in changes.items()
            if self._known(emotion, self.feelings, "emotion", emotion.mark)
        )

    def _autonomous(self, name: Word, record: Record) -> AutonomousRule:
        self._check_feelings(record.get("trigger", ALWAYS))
        given: dict[str, Any] = {
            key: str(word) for key, word in record.given("bearer", "inflicter", "custom").items()
        }
        if "bearer" in given:
            self._check_subject(given["bearer"], record.values["bearer"].mark)
        if given.get("inflicter", SELF) != SELF:
            self._known(given["inflicter"], self.cast, "character", record.values["inflicter"].mark)
        aim = self._changes(record.get("aim", {}))
        return AutonomousRule(**self._common(name, record, aim, orientation(aim, self.emotions)), **given)

    def _interactive(self, name: Word, record: Record) -> InteractiveRule:
        for whose, _, emotion in record.get("effect", {}):
            if whose == "self":
                message = "a smart object feels nothing; leave out `self.`"
                self.report(Problem(emotion.mark, message, "wrong-value"))
        # An interactive rule has no aim of its own (P1, eq. 21): it moves feelings, and embodies none.
        common = self._common(name, record, self._changes(record.get("effect", {})), 0)
        return InteractiveRule(**common, **{"range": 1.0, **record.given("range", "falls_off")})

    def _check_expressions(self, library: Library) -> None:
        for expression in library.expressions:
            try:
                weights(expression)
            except UnknownExpressionError as error:
                self.report(Problem(error.mark, error.reason, "unknown-expression"))
        own = {expression.name for expression in library.expressions}
        named = vocabulary(replace(library, emotions=())).keys() | own
        for emotion in library.emotions:
            if emotion.expression:
                record = self.parts["emotions"].get(emotion.name)
                mark = record.values["expression"].mark if record else emotion.mark
                self._known(emotion.expression, named, "expression", mark)
        named |= {emotion.name for emotion in library.emotions if emotion.expression in named}
        for part in ("autonomous", "interactive"):
            for _, record in self._table(part):
                shows = record.get("shows")
                word = shows.get("expression") if shows else None
                if word is not None:
                    self._known(word, named, "expression", word.mark)

    def _expression(self, name: Word, record: Record) -> FacialExpression:
        units = {str(unit): level for unit, level in record.get("units", {}).items()}
        shapes = {str(shape): level for shape, level in record.get("shapes", {}).items()}
        return FacialExpression(str(name), units, shapes, name.mark)

    def _tree(self) -> Node | None:
        trees = self.parts["trees"]
        expander = Expander(self.parts["autonomous"], self.parts["interactive"], trees, self.report)
        expander.broken = self.broken["autonomous"] | self.broken["trees"]
        tree = expander.expand(self.parts["tree"]) if "tree" in self.parts else None
        for path, node in walk(tree) if tree else ():
            if len(path) > MAX_DEPTH - 4:  # room for what the engine puts above the tree
                raise UnreadableError(node.mark, f"the tree is more than {MAX_DEPTH - 4} nodes deep", "limit")
            if len(children(node)) > MAX_WIDTH:
                raise UnreadableError(node.mark, f"more than {MAX_WIDTH} children", "limit")
            if isinstance(node, Filter):
                self._check_feelings(node.when)
            elif isinstance(node, Repeat):
                for predicate in (node.until, node.while_):
                    if predicate is not None:
                        self._check_feelings(predicate)
            elif isinstance(node, Modifier) and node.target:
                self._check_subject(node.target, node.mark)
        for name in trees:
            if name not in expander.used and name not in self.broken["trees"]:
                message = f"nothing uses the tree `{name}`; write `subtree: {name}`, or remove it"
                self._remark(name.mark, "unused-tree", message)
        return tree

    # --- the cast ------------------------------------------------------------------------------------

    def _expand_crowds(self) -> dict[str, Word]:
        """Return every character's name, with the name in `characters` that it comes from."""
        cast: dict[str, Word] = {}
        for name, record in self._table("characters"):
            count = record.get("count")
            width = len(str(count))
            members = (
                [f"{name}_{number:0{width}}" for number in range(1, count + 1)] if count else [str(name)]
            )
            for member in members:
                if member in cast:
                    message = f"two characters would be called `{member}`; rename one"
                    self.report(Problem(name.mark, message, "duplicate"))
                cast[member] = name
        self._limit("characters", len(cast), MAX_CHARACTERS)
        return cast

    def _characters(self) -> tuple[Character, ...]:
        ids = self._ids()
        found: list[Character] = []
        for name, record in self._table("characters"):
            members = [member for member, origin in self.cast.items() if origin is name]
            given = record.given("empathy", "expressiveness")
            if "rules" in record.values:
                given["rules"] = self._words(
                    record.values["rules"], self.parts["autonomous"], "autonomous rule"
                )
            given["baseline"] = self._levels(record.get("baseline", {}), self.feelings, "emotion")
            given["relations"] = self._relations(record.get("relations", {}))
            traits = self._levels(record.get("personality", {}), TRAITS, "trait")
            people = self._personalities(name, traits, record.get("spread", 0.0), [ids[m] for m in members])
            found += [
                Character(member, ids[member], personality, mark=name.mark, **given)
                for member, personality in zip(members, people, strict=True)
            ]
        return tuple(found)

    def _ids(self) -> dict[str, int]:
        """Give each character its id: the one written, or the next that is free."""
        ids: dict[str, int] = {}
        taken: dict[int, str] = {}
        for member, name in self.cast.items():
            record = self.parts["characters"][name]
            wanted = record.get("id")
            if wanted is None:
                continue
            wanted += sum(1 for other in ids if self.cast[other] is name)
            if wanted in taken:
                message = f"`{member}` and `{taken[wanted]}` would both have the id {wanted}"
                self.report(Problem(record.keys["id"], message, "duplicate"))
            taken[wanted], ids[member] = member, wanted
        free: Callable[[], int] = iter(
            number
            for number in range(FIRST_CHARACTER, FIRST_CHARACTER + 2 * len(self.cast) + 1)
            if number not in taken
        ).__next__
        return {member: ids[member] if member in ids else free() for member in self.cast}

    def _relations(self, relations: Mapping[Word, float]) -> dict[str, float]:
        found: dict[str, float] = {}
        for whom, liking in relations.items():
            if whom in self.parts["characters"] and whom not in self.cast:
                found |= {member: liking for member, origin in self.cast.items() if origin == whom}
            elif self._known(whom, {PLAYER: 0, **self.cast}, "character", whom.mark):
                found[str(whom)] = liking
        return found

    def _personalities(
        self, name: str, traits: Mapping[str, float], spread: float, ids: list[int]
    ) -> list[Personality]:
        """Return the personality of each member of a crowd: as given, give or take the spread."""
        centers = np.array([traits.get(trait, 0.0) for trait in TRAITS])
        draws = np.array([
            uniform(zlib.crc32(name.encode()), np.array(ids, np.uint32), trait, np.zeros(len(ids), np.int64))
            for trait in range(len(TRAITS))
        ])  # fmt: skip
        people = np.clip(centers[:, None] + spread * (2.0 * draws - 1.0), -1.0, 1.0)
        return [Personality(*map(float, person)) for person in people.T]

    def _object(self, name: Word, record: Record) -> SmartObjectKind:
        rules = self._words(record.get("rules", ()), self.parts["interactive"], "interactive rule")
        state = {str(level): amount for level, amount in record.get("state", {}).items()}
        for rule in rules:
            for level in operands(self.parts["interactive"][rule].get("trigger", ALWAYS)):
                if isinstance(level, StateLevel) and level.name not in state:
                    hint = did_you_mean(level.name, state)
                    message = f"the smart object `{name}` has no level `{level.name}` in its state{hint}"
                    self.report(Problem(level.mark, message, "unknown-level"))
        return SmartObjectKind(str(name), rules, state, name.mark)
