"""The director's process: drain → step → send → record, at absolute deadlines."""

import gc
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Final

from mien.bridge.clock import clock_id, monotonic_micros
from mien.bridge.inbox import Inbox
from mien.bridge.messages import EmotionEstimate, Message, Micros, Status
from mien.runtime.director import Director
from mien.runtime.reloading import Reloaded
from mien.runtime.road import Road
from mien.runtime.tick_clock import TickClock

REPORT_PERIOD: Final = 1_000_000
"""Microseconds between reports of the director's health."""
SILENCE: Final = 1_000_000
"""Microseconds without an estimate after which the perceiver counts as silent."""


class Watch:
    """Notices when the perceiver falls silent, and when it is back."""

    def __init__(self, now: Micros) -> None:
        self._last = now
        self._silent = False

    def take(self, inputs: Sequence[Message], now: Micros) -> str:
        """Return a line for a person, or nothing."""
        if any(isinstance(message, Status) and message.levels.get("ended") for message in inputs):
            self._silent = True  # the clip is over: nothing is wrong
        elif any(isinstance(message, EmotionEstimate) for message in inputs):
            self._last = now
            if self._silent:
                self._silent = False
                return "the perceiver is back"
        elif not self._silent and now - self._last > SILENCE:
            self._silent = True
            return "no word from the perceiver: moods drift home"
        return ""


class Refusals:
    """Tells of each kind of message that makes no sense to the library, once."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def news(self, refused: Mapping[str, int]) -> str:
        """Return a line for a person about the first reason in `refused` that was not told, or nothing."""
        if len(refused) == len(self._told):
            return ""
        reason = next(reason for reason in refused if reason not in self._told)
        self._told.add(reason)
        return f"ignored: {reason}"


class Share:
    """Tells how many faces leave with a tick, and how many nobody wants, since it was last asked."""

    def __init__(self, road: Road) -> None:
        self._interests = road.interests
        self._told = (0, 0, 0)

    def levels(self, ticks: int) -> dict[str, float]:
        """Return both means, given how many ticks there were since the start."""
        before, self._told = self._told, (ticks, self._interests.sent, self._interests.withheld)
        elapsed = max(1, ticks - before[0])
        return {
            "sent_a_tick": (self._told[1] - before[1]) / elapsed,
            "withheld_a_tick": (self._told[2] - before[2]) / elapsed,
        }


def run_director(
    road: Road,
    inbox: Inbox,
    session: str,
    stop: threading.Event,
    reloaded: Reloaded = lambda: None,
) -> TickClock:
    """Tick until `stop` is set; return how well the deadlines were held.

    Args:
        road: begun; moved on in place.
        inbox: what perceiver and game send.
        session: name of this run.
        stop: ends the loop.
        reloaded: asked each tick for a director to go on with, or for what is wrong with its library.

    The road's emitters and recorder stay open: who opened them closes them.
    """
    now = monotonic_micros()
    clock = TickClock(road.state.begun, road.director.rate)
    road.greet(road.director.hello(session, now, time.time_ns() // 1000))
    watch, refusals, share = Watch(now), Refusals(), Share(road)
    report_due, busy = now + REPORT_PERIOD, 0
    gc.collect()
    gc.freeze()
    while not stop.is_set():
        time.sleep(clock.wait(monotonic_micros()) / 1e6)
        began = monotonic_micros()
        t = clock.tick(began)
        inputs = inbox.drain()
        notice = watch.take(inputs, began)
        if (news := reloaded()) is not None:
            notice = news if isinstance(news, str) else _swap(road, news, session, t)
        news_refused = refusals.news(road.state.engine.surroundings.refused)
        notice = notice or news_refused
        if notice or began >= report_due:
            road.pending.append(_report(road, inbox, clock, busy, share.levels(clock.ticks), notice))
            report_due, busy = began + REPORT_PERIOD, 0
        for line in road.recorder.notices() if road.recorder else ():
            road.pending.append(Status(t=began, origin="director", notice=line))
        road.tick(inputs, t)
        busy = max(busy, monotonic_micros() - began)
    return clock


def _swap(road: Road, director: Director, session: str, t: Micros) -> str:
    road.go_on_with(director, t)
    road.greet(director.hello(session, t, time.time_ns() // 1000))
    return f"library reloaded, generation {director.generation}"


def _report(
    road: Road, inbox: Inbox, clock: TickClock, busy: Micros, share: Mapping[str, float], notice: str
) -> Status:
    late, late_high = clock.lateness()
    counters = {"ticks": clock.ticks, "dropped_ticks": clock.dropped}
    counters |= {"faces_sent": road.interests.sent, "faces_withheld": road.interests.withheld}
    refused = road.state.engine.surroundings.refused
    counters |= {f"refused {reason}"[:64]: total for reason, total in refused.items()}
    counters |= {f"in_{name}": total for name, total in inbox.stats().items()}
    for emitter in road.emitters:
        for name, total in emitter.stats().items():
            counters[name] = counters.get(name, 0) + total
    if road.recorder:
        counters |= {"recorded": road.recorder.recorded, "not_recorded": road.recorder.dropped}
    return Status(
        t=monotonic_micros(),
        origin="director",
        clock=clock_id(),
        counters=counters,
        levels={"late_ms": late, "late_p99_ms": late_high, "busiest_tick_ms": busy / 1000, **share},
        notice=notice,
    )
