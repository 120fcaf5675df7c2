"""What there is to show at one moment, gathered from the messages of a running session."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from mien.bridge.messages import (
    PLAYER,
    Activity,
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
    active: dict[int, dict[str, None]] = field(default_factory=dict)
    """Per character the rules that it executes."""
    status: dict[str, Status] = field(default_factory=dict)
    """The newest report of each process."""
    notices: deque[str] = field(default_factory=lambda: deque(maxlen=4))
    speech: dict[int, tuple[Micros, str]] = field(default_factory=dict)
    """The last line that each character was cued to say, and when."""

    def take(self, message: Message) -> None:
        """Note what the message says."""
        match message:
            case Hello():
                self.hello = message
            case Activity() if self.hello is not None and len(message.intensity.T) == len(self.hello.rules):
                self._compare(message, self.hello.rules)
            case FaceFrame():
                self.frame = message
            case EmotionEstimate(person=person) if person == PLAYER:
                self.player = message
            case BehaviorEvent(phase="started"):
                self.active.setdefault(message.character, {})[message.rule] = None
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

    def _compare(self, activity: Activity, rules: tuple[str, ...]) -> None:
        """Drop rules that have run out; take over those that began before anything was heard of them."""
        for character, intensity in zip(activity.ids.tolist(), activity.intensity, strict=True):
            lit = {rules[column]: None for column in np.flatnonzero(intensity)}
            known = self.active.get(character)
            # What fades out is lit, too: whoever heard it end knows better.
            self.active[character] = lit if known is None else {r: None for r in known if r in lit}
