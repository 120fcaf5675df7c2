"""Rows from training to the table, on sets so small and plain that any method learns them."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed: rows are not tested")

from mien.models.cards import Card  # noqa: E402
from mien.models.laboratory import report, run, sets  # noqa: E402
from mien.models.laboratory.export import ExportError, write_checked  # noqa: E402
from mien.models.laboratory.methods import METHODS  # noqa: E402
from mien.models.laboratory.trainer import RunError  # noqa: E402
from mien.models.manifest import ManifestError  # noqa: E402

QUICK = {"epochs": 12, "patience": 12, "batch": 8, "rate": 0.01}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


def train(name: str, data: Path, runs: Path, folds: bool = False) -> run.Row:
    method = METHODS[name]
    quick = replace(method, plan=replace(method.plan, **QUICK))
    found = next(d for d in sets.find([data]) if d.kind in method.kinds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "FEW", 999 if folds else 0)
        return run.train(quick, found, runs)


@pytest.mark.parametrize(
    "name",
    ["hog_svm", "lbp_svm", "haar_svm", "mfcc_svm", "tfidf", "vgg_expression", "text_bilstm_mha", "mien.text"],
)
def test_a_method_learns_what_is_plain_to_see_or_hear_or_read(name: str, data: Path, runs: Path) -> None:
    row = train(name, data, runs)
    assert row.scores["accuracy"]["value"] > 0.8
    assert row.scores["n"] == (36 if row.data == "text_toy" else 18)
    assert row.protocol == "dev"


@pytest.mark.parametrize("name", ["cnn_lstm", "enhance_reorganize", "gru_mha"])
def test_a_fusion_learns_pairs_and_its_row_is_marked_synthetic(name: str, data: Path, runs: Path) -> None:
    row = train(name, data, runs)
    assert row.scores["accuracy"]["value"] > 0.5
    assert row.synthetic
    assert row.parameters > 0


def test_the_majority_is_what_its_name_says(data: Path, runs: Path) -> None:
    row = train("majority", data, runs)
    assert row.scores["accuracy"]["value"] == pytest.approx(1 / 3)
    assert row.scores["uar"]["value"] == pytest.approx(1 / 3)


def test_where_dev_is_small_everybody_is_scored_once_by_a_model_that_never_saw_them(
    data: Path, tmp_path: Path
) -> None:
    row = train("hog_svm", data, tmp_path, folds=True)
    assert row.protocol == "5 folds by subject"
    assert row.scores["n"] == 72
    assert row.scores["subjects"] == 12
    entries = sets.read(data / "faces_toy").entries
    for division in run.divisions(entries):
        sets.check_apart(division)


def test_a_method_refuses_a_set_of_another_kind(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="vgg_expression learns from faces, text_toy holds text"):
        run.train(METHODS["vgg_expression"], sets.read(data / "text_toy"), tmp_path)


def test_results_become_a_table_with_intervals_and_a_plot(data: Path, runs: Path, tmp_path: Path) -> None:
    train("majority", data, runs)
    train("hog_svm", data, runs)
    train("gru_mha", data, runs)
    rows = report.collect(runs)
    table = report.markdown(rows)
    real, synthetic = table.split("## Synthetic pairs")
    assert "`hog_svm`" in real
    assert "`gru_mha`" in synthetic
    assert "`gru_mha`" not in real
    card = Card("net", 5, "face", ("joy",), "a set", "MIT", True, "accuracy .9")
    assert "| `net` | face | accuracy .9 | a set |" in report.shipped([card])
    report.plot(rows, tmp_path / "plot.png")
    report.plot_curves(rows, runs, tmp_path / "curves.png")
    for name in ("plot.png", "curves.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_a_table_of_nothing_says_what_makes_rows(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no finished run; `mien train NAME` makes one"):
        report.collect(tmp_path)
    (tmp_path / "a@b").mkdir()
    (tmp_path / "a@b" / "result.json").write_text("{}")
    with pytest.raises(RunError, match="is not a result of the laboratory"):
        report.collect(tmp_path)


@pytest.mark.parametrize(
    "name", ["vgg_expression", "text_bilstm_mha", "gru_mha", "enhance_reorganize", "cnn_lstm"]
)
def test_an_exported_network_computes_what_the_trained_one_does(
    name: str, data: Path, runs: Path, tmp_path: Path
) -> None:
    row = train(name, data, runs)
    assert run.export(runs / row.name, tmp_path / "net.onnx") <= 1e-4
    assert (tmp_path / "net.onnx").exists()


def test_an_export_that_computes_something_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.models.laboratory.export.TOLERANCE", -1.0)
    with pytest.raises(ExportError, match="differs from torch"):
        write_checked(
            torch.nn.Linear(2, 2), (torch.rand(1, 2),), tmp_path / "n.onnx", ["y"], {"x": {0: "n"}}, "t"
        )


def test_a_trained_row_scores_another_manifest(data: Path, runs: Path) -> None:
    row = train("vgg_expression", data, runs)
    scores = run.evaluate(runs / row.name, data / "faces_toy" / "manifest.csv", "dev")
    assert scores["accuracy"] == row.scores["accuracy"]["value"]
    assert np.sum(scores["confusion"]) == scores["n"] == 18
    assert json.dumps(scores)


def test_a_folder_without_a_network_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no finished network"):
        run.load(tmp_path, tmp_path)
