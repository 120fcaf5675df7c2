"""Ten minutes at 60 Hz: late ticks of the director beside a bare timer's, and memory over time.

The bare timer is this process: it sleeps to the same absolute deadlines and does nothing else, so that what
the machine itself is late by stands beside what Mien is late by. `MIEN_SOAK_SECONDS` shortens the run.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from mien.bridge.channels import Endpoints
from mien.bridge.clock import monotonic_micros
from mien.bridge.messages import Status
from mien.bridge.subscriber import Subscriber
from mien.runtime.cli.wiring import SAMPLE_CLIP
from mien.runtime.tick_clock import TickClock

PORT = 5680
SECONDS = float(os.environ.get("MIEN_SOAK_SECONDS", "600"))
console = Console()


def main() -> None:
    """Print late and dropped ticks, and memory at the beginning and the end."""
    with TemporaryDirectory() as folder:
        network = ["--port", str(PORT)]
        director = _start("direct", *network, "--record", str(Path(folder) / "soak.mcap"))
        perceiver = _start("perceive", str(SAMPLE_CLIP), *network)
        try:
            _soak(director, perceiver, network)
        finally:
            for process in (perceiver, director):
                process.terminate()
                process.wait(20)


def _soak(director: subprocess.Popen[bytes], perceiver: subprocess.Popen[bytes], network: list[str]) -> None:
    subscriber = Subscriber(Endpoints.on(port=PORT))
    bare = TickClock(monotonic_micros(), 60)
    worst: dict[str, float] = {}
    medians: list[float] = []
    memory: list[tuple[float, int]] = []
    status: Status | None = None
    looked, plays = 0.0, 1
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("60 Hz", total=SECONDS)
        began = time.monotonic()
        while (elapsed := time.monotonic() - began) < SECONDS:
            time.sleep(bare.wait(monotonic_micros()) / 1e6)
            bare.tick(monotonic_micros())
            if elapsed - looked < 1:
                continue
            looked = elapsed
            progress.update(task, completed=elapsed)
            for message in subscriber.receive():
                if isinstance(message, Status) and message.origin == "director":
                    status = message
            if status:
                medians.append(status.levels["late_ms"])
                worst["late_p99_ms"] = max(worst.get("late_p99_ms", 0.0), status.levels["late_p99_ms"])
            memory.append((elapsed, psutil.Process(director.pid).memory_info().rss))
            if perceiver.poll() is not None:  # the clip has ended: play it again
                perceiver = _start("perceive", str(SAMPLE_CLIP), *network)
                plays += 1
        perceiver.terminate()
        perceiver.wait(20)
    subscriber.close()
    late, late_high = bare.lateness()
    counters = status.counters if status else {}
    table = Table("", "ticks", "dropped", "late, median ms", "late, p99 ms")
    table.add_row(
        "bare timer", str(bare.ticks), str(bare.dropped), f"{late:.2f}", f"{late_high:.2f} (last 10 s)"
    )
    table.add_row(
        "director",
        str(counters.get("ticks")),
        str(counters.get("dropped_ticks")),
        f"{sorted(medians)[len(medians) // 2]:.2f}",
        f"{worst['late_p99_ms']:.2f} (worst 10 s)",
    )
    console.print(table)
    tenth = max(1, len(memory) // 10)
    early, last = (
        sum(m for _, m in part) / len(part) / 1e6 for part in (memory[tenth : 2 * tenth], memory[-tenth:])
    )
    console.print(
        f"director memory: {early:.1f} MB in the second tenth, {last:.1f} MB in the last; "
        f"recording {counters.get('recorded')} messages, the clip played {plays} times"
    )


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "mien.runtime", *arguments], stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
