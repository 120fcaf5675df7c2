"""Where a replay differs from its recording: for proof (`verify`) and for what-ifs (`compare`)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.bridge import codec
from mien.bridge.messages import BehaviorEvent, FaceFrame, Hello, Message, Micros
from mien.runtime.sessions.metadata import SessionError
from mien.runtime.sessions.replay import Revise, Stepper, Tick, replay
from mien.runtime.sessions.session import Session

MAX_EVENTS: Final = 1000
"""So many events that only one run has are kept; all are counted."""


@dataclass(frozen=True)
class Difference:
    """The first value of a face frame that is not the same to the bit."""

    tick: int
    """Count of ticks before it."""
    t: Micros
    elapsed: Micros
    """Time since the first tick of the recording."""
    character: str
    """Name of the character; empty where the value belongs to the whole frame."""
    value: str
    """`emotion joy`, `mood joy`, the name of a blend shape or rotation, or a field of the frame."""
    recorded: str
    replayed: str

    def __str__(self) -> str:
        of = f"{self.character}, " if self.character else ""
        return (
            f"tick {self.tick} ({self.elapsed / 1e6:.3f} s): {of}{self.value}: "
            f"{self.recorded} recorded, {self.replayed} replayed"
        )


@dataclass
class Comparison:
    """How far two runs over the same inputs lie apart."""

    ticks: int = 0
    differing: int = 0
    """Ticks whose face frames differ."""
    first: Difference | None = None
    by_character: Counter[str] = field(default_factory=Counter)
    """For each character, the ticks in which what it feels or its face differs."""
    only_recorded: list[BehaviorEvent] = field(default_factory=list)
    """Behavior events of the recording that the replay lacks, the first `MAX_EVENTS` of them."""
    only_replayed: list[BehaviorEvent] = field(default_factory=list)
    events: tuple[int, int] = (0, 0)
    """How many events only the recording and only the replay has."""


def verify(session: Session, stepper: Stepper, revise: Revise | None = None) -> Difference | None:
    """Return the first difference of the replayed face frames, or None where all are byte-identical.

    Raises:
        SessionError: the recording is damaged, holds no tick, or has lost messages to a slow disk.
    """
    if session.dropped:
        raise SessionError(f"{session.path} cannot be verified: {session.dropped} messages are missing in it")
    found = False
    for tick, outputs in replay(session, stepper, revise):
        found = True
        difference = _difference(session, tick, _face(outputs))
        if difference:
            return difference
    if not found:
        raise SessionError(f"{session.path} cannot be verified: it holds no tick")
    return None


def compare(session: Session, stepper: Stepper, revise: Revise | None = None) -> Comparison:
    """Return where a replay under other rules, or another director, leads elsewhere.

    Raises:
        SessionError: the recording is damaged.
    """
    comparison = Comparison()
    for tick, outputs in replay(session, stepper, revise):
        comparison.ticks += 1
        replayed = _face(outputs)
        difference = _difference(session, tick, replayed)
        if difference:
            comparison.differing += 1
            comparison.first = comparison.first or difference
            comparison.by_character.update(_differing_characters(tick, replayed))
        _compare_events(comparison, tick, outputs)
    return comparison


def _face(outputs: Sequence[Message]) -> FaceFrame:
    if not outputs or not isinstance(outputs[0], FaceFrame):
        raise TypeError("a tick returns its face frame first")
    return outputs[0]


def _recorded(tick: Tick) -> FaceFrame:
    face = tick.face.message
    assert isinstance(face, FaceFrame)  # noqa: S101 - `Recorded` decodes its own kind only
    return face


def _difference(session: Session, tick: Tick, replayed: FaceFrame) -> Difference | None:
    if codec.encode(replayed) == tick.face.data:
        return None
    recorded = _recorded(tick)

    def report(character: str, value: str, old: object, new: object) -> Difference:
        elapsed = tick.t - session.start
        return Difference(tick.index, tick.t, elapsed, character, value, str(old), str(new))

    for name in ("t", "seq", "generation", "captured"):
        old, new = getattr(recorded, name), getattr(replayed, name)
        if old != new:
            return report("", name, old, new)
    if not np.array_equal(recorded.ids, replayed.ids):
        return report("", "ids", _brief(recorded.ids), _brief(replayed.ids))
    if recorded.affect.shape != replayed.affect.shape:
        return report("", "emotions", recorded.affect.shape[2], replayed.affect.shape[2])
    for row, id_ in enumerate(recorded.ids):
        old_values, new_values = _values(recorded, row), _values(replayed, row)
        differing = np.flatnonzero(_bits(old_values) != _bits(new_values))
        if differing.size:
            column = int(differing[0])
            value = _column(tick.hello, column, recorded.affect.shape[2])
            character = _character(tick.hello, int(id_))
            return report(character, value, f"{old_values[column]:.9g}", f"{new_values[column]:.9g}")
    return report("", "encoding", f"{len(tick.face.data)} bytes", "others")


def _values(frame: FaceFrame, row: int) -> NDArray[np.float32]:
    """Return emotion, mood and face of one character in a row."""
    return np.concatenate([frame.affect[row].reshape(-1), frame.face[row]]).astype(np.float32, copy=False)


def _bits(values: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Return the bits, so that 0 and -0 differ."""
    return values.view(np.uint32)


def _character(hello: Hello | None, id_: int) -> str:
    names = hello.names() if hello else {}
    return str(names.get(id_, f"character {id_}"))


def _column(hello: Hello | None, column: int, emotions: int) -> str:
    if column < 2 * emotions:
        kind, index = ("emotion", "mood")[column // emotions], column % emotions
        known = hello is not None and len(hello.emotions) == emotions
        return f"{kind} {hello.emotions[index] if hello and known else index}"
    index = column - 2 * emotions
    return hello.face[index] if hello and index < len(hello.face) else f"face {index}"


def _differing_characters(tick: Tick, replayed: FaceFrame) -> list[str]:
    recorded = _recorded(tick)
    rows = {int(id_): row for row, id_ in enumerate(replayed.ids)}
    differing = []
    for row, id_ in enumerate(recorded.ids):
        other = rows.pop(int(id_), None)
        if other is None or _values(recorded, row).tobytes() != _values(replayed, other).tobytes():
            differing.append(_character(tick.hello, int(id_)))
    return differing + [_character(tick.hello, id_) for id_ in rows]


def _compare_events(comparison: Comparison, tick: Tick, outputs: Sequence[Message]) -> None:
    old = {event.data: event for event in tick.events}
    new = {codec.encode(output): output for output in outputs[1:] if isinstance(output, BehaviorEvent)}
    lost = [event.message for data, event in old.items() if data not in new]
    gained = [event for data, event in new.items() if data not in old]
    comparison.events = comparison.events[0] + len(lost), comparison.events[1] + len(gained)
    for events, kept in ((lost, comparison.only_recorded), (gained, comparison.only_replayed)):
        room = MAX_EVENTS - len(kept)
        kept += [event for event in events[:room] if isinstance(event, BehaviorEvent)]


def _brief(ids: NDArray[np.uint32]) -> str:
    return f"{len(ids)} characters, {', '.join(map(str, ids[:5]))}{' …' if len(ids) > 5 else ''}"
