"""Interactive rules: what smart objects broadcast to every character within range (P1, eq. 21)."""

from dataclasses import dataclass, field

import numpy as np

from mien.behavior.affect import Float64
from mien.behavior.cast import Cast
from mien.behavior.definition import InteractiveRule, Operand, StateLevel
from mien.behavior.library import Library
from mien.behavior.predicates import Memory, holds, micros
from mien.behavior.world import Surroundings, Thing
from mien.bridge.messages import NOBODY, UInt32


@dataclass(slots=True)
class Broadcast:
    """Life of one rule of one smart object."""

    memory: Memory = field(default_factory=Memory)
    active: bool = False
    started: int = 0
    ready: int = 0


def _advance(life: Broadcast, rule: InteractiveRule, thing: Thing, t: int) -> bool:
    """Return whether the object broadcasts the rule at t."""

    def read(operand: Operand) -> float:
        return (
            thing.state.get(operand.name, float("nan")) if isinstance(operand, StateLevel) else float("nan")
        )

    holds_now = holds(rule.trigger, read, life.memory, t)
    over = life.active and t - life.started >= micros(rule.max_duration)
    begins = holds_now and not life.active and t >= life.ready
    goes_on = holds_now and life.active and not over
    if begins:
        life.started = t
    if life.active and not goes_on:
        life.ready = t + micros(rule.cool_down)
    life.active = begins or goes_on
    return life.active


def influence(
    library: Library,
    cast: Cast,
    surroundings: Surroundings,
    broadcasts: dict[tuple[int, str], Broadcast],
    t: int,
) -> tuple[Float64, UInt32]:
    """Return how strongly each interactive rule works on each character, and from which object.

    Both (I, N), I as in `library.interactive`; strength in [0, 1], before the bearer's traits. Of several
    objects with one rule, the strongest counts. Where a place is unknown nothing is in range.
    """
    strength = np.zeros((len(library.interactive), len(cast)))
    inflicter = np.full(strength.shape, NOBODY, np.uint32)
    column = {rule.id: i for i, rule in enumerate(library.interactive)}
    alive = set()
    for id_, thing in sorted(surroundings.things.items()):
        distance: Float64 | None = None
        for name in thing.kind.rules:
            alive.add((id_, name))
            i = column[name]
            rule = library.interactive[i]
            if not _advance(broadcasts.setdefault((id_, name), Broadcast()), rule, thing, t):
                continue
            if distance is None:
                offset = surroundings.position[: len(cast)].astype(np.float64) - surroundings.where(id_)
                distance = np.sqrt((offset * offset).sum(axis=1))
            near = 1.0 - distance / rule.range if rule.falls_off else (distance <= rule.range).astype(float)
            near = np.nan_to_num(np.maximum(near, 0.0))
            stronger = near > strength[i]
            strength[i][stronger] = near[stronger]
            inflicter[i][stronger] = id_
    for gone in broadcasts.keys() - alive:
        del broadcasts[gone]
    return strength, inflicter
