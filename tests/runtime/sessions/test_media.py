"""The media of a recording come back as a source, or it is said why not."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from mien.bridge.messages import CAMERA, MICROPHONE, AudioChunk, Message, Utterance, VideoFrame, VideoPacket
from mien.runtime.sessions.media import Embedded, compress, decompress, session_media
from mien.runtime.sessions.metadata import Metadata, SessionError, reference
from mien.runtime.sessions.recorder import Recorder
from mien.runtime.sessions.session import Session, read_session

START = 1_000_000


def picture(t: int, shade: int = 100) -> VideoFrame:
    return VideoFrame(t=t, pixels=np.full((24, 32, 3), shade, np.uint8))


def sound(t: int) -> AudioChunk:
    return AudioChunk(t=t, samples=np.arange(320, dtype=np.int16))


def record(path: Path, metadata: Metadata, messages: Sequence[tuple[int, Message]]) -> Session:
    recorder = Recorder(path, metadata)
    for t, message in messages:
        recorder.record(message, t)
    recorder.close()
    return read_session(path)


def test_a_picture_survives_embedding_and_keeps_its_time() -> None:
    frame = decompress(compress(picture(42, shade=77)))
    assert frame.t == 42
    assert frame.pixels.shape == (24, 32, 3)
    assert abs(int(frame.pixels.astype(int).mean()) - 77) <= 2


@pytest.mark.parametrize(
    "jpeg",
    [b"", b"rubbish", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n" + bytes(50), b"\xff\xd8\xff\xe0\x00\x00" * 9],
)
def test_what_is_no_jpeg_is_refused(jpeg: bytes) -> None:
    with pytest.raises(ValueError, match="picture at 5 µs"):
        decompress(VideoPacket(t=5, jpeg=np.frombuffer(jpeg, np.uint8)))


def test_a_jpeg_that_claims_to_be_huge_is_refused_before_it_is_unpacked() -> None:
    jpeg = compress(picture(5)).jpeg.copy()
    frame_header = jpeg.tobytes().index(b"\xff\xc0")
    jpeg[frame_header + 5 : frame_header + 9] = 255
    with pytest.raises(ValueError, match="too large: 65535 × 65535"):
        decompress(VideoPacket(t=5, jpeg=jpeg))


def test_embedded_media_come_back_at_the_ticks_that_recorded_them(tmp_path: Path, stage: Any) -> None:
    messages: list[tuple[int, Message]] = [
        (START, stage.hello()),
        (START, compress(picture(START - 9000))),
        (START, stage.estimate(START - 9000)),
        (START, sound(START - 12_000)),
        (START + 20_000, sound(START + 8000)),
        (START + 20_000, compress(picture(START + 2000))),
    ]
    session = record(tmp_path / "s.mcap", stage.metadata, messages)
    source = session_media(session)
    assert source.senses == CAMERA | MICROPHONE
    assert source.read(START - 1) == []
    assert [each.t for each in source.read(START)] == [START - 9000, START - 12_000]
    assert not source.finished()
    assert [each.t for each in source.read(START + 20_000)] == [START + 8000, START + 2000]
    assert source.finished()
    assert source.notices() == []
    source.close()


def test_embedded_media_can_begin_at_another_time(tmp_path: Path, stage: Any) -> None:
    session = record(
        tmp_path / "s.mcap", stage.metadata, [(START, stage.hello()), (START, sound(START - 9000))]
    )
    source = session_media(session, start=5_000_000)
    assert source.senses == MICROPHONE
    assert source.read(4_999_999) == []
    assert [each.t for each in source.read(5_000_000)] == [4_991_000]


def test_a_damaged_picture_is_noticed_and_skipped(tmp_path: Path, stage: Any) -> None:
    bad = VideoPacket(t=START, jpeg=np.zeros(9, np.uint8))
    messages = [(START, stage.hello()), (START, bad), (START, compress(picture(START + 1)))]
    source = Embedded(record(tmp_path / "s.mcap", stage.metadata, messages))
    assert [each.t for each in source.read(START)] == [START + 1]
    (notice,) = source.notices()
    assert "picture at 1000000 µs" in notice


def test_a_recording_without_media_says_so(tmp_path: Path, stage: Any) -> None:
    session = record(tmp_path / "s.mcap", stage.metadata, [(START, stage.hello())])
    with pytest.raises(SessionError, match="holds neither pictures nor sound and refers to no clip"):
        session_media(session)


@pytest.fixture
def referring(tmp_path: Path, stage: Any) -> Session:
    """A recording made from a clip in another folder."""
    clip = tmp_path / "clips" / "voice.wav"
    clip.parent.mkdir()
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.ones((1, 1600), np.int16), format="s16", layout="mono")
        frame.sample_rate = 16_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    (tmp_path / "sessions").mkdir()
    metadata = Metadata(version="0.1.0", seed=1, rate=60, media=reference(clip, START))
    return record(tmp_path / "sessions" / "s.mcap", metadata, [(START, stage.hello())])


def test_a_clip_that_a_recording_refers_to_plays_in_the_time_of_the_recording(referring: Session) -> None:
    source = session_media(referring)
    assert [each.t for each in source.read(START + 60_000)] == [START, START + 20_000, START + 40_000]
    source.close()


def test_media_that_a_recording_holds_come_before_the_clip_that_they_are_from(
    tmp_path: Path, stage: Any, referring: Session
) -> None:
    messages = [(START, stage.hello()), (START, compress(picture(START)))]
    both = record(tmp_path / "both.mcap", referring.metadata, messages)
    assert session_media(both).senses == CAMERA
    assert session_media(referring).senses == MICROPHONE


def test_a_clip_that_moved_beside_the_recording_is_found(referring: Session) -> None:
    media = referring.metadata.media
    assert media is not None
    media.path.rename(referring.path.parent / "voice.wav")
    source = session_media(referring, start=0)
    assert source.read(20_000)[0].t == 0
    source.close()


def test_a_clip_that_is_gone_or_changed_is_named(referring: Session) -> None:
    media = referring.metadata.media
    assert media is not None
    with media.path.open("ab") as file:
        file.write(b"x")
    with pytest.raises(SessionError, match=r"voice\.wav has changed since .* was recorded"):
        session_media(referring)
    media.path.unlink()
    with pytest.raises(SessionError, match=r"is gone: put it at .*clips.voice\.wav or .*sessions.voice\.wav"):
        session_media(referring)


def line(t: int) -> Utterance:
    return Utterance(t=t, speaker=1, text="Hello", final=1, heard=1)


def test_lines_come_back_in_their_place_among_embedded_media(tmp_path: Path, stage: Any) -> None:
    messages: list[tuple[int, Message]] = [
        (START, stage.hello()),
        (START, compress(picture(START - 9000))),
        (START, line(START - 9000)),
        (START + 20_000, sound(START - 12_000)),
    ]
    source = session_media(record(tmp_path / "s.mcap", stage.metadata, messages))
    assert [(type(each), each.t) for each in source.read(START)] == [
        (VideoFrame, START - 9000),
        (Utterance, START - 9000),
    ]


def test_lines_alone_are_no_media(tmp_path: Path, stage: Any) -> None:
    session = record(tmp_path / "s.mcap", stage.metadata, [(START, stage.hello()), (START, line(START))])
    with pytest.raises(SessionError, match="neither pictures nor sound"):
        session_media(session)
