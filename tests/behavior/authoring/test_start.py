from pathlib import Path

import pytest

from mien.behavior.authoring import check, load
from mien.behavior.authoring.play import play
from mien.behavior.authoring.scenario import find, read
from mien.behavior.authoring.start import FolderTakenError, new


def test_a_new_library_has_no_problems_and_meets_its_scenarios(tmp_path: Path) -> None:
    new(tmp_path / "mine")
    assert check(tmp_path / "mine") == []
    library = load(tmp_path / "mine")
    (scenarios,) = find(tmp_path / "mine")
    for scenario in read(scenarios, library):
        assert [outcome for outcome in play(library, scenario).outcomes if not outcome.met] == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(FolderTakenError, match="not empty"):
        new(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]
