"""Levels in [0, 1] as colored bars of text."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

COLORS = {
    "neutral": "grey62",
    "joy": "gold1",
    "sadness": "dodger_blue1",
    "anger": "red1",
    "fear": "medium_purple1",
    "disgust": "green3",
    "surprise": "orange1",
}
"""One color for each emotion, the same everywhere; others are drawn in white."""

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(level: float, width: int, color: str) -> Text:
    """Return `level` as a bar of `width` cells, exact to an eighth of a cell."""
    eighths = round(min(max(level, 0.0), 1.0) * width * 8)
    whole, rest = divmod(eighths, 8)
    filled = "█" * whole + (_EIGHTHS[rest] if rest else "")
    return Text(filled, style=color).append("·" * (width - len(filled)), style="grey30")


def bars(levels: Iterable[tuple[str, float]], width: int) -> Table:
    """Return named levels as a table of bars, one a row."""
    table = Table.grid(padding=(0, 1))
    for name, level in levels:
        table.add_row(
            Text(name, style="grey70"), bar(level, width, COLORS.get(name, "white")), f"{level:.2f}"
        )
    return table
