"""What was recognized in a clip, drawn over time below pictures of it, for a person to check by eye."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bridge.messages import EMOTIONS, EmotionEstimate, Micros, UInt8
from mien.runtime.portrait.canvas import Canvas, Color, mix
from mien.runtime.portrait.panel import CARD, EMOTION_COLORS, FAINT, INK, PAPER, TRACK, write

WIDTH: Final = 1600
STILLS: Final = 10
_LEFT, _RIGHT, _GAP = 150, 24, 14
_SECOND: Final = 1_000_000
_SENSES: Final[tuple[tuple[str, Color], ...]] = (
    ("face", (196, 150, 84)),
    ("voice", (92, 148, 226)),
    ("text", (124, 172, 92)),
)
_PRESENT: Final[Color] = (168, 112, 60)
_SPEAKING: Final[Color] = (56, 118, 222)
_VALENCE: Final[Color] = (96, 150, 40)
_AROUSAL: Final[Color] = (150, 70, 170)

Values = NDArray[np.float64]


@dataclass(frozen=True)
class _Row:
    """A band of the picture with the time from left to right and `low` to `high` from its foot upward."""

    top: int
    height: int
    end: Micros
    low: float = 0.0
    high: float = 1.0

    def x(self, t: Values) -> Values:
        """Return the horizontal positions of times, µs."""
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * np.clip(t / max(self.end, 1), 0, 1)

    def y(self, value: Values) -> Values:
        """Return the vertical positions of values."""
        share = (np.clip(value, self.low, self.high) - self.low) / (self.high - self.low)
        return self.top + self.height * (1 - share)


def changes(estimates: Sequence[EmotionEstimate]) -> list[tuple[Micros, int | None]]:
    """Return when the most probable emotion changed and to which; None where nothing was recognized."""
    found: list[tuple[Micros, int | None]] = []
    for e in estimates:
        label = int(e.emotion.argmax()) if e.used else None
        if not found or found[-1][1] != label:
            found.append((e.t, label))
    return found


def changes_per_second(estimates: Sequence[EmotionEstimate], end: Micros) -> float:
    """Return how often one emotion follows another, a second; a pause between them counts as nothing."""
    labels = [label for _, label in changes(estimates) if label is not None]
    return sum(a != b for a, b in pairwise(labels)) * _SECOND / max(end, 1)


def timeline(
    title: str,
    estimates: Sequence[EmotionEstimate],
    stills: Sequence[tuple[Micros, UInt8]],
    loudness: Sequence[tuple[Micros, float]],
    lines: Sequence[tuple[Micros, str]],
    end: Micros,
) -> UInt8:
    """Return the picture (H, WIDTH, 3), blue green red.

    From above: pictures with the face that was found and what was recognized then; the most probable emotion;
    the probabilities of all, stacked; valence and arousal; presence and speaking over the loudness; the
    weights of face, voice and text; lines that were said. Everything stands at the capture time of its newest
    evidence, in µs since the beginning, as do `stills`, `loudness` (0 to 1) and `lines`; `end` is the length.
    """
    shown = _spread(stills, STILLS)
    tall = max((p.shape[0] * _still_width(shown) // p.shape[1] for _, p in shown), default=0)
    top = 44
    strip = top + (tall + 30 if shown else 0)
    label = _Row(strip, 30, end)
    stacked = _Row(label.top + label.height + _GAP, 220, end)
    feeling = _Row(stacked.top + stacked.height + _GAP, 90, end, -1.0, 1.0)
    senses = _Row(feeling.top + feeling.height + _GAP, 80, end)
    weights = _Row(senses.top + senses.height + _GAP, 60, end)
    foot = weights.top + weights.height
    height = foot + 34 + (24 if lines else 0)
    picture = np.empty((height, WIDTH, 3), np.uint8)
    picture[:] = PAPER
    for row in (label, stacked, feeling, senses, weights):
        picture[row.top : row.top + row.height, _LEFT : WIDTH - _RIGHT] = CARD
    _head(picture, title, estimates, end)
    _stills(picture, shown, estimates, top, tall)
    t = np.array([e.t for e in estimates], np.float64)
    for start, stop in _stretches(estimates):
        part = t[start:stop]
        _stack(picture, stacked, part, np.array([e.emotion for e in estimates[start:stop]]), _colors())
        shares = np.array([e.share for e in estimates[start:stop]])
        _stack(picture, weights, part, shares, [color for _, color in _SENSES])
        _line(picture, feeling, part, np.array([e.valence for e in estimates[start:stop]]), _VALENCE)
        _line(picture, feeling, part, np.array([e.arousal for e in estimates[start:stop]]), _AROUSAL)
    if loudness:
        heard = np.array(loudness, np.float64)
        _stack(picture, senses, heard[:, 0], heard[:, 1:], [TRACK])
    _line(picture, senses, t, np.array([e.presence for e in estimates]), _PRESENT)
    _line(picture, senses, t, np.array([e.speaking for e in estimates]), _SPEAKING)
    _labels(picture, label, estimates, foot)
    _names(picture, stacked, list(zip(EMOTIONS, _colors(), strict=True))[::-1])
    _names(picture, feeling, [("valence", _VALENCE), ("arousal", _AROUSAL)])
    _names(picture, senses, [("presence", _PRESENT), ("speaking", _SPEAKING), ("loudness", FAINT)])
    _names(picture, weights, list(_SENSES)[::-1])
    _axis(picture, weights, foot)
    for at, text in lines:
        x = round(float(label.x(np.array(at, np.float64))))
        write(picture, f"'{text}'", (x, height - 12), 9, INK, WIDTH - x - 8)
    return picture


def _colors() -> list[Color]:
    return [EMOTION_COLORS[name] for name in EMOTIONS]


def _spread(stills: Sequence[tuple[Micros, UInt8]], count: int) -> list[tuple[Micros, UInt8]]:
    """Return `count` of the pictures, evenly spaced, each from the middle of its share."""
    if len(stills) <= count:
        return list(stills)
    return [stills[(2 * i + 1) * len(stills) // (2 * count)] for i in range(count)]


def _still_width(shown: Sequence[tuple[Micros, UInt8]]) -> int:
    room = WIDTH - _LEFT - _RIGHT
    return min((room - 8 * (len(shown) - 1)) // max(len(shown), 1), 300)


def _head(picture: UInt8, title: str, estimates: Sequence[EmotionEstimate], end: Micros) -> None:
    lag = max((e.lag for e in estimates), default=0) / 1000
    rate = changes_per_second(estimates, end)
    told = f"{end / _SECOND:.1f} s, {len(estimates)} estimates, {rate:.2f} label changes a second"
    write(picture, title, (_LEFT, 30), 14, INK, 560)
    write(picture, f"{told}; smoothing adds {lag:.0f} ms", (_LEFT + 590, 30), 10, FAINT, WIDTH - _LEFT - 600)


def _stills(
    picture: UInt8,
    shown: Sequence[tuple[Micros, UInt8]],
    estimates: Sequence[EmotionEstimate],
    top: int,
    tall: int,
) -> None:
    width = _still_width(shown)
    for i, (t, still) in enumerate(shown):
        left = _LEFT + i * (width + 8)
        height = min(still.shape[0] * width // still.shape[1], tall)
        small = np.asarray(cv2.resize(still, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        then = min(estimates, key=lambda e: abs(e.t - t), default=None)
        text, color = "-", FAINT
        if then is not None and then.used:
            name = EMOTIONS[int(then.emotion.argmax())]
            text, color = name, EMOTION_COLORS[name]
        if then is not None and then.box.any():
            x, y, w, h = (then.box * (width, height, width, height)).round().astype(int).tolist()
            cv2.rectangle(small, (x, y), (x + w, y + h), color, 2, cv2.LINE_AA)
        picture[top : top + height, left : left + width] = small
        said = f"{t / _SECOND:.1f} s  {text}"
        write(picture, said, (left, top + tall + 18), 9, mix(color, INK, 0.5), width)


def _stretches(estimates: Sequence[EmotionEstimate]) -> list[tuple[int, int]]:
    """Return the stretches (from, to) of estimates that rest on something."""
    used = np.array([0, *(e.used > 0 for e in estimates), 0], np.int64)
    edges = np.flatnonzero(np.diff(used)).reshape(-1, 2)
    return [(int(a), int(b)) for a, b in edges]


def _stack(picture: UInt8, row: _Row, t: Values, values: Values, colors: Sequence[Color]) -> None:
    """Fill one area per column of `values` (N, K), one on top of the other."""
    if len(t) < 2:
        return
    levels = np.concatenate((np.zeros((len(t), 1)), values.cumsum(1)), 1)
    for k, color in enumerate(colors):
        if not values[:, k].any():
            continue
        upper = np.stack((row.x(t), row.y(levels[:, k + 1])), 1)
        lower = np.stack((row.x(t), row.y(levels[:, k])), 1)
        Canvas(picture).fill(np.concatenate((upper, lower[::-1])), color)


def _line(picture: UInt8, row: _Row, t: Values, values: Values, color: Color) -> None:
    if len(t):
        points = np.stack((row.x(t), row.y(values)), 1).round().astype(np.int32)
        cv2.polylines(picture, [points], isClosed=False, color=color, thickness=2, lineType=cv2.LINE_AA)


def _labels(picture: UInt8, row: _Row, estimates: Sequence[EmotionEstimate], foot: int) -> None:
    """Draw the most probable emotion as a band, and a thin line down the picture where it changes."""
    write(picture, "most probable", (12, row.top + 20), 10, INK, _LEFT - 20)
    for (t, label), (following, _) in pairwise([*changes(estimates), (row.end, None)]):
        left, right = (round(float(row.x(np.array(at, np.float64)))) for at in (t, following))
        if label is None:
            continue
        name = EMOTIONS[label]
        picture[row.top : row.top + row.height, left : max(right, left + 1)] = EMOTION_COLORS[name]
        if right - left > 60:
            write(picture, name, (left + 6, row.top + 20), 10, INK, right - left - 10)
        cv2.line(picture, (left, row.top), (left, foot), mix(INK, PAPER, 0.4), 1)


def _names(picture: UInt8, row: _Row, names: Sequence[tuple[str, Color]]) -> None:
    """Write what is drawn in a row, in its colors, left of it."""
    step = min(row.height / len(names), 26)
    for i, (name, color) in enumerate(names):
        y = round(row.top + (i + 0.5) * step)
        picture[y - 6 : y + 6, 14:26] = color
        write(picture, name, (34, y + 5), 10, INK, _LEFT - 40)


def _axis(picture: UInt8, row: _Row, foot: int) -> None:
    """Mark the seconds."""
    seconds = row.end / _SECOND
    step = next((s for s in (0.5, 1, 2, 5, 10, 30, 60, 300, 600) if seconds / s <= 16), 3600)
    for mark in np.arange(0, seconds + 1e-6, step):
        x = round(float(row.x(np.array(mark * _SECOND))))
        cv2.line(picture, (x, foot), (x, foot + 6), INK, 1)
        write(picture, f"{mark:g} s", (x - 10, foot + 20), 9, INK, 60)
