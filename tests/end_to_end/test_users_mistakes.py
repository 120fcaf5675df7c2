"""A mistake of the user is one line that says what was tried and what would be right, and exit code 2."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., Any]


def line(mien: Start, *arguments: object) -> str:
    """Return the one line of a command that should fail by its user's mistake."""
    code, _, err = mien(*arguments).ended()
    assert code == 2, err
    assert "Traceback" not in err
    assert err.startswith("mien: ") and err.count("\n") == 1, err
    return str(err)


def test_no_such_file(mien: Start, tmp_path: Path) -> None:
    (tmp_path / "talk.mp4").touch()
    said = line(mien, "run", tmp_path / "tolk.mp4")
    assert "tolk.mp4" in said and "talk.mp4" in said


def test_not_a_video(mien: Start, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("nothing to see")
    assert "notes.txt" in line(mien, "run", text)


@pytest.mark.skipif(
    sys.platform != "linux" or Path("/dev/video0").exists(), reason="needs a machine without a camera"
)
def test_no_camera(mien: Start, port: int) -> None:
    said = line(mien, "run", "camera", "--port", port)
    assert "camera" in said and "mien devices" in said


def test_an_emitter_that_does_not_exist(mien: Start, make_clip: Callable[..., Path], port: int) -> None:
    clip = make_clip(times=[0, 0.1])
    said = line(mien, "run", clip, "--emit", "zmq,osc", "--fast", "--port", port)
    assert "'osc'" in said and "vmc" in said


def test_a_library_with_a_mistake(mien: Start, make_clip: Callable[..., Path], library: Path) -> None:
    path = library / "autonomous.yaml"
    lines = path.read_text().count("\n")
    path.write_text(path.read_text() + "  yelp:\n    trigger: suprise > .5\n")
    code, _, err = mien(
        "run", make_clip(times=[0, 0.1]), "--library", library, "--fast", "--emit", ""
    ).ended()
    assert code == 2 and "Traceback" not in err
    assert f"autonomous.yaml:{lines + 2}:" in err and "did you mean" in err.lower() and "surprise" in err


def test_no_folder_to_record_to(mien: Start, make_clip: Callable[..., Path], tmp_path: Path) -> None:
    said = line(mien, "run", make_clip(times=[0, 0.1]), "--fast", "--record", tmp_path / "no" / "s.mcap")
    assert "there is no folder" in said


def test_a_file_that_is_no_recording(mien: Start, make_clip: Callable[..., Path]) -> None:
    assert "no recording" in line(mien, "replay", make_clip(times=[0, 0.1]))


def test_a_plain_address_beyond_this_machine(mien: Start) -> None:
    said = line(mien, "direct", "--host", "192.0.2.1")
    assert "mien keys" in said


def test_a_line_that_nobody_is_there_to_hear(mien: Start, port: int) -> None:
    assert f"nobody listens on port {port}" in line(mien, "say", "Hello", "--port", port)


def test_a_transcript_without_a_clip(mien: Start, tmp_path: Path, port: int) -> None:
    said = line(mien, "run", "camera", "--transcript", tmp_path / "a.srt", "--port", port)
    assert "--transcript belongs to a clip" in said


def test_a_player_whom_nobody_calibrated(mien: Start, tmp_path: Path, port: int) -> None:
    said = line(mien, "run", "camera", "--player", tmp_path / "ann.json", "--port", port)
    assert "ann.json" in said and "mien calibrate" in said


def test_a_player_without_a_name(mien: Start, port: int) -> None:
    assert "takes a name" in line(mien, "run", "camera", "--player", "../ann", "--port", port)


def test_a_clip_without_face_or_voice_calibrates_nothing(
    mien: Start, make_clip: Callable[..., Path], tmp_path: Path
) -> None:
    clip = make_clip(times=[i / 10 for i in range(10)])
    code, out, err = mien("calibrate", clip, "--player", tmp_path / "ann.json").ended()
    assert (code, err) == (2, "mien: nothing was calibrated, nothing was kept\n")
    assert "no face was seen" in out and "no voice: there was no sound" in out
    assert not (tmp_path / "ann.json").exists()
