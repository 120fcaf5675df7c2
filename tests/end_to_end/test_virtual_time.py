"""`--fast`: a clip in virtual time, recorded, replayed, proven, and asked what if."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.bridge.messages import EmotionEstimate
from mien.runtime.cli.wiring import SAMPLE_CLIP
from mien.runtime.sessions.session import Session, read_session

MakeClip = Callable[..., Path]
Start = Callable[..., Any]


def record(mien: Start, clip: Path, to: Path, *options: object) -> Session:
    code, _, err = mien("run", clip, "--fast", "--emit", "", "--record", to, *options).ended()
    assert (code, err) == (0, "")
    return read_session(to)


@pytest.fixture
def clip(make_clip: MakeClip) -> Path:
    """Return three seconds of noise in picture and sound: nobody is there."""
    rng = np.random.default_rng(3)
    pictures = [rng.integers(0, 256, (120, 160, 3), np.uint8) for _ in range(30)]
    sound = rng.normal(0, 3000, 44_100 * 3).astype(np.int16)
    return make_clip(times=[i / 10 for i in range(30)], pictures=pictures, sound=sound, size=(160, 120))


def test_two_runs_of_one_clip_are_the_same_to_the_byte(mien: Start, clip: Path, tmp_path: Path) -> None:
    first, second = record(mien, clip, tmp_path / "a.mcap"), record(mien, clip, tmp_path / "b.mcap")
    assert [(r.t, r.data) for r in first.records()] == [(r.t, r.data) for r in second.records()]


@pytest.mark.parametrize("embed", [(), ("--embed",)])
def test_a_replay_is_the_same_from_estimates_and_from_pixels(
    mien: Start, clip: Path, tmp_path: Path, embed: tuple[str, ...]
) -> None:
    session = record(mien, clip, tmp_path / "s.mcap", *embed)
    if embed:
        clip.unlink()  # the recording must do without
    for origin in ("estimates", "pixels"):
        code, out, err = mien("replay", session.path, "--verify", "--from", origin).ended()
        assert (code, err) == (0, "")
        assert "verified" in out


def test_a_clip_that_changed_is_no_longer_the_recordings(mien: Start, clip: Path, tmp_path: Path) -> None:
    session = record(mien, clip, tmp_path / "s.mcap")
    clip.write_bytes(clip.read_bytes() + b"\0")
    code, _, err = mien("replay", session.path, "--verify", "--from", "pixels").ended()
    assert code == 2 and "has changed since" in err


def test_without_a_face_or_voice_nothing_is_claimed(mien: Start, make_clip: MakeClip, tmp_path: Path) -> None:
    gray = make_clip("gray.mkv", times=[i / 10 for i in range(20)])
    estimates = [r.message for r in record(mien, gray, tmp_path / "s.mcap").records("estimate")]
    assert len(estimates) >= 20
    for estimate in estimates:
        assert isinstance(estimate, EmotionEstimate)
        assert estimate.used == 0 and not estimate.emotion.any() and estimate.confidence == 0


def test_what_if_says_where_the_runs_part(
    mien: Start, make_clip: MakeClip, library: Path, tmp_path: Path
) -> None:
    clip = make_clip(times=[i / 10 for i in range(30)])
    session = record(mien, clip, tmp_path / "s.mcap", "--library", library)
    cast = library / "cast.yaml"
    cast.write_text(cast.read_text().replace("neuroticism: .8}", "neuroticism: -.8}"))
    code, out, err = mien("replay", session.path, "--fast").ended()
    assert (code, err) == (0, "")
    assert "ticks differ" in out and "Pip" in out
    code, out, _ = mien("replay", session.path, "--verify").ended()
    assert code == 1 and "differs first at tick 0" in out


def test_a_recording_cut_short_replays_up_to_its_last_whole_chunk(
    mien: Start, clip: Path, tmp_path: Path
) -> None:
    session = record(mien, clip, tmp_path / "s.mcap")
    whole = session.path.read_bytes()
    session.path.write_bytes(whole[: len(whole) * 2 // 3])
    code, out, err = mien("replay", session.path, "--verify").ended()
    assert "cut off" in out
    # Whole chunks may or may not hold a tick, but what they hold is the same.
    assert (code == 0 and "verified" in out) or (code == 2 and "holds no tick" in err)


def test_a_calibrated_player_is_recognized_and_replayed_as_such(mien: Start, tmp_path: Path) -> None:
    ann = tmp_path / "ann.json"
    code, out, err = mien("calibrate", SAMPLE_CLIP, "--player", ann).ended()
    assert (code, err) == (0, "")
    assert "calibrated face" in out and ann.is_file()
    stranger = record(mien, SAMPLE_CLIP, tmp_path / "a.mcap", "--seconds", 2)
    player = record(mien, SAMPLE_CLIP, tmp_path / "b.mcap", "--seconds", 2, "--player", ann)
    first, second = ([r.message for r in each.records("estimate")] for each in (stranger, player))
    assert sum(e.blend.sum() for e in second) < 0.8 * sum(e.blend.sum() for e in first)
    code, out, err = mien("replay", player.path, "--verify", "--from", "pixels").ended()
    assert (code, " 0 different, 0 missing" in out) == (0, True), out
    ann.write_text(ann.read_text().replace('"player": "ann"', '"player": "bob"'))
    _, out, _ = mien("replay", player.path, "--verify", "--from", "pixels").ended()
    assert "ann.json has changed since the recording" in out
