"""`python -m mien.examples.tavern`, as its users run it: as a process, with a sidecar of its own."""

import os
import shutil
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

LIBRARY = Path(__file__).parents[3] / "examples" / "tavern" / "library"
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

    def start(*arguments: object, source: Path = clip) -> subprocess.Popen[str]:
        command = [*COMMAND, str(source), "--offscreen", "--size", "320x180", "--port", str(port)]
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


@pytest.fixture
def taken(port: int) -> Iterator[int]:
    """Listen on the first port, as another sidecar would."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        yield port


def said(process: subprocess.Popen[str]) -> str:
    """Wait until it ends with a user's mistake; return what it said of that."""
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2 and "Traceback" not in err, err
    return err.partition("tavern: ")[2]


@pytest.mark.parametrize("arguments", [(), ("--seconds", 3)], ids=["endless", "for seconds"])
def test_a_port_in_use_ends_the_game_instead_of_joining_another_sidecar(
    tavern: Callable[..., Any], taken: int, arguments: tuple[object, ...]
) -> None:
    line = said(tavern(*arguments))
    assert f"{taken}" in line and "the port is in use" in line and line.count("\n") == 1


def test_a_broken_library_ends_the_game_with_every_mistake(
    tavern: Callable[..., Any], tmp_path: Path
) -> None:
    library = shutil.copytree(LIBRARY, tmp_path / "library")
    (library / "feelings.yaml").write_text("emotions:\n  - name: [fondness\n")
    assert "feelings.yaml:" in said(tavern("--library", library))


def test_a_source_that_is_not_there_ends_the_game(tavern: Callable[..., Any], tmp_path: Path) -> None:
    line = said(tavern("--seconds", 8, source=tmp_path / "nowhere.mp4"))
    assert line.startswith("no such file") and line.count("\n") == 1


def test_a_sidecar_that_dies_later_is_said_and_the_game_still_ends_in_time(
    tavern: Callable[..., Any], tmp_path: Path
) -> None:
    picture = tmp_path / "last.png"
    process = tavern("--seconds", 4, "--picture", picture)
    director, _ = sidecar(process)
    err = ""
    for err_line in process.stderr:
        err += err_line
        if "faces arrive" in err_line:
            director.kill()
            break
    rest = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 0 and picture.is_file(), err + rest
    assert "the sidecar has ended: the director ended with exit code" in rest


def test_a_game_that_is_killed_leaves_no_orphans(tavern: Callable[..., Any]) -> None:
    process = tavern()
    children = sidecar(process)
    os.kill(process.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert not alive


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--size", "big"), "1280x720"),
        (("--library", "nowhere"), "no folder nowhere"),
        (("--picture", "nowhere/p.png"), "no folder nowhere"),
        (("--film", "nowhere/f.mp4"), "no folder nowhere"),
        (("--picture", "p.gif"), "end in .png"),
    ],
)
def test_mistakes_are_said_in_a_line_before_anything_starts(arguments: tuple[str, ...], named: str) -> None:
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 2 and named in done.stderr
    assert done.stderr.startswith("tavern: ") and done.stderr.count("\n") == 1


def test_without_panda3d_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from mien.examples.tavern import __main__ as command

    monkeypatch.setattr(command.importlib.util, "find_spec", lambda _name: None)
    assert command.main([]) == 2
    assert capsys.readouterr().err == "tavern: the tavern needs Panda3D: pip install 'mien[game]'\n"
