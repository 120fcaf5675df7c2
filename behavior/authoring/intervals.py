"""Where predicates can hold: interval arithmetic over levels, to prove that something never or always holds.

A region is a list of boxes, each a mapping from operands to intervals; levels that a box leaves out may be
anything. Regions are supersets of the truth (memory in hysteresis and dwell is taken to be in whichever state
allows more), so that an empty one is a proof. Levels of others may be unknown, and then no comparison holds.
"""

from dataclasses import dataclass
from math import inf
from typing import Final

from mien.behavior.definition import (
    DIMENSIONS,
    SELF,
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

MAX_BOXES: Final = 128
"""A region of more boxes is taken for everything."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Levels from low to high; an open end does not belong to it."""

    low: float = -inf
    high: float = inf
    open_low: bool = False
    open_high: bool = False
    unknown: bool = False
    """True: no level at all, because its subject is unknown."""

    @property
    def empty(self) -> bool:
        """Whether no level lies in it."""
        if self.unknown:
            return False
        return self.low > self.high or (self.low == self.high and (self.open_low or self.open_high))

    def __and__(self, other: "Interval") -> "Interval":
        if self.unknown or other.unknown:
            return self if self.unknown and other.unknown else _EMPTY
        low, open_low = max((self.low, self.open_low), (other.low, other.open_low))
        high, closed = min((self.high, not self.open_high), (other.high, not other.open_high))
        return Interval(low, high, open_low, not closed)


_EMPTY: Final = Interval(1.0, 0.0)
_UNKNOWN: Final = Interval(unknown=True)

Box = dict[Operand, Interval]
Region = list[Box]

EVERYTHING: Final[Region] = [{}]


def domain(operand: Operand) -> Interval:
    """Return where a level can lie at all."""
    if isinstance(operand, Feeling):
        return Interval(-1.0, 1.0) if operand.name in DIMENSIONS else Interval(0.0, 1.0, True, True)
    return Interval(0.0, 1.0)


def _interval(op: str, bound: float) -> Interval:
    if op in (">", ">="):
        return Interval(low=bound, open_low=op == ">")
    return Interval(high=bound, open_high=op == "<")


_OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def region(
    predicate: Predicate, holds: bool = True, *, negated: bool = False, latched: bool = False
) -> Region:
    """Return where a predicate holds, or where it does not.

    Args:
        predicate: what to look at.
        holds: whether to describe where it holds.
        negated: whether it stands below an odd number of `not`.
        latched: whether it has held until now, so that hysteresis and dwell have what they wait for.
    """
    match predicate:
        case Constant(value):
            return EVERYTHING if (value != negated) == holds else []
        case Comparison(left, op, right):
            if not isinstance(right, int | float):
                if right != left:
                    return EVERYTHING
                same = (op in ("<=", ">=")) != negated
                return EVERYTHING if same == holds else _where_unknown(left, not holds)
            effective = _OPPOSITE[op] if negated else op
            known = _box(left, _interval(effective if holds else _OPPOSITE[effective], right))
            return known + _where_unknown(left, not holds)
        case Hysteresis(operand, on, off):
            rises = on > off
            if holds != negated:
                inside = _box(operand, _interval(">=" if rises else "<=", off))
            elif latched:
                inside = _box(operand, _interval("<" if rises else ">", off))
            else:
                inside = _box(operand, _interval("<=" if rises else ">=", on))
            return inside + _where_unknown(operand, not holds)
        case Dwell(term):
            if holds != negated:
                return region(term, latched=latched)
            return region(term, False, latched=True) if latched else EVERYTHING
        case Not(term):
            return region(term, holds, negated=not negated)
        case And(terms) | Or(terms):
            conjunction = isinstance(predicate, And) != negated
            each = latched and conjunction  # of a disjunction, any one may have held
            regions = [region(term, holds, negated=negated, latched=each) for term in terms]
            if conjunction == holds:
                return both(*regions)
            return _capped([box for part in regions for box in part])


def _box(operand: Operand, interval: Interval) -> Region:
    inside = interval & domain(operand)
    return [] if inside.empty else [{operand: inside}]


def _where_unknown(operand: Operand, wanted: bool) -> Region:
    possible = wanted and isinstance(operand, Feeling) and operand.subject != SELF
    return [{operand: _UNKNOWN}] if possible else []


def both(*regions: Region) -> Region:
    """Return where all regions are."""
    boxes: Region = EVERYTHING
    for part in regions:
        joined = [_join(one, other) for one in boxes for other in part]
        boxes = _capped([box for box in joined if box is not None])
    return boxes


def _join(one: Box, other: Box) -> Box | None:
    joined = dict(one)
    for operand, interval in other.items():
        joined[operand] = joined[operand] & interval if operand in joined else interval
        if joined[operand].empty:
            return None
    return joined


def _capped(boxes: Region) -> Region:
    return boxes if len(boxes) <= MAX_BOXES else EVERYTHING


def never(*predicates: Predicate) -> bool:
    """Whether the predicates cannot hold together."""
    return not both(*(region(predicate) for predicate in predicates))


def always(predicate: Predicate) -> bool:
    """Whether a predicate cannot fail to hold."""
    return not region(predicate, False)


def implies(one: Predicate, other: Predicate) -> bool:
    """Whether the second holds wherever the first does."""
    return holds_throughout(region(one), other)


def holds_throughout(boxes: Region, predicate: Predicate) -> bool:
    """Whether a predicate holds everywhere in a region."""
    if isinstance(predicate, And):
        return all(holds_throughout(boxes, term) for term in predicate.terms)
    if isinstance(predicate, Or):
        return all(any(holds_throughout([box], term) for term in predicate.terms) for box in boxes)
    return not both(boxes, region(predicate, False))
