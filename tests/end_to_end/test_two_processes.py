"""The live road: a supervisor, a director and a perceiver, and a game on the other side of ZeroMQ."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from mien.bridge.channels import Endpoints
from mien.bridge.faces import FACE
from mien.bridge.keys import load_client
from mien.bridge.messages import TEXT_USED, EmotionEstimate, FaceFrame, Status
from mien.bridge.subscriber import Subscriber
from mien.runtime.sessions.session import read_session

MakeClip = Callable[..., Path]
Start = Callable[..., Any]
PATIENCE = 45.0


@pytest.fixture
def clip(make_clip: MakeClip) -> Path:
    """Return ten seconds of gray pictures and a tone: nobody is there."""
    tone = (8000 * np.sin(np.arange(44_100 * 10) * 0.05)).astype(np.int16)
    return make_clip(times=[i / 10 for i in range(100)], sound=tone)


@pytest.fixture
def game(port: int) -> Any:
    """Return a game: what it received by type, and how to receive more."""
    subscriber = Subscriber(Endpoints.on(port=port))
    yield subscriber
    subscriber.close()


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"not within {PATIENCE:.0f} s: {what}"
        time.sleep(0.02)


def receives_faces(game: Subscriber, count: int) -> list[FaceFrame]:
    faces: list[FaceFrame] = []

    def enough() -> bool:
        faces.extend(m for m in game.receive(0.05) if isinstance(m, FaceFrame))
        return len(faces) >= count

    until(enough, f"{count} faces")
    return faces


def test_a_game_receives_faces_that_live_and_the_recording_is_whole(
    mien: Start, clip: Path, port: int, game: Subscriber, tmp_path: Path
) -> None:
    recording = tmp_path / "s.mcap"
    running = mien("run", clip, "--port", port, "--record", recording, "--seconds", 6)
    faces = receives_faces(game, 60)
    assert game.hello is not None and game.hello.face == FACE and len(game.hello.characters) == 3
    assert {frame.generation for frame in faces} == {game.hello.generation}
    stacked = np.stack([frame.face for frame in faces])
    assert np.ptp(stacked[:, :, 52:58], axis=0).max() > 0.002  # heads sway and eyes wander
    code, out, err = running.ended()
    assert (code, err) == (0, "")
    assert "face frames received" in out
    session = read_session(recording)
    assert session.truncated is None
    assert sum(1 for _ in session.records("face")) > 60
    code, out, _ = mien("replay", recording, "--verify").ended()
    assert (code, "verified" in out) == (0, True)


def test_when_the_perceiver_dies_faces_go_on_and_it_is_restarted(
    mien: Start, clip: Path, port: int, game: Subscriber
) -> None:
    running = mien("run", clip, "--port", port, "--seconds", 30)
    receives_faces(game, 20)
    until(lambda: running.child("perceive") is not None, "a perceiver")
    first = running.child("perceive")
    first.suspend()  # a dead one may be replaced before a second of silence has passed
    notices: list[str] = []

    def noticed() -> bool:
        notices.extend(m.notice for m in game.receive(0.05) if isinstance(m, Status))
        return any("no word from the perceiver" in notice for notice in notices)

    until(noticed, "a word about the silence")
    assert len(receives_faces(game, 20)) >= 20
    first.kill()
    until(lambda: (again := running.child("perceive")) is not None and again.pid != first.pid, "a restart")
    running.interrupt()
    code, out, _ = running.ended()
    assert code == 0 and "perceiver died" in out


def test_ctrl_c_ends_everything_and_closes_the_recording(
    mien: Start, clip: Path, port: int, game: Subscriber, tmp_path: Path
) -> None:
    recording = tmp_path / "s.mcap"
    running = mien("run", clip, "--port", port, "--record", recording)
    receives_faces(game, 20)
    children = psutil.Process(running.process.pid).children()
    assert len(children) == 2
    running.interrupt()
    code, _, err = running.ended()
    assert (code, err) == (0, "")
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
    assert read_session(recording).truncated is None


def test_a_supervisor_that_is_killed_leaves_no_orphans(
    mien: Start, clip: Path, port: int, game: Subscriber
) -> None:
    running = mien("run", clip, "--port", port)
    receives_faces(game, 5)
    children = psutil.Process(running.process.pid).children()
    os.kill(running.process.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert not alive


def test_a_port_in_use_is_said_and_how_to_choose_another(mien: Start, clip: Path, port: int) -> None:
    holder = Subscriber(Endpoints.on(port=port))
    first = mien("run", clip, "--port", port, "--seconds", 20)
    try:
        receives_faces(holder, 1)
    finally:
        holder.close()
    code, _, err = mien("run", clip, "--port", port, "--seconds", 5).ended()
    assert code == 2
    assert f"127.0.0.1:{port + 3}" in err and "--port" in err and "Traceback" not in err
    first.interrupt()
    assert first.ended()[0] == 0


def test_a_saved_library_takes_over_between_ticks_and_a_broken_one_does_not(
    mien: Start, clip: Path, port: int, game: Subscriber, library: Path
) -> None:
    running = mien("run", clip, "--port", port, "--library", library, "--seconds", 40)
    receives_faces(game, 20)
    first = game.hello
    cast = library / "cast.yaml"
    good = cast.read_text()
    cast.write_text(good.replace("Mira", "Mara"))
    until(lambda: game.receive(0.05) is not None and game.hello is not first, "the new names")
    hello = game.hello
    assert hello is not None and hello.generation == 2 and "Mara" in hello.characters
    assert receives_faces(game, 5)[-1].generation == 2
    notices: list[str] = []
    cast.write_text(good + "  nobody: [")
    until(
        lambda: (
            notices.extend(m.notice for m in game.receive(0.05) if isinstance(m, Status))
            or any("not reloaded" in notice and "cast.yaml" in notice for notice in notices)
        ),
        "a word about the mistake",
    )
    assert receives_faces(game, 5)[-1].generation == 2
    running.interrupt()
    assert running.ended()[0] == 0


def test_with_keys_everything_is_encrypted_and_a_stranger_sees_nothing(
    mien: Start, clip: Path, port: int, game: Subscriber, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    assert mien("keys", keys).ended()[0] == 0
    known = Subscriber(Endpoints.on(port=port, curve=True), load_client(keys))
    running = mien("run", clip, "--port", port, "--keys", keys, "--seconds", 30)
    try:
        receives_faces(known, 10)
    finally:
        known.close()
    assert game.receive(0.1) == [] and game.hello is None
    running.interrupt()
    code, out, _ = running.ended()
    assert code == 0 and "face frames received" in out


def test_what_is_said_on_the_command_line_is_read_recorded_and_replayed(
    mien: Start, clip: Path, port: int, game: Subscriber, tmp_path: Path
) -> None:
    recording = tmp_path / "s.mcap"
    running = mien("run", clip, "--port", port, "--record", recording, "--embed")
    receives_faces(game, 60)
    code, out, _ = mien("say", "Oh my God, that is so great!", "--port", port).ended()
    assert (code, "said" in out) == (0, True)

    def read() -> bool:
        return any(isinstance(m, EmotionEstimate) and m.used & TEXT_USED for m in game.receive(0.05))

    until(read, "an estimate that rests on the line")
    running.interrupt()
    assert running.ended()[0] == 0
    lines = [record.message for record in read_session(recording).records("utterance")]
    assert [(line.text, line.heard) for line in lines] == [("Oh my God, that is so great!", 1)]
    code, out, _ = mien("replay", recording, "--verify", "--from", "pixels").ended()
    assert (code, " 0 different, 0 missing" in out) == (0, True), out
