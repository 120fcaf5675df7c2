"""Reads a recording, chunk by chunk; a truncated one up to its last whole chunk."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, McapRecord
from mcap.records import Message as Logged
from mcap.records import Metadata as MetadataRecord
from mcap.stream_reader import breakup_chunk

from mien.bridge import codec
from mien.bridge.messages import Message, Micros
from mien.runtime.sessions.metadata import DROPPED, RECORD, Metadata, SessionError

MAX_CHUNK: Final = 2 * codec.MAX_BYTES
"""No chunk is longer, compressed or not."""

MAX_METADATA: Final = 1024 * 1024
"""No metadata record is longer."""

_MAGIC: Final = b"\x89MCAP0\r\n"
_HEAD: Final = struct.Struct("<BQ")
_SPAN: Final = struct.Struct("<QQ")
_MALFORMED: Final = (
    McapError,
    struct.error,
    UnicodeDecodeError,
    OverflowError,
    MemoryError,
    zstandard.ZstdError,
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded message."""

    t: Micros
    """Time of the tick that took it in or gave it out."""
    kind: str
    """Its message type, `Message.KIND`."""
    data: bytes
    """The very bytes of the wire."""

    @property
    def message(self) -> Message:
        """The message, decoded and checked.

        Raises:
            SessionError: the bytes are no message of this protocol.
        """
        try:
            return codec.decode(self.data, [self.kind])
        except codec.MalformedMessageError as error:
            raise SessionError(f"damaged message at {self.t} µs: {error}") from None


@dataclass(frozen=True, kw_only=True)
class Session:
    """A recording on disk; holds no message in memory."""

    path: Path
    metadata: Metadata
    truncated: str | None
    """Why and where the file ends early, or None where it is whole."""
    dropped: int
    """Messages that are missing because the disk did not keep up while recording."""
    start: Micros
    """Time of the first tick; 0 where nothing was recorded."""
    end: Micros
    """Time of the last tick that can be read; 0 where nothing was recorded."""
    data_end: int
    """Byte at which the last whole chunk ends."""

    def records(self, *kinds: str) -> Iterator[Recorded]:
        """Yield the messages in the order of recording.

        Args:
            kinds: only these message kinds; all, where none is given.

        Raises:
            SessionError: the file cannot be read any more, or a chunk in it is damaged.
        """
        topics: dict[int, str] = {}
        try:
            with self.path.open("rb") as file:
                for opcode, offset, length in _walk(file, self.data_end):
                    if opcode != Opcode.CHUNK:
                        continue
                    where = f"{self.path}: chunk at byte {offset}"
                    if length > MAX_CHUNK:
                        raise SessionError(f"{where} is too long ({length} bytes)")
                    for record in _unpack(file.read(length), f"{where} is damaged"):
                        if isinstance(record, Channel):
                            topics[record.id] = record.topic
                        elif isinstance(record, Logged):
                            kind = topics.get(record.channel_id, "")
                            if not kinds or kind in kinds:
                                yield Recorded(record.log_time // 1000, kind, record.data)
        except OSError as error:
            raise SessionError(f"cannot read {self.path}: {error.strerror or error}") from None


def read_session(path: Path) -> Session:
    """Open a recording: reads its metadata and the heads of its records, not the messages.

    Raises:
        SessionError: no such file, not a recording of Mien, or cut off before its metadata.
    """
    try:
        with path.open("rb") as file:
            return _scan(path, file, path.stat().st_size)
    except OSError as error:
        raise SessionError(f"cannot read {path}: {error.strerror or error}") from None


def _scan(path: Path, file: BinaryIO, size: int) -> Session:
    if file.read(len(_MAGIC)) != _MAGIC:
        raise SessionError(f"{path} is no recording: it is not an MCAP file")
    metadata: Metadata | None = None
    start, end, dropped, chunks = 0, 0, 0, 0
    data_end, whole = file.tell(), False
    for opcode, offset, length in _walk(file, size):
        if opcode == Opcode.CHUNK and length >= _SPAN.size:
            first, last = _SPAN.unpack(file.read(_SPAN.size))
            start = min(start, first // 1000) if chunks else first // 1000
            end = max(end, last // 1000)
            chunks += 1
        elif opcode == Opcode.METADATA and length <= MAX_METADATA:
            try:
                record = MetadataRecord.read(ReadDataStream(BytesIO(file.read(length))))
                if record.name == RECORD:
                    metadata = Metadata.from_record(record.metadata)
                elif record.name == DROPPED:
                    dropped += int(record.metadata["count"])
            except (*_MALFORMED, ValueError, KeyError):
                raise SessionError(f"{path}: metadata at byte {offset} are damaged") from None
            except SessionError as error:
                raise SessionError(f"{path}: {error}") from None
        elif opcode == Opcode.DATA_END:
            whole = True
            break
        data_end = offset + _HEAD.size + length
    if metadata is None:
        reason = "no recording of Mien" if whole else "ends before its metadata"
        raise SessionError(f"{path} is an MCAP file, but {reason}")
    truncated = None
    if not whole:
        seconds = (end - start) / 1e6
        truncated = f"{path} is cut off at byte {data_end} of {size}: its first {seconds:.1f} s can be read"
    return Session(
        path=path,
        metadata=metadata,
        truncated=truncated,
        dropped=dropped,
        start=start,
        end=end,
        data_end=data_end,
    )


def _walk(file: BinaryIO, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield opcode, offset and length of each whole record up to `end`, the file standing at its content."""
    offset = len(_MAGIC)
    while offset + _HEAD.size <= end:
        file.seek(offset)
        head = file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return
        opcode, length = _HEAD.unpack(head)
        if opcode == 0 or length > end - offset - _HEAD.size:
            return
        yield opcode, offset, length
        offset += _HEAD.size + length


def _unpack(data: bytes, complaint: str) -> list[McapRecord]:
    """Return the records of a chunk."""
    try:
        chunk = Chunk.read(ReadDataStream(BytesIO(data)))
        if chunk.uncompressed_size > MAX_CHUNK:
            raise SessionError(f"{complaint}: it claims {chunk.uncompressed_size} bytes")
        if chunk.compression == "zstd":
            # Reads no further than the chunk claims, however far the compressed data would go.
            reader = zstandard.ZstdDecompressor().stream_reader(BytesIO(chunk.data))
            chunk.data, chunk.compression = reader.read(chunk.uncompressed_size), ""
        if chunk.compression != "":
            raise SessionError(f"{complaint}: unknown compression {chunk.compression!r:.40}")
        if len(chunk.data) != chunk.uncompressed_size or zlib.crc32(chunk.data) != chunk.uncompressed_crc:
            raise SessionError(f"{complaint}: its checksum is wrong")
        return breakup_chunk(chunk)
    except _MALFORMED as error:
        raise SessionError(f"{complaint}: {str(error) or type(error).__name__}") from None
