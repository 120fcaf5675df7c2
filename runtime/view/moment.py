"""What there is to show at one moment, gathered from the messages of a running session."""

from collections import deque
from dataclasses import dataclass, field

from mien.bridge.messages import (
    PLAYER,
    BehaviorEvent,
    EmotionEstimate,
    FaceFrame,
    Hello,
    Message,
    Micros,
    Status,
)


@dataclass(slots=True)
class Moment:
    """The newest of everything; fed by messages, drawn by `screen`."""

    hello: Hello | None = None
    frame: FaceFrame | None = None
    player: EmotionEstimate | None = None
    active: dict[int, dict[str, BehaviorEvent]] = field(default_factory=dict)
    """Per character the behaviors that have started and not ended, by rule."""
    status: dict[str, Status] = field(default_factory=dict)
    """The newest report of each process."""
    notices: deque[str] = field(default_factory=lambda: deque(maxlen=4))
    speech: dict[int, tuple[Micros, str]] = field(default_factory=dict)
    """The last line that each character was cued to say, and when."""

    def take(self, message: Message) -> None:
        """Note what the message says."""
        match message:
            case Hello():
                if self.hello is None or message.generation != self.hello.generation:
                    self.active.clear()
                self.hello = message
            case FaceFrame():
                self.frame = message
            case EmotionEstimate(person=person) if person == PLAYER:
                self.player = message
            case BehaviorEvent(phase="started"):
                self.active.setdefault(message.character, {})[message.rule] = message
                if message.speech:
                    self.speech[message.character] = (message.t, message.speech)
            case BehaviorEvent():
                self.active.get(message.character, {}).pop(message.rule, None)
            case Status():
                self.status[message.origin] = message
                if message.notice:
                    self.notices.append(f"{message.origin}: {message.notice}")
            case _:
                pass
