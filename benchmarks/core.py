"""What MienCore costs: `python benchmarks/core.py [--seconds 10] [--soak SECONDS]`.

Builds `core.cpp` with the system's compiler. Latencies are one way, from just before the publisher's
`emit` in this process to the receiving thread of another, by the one monotonic clock of this machine, beside
those of raw UDP with as many bytes (at most one datagram's). The age of the face is what a 60 Hz game shows:
transit, jitter buffer and the game's own tick included.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from mien.bridge.channels import Endpoints
from mien.bridge.clock import clock_id, monotonic_micros
from mien.bridge.codec import encode
from mien.bridge.faces import FACE
from mien.bridge.inbox import Inbox
from mien.bridge.messages import EMOTIONS, FaceFrame, Hello
from mien.bridge.zeromq import ZeroMQEmitter

HERE = Path(__file__).parent
CORE = HERE.parent / "unreal_plugin" / "Mien" / "Source" / "MienCore"
COUNTS = (1, 100, 1000)
TARGET_NS = {1: 50, 100: 400, 1000: 4000}
RATE = 60


def face_frame(count: int, seq: int, t: int) -> FaceFrame:
    random = np.random.default_rng(1)
    return FaceFrame(
        t=t, seq=seq, generation=1, captured=0, ids=np.arange(16, 16 + count, dtype=np.uint32),
        affect=random.random((count, 2, 7), np.float32), face=random.random((count, 61), np.float32),
    )  # fmt: skip


def hello(count: int) -> Hello:
    return Hello(
        t=monotonic_micros(), session="benchmark", generation=1, clock=clock_id(), wall=1, rate=RATE,
        emotions=EMOTIONS, pad=np.zeros((7, 3), np.float32), ids=np.arange(16, 16 + count, dtype=np.uint32),
        characters=tuple(f"character {number}" for number in range(count)), face=FACE, rules=(),
    )  # fmt: skip


def build(folder: Path) -> Path | None:
    compiler = next(
        (name for name in (os.environ.get("CXX"), "clang++", "g++", "c++") if name and shutil.which(name)),
        None,
    )
    if compiler is None:
        print("no C++ compiler: nothing measured")
        return None
    program = folder / "core"
    sources = [HERE / "core.cpp", *sorted((CORE / "Private").glob("*.cpp"))]
    options = ["-std=c++17", "-O3", "-fno-exceptions", "-fno-rtti", "-pthread"]
    subprocess.run(
        [compiler, *options, "-I", CORE / "Public", "-I", CORE / "Private", *sources, "-o", program],
        check=True,
    )
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True)
    print(f"built with {version.stdout.splitlines()[0]}, -O3\n")
    return program


def run(program: Path, *arguments: object) -> dict[str, Any]:
    output = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(output.stdout)
    return result


def compute(program: Path, folder: Path) -> None:
    print("characters |     bytes | decode ns (target) | copy ns | take in µs | poses µs | allocations")
    for count in COUNTS:
        face, names = folder / f"face{count}", folder / f"hello{count}"
        # large numbers, so that the benchmark can replace them without moving anything
        face.write_bytes(encode(face_frame(count, seq=1 << 40, t=1 << 40)))
        names.write_bytes(encode(hello(count)))
        decoded, taken = run(program, "decode", face), run(program, "take", names, face)
        target = f"({TARGET_NS[count]})"
        print(
            f"{count:10} | {decoded['bytes']:9} | {decoded['decode_ns']:10.0f} {target:>7} |"
            f" {decoded['copy_ns']:7.0f} | {taken['take_ns'] / 1000:10.1f} |"
            f" {taken['update_ns'] / 1000:8.1f} | {taken['allocations']:11}"
        )


def publish(program: Path, count: int, seconds: float) -> dict[str, Any]:
    """Return what a game saw of a publisher at 60 Hz."""
    anywhere = Endpoints.on(port=0)
    emitter, inbox = ZeroMQEmitter(anywhere), Inbox(anywhere)
    endpoints = (emitter.endpoints.state, emitter.endpoints.events, inbox.endpoints.game)
    ports = [address.rpartition(":")[2] for address in endpoints]
    emitter.emit([hello(count)])
    frame = face_frame(count, 0, 0)
    with subprocess.Popen(
        [program, "live", *ports, str(round(seconds))], stdout=subprocess.PIPE, text=True
    ) as game:
        seq, start = 0, time.monotonic()
        while game.poll() is None:
            seq += 1
            time.sleep(max(0.0, start + seq / RATE - time.monotonic()))
            inbox.drain()
            emitter.emit([replaced(frame, seq)])
        assert game.stdout
        result: dict[str, Any] = json.loads(game.stdout.read())
    emitter.close()
    inbox.close()
    return result


def replaced(frame: FaceFrame, seq: int) -> FaceFrame:
    return FaceFrame(
        t=monotonic_micros(), seq=seq, generation=1, captured=0, ids=frame.ids, affect=frame.affect,
        face=frame.face,
    )  # fmt: skip


def datagrams(program: Path, size: int, seconds: float) -> dict[str, Any]:
    """Return what a receiver saw of a UDP sender at 60 Hz."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as finder:
        finder.bind(("127.0.0.1", 0))
        port = finder.getsockname()[1]
    rest = bytes(size - 8)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        subprocess.Popen(
            [program, "udp", str(port), str(round(seconds))], stdout=subprocess.PIPE, text=True
        ) as receiver,
    ):
        tick, start = 0, time.monotonic()
        while receiver.poll() is None:
            tick += 1
            time.sleep(max(0.0, start + tick / RATE - time.monotonic()))
            try:
                sender.sendto(monotonic_micros().to_bytes(8, "little") + rest, ("127.0.0.1", port))
            except ConnectionRefusedError:
                continue  # it does not listen yet, or no longer
        assert receiver.stdout
        result: dict[str, Any] = json.loads(receiver.stdout.read())
    return result


def transport(program: Path, seconds: float) -> None:
    print("\n           | publisher → core µs |   raw UDP µs    | age of face, frames |")
    print("characters |  median         p99 | median      p99 |   median        p99 | allocations | lost")
    for count in COUNTS:
        seen = publish(program, count, seconds)
        udp = datagrams(program, min(len(encode(face_frame(count, 1, 1))), 60_000), seconds)
        tick = 1e6 / RATE
        print(
            f"{count:10} | {seen['median_us']:7.0f} {seen['p99_us']:11.0f} |"
            f" {udp['median_us']:6.0f} {udp['p99_us']:8.0f} |"
            f" {seen['age_median_us'] / tick:8.2f} {seen['age_p99_us'] / tick:10.2f} |"
            f" {seen['allocations']:11} | {seen['gaps'] + seen['dropped']}"
        )


def soak(program: Path, seconds: float) -> None:
    seen = publish(program, 1000, seconds)
    print(
        f"\n1000 characters at 60 Hz for {seconds:.0f} s: {seen['frames']} frames, {seen['gaps']} lost, "
        f"{seen['late']} late, {seen['dropped']} dropped, {seen['allocations']} allocations, "
        f"memory {seen['memory_kib'] / 1024:.1f} MiB, grown by {seen['growth_kib']} KiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="length of each latency measurement")
    parser.add_argument("--soak", type=float, default=0, help="also 1000 characters for so many seconds")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = build(folder)
        if program is None:
            return
        compute(program, folder)
        transport(program, options.seconds)
        if options.soak:
            soak(program, options.soak)


if __name__ == "__main__":
    main()
