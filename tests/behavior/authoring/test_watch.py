from pathlib import Path

from mien.behavior.authoring import load
from mien.behavior.authoring.watch import changed, reload, stamps

GOOD = "autonomous:\n  smile: {trigger: joy > .5}\n"


def test_says_which_files_changed(tmp_path: Path) -> None:
    (tmp_path / "library.yaml").write_text(GOOD)
    (tmp_path / "old.yaml").write_text("{}")
    before = stamps(tmp_path)
    assert changed(before, stamps(tmp_path / "library.yaml")) == []
    (tmp_path / "library.yaml").write_text(GOOD + "# longer\n")
    (tmp_path / "old.yaml").unlink()
    (tmp_path / "new.yaml").write_text("{}")
    assert changed(before, stamps(tmp_path)) == ["library.yaml", "new.yaml", "old.yaml"]


def test_a_good_edit_gives_the_new_library(tmp_path: Path) -> None:
    (tmp_path / "library.yaml").write_text(GOOD)
    old = load(tmp_path)
    (tmp_path / "library.yaml").write_text(GOOD.replace(".5", ".7"))
    found = reload(old, tmp_path)
    assert found.library is not old
    assert (found.problems, found.message) == ((), "")


def test_no_change_keeps_the_very_same_library(tmp_path: Path) -> None:
    (tmp_path / "library.yaml").write_text(GOOD)
    old = load(tmp_path)
    assert reload(old, tmp_path).library is old


def test_a_broken_edit_keeps_the_old_library_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "library.yaml").write_text(GOOD)
    old = load(tmp_path)
    (tmp_path / "library.yaml").write_text("autonomous:\n  smile: {trigger: joj > .5, aim: 3}\n")
    found = reload(old, tmp_path)
    assert found.library is old
    assert len(found.problems) == 2
    assert found.message.startswith(f"library not reloaded: {tmp_path}/library.yaml:2:20: no emotion")
    assert "and 1 more" in found.message
