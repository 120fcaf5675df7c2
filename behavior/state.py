"""All that changes from tick to tick; all else is fixed by library, seed and inputs."""

import copy
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mien.behavior.affect import Float64
from mien.behavior.columns import Bools, Latches
from mien.behavior.forms.group import Memory, Tick
from mien.behavior.interactive import Broadcast
from mien.behavior.neighbors import Neighbors
from mien.behavior.world import Surroundings
from mien.bridge.messages import Float32, UInt32


@dataclass(slots=True)
class Lit:
    """The rules that show at a tick: running ones, and ended ones that still fade. Entries in row order."""

    row: NDArray[np.intp]
    """Row of the leaf."""
    character: NDArray[np.intp]
    """Index of the character."""
    level: Float64
    """Strength, at least 0: fade, modifiers, traits and, for interactive rules, distance."""
    running: Bools
    """False for what only fades."""

    @classmethod
    def none(cls) -> "Lit":
        """Return that nothing shows."""
        return cls(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0), np.zeros(0, bool))


@dataclass(slots=True)
class State:
    """Everything about N characters that changes. Steps change it in place; `copy` it to branch off."""

    surroundings: Surroundings
    neighbors: Neighbors
    emotion: Float64
    """(N, m) in (0, 1)."""
    mood: Float64
    """(N, m) in (0, 1)."""
    latches: Latches
    was: Bools
    """(V, N) Which nodes run."""
    memory: Memory
    since: NDArray[np.int64]
    """(L, N) When each leaf last started or ended, microseconds."""
    base: Float32
    """(L, N) Its fade level at that time."""
    ready: NDArray[np.int64]
    """(R, N) When each autonomous rule may start again, microseconds."""
    fading: Bools
    """(L, N) Which leaves have ended but still fade."""
    cooling: Bools
    """(R, N) Which rules may not start yet."""
    counterpart: UInt32
    """(L, N) Whom each leaf's rule has been directed at since it started; if interactive, its inflicter."""
    influence: Float64
    """(I, N) Strength in [0, 1] of each interactive rule on each character."""
    inflicter: UInt32
    """(I, N) Id of the smart object that it comes from."""
    strength_caught: Float64
    """(N, 1) Strength of contagion, per second."""
    caught: Float64
    """(N, m) What contagion draws each character towards."""
    nearest: NDArray[np.intp]
    """(N,) Index of the nearest other character, -1 for none."""
    snapshot: Float32
    """(2, N, m) The last emotion and mood that a decision was made on."""
    broadcasts: dict[tuple[int, str], Broadcast] = field(default_factory=dict)
    """Life of each interactive rule of each smart object."""
    lit: Lit = field(default_factory=Lit.none)
    t: int | None = None
    """Time of the last `feel`, microseconds."""
    t_decided: int = 0
    tick: Tick | None = None
    """The last tick, for why-not records; None where they are off."""
    failures: list[str] = field(default_factory=list)
    """What custom leaves raised at the last tick: path and reason."""

    @property
    def refused(self) -> Counter[str]:
        """How many inputs were refused, by reason."""
        return self.surroundings.refused

    def copy(self) -> "State":
        """Return an independent copy."""
        return copy.deepcopy(self)
