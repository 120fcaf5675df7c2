"""What the wire costs: `python benchmarks/bridge.py [--seconds 10]`.

Figures are medians of repeated runs; latencies are one way, from just before `emit` in one process to just
after `receive` in another, by the one monotonic clock of this machine.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import psutil

from mien.bridge.channels import Endpoints
from mien.bridge.clock import clock_id, monotonic_micros
from mien.bridge.codec import decode, encode
from mien.bridge.faces import FACE
from mien.bridge.messages import EMOTIONS, FaceFrame, Hello, Interest
from mien.bridge.subscriber import Subscriber
from mien.bridge.zeromq import ZeroMQEmitter
from mien.runtime.interests import Interests

COUNTS = (1, 100, 1000)
RATE = 60


def face_frame(count: int) -> FaceFrame:
    random = np.random.default_rng(1)
    return FaceFrame(
        t=0,
        seq=0,
        generation=1,
        captured=0,
        ids=np.arange(16, 16 + count, dtype=np.uint32),
        affect=random.random((count, 2, 7), np.float32),
        face=random.random((count, 61), np.float32),
    )


def hello(count: int) -> Hello:
    return Hello(
        t=monotonic_micros(),
        session="benchmark",
        generation=1,
        clock=clock_id(),
        wall=time.time_ns() // 1000,
        rate=RATE,
        emotions=EMOTIONS,
        pad=np.zeros((7, 3), np.float32),
        ids=np.arange(16, 16 + count, dtype=np.uint32),
        characters=tuple(f"character {number}" for number in range(count)),
        face=FACE,
        rules=(),
    )


def micros(task: Callable[[], object], runs: int = 25, seconds: float = 0.02) -> float:
    """Median over runs of what one call takes."""
    started = time.perf_counter()
    task()
    calls = max(1, int(seconds / (time.perf_counter() - started)))
    figures = []
    for _ in range(runs):
        started = time.perf_counter()
        for _ in range(calls):
            task()
        figures.append((time.perf_counter() - started) / calls)
    return statistics.median(figures) * 1e6


def codec() -> None:
    print("medians of 25 runs")
    print(f"{'characters':>10} {'bytes':>8} {'encode µs':>10} {'decode µs':>10} {'copy µs':>8}")
    for count in COUNTS:
        frame = face_frame(count)
        data = encode(frame)
        copied = micros(lambda data=data: bytearray(data))  # type: ignore[misc]
        encoded = micros(lambda frame=frame: encode(frame))  # type: ignore[misc]
        decoded = micros(lambda data=data: decode(data))  # type: ignore[misc]
        print(f"{count:>10} {len(data):>8} {encoded:>10.1f} {decoded:>10.1f} {copied:>8.1f}")


def interest() -> None:
    """What it takes and saves that a game wants to see few of many faces."""
    frame = replace(face_frame(1000), seq=7)
    print("\n1000 characters, the near ones with every tick, the others with every fifteenth")
    print(f"{'near':>10} {'faces':>8} {'bytes':>8} {'choose µs':>10} {'encode µs':>10}")
    for near in (1000, 100, 10):
        every = np.where(np.arange(1000) < near, 1, 15).astype(np.uint8)
        interests = Interests()
        interests.take([Interest(t=0, game=1, ids=frame.ids, every=every)], 0)
        due = interests.due(frame)
        chosen = micros(lambda interests=interests: interests.due(frame))  # type: ignore[misc]
        encoded = micros(lambda due=due: encode(due))  # type: ignore[misc]
        print(f"{near:>10} {len(due.ids):>8} {len(encode(due)):>8} {chosen:>10.1f} {encoded:>10.1f}")


def publish(count: int, seconds: float, rate: float) -> None:
    """The publisher's process: tell the addresses and its memory, then tick."""
    emitter = ZeroMQEmitter(Endpoints.on(port=0))
    print(emitter.endpoints.state, emitter.endpoints.events, flush=True)
    emitter.emit([hello(count)])
    frame = face_frame(count)
    start, seq = time.monotonic(), 0
    while (now := time.monotonic()) - start < seconds:
        seq += 1
        emitter.emit([replace(frame, t=monotonic_micros(), seq=seq)])
        time.sleep(max(0.0, start + seq / rate - now) if rate else 0)
    emitter.close()


class Publisher:
    """Another process that publishes, and its addresses."""

    def __init__(self, count: int, seconds: float, rate: float) -> None:
        command = [sys.executable, __file__, "--publish", str(count), str(rate), "--seconds", str(seconds)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        state, events = self.process.stdout.readline().split()
        self.endpoints = Endpoints(state=state, events=events)
        self.memory = psutil.Process(self.process.pid)


def latency(seconds: float) -> None:
    print(f"\none way to another process at {RATE} Hz")
    print(f"{'characters':>10} {'frames':>7} {'gaps':>5} {'median ms':>10} {'p99 ms':>8}")
    for count in COUNTS:
        publisher = Publisher(count, seconds, RATE)
        subscriber = Subscriber(publisher.endpoints)
        ages = []
        while publisher.process.poll() is None:
            before = subscriber.reception().frames
            subscriber.receive(0.1)
            reception = subscriber.reception()
            if reception.frames > before and reception.age is not None:
                ages.append(reception.age / 1000)
        gaps = subscriber.reception().gaps
        subscriber.close()
        ages = ages[1:]  # the first waited for the greeting
        median, p99 = np.percentile(ages, (50, 99))
        print(f"{count:>10} {len(ages):>7} {gaps:>5} {median:>10.3f} {p99:>8.3f}")


def slow_subscriber(seconds: float) -> None:
    """A subscriber that reads once a second, at 1000 characters: 18 MB come in meanwhile."""
    publisher = Publisher(1000, seconds + 2, RATE)
    subscriber = Subscriber(publisher.endpoints)
    publisher_mb, subscriber_mb, ages = [], [], []
    me = psutil.Process()
    while publisher.process.poll() is None:
        subscriber.receive()
        age = subscriber.reception().age
        if age is not None and subscriber.hello is not None and len(subscriber.hello.ids):
            ages.append(age / 1000)
            publisher_mb.append(publisher.memory.memory_info().rss / 2**20)
            subscriber_mb.append(me.memory_info().rss / 2**20)
        time.sleep(1)
    print("\na subscriber that reads once a second, 1000 characters at 60 Hz (18 MB a second):")
    print(f"  publisher memory MB: {' '.join(f'{mb:.0f}' for mb in publisher_mb)}")
    print(f"  subscriber memory MB: {' '.join(f'{mb:.0f}' for mb in subscriber_mb)}")
    print(f"  age of the newest frame at each reading, ms: {' '.join(f'{age:.0f}' for age in ages)}")
    print(f"  {subscriber.reception()}")
    subscriber.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=10, help="how long each measurement over a socket takes"
    )
    parser.add_argument("--publish", nargs=2, type=float, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.publish:
        publish(int(arguments.publish[0]), arguments.seconds, arguments.publish[1])
        return
    codec()
    interest()
    latency(arguments.seconds)
    slow_subscriber(arguments.seconds)


if __name__ == "__main__":
    main()
