"""The table of all rows, as Markdown, its plot and the learning curves."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mien.models.cards import Card
from mien.models.laboratory.results import Row, RunError

PLOTTED: Final = "weighted_f1"


def collect(runs: Path) -> list[Row]:
    """Return the finished rows of a folder of runs, by set and then by score.

    Raises:
        RunError: there is none, or a result cannot be read.
    """
    rows = []
    for file in sorted(runs.glob("*@*/result.json")):
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            rows.append(Row(**{**content, "classes": tuple(content["classes"])}))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise RunError(f"{file}: is not a result of the laboratory ({error!s:.80})") from None
    if not rows:
        raise RunError(f"{runs}: holds no finished run; `mien train NAME` makes one")
    return sorted(rows, key=_order)


def _order(row: Row) -> tuple[bool, str, int, float]:
    return row.synthetic, row.data, -len(row.classes), -float(row.scores[PLOTTED]["value"])


def markdown(rows: Sequence[Row]) -> str:
    """Return a table per set and set of classes; synthetic sets stand apart, under a heading that says so."""
    parts = []
    for synthetic in (False, True):
        chosen = [row for row in rows if row.synthetic == synthetic]
        if not chosen:
            continue
        parts.append("## Synthetic pairs\n" if synthetic else "## Real data\n")
        for key in dict.fromkeys((row.data, row.classes) for row in chosen):
            same = [row for row in chosen if (row.data, row.classes) == key]
            parts.append(_table(same))
    return "\n".join(parts)


def shipped(cards: Sequence[Card]) -> str:
    """Return the table of what ships: the scores that its cards tell, through the streaming path."""
    lines = ["## `mien`: what ships\n", "| weights | task | score on strangers | data |", "|---|---|---|---|"]
    lines += [f"| `{card.name}` | {card.task} | {card.score} | {card.data} |" for card in cards]
    return "\n".join([*lines, ""])


def _table(rows: Sequence[Row]) -> str:
    first = rows[0]
    lines = [
        f"### {first.data}: {', '.join(first.classes)}\n",
        f"Scored on {first.scores['n']} items of {first.scores['subjects']} subjects ({first.protocol}).\n",
        "| method | paper | accuracy | UAR | weighted F1 | macro F1 | ECE | ms an item | parameters |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        measures = [interval(row, name) for name in ("accuracy", "uar", "weighted_f1", "macro_f1")]
        network = row.parameters > 0
        lines.append(
            f"| `{row.method}` | {row.paper} | {' | '.join(measures)} "
            f"| {_three(row.scores['calibration_error']) if network or 'text' in row.data else '–'} "
            f"| {f'{row.ms_per_item:.2f}' if network else '–'} "
            f"| {f'{row.parameters:,}' if network else '–'} |"
        )
    return "\n".join([*lines, ""])


def interval(row: Row, name: str) -> str:
    """Return a score with its 95 % interval, as in `.812 (.771–.850)`."""
    low, high = row.scores[name]["interval"]
    return f"{_three(row.scores[name]['value'])} ({_three(low)}–{_three(high)})"


def _three(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"


def plot(rows: Sequence[Row], file: Path) -> None:
    """Draw weighted F1 with its interval for every row, a panel per set and set of classes."""
    import matplotlib  # noqa: PLC0415 - slow to import

    matplotlib.use("agg")
    from matplotlib import pyplot  # noqa: PLC0415

    keys = list(dict.fromkeys((row.data, row.classes) for row in rows))
    heights = [sum((row.data, row.classes) == key for row in rows) + 1.4 for key in keys]
    figure, panels = pyplot.subplots(
        len(keys), figsize=(7, 0.24 * sum(heights)), sharex=True, squeeze=False, height_ratios=heights
    )
    for axes, key in zip(panels[:, 0], keys, strict=True):
        same = [row for row in rows if (row.data, row.classes) == key][::-1]
        values = [float(row.scores[PLOTTED]["value"]) for row in same]
        ends = [row.scores[PLOTTED]["interval"] for row in same]
        error = [
            [max(v - e[0], 0.0) for v, e in zip(values, ends, strict=True)],
            [max(e[1] - v, 0.0) for v, e in zip(values, ends, strict=True)],
        ]
        colors = [
            "0.6" if row.paper == "baseline" else "tab:orange" if row.synthetic else "tab:blue"
            for row in same
        ]
        axes.barh([row.method for row in same], values, xerr=error, color=colors, height=0.7, ecolor="0.2")
        synthetic = ", synthetic" if same[0].synthetic else ""
        axes.set_title(f"{key[0]}, {len(key[1])} classes{synthetic}", fontsize=8, loc="left")
        axes.tick_params(labelsize=7)
        axes.set_xlim(0, 1)
    panels[-1, 0].set_xlabel("weighted F1, 95 % interval", fontsize=8)
    figure.tight_layout()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=90)
    pyplot.close(figure)


def plot_curves(rows: Sequence[Row], runs: Path, file: Path) -> None:
    """Draw loss (gray, left scale) and score on the stopping people (blue, right scale) of every network."""
    import matplotlib  # noqa: PLC0415 - slow to import

    matplotlib.use("agg")
    from matplotlib import pyplot  # noqa: PLC0415

    curves = {}
    for row in rows:
        table = runs / row.name / "curve.csv"
        if table.exists():
            with table.open(newline="", encoding="utf-8") as opened:
                points = list(csv.DictReader(opened))
            curves[row.name] = [[float(p[k]) for p in points] for k in ("epoch", "loss", "score")]
    if not curves:
        return
    columns = 4
    lines = -(-len(curves) // columns)
    figure, panels = pyplot.subplots(lines, columns, figsize=(9, 1.6 * lines), squeeze=False)
    for axes in panels.flat[len(curves) :]:
        axes.axis("off")
    for axes, (name, (epoch, loss, score)) in zip(panels.flat, curves.items(), strict=False):
        axes.plot(epoch, loss, color="0.6")
        right = axes.twinx()
        right.plot(epoch, score, color="tab:blue")
        right.set_ylim(0, 1)
        axes.set_title(name.replace("@", "\n"), fontsize=6)
        axes.tick_params(labelsize=5)
        right.tick_params(labelsize=5, labelcolor="tab:blue")
    figure.tight_layout()
    figure.savefig(file, dpi=80)
    pyplot.close(figure)
