"""Lines of dialogue as a source: a transcript file beside a clip, or those that a recording holds."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from mien.bridge.messages import FIRST_CHARACTER, PLAYER, Micros, Utterance
from mien.runtime.sense.source import Sensed, SenseError

MOST_BYTES: Final = 4 * 1024 * 1024
"""No transcript is longer."""
MOST_TEXT: Final = 1024
"""Bytes of UTF-8 in one line."""
MOST_SPEAKERS: Final = 1000
TOLERANCE: Final = 500_000
"""Microseconds that a line may end after its clip: the last cue often does."""
COLUMNS: Final = ("time", "speaker", "text")
PLAYERS: Final = ("", "player")
"""Names of speakers, in lower case, that mean the player."""

_CUE: Final = re.compile(r"(?P<begin>[\d:.,]+)\s*-->\s*(?P<end>[\d:.,]+)")
_ARROW: Final = re.compile(r"-+>|[–—→]")
_SPAN: Final = re.compile(rf"[\d:.,]+\s*({_ARROW.pattern})\s*[\d:.,]+")
"""Two times with what is, or was meant to be, an arrow between them."""
_NO_CUES: Final = ("WEBVTT", "NOTE", "STYLE", "REGION")
"""How the blocks of a WebVTT file begin that hold nothing that is said."""
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


def beyond(lines: Sequence[Utterance], end: Micros) -> str:
    """Return a line for a person about those that end after `end`, where the clip does; empty for none."""
    late = [line for line in lines if line.t > end + TOLERANCE]
    if not late:
        return ""
    return (
        f"transcript: {len(late)} of {len(lines)} lines end after the clip does, the first by "
        f"{(late[0].t - end) / 1e6:.1f} s: it may belong to another clip"
    )


def _cues(file: Path, text: str) -> Iterator[tuple[int, Micros, str, str]]:
    """Yield row, end, speaker and text of the cues of an SRT or WebVTT file."""
    for number, block in _blocks(text):
        if block[0].startswith(_NO_CUES):
            continue
        # What stands above the time is the cue's number or name.
        at = 0 if _ARROW.search(block[0]) or len(block) == 1 else 1
        begin, end = _span(file, number + at, block[at])
        if end < begin:
            raise SenseError(f"{file}:{number + at}: the cue ends before it begins: {block[at]:.60}")
        said = block[at + 1 :]
        for row, following in enumerate(said, number + at + 1):
            if _SPAN.match(following):
                raise SenseError(f"{file}:{row}: an empty line should separate this cue from the one above")
        joined = " ".join(said)
        voice = _VOICE.search(joined)
        spoken = _TAG.sub("", joined).strip()
        if spoken:
            yield number + at, end, voice["name"] if voice else "", spoken


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield what stands between empty lines, stripped, each with the number of its first row."""
    block: list[str] = []
    for number, row in enumerate([*text.splitlines(), ""], 1):
        if row.strip():
            block.append(row.strip())
        elif block:
            yield number - len(block), block
            block = []


def _span(file: Path, number: int, row: str) -> tuple[Micros, Micros]:
    cue = _CUE.match(row)
    begin, end = (_time(cue["begin"]), _time(cue["end"])) if cue else (None, None)
    if begin is None or end is None:
        right = "00:00:01.000 --> 00:00:02.500"
        raise SenseError(f"{file}:{number}: a cue looks like {right}, not {row!r:.60}")
    return begin, end


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
