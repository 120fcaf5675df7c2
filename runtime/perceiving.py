"""The perceiver's process: read the source, recognize, send estimates."""

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from mien.bridge.clock import clock_id, monotonic_micros
from mien.bridge.messages import (
    EmotionEstimate,
    Message,
    Micros,
    Status,
    Utterance,
    VideoFrame,
    VideoPacket,
)
from mien.bridge.outbox import PerceptSender
from mien.bridge.subscriber import Subscriber
from mien.models.recognizer import Recognizer
from mien.runtime.sense.source import Sensed, Source, captured
from mien.runtime.sessions.media import compress, decompress

IDLE_PERIOD: Final = 100_000
"""Microseconds without input after which the recognizer is told that time has passed."""
POLL: Final = 0.002
"""Seconds between looks at a source that has nothing."""
REPORT_PERIOD: Final = 1_000_000
UNTOLD: Final = 16
"""Notices that wait for a director; beyond that the oldest are dropped."""


class Perceiver:
    """The perceiver's step: what the source captured, to messages for the director."""

    def __init__(self, recognizer: Recognizer, *, embed: bool) -> None:
        """Begin with nobody seen.

        Args:
            recognizer: reads faces and voices.
            embed: also send pictures and sound, for a recording that holds them. The recognizer then looks at
                the very pictures that are recorded, after compression, so that a replay sees what it saw.
        """
        self._recognizer = recognizer
        self._state = recognizer.start()
        self._embed = embed
        self.last: Micros | None = None
        """Time of what was taken in last; None before the first."""
        self.skipped = 0
        """Pictures passed over for a newer one."""

    def step_each(self, sensed: Sequence[Sensed], t: Micros) -> Iterator[Message]:
        """Like `step`, but look at every picture: where time is virtual, none is late."""
        for each in sorted(sensed, key=captured):
            yield from self.step([each], t)
        yield from self.step([], t)

    def step(self, sensed: Sequence[Sensed], t: Micros) -> Iterator[Message]:
        """Yield estimates, lines as heard, and with `embed` the media, for what was captured up to time `t`.

        Of several pictures only the newest is looked at: an old one would only delay it. The recognizer is
        given each message's own time, not `t`, so that a replay from pixels need not know when it was called.
        """
        if not sensed:
            if self.last is None:
                self.last = t
            elif t - self.last >= IDLE_PERIOD:
                self.last = t
                yield from self._recognizer.step(self._state, None, t)
            return
        newest = max((each.t for each in sensed if isinstance(each, VideoFrame)), default=None)
        # In the order in which they were complete, however many come at once.
        for each in sorted(sensed, key=captured):
            message, self.last = each, captured(each)
            if isinstance(message, VideoFrame) and message.t != newest:
                self.skipped += 1
                continue
            if isinstance(message, Utterance):
                message = replace(message, heard=1)
                yield message
            elif self._embed:
                kept = compress(message) if isinstance(message, VideoFrame) else message
                # Look at the picture that is recorded, so that a replay sees what was seen.
                message = decompress(kept) if isinstance(kept, VideoPacket) else message
                yield kept
            yield from self._recognizer.step(self._state, message, self.last)


def run_perceiver(
    source: Source,
    perceiver: Perceiver,
    sender: PerceptSender,
    stop: threading.Event,
    notices: Sequence[str] = (),
    lines: Subscriber | None = None,
) -> None:
    """Perceive until `stop` is set or the source is finished.

    Args:
        source: is read as time goes by.
        perceiver: its step.
        sender: to the director; drops what the director is not there to take.
        stop: ends the loop.
        notices: lines for a person that arose while the source was opened.
        lines: where the director passes on what is said, as text.
    """
    report_due, estimates, cost = monotonic_micros(), 0, 0
    untold = deque(notices, UNTOLD)
    while not stop.is_set() and not source.finished():
        now = monotonic_micros()
        sensed = source.read(now)
        for said in lines.receive() if lines else ():
            if isinstance(said, Utterance):
                # Its time is another clock's. It counts as of what was seen or heard last, as in a replay.
                sensed.append(replace(said, t=now if perceiver.last is None else perceiver.last))
        for message in perceiver.step(sensed, now):
            if isinstance(message, EmotionEstimate):
                estimates += 1
                message = replace(message, produced=monotonic_micros())  # noqa: PLW2901 - now it is finished
            sender.send(message)
        cost += monotonic_micros() - now
        news = source.notices()
        untold.extend(news)
        if now >= report_due or news:
            levels = {"estimates_hz": estimates * 1e6 / REPORT_PERIOD, "busy": cost / REPORT_PERIOD}
            counters = {"skipped_pictures": perceiver.skipped, **sender.stats()}
            for notice in list(untold) or [""]:
                status = Status(
                    t=now,
                    origin="perceiver",
                    clock=clock_id(),
                    counters=counters,
                    levels=levels,
                    notice=notice,
                )
                if sender.send(status) and notice:  # else it is told when the director is there
                    untold.remove(notice)
            report_due, estimates, cost = now + REPORT_PERIOD, 0, 0
        if not sensed:
            time.sleep(POLL)
    if not stop.is_set():
        ended = {"ended": 1.0}
        sender.send(Status(t=monotonic_micros(), origin="perceiver", clock=clock_id(), levels=ended))
