"""A clip delivers picture and sound on one clock, whatever state the file is in."""

import re
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mien.bridge.messages import CAMERA, MICROPHONE, AudioChunk, VideoFrame
from mien.runtime.sense.clip import Clip
from mien.runtime.sense.source import RATE, Sensed, SenseError, captured

START = 7_000_000
MakeClip = Callable[..., Path]


def tone(seconds: float, rate: int = 44_100) -> np.ndarray:
    return (8000 * np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate)).astype(np.int16)


def play(clip: Clip, period: int = 33_000) -> list[Sensed]:
    """Read to the end in steps of `period`, holding each step to the rules of `Source.read`."""
    sensed: list[Sensed] = []
    until = START
    while not clip.finished():
        assert until < START + 60_000_000, "the clip never ends"
        until += period
        batch = clip.read(until)
        assert all(captured(each) <= until for each in batch)
        assert [each.t for each in batch] == sorted(each.t for each in batch)
        sensed += batch
    clip.close()
    return sensed


def pictures(sensed: list[Sensed]) -> list[VideoFrame]:
    return [each for each in sensed if isinstance(each, VideoFrame)]


def chunks(sensed: list[Sensed]) -> list[AudioChunk]:
    return [each for each in sensed if isinstance(each, AudioChunk)]


def test_a_flash_and_a_click_at_the_same_moment_arrive_with_the_same_time(make_clip: MakeClip) -> None:
    times = [i * 0.04 for i in range(50)]
    shades = [np.full((48, 64, 3), 255 if i == 25 else 0, np.uint8) for i in range(50)]
    sound = np.zeros(2 * 44_100, np.int16)
    sound[44_100] = 30_000
    sensed = play(Clip(make_clip(times=times, pictures=shades, sound=sound), START))
    flash = next(frame.t for frame in pictures(sensed) if frame.pixels.mean() > 128)
    loudest = max(chunks(sensed), key=lambda chunk: int(np.abs(chunk.samples.astype(int)).max()))
    click = loudest.t + int(np.abs(loudest.samples.astype(int)).argmax()) * 1_000_000 // RATE
    assert flash == START + 1_000_000
    assert abs(click - flash) <= 1000


def test_sound_is_mono_16_khz_in_chunks_of_20_ms_without_a_hole(make_clip: MakeClip) -> None:
    sensed = chunks(play(Clip(make_clip(sound=tone(1.0)), START)))
    assert all(chunk.samples.dtype == np.int16 and len(chunk.samples) == 320 for chunk in sensed[:-1])
    assert [chunk.t for chunk in sensed] == [START + i * 20_000 for i in range(len(sensed))]
    assert sum(len(chunk.samples) for chunk in sensed) == RATE


@pytest.mark.parametrize("period", [1000, 7000, 33_000, 500_000, 10_000_000])
def test_the_pace_of_reading_does_not_change_what_is_read(make_clip: MakeClip, period: int) -> None:
    path = make_clip(times=[i * 0.04 for i in range(20)], sound=tone(0.8))
    expected, found = play(Clip(path, START)), play(Clip(path, START), period)
    for select in (pictures, chunks):
        assert [each.t for each in select(found)] == [each.t for each in select(expected)]  # type: ignore[operator]
    assert all((a.pixels == b.pixels).all() for a, b in zip(pictures(found), pictures(expected), strict=True))
    assert all((a.samples == b.samples).all() for a, b in zip(chunks(found), chunks(expected), strict=True))


def test_a_clip_is_decoded_no_further_than_it_is_read(make_clip: MakeClip) -> None:
    clip = Clip(make_clip(times=[i * 0.04 for i in range(100)], sound=tone(4.0)), START)
    assert len(pictures(clip.read(START + 400_000))) == 11
    assert not clip.finished()
    assert clip.read(START + 400_000) == []
    clip.close()


def test_times_of_a_variable_frame_rate_are_kept(make_clip: MakeClip) -> None:
    times = [0.0, 0.011, 0.1, 0.9, 0.95, 2.5]
    sensed = play(Clip(make_clip(times=times), START))
    assert [frame.t - START for frame in pictures(sensed)] == [round(t * 1_000_000) for t in times]


def test_a_clip_without_sound_has_no_microphone(make_clip: MakeClip) -> None:
    clip = Clip(make_clip(times=[0.0, 0.04]), START)
    assert clip.senses == CAMERA
    assert chunks(play(clip)) == []


def test_a_clip_without_picture_has_no_camera(make_clip: MakeClip) -> None:
    clip = Clip(make_clip(name="voice.wav", sound=tone(0.5)), START)
    assert clip.senses == MICROPHONE
    assert pictures(play(clip)) == []


def test_sound_that_starts_late_keeps_its_place(make_clip: MakeClip) -> None:
    sensed = play(
        Clip(make_clip(times=[i * 0.04 for i in range(50)], sound=tone(1.0), sound_start=0.7), START)
    )
    assert abs(chunks(sensed)[0].t - START - 700_000) <= 1000
    assert pictures(sensed)[0].t == START


@pytest.mark.parametrize("shift", [3.0, -2.0])
def test_odd_or_negative_time_stamps_start_at_zero(make_clip: MakeClip, shift: float) -> None:
    times = [shift + i * 0.04 for i in range(25)]
    path = make_clip(name="odd.nut", times=times, sound=tone(1.0), sound_start=shift)
    clip = Clip(path, START)
    assert clip.senses == CAMERA | MICROPHONE
    sensed = play(clip)
    assert pictures(sensed)[0].t == START
    assert len(pictures(sensed)) == 25
    assert abs(chunks(sensed)[0].t - START) <= 1000


