"""The game without its sidecar: a publisher of ours on real sockets, MienCore, and a picture in memory."""

import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.bridge.channels import Endpoints
from mien.bridge.clock import clock_id, monotonic_micros
from mien.bridge.faces import FACE, SHAPE
from mien.bridge.inbox import Inbox
from mien.bridge.messages import EMOTIONS, Activity, FaceFrame, Hello, Message
from mien.bridge.zeromq import ZeroMQEmitter

PATIENCE = 60.0
RATE = 60
RULES = ("wait", "glare")
CAST = ("Marta", "Bram", "Lily")
Pixels = NDArray[np.uint8]


class Publisher:
    """What a director sends: one face frame after another."""

    def __init__(self, cast: tuple[str, ...] = CAST, at: Endpoints | None = None) -> None:
        where = at or Endpoints.on(port=0)
        self.emitter, self.inbox = ZeroMQEmitter(where), Inbox(where)
        self.at = replace(
            self.emitter.endpoints, game=self.inbox.endpoints.game, percepts="tcp://127.0.0.1:0"
        )
        endpoints = (self.emitter.endpoints.state, self.emitter.endpoints.events, self.inbox.endpoints.game)
        ports = (int(address.rpartition(":")[2]) for address in endpoints)
        self.ports = dict(zip(("state_port", "events_port", "game_port"), ports, strict=True))
        self.seq = 0
        self.received: list[Message] = []
        self.cast = cast
        self.ids = np.arange(16, 16 + len(cast), dtype=np.uint32)
        self.hello()

    def hello(self) -> None:
        self.emitter.emit([Hello(
            t=monotonic_micros(), session="test", generation=1, clock=clock_id(), wall=1, rate=RATE,
            emotions=EMOTIONS, pad=np.zeros((7, 3), np.float32), ids=self.ids, characters=self.cast,
            face=FACE, rules=RULES,
        )])  # fmt: skip

    def send(self, faces: NDArray[np.float32]) -> None:
        self.seq += 1
        self.emitter.emit([FaceFrame(
            t=monotonic_micros(), seq=self.seq, generation=1, captured=0, ids=self.ids,
            affect=np.full((len(self.ids), 2, 7), 0.1, np.float32), face=faces,
        )])  # fmt: skip
        self.received += self.inbox.drain()

    def announce(self, strengths: NDArray[np.float32]) -> None:
        """Say how strongly everybody executes each of `RULES`."""
        self.emitter.emit([Activity(t=monotonic_micros(), ids=self.ids, intensity=strengths)])

    def close(self) -> None:
        self.emitter.close()
        self.inbox.close()


class Stage:
    """The game at a standstill: only faces change."""

    def __init__(self, base: Any, game: Any, publisher: Publisher) -> None:
        self.base, self.game, self.publisher = base, game, publisher

    def shows(self, faces: Mapping[str, Mapping[str, float]]) -> Pixels:
        """Publish these faces until the game shows them; return the picture."""
        wanted = np.zeros((len(CAST), len(FACE)), np.float32)
        for who, weights in faces.items():
            for shape, weight in weights.items():
                wanted[CAST.index(who), SHAPE[shape]] = weight
        deadline = time.monotonic() + PATIENCE
        while True:
            self.publisher.send(wanted)
            time.sleep(1 / RATE)
            poses = self.game.step(2.0, 0.0)  # no time passes: no flicker, no breath
            if poses.faces.shape == wanted.shape and np.allclose(poses.faces, wanted, atol=1e-3):
                break
            assert time.monotonic() < deadline, f"the game does not show {faces}"
        return self.picture()

    def leave(self) -> None:
        """Let the publisher go."""
        self.publisher.close()

    def enter(self, cast: tuple[str, ...]) -> Publisher:
        """Let another publisher come to the same ports."""
        self.publisher = Publisher(cast, self.publisher.at)
        return self.publisher

    def picture(self) -> Pixels:
        from mien.examples.tavern.display import picture

        self.base.task_mgr.step()
        return picture(self.base)

    def place(self, who: str, x: float, y: float, z: float) -> tuple[float, float]:
        """Return column and row of a point of a head: meters to its right, ahead, and above its eyes."""
        from panda3d.core import Point2, Point3

        on_film = Point2()
        head = self.game.people[who].head.root
        inside = self.base.camLens.project(
            self.base.camera.get_relative_point(head, Point3(x, y, z)), on_film
        )
        assert inside
        width, height = self.base.win.get_x_size(), self.base.win.get_y_size()
        return (on_film.x + 1) / 2 * width, (1 - on_film.y) / 2 * height


@pytest.fixture(scope="package")
def core() -> Path:
    pytest.importorskip("panda3d", reason="NOT TESTED: the tavern needs Panda3D, as the dev extra brings it")
    from mien.examples.tavern.core_library import core_library

    if not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        pytest.skip("NOT TESTED: no C++ compiler is installed; MienCore needs one")
    return core_library()


@pytest.fixture(scope="package")
def stage(core: Path) -> Iterator[Stage]:
    from mien.examples.tavern.display import DisplayError, open_display
    from mien.examples.tavern.game import FIGURES, Game
    from mien.examples.tavern.head import head_files
    from mien.examples.tavern.mien_core import Client

    try:
        base = open_display((960, 540), offscreen=True, smooth=False)
    except DisplayError as error:
        pytest.skip(f"NOT TESTED: {error}")
    publisher = Publisher()
    client = Client(core, **publisher.ports)
    game = Game(base, client, head_files(FIGURES), FACE, shadows=False)
    base.aspect2d.hide()  # figures change all the time
    prepared = Stage(base, game, publisher)
    for _ in range(3):  # the first pictures have no shadows yet
        prepared.shows({})
    yield prepared
    client.close()
    prepared.publisher.close()
    base.destroy()
