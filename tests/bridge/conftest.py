"""Messages and waiting, for all tests of the bridge."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from mien.bridge.clock import clock_id
from mien.bridge.faces import FACE
from mien.bridge.messages import EMOTIONS, FaceFrame, Hello

HelloMaker = Callable[..., Hello]
FaceMaker = Callable[..., FaceFrame]


@pytest.fixture
def make_hello() -> HelloMaker:
    def make(*names: str, **changes: object) -> Hello:
        values: dict[str, object] = {
            "t": 1_000_000,
            "session": "test",
            "generation": 1,
            "clock": clock_id(),
            "wall": 1_700_000_000_000_000,
            "rate": 60,
            "emotions": EMOTIONS,
            "pad": np.zeros((7, 3), np.float32),
            "ids": np.arange(16, 16 + len(names), dtype=np.uint32),
            "characters": names,
            "face": FACE,
            "rules": (),
        }
        return Hello(**(values | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def make_face() -> FaceMaker:
    def make(seq: int = 1, characters: int = 2, **changes: object) -> FaceFrame:
        values: dict[str, object] = {
            "t": 1_000_000,
            "seq": seq,
            "generation": 1,
            "captured": 0,
            "ids": np.arange(16, 16 + characters, dtype=np.uint32),
            "affect": np.full((characters, 2, 7), 0.5, np.float32),
            "face": np.full((characters, 61), 0.25, np.float32),
        }
        return FaceFrame(**(values | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Ask again until the answer is yes, and fail after ten seconds of no."""

    def ask(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, "waited ten seconds in vain"
            time.sleep(0.002)

    return ask
