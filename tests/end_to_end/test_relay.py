"""`mien relay`: a director under CURVE, reached by a game that speaks no encryption."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mien.bridge.channels import Endpoints
from mien.bridge.subscriber import Subscriber

Start = Callable[..., Any]
PATIENCE = 45.0


def test_a_game_without_encryption_gets_faces_through_a_relay_that_ends_cleanly(
    mien: Start, port: int, tmp_path: Path
) -> None:
    here = port + 4
    keys = tmp_path / "keys"
    assert mien("keys", keys).ended()[0] == 0
    mien("direct", "--port", port, "--keys", keys)
    running = mien("relay", "127.0.0.1", "--remote-port", port, "--port", here, "--keys", keys)
    game = Subscriber(Endpoints.on(port=here))
    deadline = time.monotonic() + PATIENCE
    while game.reception().frames < 30:
        assert time.monotonic() < deadline, "no faces"
        game.receive(0.05)
    assert game.hello is not None and len(game.hello.characters) == 3
    game.close()
    running.interrupt()
    code, out, err = running.ended()
    assert (code, err) == (0, "")
    assert f"connected to curve+tcp://127.0.0.1:{port}" in out and "0 dropped" in out


def test_a_relay_without_keys_says_where_they_come_from(mien: Start, port: int, tmp_path: Path) -> None:
    code, _, err = mien("relay", "127.0.0.1", "--port", port, "--keys", tmp_path / "none").ended()
    assert code == 2
    assert "client.key_secret is missing; `mien keys` makes keys" in err


def test_its_help_teaches_the_whole_way(mien: Start) -> None:
    code, out, _ = mien("relay", "--help").ended()
    assert code == 0
    for part in ("mien keys", "--host ADDRESS --keys", "server.key", "client.key_secret", "127.0.0.1:5570"):
        assert part in " ".join(out.split()), part
