"""Scores as a person reads them: the confusion table, and the lines below it."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from mien.models.manifest import meant


def table(scores: Mapping[str, Any]) -> Table:
    """Return a row for each true class; columns are what was said and, if any can be, what was missed."""
    columns = scores.get("columns", scores["classes"])
    # Without lines, all of it fits into 80 characters.
    shown = Table("true \\ said", *columns, "recall", box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for name, counts in zip(scores["classes"], scores["confusion"], strict=True):
        recall = scores["per_class"][name]
        shown.add_row(name, *map(str, counts), "–" if recall is None else f"{recall:.3f}")
    return shown


def lines(scores: Mapping[str, Any]) -> list[str]:
    """Return how many items there were, and each measure with its 95 % interval."""
    counted = [f"{scores['n']} items"]
    if "missed" in scores:
        counted.append(f"{scores['missed']} missed (nobody recognized; they count as wrong)")
    told = [", ".join(counted)]
    labels = scores.get("left_out_labels", {})
    told += [f"{count} left out: label {label!r}{_hint(label)}" for label, count in labels.items()]
    if scores["left_out"] and not labels:
        told.append(f"{scores['left_out']} left out: labels that are none of its classes")
    for name, title in (("accuracy", "accuracy"), ("uar", "UAR"), ("weighted_f1", "weighted F1")):
        low, high = scores["intervals"][name]
        told.append(f"{title} {scores[name]:.3f} ({low:.3f}–{high:.3f})")
    told.append(
        f"calibration error {scores['calibration_error']:.3f}, {scores['ms_per_item']:.2f} ms an item"
    )
    return told


def _hint(label: str) -> str:
    known = meant(label)
    return f" (did you mean {known}?)" if known else ""
