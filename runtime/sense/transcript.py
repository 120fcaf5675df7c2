"""Lines of dialogue as a source: a transcript file beside a clip, or those that a recording holds."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from mien.bridge.messages import FIRST_CHARACTER, PLAYER, Micros, Utterance
from mien.runtime.sense.source import Sensed, SenseError

MOST_BYTES: Final = 4 * 1024 * 1024
"""No transcript is longer."""
MOST_TEXT: Final = 1024
"""Bytes of UTF-8 in one line."""
MOST_SPEAKERS: Final = 1000
COLUMNS: Final = ("time", "speaker", "text")
PLAYERS: Final = ("", "player")
"""Names of speakers, in lower case, that mean the player."""

_CUE: Final = re.compile(r"(?P<begin>[\d:.,]+)\s*-->\s*(?P<end>[\d:.,]+)")
_CLOCK: Final = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,2}):)?(\d{1,6})(?:[.,](\d{1,6}))?")
_VOICE: Final = re.compile(r"<v(?:\.[^\s>]*)?\s+(?P<name>[^>]*)>")
_TAG: Final = re.compile(r"<[^>]*>")


class Lines:
    """Gives each line when its time has come; never keeps the picture and sound beside it from ending."""

    senses: int = 0

    def __init__(self, lines: Iterable[Utterance]) -> None:
        """Begin before the first line; `lines` are in order of `t`."""
        self._lines = iter(lines)
        self._next: Utterance | None = next(self._lines, None)
        self.any = self._next is not None
        """Whether there is a line at all."""

    def read(self, until: Micros) -> list[Sensed]:
        """Return the lines that ended up to `until` and were not yet returned."""
        sensed: list[Sensed] = []
        while self._next is not None and self._next.t <= until:
            sensed.append(self._next)
            self._next = next(self._lines, None)
        return sensed

    def notices(self) -> list[str]:
        """Return nothing: a transcript is checked when it is opened."""
        return []

    def finished(self) -> bool:
        """Return True: what it is read beside says when all is over."""
        return True

    def close(self) -> None:
        """Forget the rest."""
        self._lines, self._next = iter(()), None


def read_transcript(file: Path, start: Micros) -> list[Utterance]:
    """Return the lines of a transcript, each at the time when it has been said, in order.

    Args:
        file: `.srt` or `.vtt` (the end of a cue counts; `<v Name>` names the speaker), or `.csv` with the
            columns `time,speaker,text`, time in seconds when the line ended. A speaker that is empty or
            `player` is the player; others are told apart by their names.
        start: time at which the transcript's own clock is 0, µs.

    Raises:
        SenseError: no such file, too long, not UTF-8, or not such a transcript; says where.
    """
    reader = {".srt": _cues, ".vtt": _cues, ".csv": _rows}.get(file.suffix.lower())
    if reader is None:
        raise SenseError(f"{file}: a transcript ends in .srt, .vtt or .csv")
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise SenseError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SenseError(f"{file}: is not UTF-8 text (byte {error.start})") from None
    if len(data) > MOST_BYTES:
        raise SenseError(f"{file}: is longer than the {MOST_BYTES} bytes that a transcript may have")
    ids: dict[str, int] = {}
    lines = []
    for row, end, speaker, said in reader(file, text):
        if len(said.encode()) > MOST_TEXT:
            raise SenseError(f"{file}:{row}: the line is longer than {MOST_TEXT} bytes")
        name = speaker.strip().lower()
        number = PLAYER if name in PLAYERS else ids.setdefault(name, FIRST_CHARACTER + len(ids))
        if len(ids) > MOST_SPEAKERS:
            raise SenseError(f"{file}:{row}: more than {MOST_SPEAKERS} speakers")
        lines.append(Utterance(t=start + end, speaker=number, text=said, final=1, heard=0))
    if not lines:
        raise SenseError(f"{file}: holds no line")
    return sorted(lines, key=lambda line: line.t)


def _cues(file: Path, text: str) -> Iterator[tuple[int, Micros, str, str]]:
    """Yield row, end, speaker and text of the cues of an SRT or WebVTT file."""
    rows = iter(enumerate(text.splitlines(), 1))
    for number, row in rows:
        if "-->" not in row:
            continue  # a header, note, or number of a cue
        cue = _CUE.match(row.strip())
        end = _time(cue["end"]) if cue else None
        if end is None:
            right = "00:00:01.000 --> 00:00:02.500"
            raise SenseError(f"{file}:{number}: a cue looks like {right}, not {row!r:.60}")
        said = []
        for _, following in rows:
            if not following.strip():
                break
            said.append(following.strip())
        joined = " ".join(said)
        voice = _VOICE.search(joined)
        spoken = _TAG.sub("", joined).strip()
        if spoken:
            yield number, end, voice["name"] if voice else "", spoken


def _rows(file: Path, text: str) -> Iterator[tuple[int, Micros, str, str]]:
    """Yield row, end, speaker and text of the rows of a table."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise SenseError(f"{file}:1: column {missing[0]} is missing; needs {','.join(COLUMNS)}")
    try:
        for row in reader:
            end = _time((row["time"] or "").strip())
            if end is None:
                raise SenseError(f"{file}:{reader.line_num}: time should be seconds, is {row['time']!r:.40}")
            if spoken := (row["text"] or "").strip():
                yield reader.line_num, end, row["speaker"] or "", spoken
    except csv.Error as error:
        raise SenseError(f"{file}:{reader.line_num}: {error}") from None


def _time(text: str) -> Micros | None:
    """Return hours:minutes:seconds, or seconds alone, in microseconds; None if it is no time."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds, fraction = match.groups()
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds)
    return whole * 1_000_000 + int((fraction or "0").ljust(6, "0"))
