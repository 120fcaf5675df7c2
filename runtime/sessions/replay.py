"""Executes a recording again: the same inputs at the same ticks, into a director or a recognizer."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from mien.behavior.engine import Engine
from mien.behavior.library import Library
from mien.behavior.state import State
from mien.bridge import codec
from mien.bridge.messages import (
    BehaviorEvent,
    EmotionEstimate,
    FaceFrame,
    GameEvent,
    Hello,
    Interest,
    Message,
    Micros,
    Relations,
    SmartObject,
    World,
)
from mien.runtime.sense.source import Sensed, Source
from mien.runtime.sessions.metadata import SessionError
from mien.runtime.sessions.session import Recorded, Session

INPUTS: Final = frozenset(
    message.KIND for message in (EmotionEstimate, World, SmartObject, GameEvent, Relations, Interest)
)
"""Kinds of message that a director takes in; they lie before the face frame of their tick."""

MAX_PER_TICK: Final = 100_000
"""No tick holds more messages."""

MAX_UNMATCHED: Final = 1000
"""So many estimates that were computed again may wait for their recorded counterpart."""


class Stepper(Protocol):
    """A director as far as a replay sees it."""

    def step(self, inputs: Sequence[Message], t: Micros) -> list[Message]:
        """Run the tick of time `t`; return its `FaceFrame`, then the behavior events."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One recorded tick."""

    index: int
    """Count of recorded ticks before it."""
    t: Micros
    inputs: tuple[Message, ...]
    """What was drained at this tick, in order."""
    face: Recorded
    """Its `FaceFrame`."""
    events: tuple[Recorded, ...]
    """Its behavior events."""
    hello: Hello | None
    """The names that apply; None where the recording has lost its hello."""


Revise = Callable[[Tick], Tick]
"""Exchanges the inputs of a tick, for a what-if."""


def ticks(session: Session) -> Iterator[Tick]:
    """Yield the recorded ticks; what belongs to no face frame, such as a cut-off end, is left out.

    Raises:
        SessionError: the recording is damaged (see `Session.records`).
    """
    index, t = 0, -1
    hello: Hello | None = None
    inputs: list[Message] = []
    events: list[Recorded] = []
    face: Recorded | None = None
    kinds = (*INPUTS, Hello.KIND, FaceFrame.KIND, BehaviorEvent.KIND)
    for record in session.records(*kinds):
        if record.t != t:
            if face is not None:
                yield Tick(index, t, tuple(inputs), face, tuple(events), hello)
                index += 1
            t, inputs, events, face = record.t, [], [], None
        if record.kind == FaceFrame.KIND:
            face = record
        elif record.kind == BehaviorEvent.KIND:
            events.append(record)
        else:
            message = record.message
            if isinstance(message, Hello):
                hello = message
            else:
                inputs.append(message)
        if len(inputs) + len(events) > MAX_PER_TICK:
            raise SessionError(f"{session.path}: more than {MAX_PER_TICK} messages in the tick at {t} µs")
    if face is not None:
        yield Tick(index, t, tuple(inputs), face, tuple(events), hello)


def replay(
    session: Session, stepper: Stepper, revise: Revise | None = None
) -> Iterator[tuple[Tick, list[Message]]]:
    """Yield each recorded tick with what `stepper` makes of its inputs.

    Raises:
        SessionError: the recording is damaged.
    """
    for recorded in ticks(session):
        tick = revise(recorded) if revise else recorded
        yield tick, stepper.step(tick.inputs, tick.t)


def engine_at(session: Session, library: Library, t: Micros) -> tuple[Engine, State]:
    """Return an engine and its state at the last tick that is not after `t`, with records of why.

    Raises:
        SessionError: the recording is damaged, or holds no tick so early.
        ValueError: what the library refers to does not exist; says what.
    """
    engine = Engine(library, session.metadata.seed, why=True)
    state = engine.start()
    reached = False
    for tick in ticks(session):
        if tick.t > t:
            break
        engine.decide(state, engine.feel(state, tick.inputs, tick.t), tick.t)
        reached = True
    if not reached:
        raise SessionError(f"{session.path} holds no tick up to {t} µs")
    return engine, state


class Reperceived:
    """Exchanges recorded estimates for those that a recognizer computes again from pictures and sound.

    Each tick reads the media up to its time. An estimate that results takes the place of the recorded one
    with the same capture time and person, whenever that was drained: only what was recognized changes, not
    when it was known. What was estimated while no device delivered rests on no media and stays as it is.
    """

    def __init__(
        self, source: Source, perceive: Callable[[Sequence[Sensed], Micros], Iterable[Message]]
    ) -> None:
        """Begin before the first tick.

        Args:
            source: the media of the session, in its time (see `media.session_media`).
            perceive: called once a tick with what was captured since the last; other messages than estimates
                are ignored.
        """
        self._source = source
        self._perceive = perceive
        self._waiting: dict[tuple[Micros, int], deque[EmotionEstimate]] = {}
        self.equal = 0
        """Estimates that came out the same but for `produced`."""
        self.different = 0
        self.missing = 0
        """Recorded estimates without a counterpart; the director does not get them."""
        self.first: str | None = None
        """Where the first different or missing estimate lies."""

    def revise(self, tick: Tick) -> Tick:
        """Return the tick with its estimates exchanged."""
        for message in self._perceive(self._source.read(tick.t), tick.t):
            if isinstance(message, EmotionEstimate):
                self._waiting.setdefault((message.t, message.person), deque()).append(message)
        while len(self._waiting) > MAX_UNMATCHED:
            del self._waiting[next(iter(self._waiting))]
        inputs: list[Message] = []
        for message in tick.inputs:
            if isinstance(message, EmotionEstimate):
                inputs += self._exchange(message, tick)
            else:
                inputs.append(message)
        return replace(tick, inputs=tuple(inputs))

    def _exchange(self, recorded: EmotionEstimate, tick: Tick) -> list[EmotionEstimate]:
        if not recorded.senses:
            return [recorded]
        key = recorded.t, recorded.person
        again = self._waiting.get(key)
        where = f"tick {tick.index}, person {recorded.person}, captured at {recorded.t} µs"
        if not again:
            self.missing += 1
            self.first = self.first or f"{where}: not found again"
            return []
        estimate = replace(again.popleft(), produced=recorded.produced)
        if not again:
            del self._waiting[key]
        if codec.encode(estimate) == codec.encode(recorded):
            self.equal += 1
        else:
            self.different += 1
            self.first = self.first or f"{where}: differs"
        return [estimate]
