"""Predicates compiled to arrays: every predicate of a library, for all characters at once.

Means exactly what `predicates.holds` says. Terms are stacked by kind and depth, so that the number of numpy
calls depends on how deep predicates nest, not on how many there are; a term that stands in two predicates is
evaluated once. Truth values are rows of one (terms, N) plane, characters along the last axis.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.behavior.definition import (
    And,
    Comparison,
    Constant,
    Dwell,
    Hysteresis,
    Not,
    Operand,
    Or,
    Predicate,
)
from mien.behavior.predicates import FOREVER, OPPOSITE, micros
from mien.bridge.messages import Float32

Bools = NDArray[np.bool_]
Rows: TypeAlias = slice | NDArray[np.intp]

_Key = tuple[Any, ...]
_COMPARE = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}


def rows(indices: Sequence[int]) -> Rows:
    """Return indices as a slice where they follow one another: a view in place of a copy."""
    first = indices[0] if indices else 0
    if list(indices) == list(range(first, first + len(indices))):
        return slice(first, first + len(indices))
    return np.array(indices, np.intp)


@dataclass(slots=True)
class Latches:
    """What predicates of N characters remember: see `predicates.Memory`."""

    latched: Bools
    """(hystereses, N)"""
    dwelling: Bools
    """(dwells, N) Whether the term held at the last tick."""
    since: NDArray[np.int64]
    """(dwells, N) Since when it holds."""


@dataclass(slots=True)
class _Frame:
    """What one evaluation works on."""

    plane: Bools
    levels: Float32
    latches: Latches
    t: int


class Columns:
    """All predicates of a library as one program over a plane of operands.

    `operands` lists what the plane must hold, row by row.
    """

    def __init__(self, predicates: Sequence[Predicate]) -> None:
        self.operands: list[Operand] = []
        self.bounds: list[set[float]] = []
        """Of each operand, the levels at which some predicate changes."""
        self.compared: set[int] = set()
        """Operands that are compared with other operands: any change of them may change a predicate."""
        self.hystereses: list[_Key] = []
        self.dwells: list[_Key] = []
        self._operand: dict[Operand, int] = {}
        self._terms: dict[_Key, int] = {}  # each term and its depth
        self._depth: dict[_Key, int] = {}
        outputs = [self._term(predicate, False) for predicate in predicates]
        by_group: dict[tuple[int, str, int], list[_Key]] = {}
        for key, depth in self._depth.items():
            by_group.setdefault((depth, key[0], len(key[1]) if key[0] in ("and", "or") else 0), []).append(
                key
            )
        self._terms = {}
        groups = []
        for (_, kind, _), keys in sorted(by_group.items(), key=lambda item: item[0]):
            start = len(self._terms)
            for key in keys:
                self._terms[key] = len(self._terms)
            groups.append((kind, keys, slice(start, len(self._terms))))
        self.count = len(self._terms)
        self.outputs = len(outputs)
        self.result = rows([self._terms[key] for key in outputs])
        self._lengths = np.array([key[2] for key in self.dwells], np.int64)[:, None]
        self._steps = [self._step(kind, keys, at) for kind, keys, at in groups]

    def wake(self, latches: Latches, t: int) -> NDArray[np.int64]:
        """Return when time alone next changes a predicate, (dwells, N) microseconds."""
        due = latches.since + self._lengths
        return np.where(latches.dwelling & (due > t), due, FOREVER)

    def evaluate(self, levels: Float32, latches: Latches, t: int) -> Bools:
        """Return whether each predicate holds, (predicates, N), and bring the memory up to date.

        Args:
            levels: (operands, N), NaN where unknown.
            latches: what predicates remember, changed in place.
            t: microseconds.
        """
        plane = np.empty((self.count, levels.shape[1]), bool)
        frame = _Frame(plane, levels, latches, t)
        for step in self._steps:
            step(frame)
        return plane[self.result]

    def row_of(self, operand: Operand) -> int:
        """Return the row of an operand that some predicate reads."""
        return self._operand[operand]

    def _row(self, operand: Operand) -> int:
        if operand not in self._operand:
            self._operand[operand] = len(self.operands)
            self.operands.append(operand)
            self.bounds.append(set())
        return self._operand[operand]

    def _term(self, predicate: Predicate, negated: bool) -> _Key:
        """Return the key of a predicate's term; its first part is the kind."""
        key: _Key
        below: tuple[_Key, ...] = ()
        match predicate:
            case Constant(value):
                key = ("constant", value != negated)
            case Comparison(left, op, right):
                op = OPPOSITE[op] if negated else op  # type: ignore[assignment]
                if isinstance(right, int | float):
                    key = (op, self._row(left), float(right))
                    self.bounds[key[1]].add(float(right))
                else:
                    key = (op + " row", self._row(left), self._row(right))
                    self.compared |= {key[1], key[2]}
            case Hysteresis(operand, on, off):
                key = ("above" if on > off else "below", self._row(operand), on, off)
                self.bounds[key[1]] |= {on, off}
                if key not in self.hystereses:
                    self.hystereses.append(key)
                if negated:
                    below = (self._note(key, ()),)
                    key = ("known not", below[0], self._row(operand))
            case Dwell(term, seconds):
                below = (self._term(term, False),)
                key = ("dwell", below[0], micros(seconds))
                if key not in self.dwells:
                    self.dwells.append(key)
                if negated:
                    below = (self._note(key, below),)
                    key = ("not", below[0])
            case Not(term):
                return self._term(term, not negated)
            case And(terms) | Or(terms):
                below = tuple(self._term(term, negated) for term in terms)
                key = ("and" if isinstance(predicate, And) != negated else "or", below)
        return self._note(key, below)

    def _note(self, key: _Key, below: tuple[_Key, ...]) -> _Key:
        self._depth[key] = 1 + max((self._depth[child] for child in below), default=-1)
        return key

    def _step(self, kind: str, keys: list[_Key], at: slice) -> Callable[[_Frame], None]:
        column = (
            [np.array(part)[:, None] for part in zip(*(k[1:] for k in keys), strict=True)]
            if (kind not in ("and", "or", "dwell", "not", "known not"))
            else []
        )
        if kind == "constant":
            values = column[0]

            def step(f: _Frame) -> None:
                f.plane[at] = values

        elif kind in _COMPARE:
            compare, left, right = _COMPARE[kind], rows([k[1] for k in keys]), column[1].astype(np.float32)

            def step(f: _Frame) -> None:
                compare(f.levels[left], right, out=f.plane[at])

        elif kind.endswith("row"):
            compare, left, other = _COMPARE[kind[:-4]], rows([k[1] for k in keys]), rows([k[2] for k in keys])

            def step(f: _Frame) -> None:
                compare(f.levels[left], f.levels[other], out=f.plane[at])

        elif kind in ("above", "below"):
            begins, stays = (np.greater, np.greater_equal) if kind == "above" else (np.less, np.less_equal)
            left, on, off = rows([k[1] for k in keys]), *(part.astype(np.float32) for part in column[1:])
            own = rows([self.hystereses.index(k) for k in keys])

            def step(f: _Frame) -> None:
                level = f.levels[left]
                latched = f.latches.latched[own] & stays(level, off) | begins(level, on)
                f.latches.latched[own] = f.plane[at] = latched

        elif kind == "known not":
            inner, left = rows([self._terms[k[1]] for k in keys]), rows([k[2] for k in keys])

            def step(f: _Frame) -> None:
                f.plane[at] = ~f.plane[inner] & ~np.isnan(f.levels[left])

        elif kind == "not":
            inner = rows([self._terms[k[1]] for k in keys])

            def step(f: _Frame) -> None:
                np.logical_not(f.plane[inner], out=f.plane[at])

        elif kind == "dwell":
            inner, own = rows([self._terms[k[1]] for k in keys]), rows([self.dwells.index(k) for k in keys])
            length = np.array([k[2] for k in keys], np.int64)[:, None]

            def step(f: _Frame) -> None:
                now = f.plane[inner]
                since = np.where(now & ~f.latches.dwelling[own], f.t, f.latches.since[own])
                f.latches.since[own], f.latches.dwelling[own] = since, now
                f.plane[at] = now & (f.t - since >= length)

        else:
            join = np.logical_and if kind == "and" else np.logical_or
            inner = np.array([[self._terms[child] for child in k[1]] for k in keys], np.intp).T

            def step(f: _Frame) -> None:
                join.reduce(f.plane[inner], axis=0, out=f.plane[at])

        return step
