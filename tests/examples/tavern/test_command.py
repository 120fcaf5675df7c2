"""`python -m mien.examples.tavern`, as its users run it: as a process, with a sidecar of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil
import pytest

PATIENCE = 100
pytestmark = pytest.mark.timeout(300)  # the first run builds core and heads
COMMAND = (sys.executable, "-m", "mien.examples.tavern")


@pytest.fixture
def port() -> int:
    """Return the first of four ports that nobody listens on."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first: int = probe.getsockname()[1]
        if first < 60_000:
            return first


@pytest.fixture
def tavern(core: Path, make_clip: Callable[..., Path], port: int) -> Iterator[Callable[..., Any]]:
    """Start the game on a clip of ten seconds in which nobody is there."""
    clip = make_clip(times=[i / 10 for i in range(100)])
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> subprocess.Popen[str]:
        command = [*COMMAND, str(clip), "--offscreen", "--size", "320x180", "--port", str(port)]
        process = subprocess.Popen(
            [*command, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "MIEN_CORE": str(core)},
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def sidecar(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Wait until both processes of the sidecar run; return them."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        children = psutil.Process(process.pid).children()
        if len(children) == 2:
            return children
        time.sleep(0.05)
    pytest.fail(f"no sidecar: {process.communicate()[1]}")


def test_one_command_runs_sidecar_and_game_keeps_picture_and_film_and_ends_both(
    tavern: Callable[..., Any], tmp_path: Path
) -> None:
    picture, film = tmp_path / "last.png", tmp_path / "film.mp4"
    process = tavern("--seconds", 2, "--picture", picture, "--film", film)
    children = sidecar(process)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    assert "faces arrive" in err
    drawn = cv2.imread(str(picture))
    assert drawn.shape == (180, 320, 3) and np.ptp(drawn) > 100
    filmed = cv2.VideoCapture(str(film))
    assert filmed.read()[0]
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)


def test_a_game_that_is_killed_leaves_no_orphans(tavern: Callable[..., Any]) -> None:
    process = tavern()
    children = sidecar(process)
    os.kill(process.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert not alive


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--size", "big"), "1280x720"),
        (("--library", "nowhere"), "no folder nowhere"),
    ],
)
def test_mistakes_are_said_in_a_line(arguments: tuple[str, ...], said: str) -> None:
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


def test_without_panda3d_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from mien.examples.tavern import __main__ as command

    monkeypatch.setattr(command.importlib.util, "find_spec", lambda _name: None)
    assert command.main([]) == 2
    assert capsys.readouterr().err == "tavern: the tavern needs Panda3D: pip install 'mien[game]'\n"
