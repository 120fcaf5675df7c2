"""The laboratory's commands: what they print, and what a mistake looks like."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mien.models.laboratory.results import Row
from mien.models.laboratory.rows import ROWS
from mien.runtime.cli import commands, laboratory
from mien.runtime.cli.app import UserError, app

assert commands.laboratory is laboratory  # registered


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def problem(*arguments: object) -> str:
    result = call(*arguments)
    assert isinstance(result.exception, UserError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


def test_without_the_train_extra_one_line_gives_the_pip_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laboratory.importlib.util, "find_spec", lambda _: None)
    assert "pip install 'mien[train,cpu]'" in problem("train", "hog_svm", "--data", ".")


def _run(folder: Path) -> Path:
    (folder / "lstm@speech_a").mkdir()
    (folder / "lstm@speech_a" / "result.json").write_text("{}")
    return folder


def test_names_are_checked_before_torch_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laboratory.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path / "none"))
    runs = ("--runs", _run(tmp_path))
    told = problem("evaluate", "nosuch", "--manifest", "m.csv", *runs)
    assert "nosuch: no such recognizer; there are mien, text, lstm; `mien models add`" in told
    assert "/etc: no such recognizer" in problem("evaluate", "/etc", "--manifest", "m.csv", *runs)
    assert "nosuch: no such row; there are cnn_lstm" in problem("train", "nosuch")
    exported = problem("export", "nosuch", tmp_path / "a.onnx", *runs)
    assert "nosuch: no such row; there are cnn_lstm" in exported
    assert "holds no finished run" in problem("compare", "--runs", tmp_path / "none")
    assert "needs a folder of sets to learn: --data FOLDER" in problem("train", "lstm")
    assert "pip install" in problem("evaluate", "lstm", "--manifest", "m.csv", *runs)


def test_the_table_of_a_comparison_needs_no_torch(tmp_path: Path) -> None:
    figure = {"value": 0.5, "interval": [0.25, 0.75]}
    scores = dict.fromkeys(("accuracy", "uar", "weighted_f1", "macro_f1"), figure)
    row = Row(
        "lstm", "P3", "speech_a", False, "dev", ("joy", "fear"), 7, 1.0, 1.0,
        {"n": 4, "subjects": 2, "calibration_error": 0.1, **scores},
    )  # fmt: skip
    (_run(tmp_path) / "lstm@speech_a" / "result.json").write_text(json.dumps(asdict(row)))
    script = (
        "import sys; sys.modules.update(torch=None, sklearn=None, soundfile=None, onnx=None);"
        "from mien.runtime.cli.app import main; main()"
    )
    out = tmp_path / "table.md"
    subprocess.run(
        [sys.executable, "-c", script, "compare", "--runs", tmp_path, "--out", out], check=True, timeout=120
    )
    assert "| `lstm` | P3 | .500 (.250–.750) |" in out.read_text(encoding="utf-8")


def test_train_list_names_every_row_and_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laboratory.importlib.util, "find_spec", lambda _: None)
    told = call("train", "list")
    assert told.exit_code == 0
    assert "gru_mha.no_gender            P3        learns pairs" in told.stdout


def test_models_lists_what_is_installed_with_its_licence() -> None:
    result = call("models", "--json")
    found = {card["name"]: card for card in json.loads(result.stdout)}
    assert found["text"]["classes"][0] == "neutral"
    assert {"licence", "commercial", "score", "size", "data", "task"} <= found["text"].keys()
    assert "text" in call("models").stdout


def test_evaluate_text_prints_one_json_object(tmp_path: Path) -> None:
    table = tmp_path / "test.csv"
    table.write_text("dialogue,utterance,speaker,text,label\n0,0,Ann,I love it! That is great!,joy\n")
    scores = json.loads(call("evaluate", "text", "--manifest", table, "--json").stdout)
    assert scores["n"] == 1
    assert {"accuracy", "uar", "weighted_f1", "per_class", "confusion", "ms_per_item"} <= scores.keys()
    assert "1 items" in call("evaluate", "text", "--manifest", table).stdout


def test_the_lines_that_the_text_net_learned_from_are_told_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "text_meld").mkdir()
    for name, warned in (("dev", True), ("test", False)):
        table = tmp_path / "text_meld" / f"{name}.csv"
        table.write_text("dialogue,utterance,speaker,text,label\n0,0,Ann,Oh no!,sadness\n")
        result = call("evaluate", "text", "--manifest", table, "--json")
        assert ("see models/weights/text.md" in json.loads(result.stdout)["warning"]) == warned
        assert ("no score on strangers" in result.stderr) == warned


def test_a_table_of_lines_has_no_splits_and_is_no_folder(tmp_path: Path) -> None:
    assert "a table of lines is one split" in problem("evaluate", "text", "--manifest", "a", "--split", "dev")
    assert "is a folder" in problem("evaluate", "text", "--manifest", tmp_path)


def test_a_missing_table_is_a_line(tmp_path: Path) -> None:
    assert "none.csv" in problem("evaluate", "text", "--manifest", tmp_path / "none.csv")


class TestWithTorch:
    @pytest.fixture(autouse=True)
    def _needs_torch(self) -> None:
        pytest.importorskip("torch", reason="the train extra is not installed")

    def test_an_unknown_row_is_answered_with_those_that_are_known(self, tmp_path: Path) -> None:
        assert "there are cnn_lstm" in problem("train", "resnet", "--data", tmp_path)

    def test_a_folder_without_a_fitting_set_says_what_was_sought(self, tmp_path: Path) -> None:
        assert "holds no set faces_* that hog_svm can learn" in problem("train", "hog_svm", "-d", tmp_path)

    def test_a_missing_public_set_says_where_it_is_published(self, tmp_path: Path) -> None:
        assert "is published at https://" in problem("dataset", "ravdess", tmp_path, tmp_path / "speech_r")

    def test_export_and_evaluate_name_the_runs_that_there_are(self, tmp_path: Path) -> None:
        (tmp_path / "lstm@a").mkdir()
        (tmp_path / "lstm@b").mkdir()
        assert "holds lstm@a, lstm@b; say --on SET" in problem(
            "export", "lstm", tmp_path / "n.onnx", "--runs", tmp_path
        )
        assert "holds none" in problem(
            "evaluate", "bpnn", "--manifest", tmp_path / "m.csv", "--runs", tmp_path
        )

    def test_compare_of_nothing_says_what_makes_rows(self, tmp_path: Path) -> None:
        assert "`mien train NAME` makes one" in problem("compare", "--runs", tmp_path)

    def test_the_rows_known_without_torch_are_those_of_the_table(self) -> None:
        from mien.models.laboratory.methods import METHODS

        assert {m.name: (m.paper, m.kinds) for m in METHODS.values()} == ROWS
        assert list(METHODS) == list(ROWS)


def test_an_encoder_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the train extra is not installed")
    asked = ("train", "text_bilstm_mha", "--data", tmp_path, "--encoder", tmp_path / "none.onnx")
    assert "none.onnx: no such file" in problem(*asked)
