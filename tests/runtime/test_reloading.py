"""A library that is saved while it runs: what its author is told."""

import shutil
import time
from pathlib import Path

import pytest

from mien.runtime import reloading
from mien.runtime.cli.wiring import SAMPLE_LIBRARY, load_library
from mien.runtime.director import Director
from mien.runtime.reloading import Reloader


def told(reloader: Reloader) -> Director | str:
    """Return the next thing that the reloader says."""
    deadline = time.monotonic() + 30
    while (news := reloader.take()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return news


def test_a_file_that_is_broken_and_then_mended_is_said_to_be_well_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reloading, "PERIOD", 0.05)
    folder = tmp_path / "library"
    shutil.copytree(SAMPLE_LIBRARY, folder)
    file = folder / "cast.yaml"
    before = file.read_text()
    reloader = Reloader(folder, Director(load_library(folder), seed=0, rate=60))
    try:
        file.write_text(before + "\nnonsense: [\n")
        assert "not reloaded" in str(told(reloader))
        file.write_text(before)
        assert "as it was before" in str(told(reloader))
    finally:
        reloader.close()
