"""A game that wants few faces, the whole way: its message, what leaves, and what `mien probe` says of it."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from mien.bridge.channels import Endpoints
from mien.bridge.messages import Interest
from mien.bridge.outbox import GameLink

Start = Callable[..., Any]


def test_the_probe_tells_how_many_characters_a_frame_holds(mien: Start, port: int) -> None:
    mien("direct", "--port", port)
    ids, every = np.array([16, 17, 18], np.uint32), np.array([1, 0, 0], np.uint8)
    game = GameLink(Endpoints.on(port=port))  # keeps the message until the director is there
    assert game.send(Interest(t=0, game=7, ids=ids, every=every))
    probe = mien("probe", "--port", port, "--seconds", 10)
    for _ in range(5):
        time.sleep(2)
        game.send(Interest(t=0, game=7, ids=ids, every=every))
    game.close()
    code, out, err = probe.ended()
    assert (code, err) == (0, "")
    assert "1.0 characters; games want 2.0 less often" in out
