"""A recording as what a film shows: the player's picture beside every character, tick by tick."""

from collections.abc import Callable, Iterator

from mien.bridge.messages import AudioChunk, BehaviorEvent, FaceFrame, Hello, Micros, UInt8, VideoFrame
from mien.runtime.portrait.panel import Character, Shot
from mien.runtime.sense.source import Source
from mien.runtime.sessions.media import session_media
from mien.runtime.sessions.metadata import SessionError
from mien.runtime.sessions.session import Session

MOST_CHARACTERS = 6
"""Characters that a film shows, the first of the cast."""


class Shots:
    """Iterates over the shots of a session; its media are left out where they are gone."""

    def __init__(self, session: Session, progress: Callable[[Micros], None] = lambda _: None) -> None:
        """Read the session's first hello.

        Args:
            session: to show.
            progress: called with the time of every shot.

        Raises:
            SessionError: the recording is damaged.
        """
        self._session = session
        self._progress = progress
        hello = next((record.message for record in session.records(Hello.KIND)), None)
        self.emotions: tuple[str, ...] = hello.emotions if isinstance(hello, Hello) else ()
        """Names of the emotions; empty where the recording has no hello."""

    def __iter__(self) -> Iterator[Shot]:
        """Yield a shot for every recorded tick."""
        media = self._media()
        picture: UInt8 | None = None
        hello: Hello | None = None
        active: dict[int, dict[str, None]] = {}
        for record in self._session.records(Hello.KIND, FaceFrame.KIND, BehaviorEvent.KIND):
            message = record.message
            if isinstance(message, Hello):
                hello = message
                active.clear()
            elif isinstance(message, BehaviorEvent):
                rules = active.setdefault(message.character, {})
                if message.phase == "started":
                    rules[message.rule] = None
                else:
                    rules.pop(message.rule, None)
            elif isinstance(message, FaceFrame) and hello is not None:
                for sensed in media.read(record.t) if media else ():
                    if isinstance(sensed, VideoFrame):
                        picture = sensed.pixels
                self._progress(record.t)
                yield Shot(record.t, _characters(hello, message, active), picture)

    def spread(self, count: int) -> Iterator[Shot]:
        """Yield `count` shots, evenly spaced over the session."""
        session = self._session
        step = (session.end - session.start) / max(1, count)
        due = session.start + step / 2
        for shot in self:
            if shot.t >= due:
                yield shot
                due += step

    def sound(self) -> Iterator[AudioChunk]:
        """Yield the player's sound."""
        media = self._media()
        t = self._session.start
        while media is not None and t <= self._session.end:
            t += 1_000_000
            yield from (sensed for sensed in media.read(t) if isinstance(sensed, AudioChunk))

    def _media(self) -> Source | None:
        try:
            return session_media(self._session)
        except SessionError:
            return None


def _characters(hello: Hello, frame: FaceFrame, active: dict[int, dict[str, None]]) -> tuple[Character, ...]:
    names = hello.names()
    characters = []
    for row, id_ in enumerate(frame.ids.tolist()[:MOST_CHARACTERS]):
        emotion, mood = frame.affect[row]
        name, doing = names.get(id_, f"#{id_}"), tuple(active.get(id_, ()))
        characters.append(Character(name, frame.face[row], emotion, mood, doing))
    return tuple(characters)