def test_a_hole_in_the_sound_moves_what_follows_to_its_time(make_clip: MakeClip) -> None:
    sensed = chunks(play(Clip(make_clip(sound=tone(2.0), silent=(0.5, 1.5)), START)))
    ends = [captured(chunk) for chunk in sensed]
    (hole,) = [i for i in range(1, len(sensed)) if sensed[i].t > ends[i - 1] + 1000]
    assert abs(ends[hole - 1] - START - 500_000) <= 25_000
    assert abs(sensed[hole].t - START - 1_500_000) <= 25_000
    assert abs(ends[-1] - START - 2_000_000) <= 1000


def test_a_clip_that_breaks_off_says_where(make_clip: MakeClip) -> None:
    path = make_clip(times=[i * 0.04 for i in range(100)], sound=tone(4.0))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    clip = Clip(path, START)
    sensed = play(clip)
    assert 1_500_000 < sensed[-1].t - START < 2_500_000
    assert len(clip.notices()) == 1
    assert clip.notices() == []


def test_damage_in_the_middle_is_skipped_and_noticed_with_its_time(make_clip: MakeClip) -> None:
    noise = np.random.default_rng(1)
    shades = [noise.integers(0, 255, (48, 64, 3), np.uint8) for _ in range(100)]
    path = make_clip(
        name="bad.mp4", times=[i * 0.04 for i in range(100)], pictures=shades, video_codec="libx264"
    )
    data = bytearray(path.read_bytes())
    media = data.index(b"mdat") + 4
    length = struct.unpack(">I", data[media - 8 : media - 4])[0]
    hole = slice(media + length // 2, media + length // 2 + length // 10)
    data[hole] = noise.bytes(hole.stop - hole.start)
    path.write_bytes(data)
    clip = Clip(path, START)
    sensed = pictures(play(clip))
    notices = clip.notices()
    assert len(sensed) >= 60
    assert sensed[-1].t - START >= 3_800_000
    assert notices
    line = re.compile(r"bad\.mp4: picture corrupt at 00:0[12]\.\d, skipped: Invalid data found[^\n]*")
    assert all(line.fullmatch(notice) for notice in notices)
    assert len(notices) <= 4
    assert clip.notices() == []


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_of_any_kind_crashes_or_hangs_a_clip(make_clip: MakeClip, seed: int) -> None:
    name = ["a.mkv", "a.mp4", "a.avi", "a.ts"][seed % 4]
    path = make_clip(
        name=name,
        times=[i * 0.04 for i in range(50)],
        sound=tone(2.0),
        audio_codec="mp2",
    )
    data = bytearray(path.read_bytes())
    random = np.random.default_rng(seed)
    for at in random.integers(0, len(data), 40):
        data[at] = random.integers(256)
    hole, length = random.integers(len(data)), random.integers(len(data) // 8)
    data[hole : hole + length] = bytes(len(data[hole : hole + length]))
    path.write_bytes(data[: random.integers(len(data) // 2, 2 * len(data))])
    try:
        clip = Clip(path, START)
    except SenseError:
        return
    for each in play(clip, 100_000):
        assert each.t >= START


def test_a_large_picture_is_scaled_down_to_its_longest_side(make_clip: MakeClip) -> None:
    (frame,) = pictures(play(Clip(make_clip(times=[0.0], size=(640, 320)), START, longest_side=160)))
    assert frame.pixels.shape == (80, 160, 3)


def test_a_picture_that_the_file_says_to_turn_is_turned(make_clip: MakeClip) -> None:
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:24] = 255  # the upper half is white
    path = make_clip(name="phone.mp4", times=[0.0, 0.04], pictures=[picture, picture])
    data = bytearray(path.read_bytes())
    # The display matrix of a phone held upright: a quarter turn clockwise. It lies 40 bytes into the
    # track header (ISO/IEC 14496-12, 8.3.2), which follows its four-letter name.
    matrix = data.index(b"tkhd") + 4 + 40
    data[matrix : matrix + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 48 << 16, 0, 1 << 30)
    path.write_bytes(data)
    frame = pictures(play(Clip(path, START)))[0]
    assert frame.pixels.shape == (64, 48, 3)
    assert frame.pixels[:, 30:].mean() > 200, "what was up is now to the right"
    assert frame.pixels[:, :18].mean() < 50


@pytest.mark.parametrize("content", [b"", b"no video at all\n" * 100])
@pytest.mark.parametrize("name", ["clip.mp4", "notes.txt"])
def test_a_file_that_is_no_video_is_refused_in_one_line(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SenseError, match=f"{name} cannot be read as a video or sound file: ") as error:
        Clip(tmp_path / name)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_refused_with_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "other.mp4").touch()
    with pytest.raises(SenseError, match=r"no such file: .*clip\.mp4; .* holds other\.mp4"):
        Clip(tmp_path / "clip.mp4")
    with pytest.raises(SenseError, match="there is no folder"):
        Clip(tmp_path / "nowhere" / "clip.mp4")
    with pytest.raises(SenseError, match=r"is a folder, not a video file; it holds other\.mp4"):
        Clip(tmp_path)


def test_a_file_with_only_subtitles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nhello\n")
    with pytest.raises(SenseError, match="has neither picture nor sound"):
        Clip(tmp_path / "a.srt")
