"""The nodes of the reference tree that py-trees lacks: see `reference`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from py_trees import behaviour, common, composites, decorators

from mien.behavior.custom import CustomLeaf, Progress, View
from mien.behavior.definition import (
    ALWAYS,
    AutonomousRule,
    InteractiveRule,
    Modification,
    Modifier,
    Predicate,
)
from mien.behavior.forms.modifier import draw, first_draw
from mien.behavior.library import Character
from mien.behavior.predicates import Memory, Read, holds, micros

RUNNING: Final = common.Status.RUNNING
SUCCESS: Final = common.Status.SUCCESS
FAILURE: Final = common.Status.FAILURE
INVALID: Final = common.Status.INVALID

Path = tuple[str, int, str]
"""A leaf that changed: its rule, its number in the tree, and why: `selected`, or the reason of its end."""


@dataclass
class Now:
    """What all nodes of one character's tree know of the tick."""

    character: Character
    seed: int
    leaves: Mapping[str, CustomLeaf]
    t: int = 0
    read: Read = lambda _: float("nan")
    influence: Mapping[str, float] = field(default_factory=dict)
    view: Callable[[int], View] | None = None
    ready: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


class Condition:
    """A predicate with its memory, evaluated once a tick whether or not the tree asks."""

    def __init__(self, now: Now, predicate: Predicate) -> None:
        self.now = now
        self.predicate = predicate
        self.memory = Memory()
        self.value = False

    def evaluate(self) -> None:
        """Read the snapshot."""
        self.value = holds(self.predicate, self.now.read, self.memory, self.now.t)


class RuleLeaf(behaviour.Behaviour):
    """Runs a rule."""

    def __init__(
        self, now: Now, number: int, rule: AutonomousRule | InteractiveRule, stretch: float, tempo: float
    ) -> None:
        super().__init__(rule.id)
        self.now, self.number, self.rule = now, number, rule
        self.trigger = Condition(now, ALWAYS if isinstance(rule, InteractiveRule) else rule.trigger)
        self.least = micros(rule.min_duration * stretch / tempo)
        self.most = micros(rule.max_duration * stretch / tempo)
        self.on, self.since = False, 0
        self.answer = INVALID

    def decide(self) -> None:
        """Settle, from the snapshot alone, what the leaf answers if it is asked at this tick."""
        self.trigger.evaluate()
        now, rule = self.now, self.rule
        if isinstance(rule, InteractiveRule):
            self.trigger.value = now.influence.get(rule.id, 0.0) > 0.0
            self.answer = RUNNING if self.trigger.value else FAILURE
            return
        mine = now.character.rules is None or rule.id in now.character.rules
        mine &= rule.inflicter in ("self", now.character.name)
        self.trigger.value &= mine
        if not self.trigger.value:
            self.answer = FAILURE
        elif self.on and now.t - self.since >= self.most:
            self.answer = SUCCESS
        elif not self.on and now.t < now.ready.get(rule.id, 0):
            self.answer = FAILURE
        else:
            self.answer = self._custom(rule.custom) if rule.custom else RUNNING

    def _custom(self, name: str) -> common.Status:
        assert self.now.view is not None  # noqa: S101 set before every tick
        view = self.now.view(self.now.t - self.since if self.on else -1)
        try:
            progress = Progress(self.now.leaves[name].progress(view))
        except Exception as error:
            self.now.failures.append(f"{self.name}: {type(error).__name__}: {error}")
            progress = Progress.FAILED
        return {Progress.GOES_ON: RUNNING, Progress.SUCCEEDED: SUCCESS}.get(progress, FAILURE)

    def update(self) -> common.Status:
        """Answer as settled."""
        return self.answer

    @property
    def held(self) -> bool:
        """Whether it would run within its minimum duration."""
        return self.status == RUNNING and self.on and self.now.t - self.since < self.least

    @property
    def claim(self) -> tuple[bool, int, bool]:
        """How strongly its orientation stands against the opposite one: the larger wins."""
        return self.held, self.rule.priority, self.on


def _running_leaves(node: behaviour.Behaviour) -> list[RuleLeaf]:
    return [leaf for leaf in node.iterate() if isinstance(leaf, RuleLeaf) and leaf.status == RUNNING]


class HeldSelector(composites.Selector):
    """Selector without memory that does not preempt a child whose rule is in its minimum duration."""

    def tick(self) -> Iterator[behaviour.Behaviour]:
        """Ask the running child first, and the others unless it is held."""
        current = self.current_child if self.status == RUNNING else None
        if current is not None:
            yield from current.tick()
            if any(leaf.held for leaf in _running_leaves(current)):
                self.status = RUNNING
                yield self
                return
        for child in self.children:
            if child is not current:
                yield from child.tick()
            if child.status != FAILURE:
                self.current_child = child
                if current is not None and child is not current:
                    current.stop(INVALID)
                self._settle(child.status)
                yield self
                return
        self._settle(FAILURE)
        yield self

    def _settle(self, status: common.Status) -> None:
        if status == RUNNING:
            self.status = status
        else:
            self.stop(status)


