"""A tree played on one character by hand: who wants to run is said tick by tick."""

from collections import Counter

import numpy as np
import pytest

from mien.behavior.definition import AutonomousRule, Comparison, Feeling, Node, Space
from mien.behavior.engine import Engine
from mien.behavior.library import Character, Emotion, Library
from mien.bridge.messages import Affect

TICK = 100_000
"""Microseconds."""


class Stage:
    """Rules a, b, c, d whose triggers are told; `m` and `n` are predicates for filters and repeats."""

    def __init__(self, tree: Node, seed: int = 0, **rules: dict[str, object]) -> None:
        emotions = tuple(Emotion(name, 0.1, 0.1, 0.1) for name in "abcdmn")
        autonomous = tuple(
            AutonomousRule(id=name, trigger=wants(name), **rules.get(name, {}))  # type: ignore[arg-type]
            for name in "abcd"
        )
        library = Library(
            emotions=emotions, autonomous=autonomous, tree=tree, characters=(Character("x", 16),)
        )
        self.engine = Engine(library, seed)
        self.state = self.engine.start()
        self.t = 0
        self.entries: Counter[str] = Counter()
        self.ticks: Counter[str] = Counter()
        self.exits: Counter[str] = Counter()
        self.reasons: list[str] = []

    def play(self, wanted: str, ticks: int = 1) -> str:
        """Let the named predicates hold for some ticks, and return what runs after the last."""
        levels = np.array([[0.9 if name in wanted else 0.1 for name in "abcdmn"]], np.float32)
        running = ""
        for _ in range(ticks):
            affect = Affect(t=self.t, ids=self.engine.ids, emotion=levels, mood=levels)
            activity, events = self.engine.decide(self.state, affect, self.t)
            self.t += TICK
            running = "".join(n for n, i in zip("abcd", activity.intensity[0], strict=True) if i)
            self.ticks.update(running)
            for event in events:
                (self.entries if event.phase == "started" else self.exits)[event.rule] += 1
                self.reasons.append(f"{event.rule} {event.reason}")
        return running

    def counts(self, name: str) -> tuple[int, int, int]:
        """Return entries, ticks and exits of a rule."""
        return self.entries[name], self.ticks[name], self.exits[name]


def wants(name: str) -> Comparison:
    """Return the predicate that holds when `play` names it."""
    return Comparison(Feeling(name, Space.EMOTION), ">", 0.5)


@pytest.fixture
def stage() -> type[Stage]:
    """Return the class that plays a tree."""
    return Stage


@pytest.fixture
def acts() -> dict[str, dict[str, object]]:
    """Return rules that are completed after two ticks."""
    return {name: {"max_duration": 2 * TICK / 1e6} for name in "abcd"}
