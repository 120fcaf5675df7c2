"""All that changes from tick to tick; all else is fixed by library, seed and inputs."""

import copy
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mien.behavior.affect import Float64
from mien.behavior.columns import Bools, Latches
from mien.behavior.forms.group import Int64, Memory, Tick
from mien.behavior.interactive import Broadcast
from mien.behavior.neighbors import Neighbors
from mien.behavior.program import Program
from mien.behavior.world import Surroundings
from mien.bridge.messages import Float32, UInt32


class Rows:
    """Where the parts of `Mind` lie in its two planes."""

    def __init__(self, program: Program) -> None:
        columns, leaves = program.columns, len(program.rules)
        cools = int(program.rules.cooling.max(initial=-1)) + 1
        self.was, self.done, self.allowed, self.latched, self.dwelling, self.cooling = _slices(
            len(program.rows),
            program.parallel_rows,
            program.chance_rows,
            len(columns.hystereses),
            len(columns.dwells),
            cools,
        )
        self.flags = self.cooling.stop
        self.since, self.ready, self.begun, self.rested, self.count, self.drawn, self.dwelt = _slices(
            leaves,
            cools,
            program.timeout_rows,
            program.cool_rows,
            program.repeat_rows,
            program.chance_rows,
            len(columns.dwells),
        )
        self.times = self.dwelt.stop


def _slices(*lengths: int) -> list[slice]:
    ends = np.cumsum(lengths).tolist()
    return [slice(end - length, end) for end, length in zip(ends, lengths, strict=True)]


class Mind:
    """What the tree remembers of N characters, in two planes.

    In memory, what belongs to one character lies together, so that some characters are soon picked out.
    """

    __slots__ = ("cooling", "flags", "latches", "memory", "ready", "since", "times", "was")

    def __init__(self, rows: Rows, flags: Bools, times: Int64) -> None:
        self.flags = flags
        """(flags, N)"""
        self.times = times
        """(times, N) microseconds and counts."""
        self.was = flags[rows.was]
        """(V, N) Which nodes run."""
        self.cooling = flags[rows.cooling]
        """(C, N) Which of the rules that have a cool-down may not start yet."""
        self.since = times[rows.since]
        """(L, N) When each leaf last started or ended."""
        self.ready = times[rows.ready]
        """(C, N) When each rule that has a cool-down may start again."""
        self.latches = Latches(flags[rows.latched], flags[rows.dwelling], times[rows.dwelt])
        self.memory = Memory(
            done=flags[rows.done],
            allowed=flags[rows.allowed],
            count=times[rows.count],
            since=times[rows.begun],
            ready=times[rows.rested],
            drawn=times[rows.drawn],
        )

    @classmethod
    def blank(cls, rows: Rows, count: int) -> "Mind":
        """Return what `count` characters remember at first: nothing."""
        return cls(
            rows, np.zeros((rows.flags, count), bool, "F"), np.zeros((rows.times, count), np.int64, "F")
        )

    def __deepcopy__(self, _: object) -> "Mind":
        raise TypeError("copy the State: it knows the rows")


@dataclass(slots=True)
class Record:
    """What the last tick found for each character: what why-not records are made from."""

    holds: Bools
    """(predicates, N)"""
    success: Bools
    """(V, N) See `forms.group.Tick`."""
    running: Bools
    """(V, N)"""
    reach: Bools
    """(V, N)"""
    levels: Float32
    """(operands, N) What predicates read."""
    t: Int64
    """(N,) When each character last had something to decide, microseconds."""

    def note(self, tick: Tick, levels: Float32, who: NDArray[np.intp]) -> None:
        """Write down what a tick found for the characters `who`."""
        self.holds[:, who], self.levels[:, who], self.t[who] = tick.holds, levels, tick.t
        self.success[:, who], self.running[:, who], self.reach[:, who] = (
            tick.success,
            tick.running,
            tick.reach,
        )


@dataclass(slots=True)
class State:
    """Everything about N characters that changes. Steps change it in place; `copy` it to branch off."""

    surroundings: Surroundings
    neighbors: Neighbors
    emotion: Float64
    """(N, m) in (0, 1)."""
    mood: Float64
    """(N, m) in (0, 1)."""
    rows: Rows
    mind: Mind
    wake: Int64
    """(N,) When each character has to decide anew at the latest, microseconds."""
    low: Float32
    """(operands, N) Levels between which nothing that the predicates say changes."""
    high: Float32
    base: Float32
    """(L, N) Fade level in [0, 1] of each leaf when it last started or ended."""
    level: Float32
    """(L, N) How strongly each leaf shows and works: fade, modifiers, traits, distance; 0 if idle."""
    intensity: Float32
    """(N, R) The same by rule, at most 1: the last `Activity`."""
    sign: NDArray[np.int8]
    """(N,) Orientation of what each character does."""
    ramps: NDArray[np.intp]
    """Leaves that have changed, or fade in or out, as positions in (L, N)."""
    counterpart: UInt32
    """(L, N) Whom each leaf's rule has been directed at since it started; if interactive, its inflicter."""
    works: Bools
    """(leaves of interactive rules, N) Which of them worked on whom at the last tick."""
    influence: Float64
    """(I, N) Strength in [0, 1] of each interactive rule on each character."""
    inflicter: UInt32
    """(I, N) Id of the smart object that it comes from."""
    strength_caught: Float64
    """(N, 1) Strength of contagion, per second."""
    caught: Float64
    """(N, m) What contagion draws each character towards."""
    snapshot: Float32
    """(N, 2, m) The last emotion and mood that a decision was made on."""
    broadcasts: dict[tuple[int, str], Broadcast] = field(default_factory=dict)
    """Life of each interactive rule of each smart object."""
    t: int | None = None
    """Time of the last `feel`, microseconds."""
    t_decided: int = 0
    record: Record | None = None
    """None where why-not records are off."""
    failures: list[str] = field(default_factory=list)
    """What custom leaves raised at the last tick: path, character and reason."""

    @property
    def refused(self) -> Counter[str]:
        """How many inputs were refused, by reason."""
        return self.surroundings.refused

    def copy(self) -> "State":
        """Return an independent copy."""
        mind = Mind(self.rows, self.mind.flags.copy("K"), self.mind.times.copy("K"))
        return copy.deepcopy(self, {id(self.mind): mind, id(self.rows): self.rows})
