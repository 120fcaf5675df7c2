"""The engine: what characters feel and decide, one program for one character or ten thousand.

A tick of `decide` takes a snapshot of mood, asks what every node would do (from the leaves up), takes what is
reached (from the root down), halts the rules that leave, starts those that enter, and blends what all of them
bring about. Nothing starts before everything that leaves has been halted, so that opposite orientations never
overlap, not even within one tick (law 3). See `forms.group` for how, `reference` for the same in py-trees.

Only characters for whom something can have changed are asked: a level left the interval between thresholds
(`regions`), a time ran out, an influence came or went, or the last tick changed what the tree remembers. For
all others the tick would repeat itself, since it is a function of exactly these.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from mien.behavior.cast import Cast
from mien.behavior.custom import CustomLeaf
from mien.behavior.deciding import Deciding
from mien.behavior.feel import Feeling
from mien.behavior.library import Library
from mien.behavior.neighbors import Neighbors
from mien.behavior.performing import Performing
from mien.behavior.program import Program
from mien.behavior.senses import Senses
from mien.behavior.state import Mind, Record, Rows, State
from mien.behavior.world import Surroundings
from mien.bridge.faces import FACE
from mien.bridge.messages import Activity, Affect, BehaviorEvent, Hello, Message, UInt32

CHUNK: Final = 2048
"""Characters that decide at once: their planes fit the processor's cache."""


class Engine:
    """Feels and decides for the cast of one library.

    Holds nothing that changes: all that does is in the `State`, so that equal states, inputs and times give
    equal results, byte for byte.

    Args:
        library: checked and complete.
        seed: of all that is left to chance.
        leaves: custom Python leaves by name, for rules that name one.
        why: whether to keep a record of the last tick in the state, for why-not messages.

    Raises:
        ValueError: what the library refers to does not exist, or its tree is too deep; says what.
    """

    def __init__(
        self,
        library: Library,
        seed: int = 0,
        leaves: Mapping[str, CustomLeaf] | None = None,
        why: bool = False,
    ) -> None:
        self.library = library
        self.seed = seed
        self.why = why
        self.cast = Cast(library)
        self.program = Program(library, seed)
        self.feeling = Feeling(library, self.cast, self.program.rules)
        self.senses = Senses(self.feeling, self.program.columns.operands)
        self.deciding = Deciding(library, self.cast, self.program, leaves or {})
        self.performing = Performing(library, self.cast, self.program.rules)

    def start(self) -> State:
        """Return the state in which nothing has happened yet: everyone at home, nothing running."""
        program, count = self.program, len(self.cast)
        leaves, interactive = len(program.rules), len(self.library.interactive)
        operands, nodes = len(program.columns.operands), len(program.rows)
        home = self.cast.home
        rows = Rows(program)
        state = State(
            surroundings=Surroundings.of(self.cast),
            neighbors=Neighbors(self.library.contagion.range, self.cast.ids),
            emotion=home.copy(),
            mood=home.copy(),
            rows=rows,
            mind=Mind(
                rows, np.zeros((rows.flags, count), bool, "F"), np.zeros((rows.times, count), np.int64, "F")
            ),
            wake=np.zeros(count, np.int64),
            low=np.zeros((operands, count), np.float32),
            high=np.zeros((operands, count), np.float32),
            base=np.zeros((leaves, count), np.float32),
            level=np.zeros((leaves, count), np.float32),
            intensity=np.zeros((count, len(self.library.rules)), np.float32),
            sign=np.zeros(count, np.int8),
            ramps=np.zeros(0, np.intp),
            counterpart=np.zeros((leaves, count), np.uint32),
            works=np.zeros((len(self.deciding.interactive), count), bool),
            influence=np.zeros((interactive, count)),
            inflicter=np.zeros((interactive, count), np.uint32),
            strength_caught=np.zeros((count, 1)),
            caught=np.zeros_like(home),
            snapshot=np.zeros((count, 2, home.shape[1]), np.float32),
        )
        if self.why:
            state.record = Record(
                np.zeros((program.columns.outputs, count), bool),
                np.zeros((nodes, count), bool),
                np.zeros((nodes, count), bool),
                np.zeros((nodes, count), bool),
                np.zeros((operands, count), np.float32),
                np.zeros(count, np.int64),
            )
        self.feeling.settle(state)
        state.snapshot[:, 0], state.snapshot[:, 1] = state.emotion, state.mood
        return state

    def feel(self, state: State, inputs: Sequence[Message], t: int) -> Affect:
        """Return what everyone feels at t microseconds; see `feel.Feeling.step`. Changes `state`."""
        return self.feeling.step(state, inputs, t)

    def decide(self, state: State, affect: Affect, t: int) -> tuple[Activity, list[BehaviorEvent]]:
        """Return what everyone does at t microseconds, and which behaviors ended and started, in this order.

        Changes `state`. Affect that is not finite or not inside (0, 1) is refused and counted; the last valid
        affect of that character stands in for it.

        Raises:
            ValueError: `affect` is of another cast or other emotions.
        """
        self._take_snapshot(state, affect)
        t = state.t_decided = max(t, state.t_decided)
        levels = self.senses.read(state, t)
        who = self.deciding.awake(state, levels, self.senses.may_be_unknown, t)
        events = []
        state.failures = []
        for start in range(0, who.size, CHUNK):
            changes = self.deciding.step(state, levels, who[start : start + CHUNK], t)
            if changes.row.size:
                self.performing.flip(state, changes)
                events += self.performing.describe(state, changes, t)
        if who.size > CHUNK:
            events.sort(key=lambda event: event.phase == "started")
        self.performing.fade(state, t)
        return Activity(t=t, ids=self.cast.ids, intensity=state.intensity.copy()), events

    def _take_snapshot(self, state: State, affect: Affect) -> None:
        both = np.empty_like(state.snapshot)
        shape = both.shape[::2]
        if affect.emotion.shape != shape or affect.mood.shape != shape:
            raise ValueError(f"affect should be of {shape[0]} characters and {shape[1]} emotions")
        both[:, 0], both[:, 1] = affect.emotion, affect.mood
        # The extremes of NaN are NaN, which fails every comparison.
        if both.size and not (both.min() > 0.0 and both.max() < 1.0):
            bad = ~((both > 0.0) & (both < 1.0)).all(axis=(1, 2))
            state.refused["affect: not inside (0, 1)"] += int(bad.sum())
            both[bad] = state.snapshot[bad]
        state.snapshot = both

    def hello(self, *, session: str, generation: int, clock: str, wall: int, rate: int, t: int) -> Hello:
        """Return the names that all arrays of this engine refer to."""
        return Hello(
            t=t,
            session=session,
            generation=generation,
            clock=clock,
            wall=wall,
            rate=rate,
            emotions=tuple(emotion.name for emotion in self.library.emotions),
            pad=self.feeling.places.astype(np.float32),
            ids=self.ids,
            characters=self.cast.names,
            face=FACE,
            rules=tuple(rule.id for rule in self.library.rules),
        )

    @property
    def ids(self) -> UInt32:
        """Ids of the characters, (N,), ascending: the rows of every array over characters."""
        return self.cast.ids
