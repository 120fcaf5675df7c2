"""Any file opens as far as it is whole, or is refused in one line."""

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.writer import Writer

from mien.runtime.sessions.metadata import SessionError
from mien.runtime.sessions.recorder import Recorder
from mien.runtime.sessions.session import MAX_CHUNK, read_session

CHUNK = 6
MESSAGE_INDEX = 7
DATA_END = 15
"""Opcodes of the MCAP specification, Records."""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory, stage: Any) -> bytes:
    """A whole recording of several chunks."""
    path = tmp_path_factory.mktemp("whole") / "s.mcap"
    recorder = Recorder(path, stage.metadata, chunk_bytes=4096)
    recorder.record(stage.hello(), 0)
    for tick in range(60):
        recorder.record(stage.face(tick * 100_000, tick), tick * 100_000)
    recorder.close()
    return path.read_bytes()


def reopened(path: Path, data: bytes) -> int:
    """Return how many messages can be read from `data`, all of them checked."""
    path.write_bytes(data)
    return sum(record.message is not None for record in read_session(path).records())


def chunks(data: bytes) -> list[tuple[int, int]]:
    """Return begin and end of each chunk record."""
    spans, offset = [], 8
    while offset < len(data) - 8:
        opcode, length = struct.unpack_from("<BQ", data, offset)
        if opcode == CHUNK:
            spans.append((offset, offset + 9 + length))
        offset += 9 + length
    return spans


def messages_in(data: bytes, count: int) -> int:
    """Return how many messages the first `count` chunks hold, by their message indexes."""
    ends = [begin for begin, _ in chunks(data)[1:]] + [data_end(data)]
    messages, offset = 0, 8
    while count and offset < ends[count - 1]:
        opcode, length = struct.unpack_from("<BQ", data, offset)
        if opcode == MESSAGE_INDEX:
            messages += struct.unpack_from("<I", data, offset + 11)[0] // 16
        offset += 9 + length
    return messages


def data_end(data: bytes) -> int:
    """Return where the record that ends the data section ends."""
    return data.rindex(struct.pack("<BQI", DATA_END, 4, 0)) + 13


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1))
def test_a_file_cut_anywhere_opens_up_to_its_last_whole_chunk_or_is_refused(
    tmp_path: Path, recording: bytes, share: float
) -> None:
    cut = int(share * (len(recording) - 1))
    path = tmp_path / "cut.mcap"
    path.write_bytes(recording[:cut])
    try:
        session = read_session(path)
    except SessionError as error:
        assert cut < chunks(recording)[0][1], "with a whole chunk it must open"
        assert "\n" not in str(error)
        return
    path.write_bytes(recording)
    everything = list(read_session(path).records())
    path.write_bytes(recording[:cut])
    whole = sum(end <= cut for _, end in chunks(recording))
    assert list(session.records()) == everything[: messages_in(recording, whole)]
    assert (session.truncated is None) == (cut >= data_end(recording))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1), value=st.integers(0, 255), length=st.integers(1, 16))
def test_a_file_damaged_anywhere_opens_or_is_refused(
    tmp_path: Path, recording: bytes, share: float, value: int, length: int
) -> None:
    at = int(share * (len(recording) - length))
    data = recording[:at] + bytes([value]) * length + recording[at + length :]
    try:
        assert reopened(tmp_path / "bad.mcap", data) <= 61
    except SessionError as error:
        assert "\n" not in str(error)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=2000))
def test_arbitrary_bytes_are_refused(tmp_path: Path, data: bytes) -> None:
    for content in (data, b"\x89MCAP0\r\n" + data):
        with pytest.raises(SessionError):
            reopened(tmp_path / "any.mcap", content)


