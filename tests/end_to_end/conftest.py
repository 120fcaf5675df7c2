"""Running `mien` as its users do: as a process, by its command line."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

PATIENCE = 60

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # What a shell without job control puts in the background is deaf to Ctrl-C, and so are its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Mien:
    """One running `mien` command."""

    def __init__(self, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mien.runtime", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "PYTHONWARNINGS": "default"},
            start_new_session=True,
        )

    def ended(self) -> tuple[int, str, str]:
        """Wait for its end; return exit code, standard output and standard error."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err

    def interrupt(self) -> None:
        """Do what Ctrl-C in its terminal does: to the whole process group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def child(self, command: str) -> psutil.Process | None:
        """Return its child process that runs `mien COMMAND`, if there is one."""
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):  # it ended while we looked
                if command in child.cmdline():
                    return child
        return None


@pytest.fixture
def mien() -> Iterator[Callable[..., Mien]]:
    """Start commands; end those that a test leaves running."""
    started: list[Mien] = []

    def start(*arguments: object) -> Mien:
        started.append(Mien(*arguments))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()


@pytest.fixture
def port() -> int:
    """Return the first of four ports that nobody listens on."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first: int = probe.getsockname()[1]
        if first > 60_000:
            continue
        try:
            for offset in range(4):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", first + offset))
        except OSError:
            continue
        return first


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Return a copy of the sample's library, to be edited."""
    import shutil

    from mien.runtime.cli.wiring import SAMPLE_LIBRARY

    return Path(shutil.copytree(SAMPLE_LIBRARY, tmp_path / "library"))
