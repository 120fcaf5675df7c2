"""Finds MienCore's shared library, building it from its sources the first time."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from mien.examples.tavern.cache import cached

HERE: Final = Path(__file__).resolve().parent
SOURCES: Final = (
    HERE / "core",  # in an installed wheel
    HERE.parents[1] / "unreal_plugin" / "Mien" / "Source" / "MienCore",  # in a checkout
)
NAME: Final = {"win32": "mien_core.dll", "darwin": "libmien_core.dylib"}.get(sys.platform, "libmien_core.so")
COMPILERS: Final = ("c++", "g++", "clang++")
FLAGS: Final = (
    "-std=c++17",
    "-O2",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-fno-exceptions",
    "-fno-rtti",
)


class CoreLibraryError(Exception):
    """MienCore cannot be had; the text says why and what would help."""


def core_library() -> Path:
    """Return the path of MienCore's shared library.

    The environment variable `MIEN_CORE` names one that was built elsewhere. Otherwise it is compiled, which
    takes some seconds, and kept in the user's cache for as long as its sources stay the same.

    Raises:
        CoreLibraryError: there is no compiler, or it fails.
    """
    if given := os.environ.get("MIEN_CORE"):
        if not Path(given).is_file():
            raise CoreLibraryError(f"MIEN_CORE names {given}, where there is no library")
        return Path(given)
    folder = next((folder for folder in SOURCES if (folder / "Private").is_dir()), None)
    if folder is None:
        raise CoreLibraryError(
            f"MienCore's sources are missing: neither {SOURCES[0]} nor {SOURCES[1]} is there"
        )
    library = cached("core", [*folder.glob("Private/*"), *folder.glob("Public/MienCore/*")]) / NAME
    if not library.is_file():
        _compile(folder, library)
    return library


def _compile(folder: Path, library: Path) -> None:
    compiler = next(
        (name for name in (os.environ.get("CXX"), *COMPILERS) if name and shutil.which(name)), None
    )
    if compiler is None:
        raise CoreLibraryError(
            "building MienCore takes a C++17 compiler, and there is none: install g++ or clang (Debian: apt "
            "install g++; macOS: xcode-select --install), or build unreal_plugin/Mien/Source/MienCore with "
            "CMake, and set MIEN_CORE to the library"
        )
    # Under another name first: two games may start at once.
    with tempfile.TemporaryDirectory(dir=library.parent) as scratch:
        built = Path(scratch) / NAME
        command = [compiler, *FLAGS, "-I", folder / "Public", "-I", folder / "Private"]
        command += [*sorted(folder.glob("Private/*.cpp")), "-pthread", "-o", built]
        result = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        if result.returncode != 0:
            first = next(
                (line for line in result.stderr.splitlines() if "error" in line), result.stderr[:200]
            )
            raise CoreLibraryError(f"{compiler} could not build MienCore: {first.strip()}")
        built.replace(library)
