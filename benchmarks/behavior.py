"""What feeling and deciding cost: `python benchmarks/behavior.py [--quick]`.

The tree has 200 nodes of all six forms: four channels (body, face, gaze, voice) side by side, in each a
selector over groups of rules with hysteresis, durations, cool-downs, fades and orientations. Emotions swell
and fade with periods of 30 to 120 seconds, at 60 ticks a second; `restless` lets them jump at every tick, so
that everyone has something to decide. Medians.
"""

import argparse
import gc
import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import Any

import numpy as np

from mien.behavior.definition import (
    ALWAYS,
    AutonomousRule,
    Change,
    Comparison,
    Feeling,
    Filter,
    Hysteresis,
    Leaf,
    Modification,
    Modifier,
    Node,
    Operand,
    Parallel,
    Repeat,
    Selector,
    Sequence,
    Shows,
    Space,
    walk,
)
from mien.behavior.engine import Engine
from mien.behavior.library import DEFAULT_EMOTIONS, Character, Contagion, Library, Personality, orientation
from mien.behavior.reference import Reference
from mien.bridge.messages import EMOTIONS, Affect, World

TICK = 16_667
"""Microseconds: 60 ticks a second."""


def library(count: int, contagion: Contagion | None = None) -> Library:
    rules: list[AutonomousRule] = []

    def rule(name: str, on: float, **more: float) -> Leaf:
        number = len(rules)
        aim = (Change(name, 0.1),)
        feeling = Feeling(name, Space.EMOTION)
        rules.append(
            AutonomousRule(
                id=f"rule{number}",
                trigger=Hysteresis(feeling, on, on - 0.15) if number % 2 else Comparison(feeling, ">", on),
                aim=aim,
                orientation=orientation(aim, DEFAULT_EMOTIONS),
                shows=Shows(expression=name),
                **more,  # type: ignore[arg-type]
            )
        )
        return Leaf(f"rule{number}")

    def group(name: str) -> Node:
        return Selector(
            (
                Sequence((rule(name, 0.8, max_duration=2.0), rule(name, 0.75, max_duration=4.0))),
                Filter(
                    Hysteresis(Feeling(name), 0.4, 0.3),
                    rule(name, 0.7, cool_down=4.0, max_duration=5.0),
                ),
                Repeat(rule(name, 0.65, max_duration=2.0, enter=0.2, leave=0.3), 3),
                Modifier(rule(name, 0.6, min_duration=0.3), Modification.CHANCE, 0.7, every=5.0),
            )
        )

    channels = []
    for _ in range(4):
        groups = [group(name) for name in ("anger", "fear", "sadness", "disgust", "joy")]
        rules.append(AutonomousRule(id=f"rule{len(rules)}", trigger=ALWAYS))
        channels.append(Selector((*groups, Leaf(rules[-1].id))))
    tree = Parallel(tuple(channels), None, None)
    traits = np.random.default_rng(0).uniform(-1, 1, (count, 5)).round(2).tolist()
    cast = tuple(Character(f"c{i}", 16 + i, Personality(*row)) for i, row in enumerate(traits))
    return Library(autonomous=tuple(rules), tree=tree, characters=cast, contagion=contagion or Contagion())


def moving(count: int, ticks: int, restless: bool = False) -> list[Affect]:
    rng = np.random.default_rng(1)
    period, phase = rng.uniform(30, 120, (2, count, 7)), rng.uniform(0, 2 * np.pi, (2, count, 7))
    ids = np.arange(16, 16 + count, dtype=np.uint32)
    result = []
    for k in range(ticks):
        levels = (0.45 + 0.44 * np.sin(k / 60 / period * 2 * np.pi + phase)).astype(np.float32)
        if restless:
            levels = rng.uniform(0.05, 0.95, levels.shape).astype(np.float32)
        result.append(Affect(t=k * TICK, ids=ids, emotion=levels[0], mood=levels[1]))
    return result


def timed(step: Callable[[int], object], ticks: int, warm: int = 20) -> tuple[float, float]:
    """Return the median and the fastest tenth of microseconds, after some ticks to warm up."""
    times = []
    gc.collect()
    gc.disable()
    for k in range(ticks):
        begin = time.perf_counter_ns()
        step(k)
        times.append((time.perf_counter_ns() - begin) / 1e3)
    gc.enable()
    return median(times[warm:]), quantiles(times[warm:], n=10)[0]


