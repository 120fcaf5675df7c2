"""How old a face is when its picture is finished: `python -m benchmarks tavern`.

A publisher in a process of its own sends 60 frames a second over ZeroMQ; in each, a weight of a character
that is not drawn is the time at which the frame was made. The tavern asks MienCore for poses and draws its
three heads without a window, 60 times a second where the processor lets it. The weight that was shown tells
to which moment of the sender the picture belongs: age is the time from that moment to the end of drawing,
with transport, jitter buffer, interpolation and the game's own work within. `at update` is the same without
the drawing. Processor time is that of the game alone, drawing by llvmpipe within where there is no card.
"""

import importlib.util
import multiprocessing
import time
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

import numpy as np

from mien.bridge.channels import Endpoints
from mien.bridge.clock import clock_id, monotonic_micros
from mien.bridge.faces import FACE
from mien.bridge.inbox import Inbox
from mien.bridge.messages import EMOTIONS, FaceFrame, Hello
from mien.bridge.zeromq import ZeroMQEmitter

RATE = 60
SECONDS = 10.0
WARM_UP = 2.0
SIZES = ((320, 180), (640, 360))
CAST = ("Marta", "Bram", "Lily", "the clock")
SPAN = 1 << 26
"""Microseconds that a weight of 1 stands for; a float32 tells 4 µs apart."""


def publish(ports: Connection, stop: Event) -> None:
    where = Endpoints.on(port=0)
    emitter, inbox = ZeroMQEmitter(where), Inbox(where)
    endpoints = (emitter.endpoints.state, emitter.endpoints.events, inbox.endpoints.game)
    begun = monotonic_micros()
    ports.send((begun, [int(address.rpartition(":")[2]) for address in endpoints]))
    ids = np.arange(16, 16 + len(CAST), dtype=np.uint32)
    emitter.emit([Hello(
        t=monotonic_micros(), session="benchmark", generation=1, clock=clock_id(), wall=1, rate=RATE,
        emotions=EMOTIONS, pad=np.zeros((7, 3), np.float32), ids=ids, characters=CAST, face=FACE, rules=(),
    )])  # fmt: skip
    affect = np.full((len(CAST), 2, 7), 0.1, np.float32)
    seq, start = 0, time.monotonic()
    while not stop.is_set():
        seq += 1
        time.sleep(max(0.0, start + seq / RATE - time.monotonic()))
        inbox.drain()
        now = monotonic_micros()
        faces = np.zeros((len(CAST), len(FACE)), np.float32)
        faces[:3, :52] = 0.15 + 0.15 * np.sin(now / 3e5 + np.arange(52)) * (np.arange(52) % 3 == 0)
        faces[3, 0] = (now - begun) / SPAN
        emitter.emit([
            FaceFrame(t=now, seq=seq, generation=1, captured=0, ids=ids, affect=affect, face=faces)
        ])  # fmt: skip
    emitter.close()
    inbox.close()


def measure(size: tuple[int, int]) -> None:
    from mien.examples.tavern.core_library import core_library  # noqa: PLC0415
    from mien.examples.tavern.display import open_display  # noqa: PLC0415
    from mien.examples.tavern.game import FIGURES, Game  # noqa: PLC0415
    from mien.examples.tavern.head import head_files  # noqa: PLC0415
    from mien.examples.tavern.mien_core import Client  # noqa: PLC0415

    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    stop = context.Event()
    publisher = context.Process(target=publish, args=(there, stop), daemon=True)
    publisher.start()
    begun, (state, events, games) = here.recv()
    client = Client(core_library(), state_port=state, events_port=events, game_port=games)
    base = open_display(size, offscreen=True, smooth=False)
    game = Game(base, client, head_files(FIGURES), FACE, shadows=False)
    rows: list[tuple[float, float]] = []
    began = last = time.monotonic()
    pictures, processor = 0, 0.0
    while last - began < WARM_UP + SECONDS:
        now = time.monotonic()
        poses = game.step(now - began, now - last)
        asked = monotonic_micros()
        base.graphicsEngine.render_frame()
        base.graphicsEngine.sync_frame()
        drawn = monotonic_micros()
        if now - began > WARM_UP:
            processor = processor or time.process_time()
            pictures += 1
            if len(poses.ids) == len(CAST) and poses.presence[3] == 1.0:
                shown = begun + float(poses.faces[3, 0]) * SPAN
                rows.append((asked - shown, drawn - shown))
        last = now
        time.sleep(max(0.0, now + 1 / RATE - time.monotonic()))
    processor = (time.process_time() - processor) / max(1, pictures)
    stop.set()
    client.close()
    publisher.join(5)
    frame = 1e6 / RATE
    at_update, at_end = np.median(rows, axis=0)
    late = np.quantile([end for _, end in rows], 0.99)
    figures = (
        f"{processor * 1e3:6.0f}",
        f"{at_update / 1e3:9.1f}",
        f"{at_end / 1e3:8.1f}",
        f"{at_end / frame:6.2f}",
        f"{late / frame:5.2f}",
    )
    driver = base.win.get_gsg().get_driver_renderer()
    print(
        f"{size[0]:5} × {size[1]:<4} | {pictures / SECONDS:9.1f} | {' | '.join(figures)} | {driver}",
        flush=True,
    )


def main() -> None:
    if any(importlib.util.find_spec(name) is None for name in ("panda3d", "gltf")):
        print("no Panda3D: nothing measured (pip install 'mien[game]')")
        return
    print("      pixels | pictures/s | CPU ms | at update ms | drawn ms | frames (≤ 1.5) | p99 | drawn by")
    for size in SIZES:  # one display a process
        process = multiprocessing.get_context("spawn").Process(target=measure, args=(size,))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
