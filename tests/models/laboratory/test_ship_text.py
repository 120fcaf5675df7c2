"""The text model that ships: trained in miniature, exported, and read line by line without torch."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed: shipping is not tested")

from mien.models import evaluate_text  # noqa: E402
from mien.models.laboratory import sets, ship_text  # noqa: E402
from mien.models.laboratory.ship_text import encode_grams, fit_grams, labels_of, pairs  # noqa: E402
from mien.models.text import Line, TextRecognizer, TextState  # noqa: E402


@pytest.fixture(scope="module")
def shipped(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("text")
    out = folder / "text.onnx"
    ship_text.main(data / "text_toy", out, folder / "runs", nets=1, epochs=10, hidden=16)
    return out


def test_what_is_exported_reads_the_lines_it_should(shipped: Path, data: Path) -> None:
    scores = evaluate_text.evaluate(data / "text_toy" / "dev.csv", TextRecognizer(shipped))
    assert scores["accuracy"] > 0.9
    assert scores["n"] == np.sum(scores["confusion"]) == 36
    assert json.dumps(scores)


def test_the_record_tells_mixture_temperature_and_the_gap_to_torch(shipped: Path) -> None:
    record = json.loads((shipped.parent / "runs" / "text-chosen.json").read_text())
    assert 0 <= record["share"] <= 1
    assert record["gap_to_torch"] <= 1e-4
    assert record["dev"]["mixture"]["accuracy"] > 0.9


def test_the_same_dialogue_is_read_the_same_way_twice(shipped: Path) -> None:
    recognizer, state = TextRecognizer(shipped), TextState()
    lines = [Line("great wonderful yes", "A"), Line("hate this stop", "B"), Line("the table", "A")]
    first = [recognizer.step(state, line, t).emotion for t, line in enumerate(lines)]
    again = TextState()
    assert all(
        np.array_equal(e, recognizer.step(again, line, t).emotion)
        for t, (e, line) in enumerate(zip(first, lines, strict=True))
    )


def test_the_regression_in_the_graph_is_scikit_learns(data: Path) -> None:
    train = sets.read(data / "text_toy").split("train")
    grams, module = fit_grams(train, labels_of(train))
    probability = module(*encode_grams(train, grams)).detach().numpy()
    assert (probability.argmax(1) == labels_of(train)).all()
    assert np.allclose(probability.sum(1), 1)


def test_the_line_before_is_that_of_the_same_dialogue(data: Path) -> None:
    found = pairs(sets.read(data / "text_toy").split("train"))
    assert [before for _, before in found[:4]] == ["", found[0][0], found[1][0], ""]
