"""Builds MienCore and its tests once, for whoever asks, with the compiler of this machine."""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
BUILD = ROOT / "build" / "core"

Builder = Callable[[str], Path]


def compilers() -> tuple[str, ...]:
    """Compilers to try, the one of the environment first."""
    return tuple(filter(None, (os.environ.get("CXX"), "clang++", "g++", "c++")))


def compiler(*names: str) -> str:
    """Return the first of these that is installed; skip the test loudly otherwise."""
    found = next((name for name in names if shutil.which(name)), None)
    if found is None:
        pytest.skip(f"NOT TESTED: no C++ compiler ({', '.join(names)}) is installed; MienCore needs one")
    return found


@pytest.fixture(scope="session")
def compiler_command() -> str:
    """Return this machine's C++ compiler."""
    return compiler(*compilers())


@pytest.fixture(scope="session")
def build() -> Builder:
    """Return what builds one flavor (plain, address, thread, fuzz) and gives its folder."""
    done: dict[str, Path] = {}

    def make(flavor: str) -> Path:
        if flavor not in done:
            done[flavor] = _build(flavor)
        return done[flavor]

    return make


@pytest.fixture
def connect(build: Builder) -> Iterator[Callable[..., Any]]:
    """Return what makes a running `mien_core.Client` from ports and options."""
    spec = importlib.util.spec_from_file_location("mien_core", ROOT / "examples" / "tavern" / "mien_core.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["mien_core"] = module  # where its dataclasses look for it
    spec.loader.exec_module(module)
    library = build("plain") / "MienCore" / "libmien_core.so"
    opened: list[Any] = []

    def make(**options: int) -> Any:
        opened.append(module.Client(library, **options))
        return opened[-1]

    yield make
    for client in opened:
        client.close()


def _build(flavor: str) -> Path:
    cxx = compiler("clang++") if flavor == "fuzz" else compiler(*compilers())
    if not shutil.which("cmake"):
        pytest.skip("NOT TESTED: no cmake; `pip install cmake ninja`, as the dev extra does, brings it")
    folder = BUILD / flavor
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:  # parallel test processes share the folder
        fcntl.flock(lock, fcntl.LOCK_EX)
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        _run("cmake", "-S", HERE, "-B", folder, *generator,
             f"-DMIEN_SANITIZER={flavor}", f"-DCMAKE_CXX_COMPILER={cxx}")  # fmt: skip
        _run("cmake", "--build", folder, "--parallel", "2")
    return folder


def _run(*command: object) -> None:
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        pytest.fail(f"{command[0]} failed:\n{result.stdout[-6000:]}{result.stderr[-6000:]}")
