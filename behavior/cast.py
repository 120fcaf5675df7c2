"""The characters of a library as arrays, in the order of their ids: what personality makes of each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.behavior.affect import EDGE, Float64, baseline, default_mood
from mien.behavior.definition import PLAYER, SELF, AutonomousRule, Rule
from mien.behavior.library import DEFAULT_RELATION, TRAITS, Library
from mien.bridge import messages
from mien.bridge.messages import UInt32


class Cast:
    """Fixed properties of N characters; `M` emotions.

    Sorted by id, whatever the order in the library, so that sums over characters round alike in any order.
    """

    def __init__(self, library: Library) -> None:
        self.characters = tuple(sorted(library.characters, key=lambda character: character.id))
        self.names = tuple(character.name for character in self.characters)
        self.ids: UInt32 = np.array([character.id for character in self.characters], np.uint32)
        self.index = {int(id_): row for row, id_ in enumerate(self.ids)}
        self.by_name = {name: row for row, name in enumerate(self.names)}
        count = len(self.characters)
        emotions = library.emotions
        names = {emotion.name: column for column, emotion in enumerate(emotions)}
        self.home: Float64 = np.empty((count, len(emotions)))
        self.traits: Float64 = np.array(
            [[getattr(c.personality, trait) for trait in TRAITS] for c in self.characters]
        ).reshape(count, len(TRAITS))
        for row, character in enumerate(self.characters):
            pad = default_mood(character.personality, library.alma_compat)
            self.home[row] = baseline(pad, emotions)
            for name, level in character.baseline.items():
                self.home[row, names[name]] = level
        self.home = np.clip(self.home, EDGE, 1 - EDGE)
        agreeable, extravert = (self.traits[:, TRAITS.index(t)] for t in ("agreeableness", "extraversion"))
        self.empathy = _given([c.empathy for c in self.characters], (1 + agreeable) / 2)
        self.expressiveness = _given([c.expressiveness for c in self.characters], (1 + extravert) / 2)
        self._liking: dict[int, Float64] = {}

    def __len__(self) -> int:
        return len(self.characters)

    def liking_of(self, whom: int) -> Float64:
        """Return how the library has each character regard someone, (N,) in [-1, 1].

        1 for itself; 0 for who is neither the player nor of the cast.
        """
        if whom not in self._liking and whom != messages.PLAYER and whom not in self.index:
            return np.zeros(len(self))
        if whom not in self._liking:
            name = PLAYER if whom == messages.PLAYER else self.names[self.index[whom]]
            self._liking[whom] = np.array(
                [1.0 if c.name == name else c.relations.get(name, DEFAULT_RELATION) for c in self.characters]
            )
        return self._liking[whom]

    def strength(self, rule: Rule) -> Float64:
        """Return how strongly each character's traits scale a rule, (N,) >= 0."""
        scale: Float64 = np.full(len(self), rule.intensity)
        for scaling in rule.scaling:
            scale *= np.maximum(0.0, 1.0 + scaling.weight * self.traits[:, TRAITS.index(scaling.trait)])
        return scale

    def owned(self, rules: Sequence[Rule]) -> NDArray[np.bool_]:
        """Return which rules each character may run, (len(rules), N): in its sub-list, and its to inflict."""
        rows: dict[str, list[int]] = {}
        for row, rule in enumerate(rules):
            rows.setdefault(rule.id, []).append(row)
        may = np.ones((len(rules), len(self)), bool)
        for column, character in enumerate(self.characters):
            if character.rules is not None:
                may[:, column] = False
                may[[row for name in character.rules for row in rows.get(name, ())], column] = True
        for row, rule in enumerate(rules):
            if not isinstance(rule, AutonomousRule):
                may[row] = True
            elif rule.inflicter != SELF:
                may[row] &= np.array([name == rule.inflicter for name in self.names], bool)
        return may


def _given(values: list[float | None], otherwise: Float64) -> Float64:
    return np.array([o if v is None else v for v, o in zip(values, otherwise, strict=True)])
