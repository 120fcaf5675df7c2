"""The text model that ships: trained in miniature, exported, and read line by line without torch."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed: shipping is not tested")

from mien.models import evaluate_text  # noqa: E402
from mien.models.laboratory import sets, ship_text  # noqa: E402
from mien.models.laboratory.ship_text import calibrate, dialogue  # noqa: E402
from mien.models.text import Line, TextRecognizer, TextState  # noqa: E402


@pytest.fixture(scope="module")
def shipped(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("text")
    out = folder / "text.onnx"
    ship_text.main(data / "text_toy", out, folder / "runs", folds=3)
    return out


def test_what_is_exported_reads_the_lines_it_should(shipped: Path, data: Path) -> None:
    scores = evaluate_text.evaluate(data / "text_toy" / "dev.csv", TextRecognizer(shipped))
    assert scores["accuracy"] > 0.9
    assert scores["n"] == np.sum(scores["confusion"]) == 36
    assert json.dumps(scores)


def test_the_record_tells_what_every_fold_scored_and_the_gap_to_torch(shipped: Path) -> None:
    record = json.loads((shipped.parent / "runs" / "text-chosen.json").read_text())
    assert record["folds"]["n"] == 126  # all lines of train and dev, each once
    assert len(record["folds"]["by fold"]) == 3
    assert record["gap_to_torch"] <= 1e-4
    assert record["dev"]["accuracy"]["value"] > 0.9


def test_the_same_dialogue_is_read_the_same_way_twice(shipped: Path) -> None:
    recognizer, state = TextRecognizer(shipped), TextState()
    lines = [Line("great wonderful yes", "A"), Line("hate this stop", "B"), Line("the table", "A")]
    first = [recognizer.step(state, line, t).emotion for t, line in enumerate(lines)]
    again = TextState()
    assert all(
        np.array_equal(e, recognizer.step(again, line, t).emotion)
        for t, (e, line) in enumerate(zip(first, lines, strict=True))
    )


def test_a_line_is_read_after_those_of_its_own_dialogue_only(data: Path) -> None:
    found = dialogue(sets.read(data / "text_toy").split("train"))
    assert [len(before) for _, before in found[:5]] == [0, 1, 2, 0, 1]
    assert found[2][1] == [found[0][0], found[1][0]]


def test_a_network_that_is_too_sure_is_made_less_so() -> None:
    random = np.random.default_rng(0)
    truth = random.choice([0, 1], 2000, p=[0.7, 0.3])
    probability = np.full((2000, 7), 1e-4)
    probability[:, 0] = 0.99
    assert calibrate(probability, truth) > 1.5
