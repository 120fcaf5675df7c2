"""The live view: what the player shows, what every character feels and does, and how the road runs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich import box
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from mien.bridge.messages import (
    CAMERA,
    EMOTIONS,
    FACE_USED,
    MICROPHONE,
    VOICE_USED,
    EmotionEstimate,
    FaceFrame,
    Float32,
    Hello,
    Micros,
)
from mien.bridge.subscriber import Reception
from mien.runtime.portrait import Look, draw, look_of
from mien.runtime.portrait.terminal import HalfBlocks
from mien.runtime.view.bars import COLORS, bars
from mien.runtime.view.moment import Moment

MOST_CHARACTERS: Final = 6
"""Characters that a line of text names."""
PLAYER_CELLS: Final = 32
"""Columns of what the player shows."""
PORTRAIT_CELLS: Final = (16, 28)
"""Columns of a portrait, least and most; it takes half as many rows."""
CARD_CELLS: Final = 26
"""Columns that the text below a portrait needs."""
OTHER_ROWS: Final = 9
"""Rows beside portrait and bars: a frame, behaviors, speech, and the lines below all characters."""
SPEECH_SHOWN: Final = 4_000_000
"""Microseconds for which a spoken line stays."""


class Screen:
    """Draws moments of a session."""

    def __init__(self) -> None:
        self._looks: dict[str, Look] = {}

    def render(
        self, moment: Moment, figures: Sequence[tuple[str, str]], t: Micros, console: Console
    ) -> RenderableType:
        """Return the whole view.

        Args:
            moment: what to show.
            figures: name and value of what the last line tells.
            t: now, on the clock of the messages.
            console: where it is shown; as many characters as fit side by side, as large as fits.
        """
        if moment.hello is None or moment.frame is None:
            return Text("waiting for the first face …", style="grey62")
        least, most = PORTRAIT_CELLS
        rows_left = console.height - OTHER_ROWS - len(moment.hello.emotions)
        cells = 0 if console.no_color or 2 * rows_left < least else min(most, 2 * rows_left)
        room = max(1, (console.width - PLAYER_CELLS) // (max(cells, CARD_CELLS) + 5))
        rows: list[RenderableType] = [
            Columns(
                [
                    self._player(moment.player),
                    *self._characters(moment, moment.hello, moment.frame, t, room, cells),
                ]
            )
        ]
        line = Text("  ".join(f"{name} {value}" for name, value in figures), style="grey62")
        line.append("  █ emotion │ mood", style="grey50")
        rows.append(line)
        rows.extend(Text(f"▸ {notice}", style="yellow3") for notice in moment.notices)
        return Group(*rows)

    def _player(self, player: EmotionEstimate | None) -> Panel:
        if player is None:
            return Panel(Text("nothing seen or heard yet", style="grey62"), title="player", box=box.ROUNDED)
        senses = Text()
        for name, sense, used, level in (
            ("face", CAMERA, FACE_USED, player.presence),
            ("voice", MICROPHONE, VOICE_USED, player.speaking),
        ):
            if not player.senses & sense:
                senses.append(f"{name} –  ", style="grey42")
            else:
                senses.append(f"{name} {level:.0%}  ", style="green3" if player.used & used else "grey62")
        shown: RenderableType = bars(zip(EMOTIONS, player.emotion.tolist(), strict=True), 12)
        if not player.used:
            shown = Text("\n\nneither face nor voice\n\n\n\n", style="grey62")
        place = f"valence {player.valence:+.2f}  arousal {player.arousal:+.2f}" if player.used else ""
        return Panel(
            Group(senses, Text(), shown, Text(), Text(place, style="grey62")), title="player", box=box.ROUNDED
        )

    def _characters(
        self, moment: Moment, hello: Hello, frame: FaceFrame, t: Micros, room: int, cells: int
    ) -> list[RenderableType]:
        """Return panels of the first `room` characters, with portraits of `cells` columns if any."""
        panels: list[RenderableType] = []
        names = hello.names()
        for row, character in enumerate(frame.ids.tolist()[:room]):
            name = names.get(character, f"#{character}")
            emotion, mood = frame.affect[row]
            strongest = _strongest(hello.emotions, emotion)
            said_at, said = moment.speech.get(character, (0, ""))
            parts: list[RenderableType] = [
                bars(zip(hello.emotions, emotion.tolist(), strict=True), 10, mood.tolist()),
                Text(", ".join(moment.active.get(character, {})) or "–", style="cyan"),
                Text(f"says {said}" if said and t - said_at < SPEECH_SHOWN else "", style="italic"),
            ]
            if cells:
                look = self._looks.setdefault(name, look_of(name))
                parts.insert(0, HalfBlocks(draw(frame.face[row], look, cells)))
            panels.append(
                Panel(
                    Group(*parts),
                    title=name,
                    subtitle=Text(strongest, style=COLORS.get(strongest, "white")),
                    box=box.ROUNDED,
                    width=max(cells, CARD_CELLS) + 4,
                )
            )
        hidden = len(frame.ids) - room
        if hidden > 0:
            panels.append(Text(f"and {hidden} more", style="grey62"))
        return panels

    def line(self, moment: Moment, seconds: float) -> Text:
        """Return one line in place of the whole view, for output that is no terminal."""
        text = Text(f"{seconds:6.1f} s  ")
        player, hello, frame = moment.player, moment.hello, moment.frame
        text.append(f"player: {_strongest(EMOTIONS, player.emotion) if player and player.used else '–'}")
        if hello is not None and frame is not None:
            names = hello.names()
            for row, character in enumerate(frame.ids.tolist()[:MOST_CHARACTERS]):
                doing = ", ".join(moment.active.get(character, {}))
                feels = _strongest(hello.emotions, frame.affect[row, 0])
                text.append(
                    f"  │  {names.get(character, character)}: {feels}{f' ({doing})' if doing else ''}"
                )
        return text


def figures(moment: Moment, reception: Reception) -> list[tuple[str, str]]:
    """Return name and value of what tells how the road runs."""
    rows = [("faces", f"{reception.rate:.0f} Hz")]
    if reception.age is not None:
        rows.append(("age", f"{reception.age / 1000:.1f} ms"))
    if reception.response is not None:
        rows.append(("camera → face", f"{reception.response / 1000:.0f} ms"))
    if perceiver := moment.status.get("perceiver"):
        rows.append(("estimates", f"{perceiver.levels.get('estimates_hz', 0):.0f} Hz"))
        rows.append(("perceiver busy", f"{perceiver.levels.get('busy', 0):.0%}"))
    if director := moment.status.get("director"):
        rows.append(("dropped ticks", str(director.counters.get("dropped_ticks", 0))))
        rows.append(("tick", f"{director.levels.get('busiest_tick_ms', 0):.1f} ms at most"))
    return rows


def summary(moment: Moment, reception: Reception, seconds: float, recorded: Path | None) -> Table:
    """Return what a run came to, as a two-column table."""
    rows = [
        ("ran for", f"{seconds:.1f} s"),
        ("face frames received", str(reception.frames)),
    ]
    if director := moment.status.get("director"):
        counters = director.counters
        # A dropped tick leaves a gap in the sequence as a lost frame does.
        dropped = counters.get("dropped_ticks", 0)
        rows.append(("lost on the way", str(max(0, reception.gaps - dropped))))
        # The director reports once a second; the newest frame knows of the ticks since then.
        newest = moment.frame.seq + 1 - dropped if moment.frame else 0
        rows.append(("ticks", f"{max(counters.get('ticks', 0), newest)}, {dropped} dropped"))
        if malformed := counters.get("in_malformed", 0):
            rows.append(("malformed messages", str(malformed)))
    if recorded and recorded.exists():
        rows.append(("recorded", str(recorded)))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in rows:
        table.add_row(Text(name, style="grey70"), Text(value))
    return table


def _strongest(names: Sequence[str], levels: Float32) -> str:
    return names[int(levels.argmax())]