class FilterNode(decorators.Decorator):
    """Ticks its child only while a predicate holds."""

    def __init__(self, name: str, child: behaviour.Behaviour, condition: Condition) -> None:
        super().__init__(name, child)
        self.condition = condition

    @property
    def reason(self) -> str:
        """Why it halted its child, or empty."""
        return "" if self.condition.value else "trigger"

    def passes(self) -> bool:
        """Return whether the child is ticked."""
        return self.condition.value

    def tick(self) -> Iterator[behaviour.Behaviour]:
        """Tick the child or halt it."""
        if self.passes():
            yield from super().tick()
            return
        self.stop(INVALID)
        self.status = self.blocked()
        yield self

    def blocked(self) -> common.Status:
        """Return what it answers in place of the child."""
        return FAILURE

    def update(self) -> common.Status:
        """Answer as the child."""
        return self.decorated.status

    def keep(self, was: bool) -> None:
        """Remember what the next tick needs; `was` is whether it ran before this one."""


class UntilNode(FilterNode):
    """Succeeds as soon as a predicate holds, and halts its child."""

    reason = property(lambda self: "completed" if self.condition.value else "")

    def passes(self) -> bool:
        """Return whether the child is ticked."""
        return not self.condition.value

    def blocked(self) -> common.Status:
        """Return what it answers in place of the child."""
        return SUCCESS


class GateNode(FilterNode):
    """A cool-down, timeout or chance."""

    def __init__(
        self, name: str, child: behaviour.Behaviour, now: Now, number: int, modifier: Modifier
    ) -> None:
        super().__init__(name, child, Condition(now, ALWAYS))
        self.now, self.number, self.modifier = now, number, modifier
        self.since = self.ready = 0
        self.ran = False

    def passes(self) -> bool:
        """Return whether the child is ticked."""
        t, modifier = self.now.t, self.modifier
        if modifier.kind is Modification.COOL_DOWN:
            return self.ran or t >= self.ready
        if modifier.kind is Modification.TIMEOUT:
            return not (self.ran and t - self.since >= micros(modifier.value))
        ids = np.array([self.now.character.id], np.uint32)
        key, every = np.array([self.number]), np.array([max(1, micros(modifier.every))])
        ends = first_draw(self.now.seed, ids, every)
        ends = ends + np.maximum((t - ends) // every + 1, 0) * every
        return self.ran or bool(draw(self.now.seed, ids, key, ends)[0] < modifier.value)

    @property
    def reason(self) -> str:
        """Why it halted its child, or empty."""
        return "timeout" if self.modifier.kind is Modification.TIMEOUT and not self._passed else ""

    def keep(self, was: bool) -> None:
        """Note when the child began and ended."""
        runs = self.status == RUNNING
        if runs and not was:
            self.since = self.now.t
        if was and not runs:
            self.ready = self.now.t + micros(self.modifier.value)
        self.ran = runs

    def evaluate(self) -> None:
        """Settle whether it passes, before anything is ticked."""
        self._passed = self.passes()


class ParallelNode(composites.Composite):
    """Children at the same time; holds back those whose orientation is opposed."""

    def __init__(
        self, name: str, children: list[behaviour.Behaviour], success: int | None, failure: int | None
    ) -> None:
        super().__init__(name, children)
        self.enough = None if success is None else success or len(children)
        self.too_many = None if failure is None else failure or len(children)
        self.done: set[int] = set()

    def tick(self) -> Iterator[behaviour.Behaviour]:
        """See `forms.parallel`."""
        if self.status != RUNNING:
            self.done = set()
        asked = [i for i in range(len(self.children)) if i not in self.done]
        for i in asked:
            yield from self.children[i].tick()
        self._hold_back(asked)
        if self.enough is not None:
            self.done |= {i for i in asked if self.children[i].status == SUCCESS}
        failures = sum(self.children[i].status == FAILURE for i in asked)
        self.status = RUNNING
        if self.enough is not None and len(self.done) >= self.enough:
            self.status = SUCCESS
        elif self.too_many is not None and failures >= self.too_many:
            self.status = FAILURE
        if self.status != RUNNING:
            for child in self.children:
                if child.status == RUNNING:
                    child.stop(INVALID)
            self.done = set()
        yield self

    def _hold_back(self, asked: list[int]) -> None:
        sides: dict[int, list[tuple[tuple[bool, int, bool], int]]] = {1: [], -1: []}
        for i in asked:
            for leaf in _running_leaves(self.children[i]):
                if leaf.rule.orientation:
                    sides[leaf.rule.orientation].append((leaf.claim, -i))
        if sides[1] and sides[-1]:
            weaker = -1 if max(sides[1]) > max(sides[-1]) else 1
            for _, i in sides[weaker]:
                self.children[-i].stop(INVALID)
