"""One moment of a session as a picture: the player, and every character with mood and behaviors."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from mien.bridge.messages import Float32, Micros, UInt8
from mien.runtime.portrait.canvas import Canvas, Color, mix
from mien.runtime.portrait.draw import draw
from mien.runtime.portrait.look import look_of

MAX_CHARACTERS: Final = 12
"""More would be too small to read a face."""

PAPER: Final[Color] = (236, 243, 246)
CARD: Final[Color] = (252, 253, 254)
INK: Final[Color] = (58, 48, 44)
FAINT: Final[Color] = (150, 146, 142)
TRACK: Final[Color] = (228, 230, 232)
EMOTION_COLORS: Final[dict[str, Color]] = {
    "neutral": (170, 165, 160),
    "joy": (64, 190, 244),
    "sadness": (190, 124, 74),
    "anger": (66, 66, 214),
    "fear": (176, 92, 134),
    "disgust": (92, 164, 108),
    "surprise": (78, 146, 240),
}
_OTHER_COLORS: Final[tuple[Color, ...]] = ((160, 150, 70), (120, 110, 200), (90, 150, 190), (150, 100, 160))


@dataclass(frozen=True, eq=False)
class Character:
    """What one character shows at one moment."""

    name: str
    face: Float32
    """(61,), as a row of `FaceFrame.face`."""
    emotion: Float32
    """(M,), each in (0, 1): the bars."""
    mood: Float32
    """(M,), each in (0, 1): a tick on each bar."""
    labels: tuple[str, ...] = ()
    """Active behaviors."""


@dataclass(frozen=True, eq=False)
class Shot:
    """One moment of a session."""

    t: Micros
    characters: tuple[Character, ...]
    player: UInt8 | None = None
    """The player's picture (H, W, 3) of B, G, R, when there is one."""


