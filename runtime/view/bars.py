"""Levels in [0, 1] as colored bars of text."""

from collections.abc import Iterable, Sequence

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


def bar(level: float, width: int, color: str, mark: float | None = None) -> Text:
    """Return `level` as a bar of `width` cells, exact to an eighth of a cell, with a tick at `mark`."""
    eighths = round(min(max(level, 0.0), 1.0) * width * 8)
    whole, rest = divmod(eighths, 8)
    filled = "█" * whole + (_EIGHTHS[rest] if rest else "")
    text = Text(filled, style=color).append("·" * (width - len(filled)), style="grey30")
    if mark is None:
        return text
    cell = min(int(min(max(mark, 0.0), 1.0) * width), width - 1)
    return Text.assemble(text[:cell], ("│", "bold white"), text[cell + 1 :])


def bars(levels: Iterable[tuple[str, float]], width: int, marks: Sequence[float] | None = None) -> Table:
    """Return named levels as a table of bars, one a row, with a tick on each where `marks` are given."""
    table = Table.grid(padding=(0, 1))
    for row, (name, level) in enumerate(levels):
        drawn = bar(level, width, COLORS.get(name, "white"), marks[row] if marks is not None else None)
        table.add_row(Text(name, style="grey70"), drawn, f"{level:.2f}")
    return table