def test_a_cut_file_says_so_and_how_much_can_be_read(tmp_path: Path, recording: bytes) -> None:
    begin, end = chunks(recording)[2]
    path = tmp_path / "cut.mcap"
    path.write_bytes(recording[: (begin + end) // 2])
    session = read_session(path)
    assert session.truncated is not None
    assert session.end == max(record.t for record in session.records())
    assert f"is cut off at byte {begin} of " in session.truncated
    assert session.truncated.endswith(f"its first {session.end / 1e6:.1f} s can be read")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="is no recording: it is not an MCAP file"):
        reopened(tmp_path / "a.mcap", b"ID3 some music")
    with pytest.raises(SessionError, match="No such file"):
        read_session(tmp_path / "missing.mcap")
    with pytest.raises(SessionError, match=r"Is a directory|Permission denied"):
        read_session(tmp_path)


def test_an_mcap_file_of_another_program_is_refused(tmp_path: Path) -> None:
    writer = Writer(str(tmp_path / "robot.mcap"))
    writer.start()
    channel = writer.register_channel("pose", "json", 0)
    writer.add_message(channel, 0, b"{}", 0)
    writer.finish()
    with pytest.raises(SessionError, match="is an MCAP file, but no recording of Mien"):
        read_session(tmp_path / "robot.mcap")


def test_only_the_kinds_that_are_asked_for_come(tmp_path: Path, recording: bytes) -> None:
    path = tmp_path / "s.mcap"
    path.write_bytes(recording)
    session = read_session(path)
    assert [record.kind for record in session.records("hello")] == ["hello"]
    assert len(list(session.records("face"))) == 60
    assert len(list(session.records("face", "hello"))) == 61
    assert list(session.records("event")) == []


def forged(recording: bytes, compressed: bytes, claimed: int, crc: int) -> bytes:
    """Return the recording with the content of its first chunk replaced."""
    begin, _ = chunks(recording)[0]
    body = struct.pack("<QQQII", 0, 0, claimed, crc, 4) + b"zstd"
    body += struct.pack("<Q", len(compressed)) + compressed
    return recording[:begin] + struct.pack("<BQ", CHUNK, len(body)) + body


def test_a_chunk_that_unpacks_to_more_than_it_claims_is_refused(tmp_path: Path, recording: bytes) -> None:
    bomb = zstandard.compress(bytes(100_000_000))
    with pytest.raises(SessionError, match="checksum is wrong"):
        reopened(tmp_path / "bomb.mcap", forged(recording, bomb, 1000, 0))
    with pytest.raises(SessionError, match=f"claims {MAX_CHUNK + 1} bytes"):
        reopened(tmp_path / "bomb.mcap", forged(recording, bomb, MAX_CHUNK + 1, 0))


@pytest.mark.parametrize("length", [1 << 40, (1 << 64) - 1])
def test_a_chunk_that_claims_more_compressed_bytes_than_it_has_is_refused(
    tmp_path: Path, recording: bytes, length: int
) -> None:
    body = struct.pack("<QQQII", 0, 0, 100, 0, 4) + b"zstd" + struct.pack("<Q", length)
    begin, _ = chunks(recording)[0]
    with pytest.raises(SessionError, match="is damaged"):
        reopened(tmp_path / "long.mcap", recording[:begin] + struct.pack("<BQ", CHUNK, len(body)) + body)


def test_a_chunk_of_well_packed_rubbish_is_refused(tmp_path: Path, recording: bytes) -> None:
    rubbish = struct.pack("<BQ", 5, 1 << 60) + b"\x01"
    packed = forged(recording, zstandard.compress(rubbish), len(rubbish), zlib.crc32(rubbish))
    with pytest.raises(SessionError):
        reopened(tmp_path / "rubbish.mcap", packed)


def test_a_message_that_breaks_the_protocol_is_refused_when_decoded(tmp_path: Path, stage: Any) -> None:
    recorder = Recorder(tmp_path / "s.mcap", stage.metadata)
    recorder.record(stage.hello(), 0, b"\xc0")
    recorder.close()
    (record,) = read_session(tmp_path / "s.mcap").records()
    with pytest.raises(SessionError, match="damaged message"):
        _ = record.message
