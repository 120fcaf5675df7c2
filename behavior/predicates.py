"""Predicates, evaluated one subject at a time: what they mean, in plain Python.

The reference and smart objects use this; `columns` compiles the same for all characters at once and is held
equal to it. An unknown level is NaN, with which no comparison holds, negated or not: `not (player.joy > .5)`
says that the player is known to be at .5 or less.
"""

import math
import operator
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from mien.behavior.definition import (
    And,
    Comparison,
    Constant,
    Dwell,
    Feeling,
    Hysteresis,
    Not,
    Operand,
    Or,
    Predicate,
)

OPERATORS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}

Read = Callable[[Operand], float]
"""Gives the level of an operand, NaN where it is unknown."""


class Memory:
    """What a predicate remembers between ticks, by position in it: latches, and since when a term holds."""

    def __init__(self) -> None:
        self.latched: dict[tuple[int, ...], bool] = {}
        self.since: dict[tuple[int, ...], int] = {}


def holds(
    predicate: Predicate,
    read: Read,
    memory: Memory,
    t: int,
    negated: bool = False,
    path: tuple[int, ...] = (),
) -> bool:
    """Return whether a predicate holds at time t (microseconds), and bring its memory up to date.

    Every term is evaluated at every call, so that no memory depends on what stands before it. Negation is
    carried inwards to the comparisons (De Morgan), so that unknown levels fail either way.
    """
    match predicate:
        case Constant(value):
            return value != negated
        case Comparison(left, op, right):
            against = float(np.float32(right if isinstance(right, int | float) else read(right)))
            level = float(np.float32(read(left)))
            known = not (math.isnan(level) or math.isnan(against))
            return known and OPERATORS[OPPOSITE[op] if negated else op](level, against)
        case Hysteresis(operand, on, off):
            level = float(np.float32(read(operand)))
            begins, stays = (operator.gt, operator.ge) if on > off else (operator.lt, operator.le)
            latched = memory.latched.get(path, False) and bool(stays(level, float(np.float32(off))))
            memory.latched[path] = latched = latched or bool(begins(level, float(np.float32(on))))
            return latched != negated and not math.isnan(level)
        case Dwell(term, seconds):
            if holds(term, read, memory, t, False, (*path, 0)):
                since = memory.since.setdefault(path, t)
                return (t - since >= micros(seconds)) != negated
            memory.since.pop(path, None)
            return negated
        case Not(term):
            return holds(term, read, memory, t, not negated, (*path, 0))
        case And(terms) | Or(terms):
            results = [holds(term, read, memory, t, negated, (*path, i)) for i, term in enumerate(terms)]
            return all(results) if isinstance(predicate, And) != negated else any(results)


def micros(seconds: float) -> int:
    """Return seconds as integer microseconds; the far future where they are infinite."""
    return FOREVER if seconds * 1e6 >= FOREVER else round(seconds * 1e6)


FOREVER: Final = 1 << 62
"""Microseconds; later than any time, and safe to add to one."""


def operands(predicate: Predicate) -> Iterator[Operand]:
    """Yield every operand of a predicate, left to right."""
    match predicate:
        case Comparison(left, _, right):
            yield left
            if not isinstance(right, int | float):
                yield right
        case Hysteresis(operand):
            yield operand
        case Dwell(term) | Not(term):
            yield from operands(term)
        case And(terms) | Or(terms):
            for term in terms:
                yield from operands(term)
        case Constant():
            pass


def feelings(predicate: Predicate) -> Iterator[Feeling]:
    """Yield every feeling that a predicate reads."""
    return (operand for operand in operands(predicate) if isinstance(operand, Feeling))
