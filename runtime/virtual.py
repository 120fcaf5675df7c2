"""Virtual time (`--fast`): the whole road in one process, as fast as it goes, the same on every run."""

from collections.abc import Callable
from typing import Final

from mien.bridge.messages import Micros
from mien.runtime.perceiving import Perceiver
from mien.runtime.road import Road
from mien.runtime.sense.source import Source

AFTERGLOW: Final = 1_000_000
"""Microseconds that the characters live on after a clip has ended."""


def run_virtual(
    road: Road,
    source: Source,
    perceiver: Perceiver,
    wall: Micros,
    session: str,
    progress: Callable[[Micros], None],
    seconds: float = 0.0,
) -> int:
    """Run a source to its end; return the number of ticks.

    Time stands still while anything computes: an estimate arrives with the first tick after its capture.

    Args:
        road: began at the time 0 of the source.
        source: finite.
        perceiver: looks at every picture.
        wall: UTC to put into the hello, microseconds.
        session: name of this run.
        progress: called each tick with the time since the start.
        seconds: ends the run; 0 lets the source do so.
    """
    begun, rate = road.state.begun, road.director.rate
    road.greet(road.director.hello(session, begun, wall))
    tick, ends = 0, (round(seconds * rate) if seconds else None)
    while ends is None or tick <= ends:
        t = begun + tick * 1_000_000 // rate
        road.tick(list(perceiver.step_each(source.read(t), t)), t)
        progress(t - begun)
        if ends is None and source.finished():
            ends = tick + AFTERGLOW * rate // 1_000_000
        tick += 1
    return tick
