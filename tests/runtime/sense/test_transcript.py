"""Transcripts are read into lines at their times, or it is said where they are wrong."""

from pathlib import Path

import pytest

from mien.bridge.messages import FIRST_CHARACTER, PLAYER, Utterance
from mien.runtime.sense.source import SenseError
from mien.runtime.sense.transcript import MOST_BYTES, Lines, beyond, read_transcript

SRT = "\ufeff1\n00:00:01,000 --> 00:00:02,500\nHello\n<i>there</i>!\n\n2\n0:00:03.5 --> 00:01:00,25\nBye.\n"
VTT = "WEBVTT\n\nNOTE nobody reads this\n\n00:01.000 --> 00:02.500 align:start\n<v Bob>Who is there?\n"
CSV = 'time,speaker,text\n2.5,Bob,"Well, well."\n1,player,Hi\n3,Ann,Oh\n4,BOB,Yes\n5,,  \n'


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def said(lines: list[Utterance]) -> list[tuple[int, int, str]]:
    return [(line.t, line.speaker, line.text) for line in lines]


def test_a_cue_counts_from_its_end_and_loses_its_markup(tmp_path: Path) -> None:
    lines = read_transcript(write(tmp_path, "a.srt", SRT), 10)
    assert said(lines) == [(2_500_010, PLAYER, "Hello there!"), (60_250_010, PLAYER, "Bye.")]
    assert all(line.final == 1 and line.heard == 0 for line in lines)


def test_a_voice_tag_names_the_speaker(tmp_path: Path) -> None:
    lines = read_transcript(write(tmp_path, "a.vtt", VTT), 0)
    assert said(lines) == [(2_500_000, FIRST_CHARACTER, "Who is there?")]


def test_a_table_gives_lines_in_order_of_time_with_one_id_a_speaker(tmp_path: Path) -> None:
    lines = read_transcript(write(tmp_path, "a.csv", CSV), 0)
    assert [(line.t, line.speaker) for line in lines] == [
        (1_000_000, PLAYER), (2_500_000, FIRST_CHARACTER), (3_000_000, FIRST_CHARACTER + 1),
        (4_000_000, FIRST_CHARACTER),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.txt", "hello", "ends in .srt, .vtt or .csv"),
        ("a.srt", "", "holds no line"),
        ("a.srt", "1\nsoon --> later\nHello\n", r"a\.srt:2: a cue looks like"),
        ("a.srt", "1\n00:00:01,000 -> 00:00:02,500\nHello\n", r"a\.srt:2: a cue looks like .* --> "),
        ("a.srt", "0:01 --> 0:02\nHi\n\n00:02 -> 00:03\nHo\n", r"a\.srt:4: a cue looks like"),
        ("a.srt", "1\n0:01 --> 0:02\nHi\n2\n0:03 -> 0:04\nHo\n", r"a\.srt:5: an empty line should"),
        ("a.srt", "1\n0:01 --> 0:02\nHi\n\nHo\n", r"a\.srt:5: a cue looks like"),
        ("a.srt", "1\n00:00:05,000 --> 00:00:02,500\nHello\n", r"a\.srt:2: the cue ends before it begins"),
        ("a.vtt", "WEBVTT\n\nsoon --> 0:02\nHello\n", r"a\.vtt:3: a cue looks like"),
        ("a.csv", "when,who,what\n1,2,3\n", r"a\.csv:1: column time is missing"),
        ("a.csv", "time,speaker,text\nsoon,,Hi\n", r"a\.csv:2: time should be seconds, is 'soon'"),
        ("a.csv", f"time,speaker,text\n1,,{'x' * 1025}\n", r"a\.csv:2: the line is longer than 1024 bytes"),
        ("a.csv", "x" * (MOST_BYTES + 1), "is longer than the"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, name: str, text: str, problem: str) -> None:
    with pytest.raises(SenseError, match=problem) as error:
        read_transcript(write(tmp_path, name, text), 0)
    assert "\n" not in str(error.value)


def test_lines_that_end_after_the_clip_are_told(tmp_path: Path) -> None:
    lines = read_transcript(write(tmp_path, "a.csv", CSV), 0)
    assert beyond(lines, 4_000_000) == ""
    assert "2 of 4 lines end after the clip does, the first by 1.0 s" in beyond(lines, 2_000_000)


def test_bytes_that_are_no_text_and_a_missing_file_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_bytes(b"1\n\xff\xfe")
    with pytest.raises(SenseError, match="is not UTF-8 text"):
        read_transcript(tmp_path / "a.srt", 0)
    with pytest.raises(SenseError, match="No such file"):
        read_transcript(tmp_path / "b.srt", 0)


def test_lines_come_when_their_time_has_come_and_never_hold_up_the_end(tmp_path: Path) -> None:
    lines = Lines(read_transcript(write(tmp_path, "a.csv", CSV), 0))
    assert lines.any
    assert lines.finished()
    assert lines.read(999_999) == []
    assert [line.t for line in lines.read(2_500_000)] == [1_000_000, 2_500_000]
    assert [line.t for line in lines.read(9_000_000)] == [3_000_000, 4_000_000]
    assert lines.read(9_000_000) == []
