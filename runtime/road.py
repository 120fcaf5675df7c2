"""One tick from inputs to everything that leaves: step the director, send, record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mien.bridge.emitter import Emitter
from mien.bridge.messages import (
    Activity,
    AudioChunk,
    EmotionEstimate,
    FaceFrame,
    Hello,
    Message,
    Micros,
    Status,
    Utterance,
    VideoPacket,
)
from mien.runtime.director import Director, DirectorState
from mien.runtime.interests import Interests
from mien.runtime.sessions.recorder import Recorder

MEDIA: Final = (VideoPacket, AudioChunk, Utterance)
"""What is only recorded or passed on: the director neither sees, hears nor reads, it is told."""


@dataclass
class Road:
    """A director with its ways out, shared by the live loop and by virtual time."""

    director: Director
    state: DirectorState
    emitters: Sequence[Emitter] = ()
    recorder: Recorder | None = None
    pending: list[Message] = field(default_factory=list)
    """Messages of the director's own, such as `Status`, that leave with the next tick."""
    interests: Interests = field(default_factory=Interests)
    """What games want to hear of; the recording keeps every face all the same."""

    def greet(self, hello: Hello) -> None:
        """Tell everyone the names that apply from now on."""
        for emitter in self.emitters:
            emitter.emit([hello])
        if self.recorder:
            self.recorder.record(hello, hello.t)

    def go_on_with(self, director: Director, t: Micros) -> None:
        """Let another director take over from time `t` on; `greet` with its names before the next tick."""
        self.state, ended = director.take_over(self.director, self.state, t)
        self.director = director
        self.pending.extend(ended)

    def tick(self, inputs: Sequence[Message], t: Micros) -> list[Message]:
        """Run the tick of time `t`; return the face frame, of all characters, and the behavior events."""
        outputs = self.director.step(self.state, [i for i in inputs if not isinstance(i, MEDIA)], t)
        # A line goes on to the perceiver, which sends it back as heard, in the place that a replay needs.
        lines = [i for i in inputs if isinstance(i, Utterance) and not i.heard]
        passed_on = [*lines, *(i for i in inputs if isinstance(i, EmotionEstimate | Status))]
        self.interests.take(inputs, t)
        sent = [self.interests.due(o) if isinstance(o, FaceFrame) else o for o in outputs]
        leaving = [*passed_on, *sent, *self.pending]
        for emitter in self.emitters:
            emitter.emit(leaving)
        if self.recorder:
            for message in (*inputs, *outputs, *self.pending):
                # Activity follows from the rest, and is large for a crowd.
                if not isinstance(message, Activity) and message not in lines:
                    self.recorder.record(message, t)
        self.pending.clear()
        return outputs
