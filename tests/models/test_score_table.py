"""What a person reads of a score."""

from io import StringIO
from typing import Any

from rich.console import Console

from mien.bridge.messages import EMOTIONS
from mien.models import score_table

SCORES: dict[str, Any] = {
    "n": 3,
    "left_out": 3,
    "left_out_labels": {"happy": 2, "boredom": 1},
    "missed": 1,
    "accuracy": 0.5,
    "uar": 0.25,
    "weighted_f1": 0.125,
    "intervals": {"accuracy": (0.1, 0.9), "uar": (0.2, 0.8), "weighted_f1": (0.0, 1.0)},
    "calibration_error": 0.0625,
    "per_class": {"joy": 0.5, "fear": None},
    "classes": ["joy", "fear"],
    "columns": ["joy", "fear", "missed"],
    "confusion": [[1, 0, 1], [0, 0, 0]],
    "ms_per_item": 1.0,
}


def test_intervals_calibration_and_what_was_missed_or_left_out_are_told() -> None:
    assert score_table.lines(SCORES) == [
        "3 items, 1 missed (nobody recognized; they count as wrong)",
        "2 left out: label 'happy' (did you mean joy?)",
        "1 left out: label 'boredom'",
        "accuracy 0.500 (0.100–0.900)",
        "UAR 0.250 (0.200–0.800)",
        "weighted F1 0.125 (0.000–1.000)",
        "calibration error 0.062, 1.00 ms an item",
    ]


def test_what_was_missed_has_a_column() -> None:
    console = Console(file=StringIO(), width=100)
    with console.capture() as captured:
        console.print(score_table.table(SCORES))
    assert "missed" in captured.get()


def test_the_table_of_all_emotions_fits_into_80_characters() -> None:
    counts = [[9999] * 8] * 7
    scores = {
        "classes": EMOTIONS,
        "columns": [*EMOTIONS, "missed"],
        "confusion": counts,
        "per_class": dict.fromkeys(EMOTIONS, 0.5),
    }
    console = Console(file=StringIO(), width=80)
    with console.capture() as captured:
        console.print(score_table.table(scores))
    shown = captured.get()
    assert "…" not in shown
    assert len(shown.splitlines()) == 8


def test_without_columns_of_their_own_the_classes_are_the_columns() -> None:
    plain = {**SCORES, "confusion": [[1, 0], [0, 0]]}
    del plain["columns"]
    assert [column.header for column in score_table.table(plain).columns[1:]] == ["joy", "fear", "recall"]
