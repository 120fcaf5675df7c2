"""A played scenario as a picture: what each character felt, and which rules it executed when."""

from html import escape
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.behavior.authoring.play import Run
from mien.behavior.authoring.scenario import crowds
from mien.behavior.library import Library
from mien.bridge.messages import Float32

COLORS: Final = {
    "joy": "#d9a400", "sadness": "#3b6fb5", "anger": "#c8372d", "fear": "#7b4fa3", "disgust": "#5d8a3a",
    "surprise": "#d97b29",
}  # fmt: skip
"""Of the built-in emotions; others take turns in `OTHERS`."""
OTHERS: Final = ("#2a9d8f", "#8d6e63", "#607d8b", "#ad1457")
FILLS: Final = {1: "#cfe8cf", 0: "#dde6ee", -1: "#ecd3e2"}
"""Of rules by orientation, as in drawn trees."""

SHOWN: Final = ("player", "event", "feel", "hold", "object")
"""What is given that has a label."""

LEFT: Final = 150
WIDTH: Final = 720
CURVES: Final = 70
BAR: Final = 16
MARKED: Final = 0.05
"""A curve that never moves further than this is left out."""


def svg(run: Run, library: Library, wanted: tuple[str, ...] = ()) -> str:
    """Return the picture: a panel of curves and bars for each character, and one for each crowd.

    Args:
        run: a played scenario.
        library: of the run.
        wanted: characters and crowds to show; empty: all.
    """
    panels = _panels(library, wanted)
    seconds = np.array(run.times) / 1e6
    emotion, intensity = np.stack(run.emotion), np.stack(run.intensity)
    parts: list[str] = []
    y = 34.0
    for name, rows in panels:
        y = _panel(parts, name, y, seconds, emotion[:, rows], intensity[:, rows], library)
    y = _axis(parts, y, seconds)
    for given in run.scenario.given:
        x = _x(given.at, seconds)
        label = ", ".join(_words(key, value) for key, value in given.what.values.items() if key in SHOWN)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="24" y2="{y - 22:.0f}" class="given"/>')
        parts.append(f'<text x="{x + 3:.1f}" y="20" class="small">{escape(label[:40])}</text>')
    style = (
        "text{font:11px ui-sans-serif,sans-serif;fill:#222}.small{font-size:9px;fill:#667}"
        ".name{font-weight:bold}.given{stroke:#99a;stroke-dasharray:3 3}polyline{fill:none;stroke-width:1.6}"
    )
    return "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 20}" height="{y:.0f}" '
        f'viewBox="0 0 {LEFT + WIDTH + 20} {y:.0f}" role="img">',
        f"<title>{escape(run.scenario.name)}</title><style>{style}</style>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        *parts, "</svg>", "",
    ))  # fmt: skip


def _panels(library: Library, wanted: tuple[str, ...]) -> list[tuple[str, list[int]]]:
    """Return each character or crowd with its rows."""
    order = sorted(library.characters, key=lambda character: character.id)
    row = {character.name: number for number, character in enumerate(order)}
    groups = crowds(library)
    members = {member for group in groups.values() for member in group}
    found = [(name, [row[member] for member in group]) for name, group in groups.items()]
    found = [(name, [number]) for name, number in row.items() if name not in members] + found
    return [panel for panel in found if not wanted or panel[0] in wanted]


def _x(second: float, seconds: NDArray[np.float64]) -> float:
    return LEFT + WIDTH * second / max(float(seconds[-1]), 1e-9)


def _panel(
    parts: list[str],
    name: str,
    y: float,
    seconds: NDArray[np.float64],
    emotion: Float32,
    intensity: Float32,
    library: Library,
) -> float:
    """Draw one character (or the mean of a crowd) and return where the next panel begins."""
    many = emotion.shape[1] > 1
    title = f"{name} × {emotion.shape[1]}" if many else name
    parts.append(f'<text x="8" y="{y + 12:.0f}" class="name">{escape(title)}</text>')
    parts.append(f'<rect x="{LEFT}" y="{y:.0f}" width="{WIDTH}" height="{CURVES}" fill="#f6f6f4"/>')
    mean = emotion.mean(axis=1)
    others = iter(OTHERS * len(library.emotions))
    legend = 0
    for column, felt in enumerate(library.emotions):
        level = mean[:, column]
        if felt.neutral or float(np.ptp(level)) < MARKED:
            continue
        color = COLORS.get(felt.name) or next(others)
        keep = np.linspace(0, len(level) - 1, min(len(level), 240)).round().astype(int)
        points = " ".join(
            f"{_x(seconds[i], seconds):.1f},{y + CURVES * (1 - level[i]):.1f}" for i in keep.tolist()
        )
        parts.append(f'<polyline points="{points}" stroke="{color}"/>')
        legend += 1
        at = y + 14 + 12 * legend
        parts.append(f'<text x="16" y="{at:.0f}" style="fill:{color}">{escape(felt.name)}</text>')
    y += CURVES + 3
    for column, rule in enumerate(library.rules):
        share = (intensity[:, :, column] > 0).mean(axis=1)
        if not share.any():
            continue
        parts.append(f'<text x="{LEFT - 6}" y="{y + 12:.0f}" text-anchor="end">{escape(rule.id)}</text>')
        fill = f'fill="{FILLS[rule.orientation]}" stroke="#889" stroke-width=".5"'
        if many:
            keep = np.linspace(0, len(share) - 1, min(len(share), 240)).round().astype(int).tolist()
            top = " ".join(
                f"{_x(seconds[i], seconds):.1f},{y + BAR - 2 - share[i] * (BAR - 3):.1f}" for i in keep
            )
            floor = y + BAR - 2
            parts.append(f'<polygon points="{LEFT},{floor:.1f} {top} {LEFT + WIDTH},{floor:.1f}" {fill}/>')
        else:
            for begin, end in _stretches(share > 0):
                left, right = _x(seconds[begin], seconds), _x(seconds[min(end, len(seconds) - 1)], seconds)
                place = f'x="{left:.1f}" y="{y + 1:.1f}" width="{max(right - left, 1):.1f}"'
                parts.append(f'<rect {place} height="{BAR - 3}" {fill}/>')
        y += BAR
    return max(y, y - BAR + 14) + 12


def _stretches(on: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where something is on: first tick, first tick after it."""
    cuts = [0, *(np.flatnonzero(np.diff(on)) + 1).tolist(), len(on)]
    return [(begin, end) for begin, end in pairwise(cuts) if on[begin]]


def _axis(parts: list[str], y: float, seconds: NDArray[np.float64]) -> float:
    last = float(seconds[-1])
    step = next(step for step in (1, 2, 5, 10, 30, 60, 300, 600) if last / step <= 14)
    for second in np.arange(0, last + 1e-6, step):
        x = _x(float(second), seconds)
        parts.append(
            f'<text x="{x:.1f}" y="{y + 6:.0f}" text-anchor="middle" class="small">{second:g} s</text>'
        )
    return y + 14


def _words(key: str, value: object) -> str:
    """Return something given in a few words."""
    if key == "event":
        return str(value.get("name"))  # type: ignore[attr-defined]
    if isinstance(value, dict):
        inner = ", ".join(_words(str(name), item) for name, item in value.items())
        return inner if key in ("player", "object", "feel", "hold") else f"{key} {inner}"
    if isinstance(value, float):
        return f"{key} {value:g}"
    return f"{key} gone" if value is None else key
