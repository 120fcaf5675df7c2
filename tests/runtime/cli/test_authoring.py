import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mien.behavior.authoring import load
from mien.bridge.messages import EMOTIONS, PLAYER, EmotionEstimate
from mien.runtime.cli import authoring
from mien.runtime.cli.app import UserError, app
from mien.runtime.director import Director
from mien.runtime.sessions.metadata import Metadata
from mien.runtime.sessions.recorder import Recorder

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


def test_a_library_that_needs_python_is_not_run_from_here(library: Path) -> None:
    rules = library / "autonomous.yaml"
    rules.write_text(rules.read_text().replace("  grin:\n", "  grin:\n    custom: dance\n"))
    assert runner.invoke(app, ["check", str(library)]).exit_code == 0
    found = runner.invoke(app, ["test", str(library)])
    assert isinstance(found.exception, UserError)
    assert "autonomous.yaml:4:3: `grin` needs the Python leaf `dance`" in str(found.exception)


def test_the_tree_is_drawn_and_the_schema_written(library: Path, tmp_path: Path) -> None:
    assert "filter  when player.joy" in runner.invoke(app, ["tree", str(library)], env=WIDE).stdout
    assert runner.invoke(app, ["tree", str(library), "--svg", "-"]).stdout.startswith("<svg")
    assert "--> warm_hands" in runner.invoke(app, ["tree", str(library), "--py-trees"]).stdout
    target = tmp_path / "schema.json"
    assert runner.invoke(app, ["schema", "-o", str(target)]).exit_code == 0
    assert json.loads(target.read_text()) == json.loads((library / "library.schema.json").read_text())
    missing = runner.invoke(app, ["schema", "-o", str(target / "x.json")])
    assert isinstance(missing.exception, UserError)


def test_a_taken_folder_is_a_users_mistake(library: Path) -> None:
    assert isinstance(runner.invoke(app, ["new", str(library)]).exception, UserError)


@pytest.fixture
def recording(library: Path, tmp_path: Path) -> Path:
    """Return a recording of three seconds: one of nothing, two of a joyful player."""
    loaded = load(library)
    director = Director(loaded, seed=0, rate=30)
    path = tmp_path / "session.mcap"
    settings = {"library": str(library), "begun": "0"}
    metadata = Metadata(version="test", seed=0, rate=30, hashes={"library": loaded.sha256}, settings=settings)
    recorder = Recorder(path, metadata)
    state = director.start(0)
    joyful = np.array([float(name == "joy") for name in EMOTIONS], np.float32)
    for tick in range(90):
        t = tick * 33_333
        estimate = EmotionEstimate(
            t=t, produced=t, lag=0, person=PLAYER, senses=1, used=1, presence=1.0, speaking=0.0,
            emotion=joyful, valence=0.0, arousal=0.0, confidence=1.0, share=np.array([1, 0, 0], np.float32),
            box=np.zeros(4, np.float32), head=np.zeros(3, np.float32), blend=np.zeros(52, np.float32),
        )  # fmt: skip
        inputs = [estimate] if tick >= 30 else []
        for message in (*inputs, *director.step(state, inputs, t)):
            recorder.record(message, t)
    recorder.close()
    return path


@pytest.mark.parametrize(
    ("character", "rule", "at", "said"),
    [
        ("Ada", "smile", "1.5", ["at 1.50 s Ada runs smile", "`always` holds", "autonomous.yaml"]),
        ("Ada", "smile", "0.5", ["Ada does not run smile", "player.joy above 0.4", "is unknown"]),
        ("Cole", "grin", "2", ["Cole does not run grin", "does not hold", "joy above 0.6", "is 0."]),
    ],
)
def test_why_gives_the_levels_and_what_stood_in_the_way(
    recording: Path, character: str, rule: str, at: str, said: list[str]
) -> None:
    found = runner.invoke(app, ["why", str(recording), character, rule, "--at", at], env=WIDE)
    assert found.exit_code == 0, found.output
    for text in said:
        assert text in found.stdout


def test_why_knows_whom_and_what_it_is_asked_about(recording: Path) -> None:
    for words in (["Adda", "smile"], ["Ada", "smlie"], ["Ada", "smile", "--library", "nowhere"]):
        found = runner.invoke(app, ["why", str(recording), *words])
        assert isinstance(found.exception, UserError)


def test_why_says_when_it_answers_for_another_library(recording: Path, library: Path) -> None:
    (library / "cast.yaml").write_text((library / "cast.yaml").read_text() + "# edited\n")
    found = runner.invoke(app, ["why", str(recording), "Ada", "smile"], env=WIDE)
    assert "has changed since the recording" in found.stdout
