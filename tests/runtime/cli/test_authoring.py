import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mien.runtime.cli import authoring
from mien.runtime.cli.app import UserError, app

runner = CliRunner()
WIDE = {"COLUMNS": "200"}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    assert authoring
    folder = tmp_path / "mine"
    assert runner.invoke(app, ["new", str(folder)]).exit_code == 0
    return folder


def test_a_new_library_passes_check_and_test(library: Path) -> None:
    checked = runner.invoke(app, ["check", str(library)])
    assert (checked.exit_code, checked.stdout) == (0, "no problems\n")
    tested = runner.invoke(app, ["test", str(library)])
    assert tested.exit_code == 0
    assert "all met" in tested.stdout


def test_a_mistake_is_shown_with_its_line_and_a_caret(library: Path) -> None:
    rules = library / "autonomous.yaml"
    rules.write_text(rules.read_text().replace("joy above .6", "joj above .6"))
    found = runner.invoke(app, ["check", str(library)], env=WIDE)
    assert found.exit_code == 2
    assert "autonomous.yaml:5:14: error: no emotion is called `joj`; did you mean `joy`?" in found.stdout
    lines = found.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if "joj above" in line and "|" in line)
    assert lines[at + 1].index("^") == lines[at].index("joj")


def test_warnings_have_an_exit_code_of_their_own(library: Path) -> None:
    rules = library / "autonomous.yaml"
    rules.write_text(rules.read_text().replace("joy above .6 until below .4", "joy > 1"))
    found = runner.invoke(app, ["check", "--json", str(library)])
    assert found.exit_code == 1
    (problem,) = json.loads(found.stdout)
    assert problem["code"] == "trigger-never"
    assert problem["file"] == str(rules)
    assert (problem["line"], problem["severity"]) == (4, "warning")


def test_a_failed_scenario_fails_the_command(library: Path) -> None:
    scenarios = library / "scenarios.yaml"
    scenarios.write_text(scenarios.read_text().replace("joy < .3", "joy > .9"))
    found = runner.invoke(app, ["test", str(library)])
    assert found.exit_code == 1
    assert "1 failed" in found.stdout
    assert runner.invoke(app, ["test", str(library), "--only", "fireplace"]).exit_code == 0


def test_what_cannot_be_tested_is_a_users_mistake(tmp_path: Path, library: Path) -> None:
    (library / "scenarios.yaml").unlink()
    for path in (library, tmp_path / "nowhere"):
        found = runner.invoke(app, ["test", str(path)])
        assert isinstance(found.exception, UserError)


def test_the_tree_is_drawn_and_the_schema_written(library: Path, tmp_path: Path) -> None:
    assert "filter  when player.joy" in runner.invoke(app, ["tree", str(library)], env=WIDE).stdout
    assert runner.invoke(app, ["tree", str(library), "--svg", "-"]).stdout.startswith("<svg")
    target = tmp_path / "schema.json"
    assert runner.invoke(app, ["schema", "-o", str(target)]).exit_code == 0
    assert json.loads(target.read_text()) == json.loads((library / "library.schema.json").read_text())
    missing = runner.invoke(app, ["schema", "-o", str(target / "x.json")])
    assert isinstance(missing.exception, UserError)


def test_a_taken_folder_is_a_users_mistake(library: Path) -> None:
    assert isinstance(runner.invoke(app, ["new", str(library)]).exception, UserError)
