"""Deliberately broken libraries: each folder holds one, and `expected.txt`, the messages its author reads.

After a change of wording, `MIEN_REWRITE=1 pytest` of this file writes them anew: read them before committing.
"""

import os
from pathlib import Path

import pytest

from mien.behavior.authoring import LibraryError, Severity, check, load

BROKEN = sorted(path for path in (Path(__file__).parent / "broken").iterdir() if path.is_dir())


def messages(folder: Path) -> str:
    return "".join(f"{problem.severity} {problem.code}\n  {problem}\n" for problem in check(folder))


@pytest.mark.parametrize("folder", BROKEN, ids=lambda folder: folder.name)
def test_its_author_reads_what_is_wrong_and_where(folder: Path) -> None:
    expected = folder / "expected.txt"
    if os.environ.get("MIEN_REWRITE"):
        expected.write_text(messages(folder))
    assert messages(folder) == expected.read_text()


@pytest.mark.parametrize("folder", BROKEN, ids=lambda folder: folder.name)
def test_it_loads_only_if_nothing_is_an_error(folder: Path) -> None:
    unloadable = [problem for problem in check(folder) if problem.severity is Severity.ERROR]
    if all(problem.code == "law3-parallel" for problem in unloadable):
        assert load(folder).sha256
    else:
        with pytest.raises(LibraryError) as caught:
            load(folder)
        assert list(caught.value.problems) == unloadable


def test_there_are_more_than_twenty() -> None:
    assert len(BROKEN) > 20