def decide(
    count: int, why: bool = False, ticks: int = 240, restless: bool = False
) -> tuple[tuple[float, float], float, float]:
    """Return microseconds a tick, rules that show, and events a tick."""
    engine = Engine(library(count), 1, why=why)
    state, affects = engine.start(), moving(count, ticks, restless)
    shown, events = [], []

    def step(k: int) -> None:
        _, told = engine.decide(state, affects[k], k * TICK)
        shown.append(np.count_nonzero(state.intensity))
        events.append(len(told))

    return timed(step, ticks), median(shown), sum(events[20:]) / (ticks - 20)


def feel(count: int, walking: bool, ticks: int = 120) -> tuple[float, float]:
    engine = Engine(library(count, Contagion(range=10.0, amplification=0.5)), 1)
    state = engine.start()
    rng = np.random.default_rng(2)
    none = np.zeros(count, np.uint32)

    def world(k: int) -> World:
        place = rng.uniform(0, 50, (count, 3)).astype(np.float32)
        heading = none.astype(np.float32)
        return World(t=k * TICK, ids=engine.ids, position=place, heading=heading, looks_at=none)

    worlds = [[world(k)] if k == 0 or walking else [] for k in range(ticks)]
    engine.feel(state, worlds[0], 0)
    engine.decide(state, moving(count, 1)[0], 0)
    return timed(lambda k: engine.feel(state, worlds[k], k * TICK), ticks)


def reference(ticks: int = 240) -> tuple[float, float]:
    one = library(1)
    tree = Reference(one, one.characters[0], 1)
    affects = moving(1, ticks)

    def step(k: int) -> None:
        levels = {
            (name, space): float(row[0, i])
            for space, row in ((Space.EMOTION, affects[k].emotion), (Space.MOOD, affects[k].mood))
            for i, name in enumerate(EMOTIONS)
        }

        def read(operand: Operand) -> float:
            assert isinstance(operand, Feeling)
            return levels[operand.name, operand.space]

        tree.tick(k * TICK, read)

    return timed(step, ticks)


def bare(ticks: int = 240) -> tuple[float, float]:
    """Return what py-trees takes to tick that tree once every leaf knows its answer."""
    one = library(1)
    tree = Reference(one, one.characters[0], 1)
    tree.tick(0, lambda _: 0.1)
    assert tree.root is not None
    root = tree.root
    return timed(lambda _: root.tick_once(), ticks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out ten thousand characters")
    quick = parser.parse_known_args()[0].quick
    one = library(1)
    assert one.tree is not None
    print(f"{sum(1 for _ in walk(one.tree))} nodes, {len(one.rules)} rules; microseconds a tick")
    print(f"{'':46}{'median':>8}{'fastest 10 %':>14}{'target':>8}{'shown':>9}{'events':>9}")

    def row(what: str, measured: tuple[float, float], target: float | None, *details: float) -> float:
        wanted = "" if target is None else f"{target:.0f}"
        rest = "".join(f"{detail:9.1f}" for detail in details)
        print(f"{what:46}{measured[0]:8.0f}{measured[1]:14.0f}{wanted:>8}{rest}")
        return measured[0]

    def deciding(what: str, target: float | None, count: int, **how: Any) -> float:
        measured, shown, events = decide(count, **how)
        return row(f"decide, {what}", measured, target, shown, events)

    alone = deciding("1 character", 60, 1)
    restless = deciding("1 character, restless", None, 1, restless=True)
    crowd = deciding("1000 characters", 500, 1000)
    deciding("1000 characters, why-not records", 1500, 1000, why=True)
    deciding("1000 characters, restless", None, 1000, ticks=60, restless=True)
    if not quick:
        deciding("10 000 characters", 6000, 10_000, ticks=60)
    row("feel, 1000 characters, contagion, standing", feel(1000, False), 1500)
    row("feel, 1000 characters, contagion, walking", feel(1000, True), 1500)
    whole = row("py-trees, 1 character, predicates included", reference(), None)
    ticking = row("py-trees, 1 character, its ticking alone", bare(), None)
    print(f"py-trees to engine: {whole / alone:.0f} times for one character, {whole / restless:.1f} times")
    print(
        f"restless; its ticking alone {ticking / (crowd / 1000):.0f} times the engine's for one of a thousand"
    )


if __name__ == "__main__":
    main()
