"""The whole road: the director's tick, start-up, and a live run of the sample clip seen from a game's side.

The live run starts `mien run` on the sample clip and subscribes as a game does. All processes count the same
monotonic clock, so that the differences are exact:

- capture → estimate: `EmotionEstimate.produced - t`, for a clip from the picture's presentation time;
- estimate → face: from there to the tick of the first face frame that answers it, up to one period;
- face → received: from the tick's time on the ideal grid until the game has the decoded frame;
- whole: from capture until received.
"""

import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from mien.behavior.authoring.load import load
from mien.behavior.library import Library
from mien.bridge.channels import Endpoints
from mien.bridge.clock import monotonic_micros
from mien.bridge.messages import EMOTIONS, PLAYER, EmotionEstimate, FaceFrame, Message, Status
from mien.bridge.subscriber import Subscriber
from mien.runtime.cli.wiring import SAMPLE_CLIP, SAMPLE_LIBRARY
from mien.runtime.director import Director

PORT = 5670
SECONDS = 20
console = Console()


def main() -> None:
    """Print the tables."""
    ticks()
    live()


def crowd(library: Library, count: int) -> Library:
    """Return `library` with its characters repeated up to `count`."""
    cast = library.characters
    characters = tuple(
        replace(cast[i % len(cast)], id=16 + i, name=f"{cast[i % len(cast)].name}{i}") for i in range(count)
    )
    return replace(library, characters=characters, contagion=replace(library.contagion, range=0.0))


def estimate(t: int, joy: float) -> EmotionEstimate:
    """Return an estimate of a player who smiles so much."""
    emotion = np.zeros(len(EMOTIONS), np.float32)
    emotion[1], emotion[0] = joy, 1 - joy
    return EmotionEstimate(
        t=t, produced=t, lag=0, person=PLAYER, senses=1, used=1, presence=1.0, speaking=0.0, emotion=emotion,
        valence=joy, arousal=0.0, confidence=0.9, share=np.array([1, 0, 0], np.float32),
        box=np.array([0.4, 0.4, 0.2, 0.2], np.float32), head=np.zeros(3, np.float32),
        blend=np.zeros(52, np.float32),
    )  # fmt: skip


def ticks() -> None:
    """Print what one tick of the director costs: feel, decide and express, for the sample's library."""
    library = load(SAMPLE_LIBRARY)
    table = Table("characters", "ticks", "median ms", "p99 ms", title="director tick: feel, decide, express")
    for count, runs in ((1, 1200), (100, 600), (1000, 300)):
        director = Director(crowd(library, count), seed=0)
        state = director.start(0)
        costs = []
        for tick in range(runs):
            t = tick * 16_667
            inputs: list[Message] = [estimate(t, 0.5 + 0.5 * np.sin(tick / 100))] if tick % 2 else []
            began = time.perf_counter()
            director.step(state, inputs, t)
            costs.append(time.perf_counter() - began)
        median, high = np.percentile(np.array(costs[60:]) * 1000, (50, 99))
        table.add_row(str(count), str(runs), f"{median:.3f}", f"{high:.3f}")
    console.print(table)


def live() -> None:
    """Print what a game sees of a live run of the sample clip."""
    subscriber = Subscriber(Endpoints.on(port=PORT))
    began = time.monotonic()
    command = ["run", str(SAMPLE_CLIP), "--port", str(PORT), "--seconds", str(SECONDS)]
    process = subprocess.Popen(
        [sys.executable, "-m", "mien.runtime", *command], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    try:
        received = _receive(subscriber, began)
        usage = _usage(process.pid)
    finally:
        reception = subscriber.reception()
        process.wait(30)
        subscriber.close()
    first, arrivals, estimates, statuses = received
    produced = {e.t: e.produced for e in estimates}
    answers: dict[int, tuple[int, int]] = {}
    for frame, arrived in arrivals:
        if frame.captured in produced:
            answers.setdefault(frame.captured, (frame.t, arrived))
    table = Table(
        "from → to", "n", "median ms", "p95 ms", "p99 ms", title="latency, live run of the sample clip"
    )
    _row(table, "capture → estimate", (produced[t] - t for t in answers))
    _row(table, "estimate → face", (tick - produced[t] for t, (tick, _) in answers.items()))
    _row(table, "face → received", (arrived - frame.t for frame, arrived in arrivals))
    _row(table, "whole", (arrived - t for t, (_, arrived) in answers.items()))
    console.print(table)
    counters = next((s.counters for s in reversed(statuses) if s.origin == "director"), {})
    facts = Table(box=None, show_header=False, title="the same run")
    facts.add_row("start of `mien run` → first face received", f"{first:.2f} s")
    facts.add_row("face frames received / lost", f"{reception.frames} / {reception.gaps}")
    facts.add_row("ticks dropped", str(counters.get("dropped_ticks", "?")))
    for name, (memory, share) in usage.items():
        facts.add_row(name, f"{memory / 1e6:.0f} MB resident, {share:.0%} of one core")
    console.print(facts)


def _receive(
    subscriber: Subscriber, began: float
) -> tuple[float, list[tuple[FaceFrame, int]], list[EmotionEstimate], list[Status]]:
    """Return when the first face came, every face with its arrival, estimates and reports."""
    first = 0.0
    faces: list[tuple[FaceFrame, int]] = []
    estimates: list[EmotionEstimate] = []
    statuses: list[Status] = []
    while time.monotonic() - began < SECONDS - 1:
        messages = subscriber.receive(0.05)
        now = monotonic_micros()
        for message in messages:
            match message:
                case FaceFrame():
                    first = first or time.monotonic() - began
                    faces.append((message, now))
                case EmotionEstimate(person=person) if person == PLAYER:
                    estimates.append(message)
                case Status():
                    statuses.append(message)
                case _:
                    pass
    return first, faces, estimates, statuses


def _usage(supervisor: int) -> dict[str, tuple[int, float]]:
    """Return resident bytes and share of a core over its life for the supervisor and its children."""
    found = {}
    for process in (psutil.Process(supervisor), *psutil.Process(supervisor).children()):
        words = process.cmdline()
        name = next((w for w in ("perceive", "direct", "run") if w in words), process.name())
        times = process.cpu_times()
        share = (times.user + times.system) / (time.time() - process.create_time())
        found[{"perceive": "perceiver", "direct": "director", "run": "view"}.get(name, name)] = (
            process.memory_info().rss,
            share,
        )
    return found


def _row(table: Table, name: str, micros: Iterable[float]) -> None:
    values = np.array(list(micros), float) / 1000
    if not len(values):
        table.add_row(name, "0", "–", "–", "–")
        return
    table.add_row(name, str(len(values)), *(f"{v:.1f}" for v in np.percentile(values, (50, 95, 99))))


if __name__ == "__main__":
    main()