def compose(shot: Shot, emotions: Sequence[str], size: tuple[int, int], *, with_player: bool) -> UInt8:
    """Return the picture (height, width, 3) of a moment; `size` is width and height.

    `with_player` keeps a place for the player's picture even while there is none. Raises `ValueError` for no
    or more than `MAX_CHARACTERS` characters, moods that do not match `emotions`, faces that `draw` refuses.
    """
    if not 1 <= len(shot.characters) <= MAX_CHARACTERS:
        raise ValueError(f"a picture shows 1 to {MAX_CHARACTERS} characters, not {len(shot.characters)}")
    width, height = size
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = PAPER
    gap = height // 45
    left = gap
    if with_player:
        panel = (width * 9 // 20 if len(shot.characters) == 1 else width * 2 // 5) - gap
        _player(picture, shot.player, (gap, gap, panel, height - 2 * gap))
        left += panel + gap
    count = len(shot.characters)
    room = width - left - gap

    def card(columns: int) -> tuple[int, int]:
        rows = math.ceil(count / columns)
        return (room - gap * (columns - 1)) // columns, (height - gap * (rows + 1)) // rows

    columns = max(range(1, count + 1), key=lambda n: _portrait_side(*card(n)))
    card_width, card_height = card(columns)
    for number, character in enumerate(shot.characters):
        row, column = divmod(number, columns)
        x, y = left + column * (card_width + gap), gap + row * (card_height + gap)
        _card(picture, character, emotions, (x, y, card_width, card_height))
    return picture


def _is_tall(width: int, height: int) -> bool:
    """Whether a card has its lines below the portrait, not beside it."""
    return width < 1.1 * height and height > 500


def _portrait_side(width: int, height: int) -> int:
    pad = max(height // 40, 6)
    if _is_tall(width, height):
        return min(width - 2 * pad, round(height * 0.60))
    return min(height - 2 * pad, round(width * 0.50))


def _rounded(picture: UInt8, box: tuple[int, int, int, int], color: Color, radius: int) -> None:
    x, y, width, height = box
    canvas = Canvas(picture)
    radius = min(radius, width // 2, height // 2)
    left, top, right, bottom = x + radius, y + radius, x + width - radius, y + height - radius
    corners = (left, top), (right, top), (right, bottom), (left, bottom)
    arc = np.linspace(0, np.pi / 2, 8)
    rim = [
        np.stack((cx + radius * np.cos(arc + turn), cy + radius * np.sin(arc + turn)), 1)
        for (cx, cy), turn in zip(corners, (np.pi, 1.5 * np.pi, 0.0, 0.5 * np.pi), strict=True)
    ]
    canvas.fill(np.concatenate(rim), color)


def write(picture: UInt8, text: str, at: tuple[int, int], height: float, color: Color, room: int) -> None:
    """Write a line whose capitals are `height` pixels tall, cut to `room` pixels; `at` is its lower left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode() or "?"
    font, scale = cv2.FONT_HERSHEY_DUPLEX, height / 21
    while len(plain) > 1 and cv2.getTextSize(plain, font, scale, 1)[0][0] > room:
        plain = plain[:-3] + ".." if len(plain) > 3 else plain[:-1]
    cv2.putText(picture, plain, at, font, scale, color, 1, cv2.LINE_AA)


def _player(picture: UInt8, player: UInt8 | None, box: tuple[int, int, int, int]) -> None:
    """Show the player in the middle of a box, on a card that fits the picture."""
    x, y, width, height = box
    caption = height // 16
    aspect = 0.75 if player is None else player.shape[0] / player.shape[1]
    shown_width = round(min(width - 16, (height - caption - 16) / aspect))
    shown_height = round(shown_width * aspect)
    top = y + (height - shown_height - caption) // 2
    left = x + (width - shown_width) // 2
    _rounded(picture, (x, top - 8, width, shown_height + caption + 16), CARD, 14)
    if player is None:
        _rounded(picture, (left, top, shown_width, shown_height), TRACK, 8)
        write(picture, "no picture", (x + width // 2 - 60, top + shown_height // 2), 15, FAINT, shown_width)
    else:
        shrink = cv2.INTER_AREA if shown_width < player.shape[1] else cv2.INTER_CUBIC
        shown = cv2.resize(player, (shown_width, shown_height), interpolation=shrink)
        picture[top : top + shown_height, left : left + shown_width] = shown
    baseline = top + shown_height + round(caption * 0.78)
    write(picture, "player", (x + 16, baseline), caption * 0.42, INK, width - 32)


def _card(picture: UInt8, who: Character, emotions: Sequence[str], box: tuple[int, int, int, int]) -> None:
    for what, levels in (("emotion", who.emotion), ("mood", who.mood)):
        if levels.shape != (len(emotions),):
            shape = levels.shape
            raise ValueError(
                f"the {what} of {who.name} has the shape {shape}; there are {len(emotions)} emotions"
            )
    x, y, width, height = box
    _rounded(picture, box, CARD, 14)
    pad, side = max(height // 40, 6), _portrait_side(width, height)
    if _is_tall(width, height):
        portrait = x + (width - side) // 2, y + pad
        lines = x + 3 * pad, y + side + 2 * pad, width - 6 * pad, height - side - 4 * pad
    else:
        portrait = x + pad, y + (height - side) // 2
        tall = min(height - 4 * pad, round(1.2 * side))
        lines = x + side + 3 * pad, y + (height - tall) // 2, width - side - 5 * pad, tall
    drawn = draw(who.face, look_of(who.name), side)
    picture[portrait[1] : portrait[1] + side, portrait[0] : portrait[0] + side] = drawn
    _lines(picture, who, emotions, lines)


def _lines(picture: UInt8, who: Character, emotions: Sequence[str], box: tuple[int, int, int, int]) -> None:
    """Write name, bars of emotion with ticks of mood, and behaviors below one another."""
    x, y, width, height = box
    step = height / (len(emotions) + 3.6)
    tall = min(step * 0.5, 20.0)
    write(picture, who.name, (x, round(y + 0.95 * step)), min(tall * 1.5, step * 0.8), INK, width)
    named = round(min(width * 0.5, tall * 8))
    small = min(tall * 0.85, named / (0.95 * max(map(len, emotions))))
    felt = zip(emotions, who.emotion.tolist(), who.mood.tolist(), strict=True)
    for row, (emotion, level, mood) in enumerate(felt):
        middle = y + (row + 2.0) * step
        color = EMOTION_COLORS.get(emotion, _OTHER_COLORS[row % len(_OTHER_COLORS)])
        write(picture, emotion, (x, round(middle + small * 0.5)), small, INK, named - 6)
        track = (x + named, round(middle - tall * 0.4), width - named, max(round(tall * 0.8), 3))
        _rounded(picture, track, TRACK, track[3] // 2)
        filled = round(track[2] * min(max(level, 0.0), 1.0))
        if filled >= 2:
            _rounded(picture, (track[0], track[1], filled, track[3]), color, track[3] // 2)
        tick = track[0] + round((track[2] - 1) * min(max(mood, 0.0), 1.0))
        cv2.line(picture, (tick, track[1] - 2), (tick, track[1] + track[3] + 1), INK, 2)
    color = mix(INK, (40, 90, 200), 0.35)
    for row, label in enumerate(who.labels[:2]):
        write(
            picture,
            label,
            (x, round(y + (len(emotions) + 2.5 + row * 0.95) * step)),
            tall * 0.9,
            color,
            width,
        )
