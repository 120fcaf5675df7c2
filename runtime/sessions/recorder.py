"""Writes a recording: an MCAP file with one channel for each type of message."""

import json
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

from mcap.writer import MCAP0_MAGIC, CompressionType, Writer

from mien.bridge import codec
from mien.bridge.messages import MESSAGES, Message, Micros
from mien.runtime.sessions.metadata import DROPPED, RECORD, Metadata, SessionError

FLUSH_PERIOD: Final = 0.4
"""Seconds between flushes, and so the most that a killed process loses, give or take one write."""

CHUNK_BYTES: Final = 1024 * 1024
"""A chunk ends with each flush; a size only bounds it. Small chunks would bloat the index, held in memory."""

QUEUE_BYTES: Final = 32 * 1024 * 1024
"""So much may wait for a stalled disk: 20 s of a hundred characters at 60 Hz."""

_LATEST_NS: Final = (1 << 64) - 1
_TYPES: Final = {message.KIND: message for message in MESSAGES}


class Recorder:
    """Records messages without ever holding up the caller: a thread of its own compresses and writes.

    `record` costs the caller an encoding and an append. Where the disk does not keep up, messages are dropped
    and counted, and the recording says so. Where it fails, recording stops with one notice.
    """

    def __init__(
        self,
        path: Path,
        metadata: Metadata,
        open_file: Callable[[Path], BinaryIO] = lambda path: path.open("wb"),
        queue_bytes: int = QUEUE_BYTES,
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        """Create the file at `path`, or replace the recording there, and write what does not change.

        Raises:
            SessionError: the file cannot be written, or holds something that is no recording.
        """
        self._path = path
        self._queue: deque[tuple[str, Micros, Micros, bytes]] = deque()
        self._queue_bytes = queue_bytes
        # Each of these is changed by one thread only, so that they need no lock.
        self._put = 0
        self._written = 0
        self._notices: deque[str] = deque(maxlen=16)
        self._failed = False
        self._overflowing = False
        self._closing = threading.Event()
        self._channels: dict[str, int] = {}
        self._dropped_written = 0
        self.recorded = 0
        """Messages taken so far."""
        self.dropped = 0
        """Messages that are missing from the recording because the disk did not keep up."""
        try:
            _spare(path)
            self._file = open_file(path)
        except OSError as error:
            raise SessionError(f"cannot record to {path}: {error.strerror or error}") from None
        try:
            self._writer = _writer(self._file, chunk_bytes)
            self._writer.start(profile="mien", library=f"mien {metadata.version}")
            self._writer.add_metadata(RECORD, metadata.to_record())
            self._writer.flush()
        except OSError as error:
            self._release()
            raise SessionError(f"cannot record to {path}: {error.strerror or error}") from None
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def record(self, message: Message, t: Micros, data: bytes | None = None) -> None:
        """Record `message` as taken in or given out by the tick at `t`.

        Args:
            message: what to record; its arrays may change afterwards.
            t: time of the tick.
            data: the encoded message, where the caller has it already.

        Raises:
            ValueError: a field is out of its range (see `codec.encode`).
        """
        if self._failed or self._closing.is_set():
            return
        data = codec.encode(message) if data is None else data
        if self._put - self._written + len(data) > self._queue_bytes:
            self.dropped += 1
            if not self._overflowing:
                self._overflowing = True
                self._notices.append(
                    f"recording to {self._path}: the disk falls behind, messages are missing"
                )
            return
        self._overflowing = False
        self._put += len(data)
        self.recorded += 1
        self._queue.append((message.KIND, t, message.t, data))

    def notices(self) -> list[str]:
        """Return the lines for a person that arose since the last call."""
        return [self._notices.popleft() for _ in range(len(self._notices))]

    def close(self) -> None:
        """Write what waits and end the file; may be called twice. Waits for the disk, 10 s at most."""
        self._closing.set()
        self._thread.join(timeout=10.0)
        if self._thread.is_alive():
            self._notices.append(f"recording to {self._path}: the disk does not answer, its end is missing")

    def _run(self) -> None:
        try:
            while not self._closing.wait(FLUSH_PERIOD):
                self._drain()
            self._drain()
            self._writer.finish()
            self._file.flush()
        except Exception as error:  # whatever it is, it must not take the face with it
            self._failed = True
            self._queue.clear()
            reason = error.strerror if isinstance(error, OSError) and error.strerror else repr(error)
            self._notices.append(f"recording to {self._path} stopped: {reason}")
        self._release()

    def _drain(self) -> None:
        while self._queue:
            kind, t, published, data = self._queue.popleft()
            # Times in messages from the game may be anything that fits 64 bits of microseconds.
            self._writer.add_message(
                self._channel(kind),
                log_time=min(t * 1000, _LATEST_NS),
                data=data,
                publish_time=min(published * 1000, _LATEST_NS),
            )
            self._written += len(data)
        dropped = self.dropped
        if dropped > self._dropped_written:
            self._writer.flush()
            self._writer.add_metadata(DROPPED, {"count": str(dropped - self._dropped_written)})
            self._dropped_written = dropped
        self._writer.flush()

    def _channel(self, kind: str) -> int:
        if kind not in self._channels:
            schema = json.dumps(codec.json_schema(_TYPES[kind])).encode()
            schema_id = self._writer.register_schema(_TYPES[kind].__name__, "jsonschema", schema)
            self._channels[kind] = self._writer.register_channel(kind, "msgpack", schema_id)
        return self._channels[kind]

    def _release(self) -> None:
        try:
            self._file.close()
        except OSError:  # a full disk refuses the buffered rest once more; that was said already
            self._failed = True


def _spare(path: Path) -> None:
    """Refuse to replace a clip, or whatever else a slip of the hand may name."""
    if path.is_file() and path.stat().st_size:
        with path.open("rb") as file:
            if file.read(len(MCAP0_MAGIC)) != MCAP0_MAGIC:
                raise SessionError(f"cannot record to {path}: it exists and is no recording")


def _writer(file: BinaryIO, chunk_bytes: int) -> Any:  # Any, for parts of the library lack annotations
    return Writer(file, chunk_size=chunk_bytes, compression=CompressionType.ZSTD)
