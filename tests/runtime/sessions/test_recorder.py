"""A recording holds what was recorded, and no trouble with the disk reaches the face."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from mcap.reader import make_reader

from mien.bridge import codec
from mien.bridge.messages import GameEvent
from mien.runtime.sessions.metadata import MediaReference, Metadata, SessionError
from mien.runtime.sessions.recorder import Recorder
from mien.runtime.sessions.session import read_session

KILLED = """
import sys
from pathlib import Path
import numpy as np, time
from mien.bridge.messages import FaceFrame
from mien.runtime.sessions.metadata import Metadata
from mien.runtime.sessions.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]), Metadata(version="0.1.0", seed=1, rate=60))
ids = np.arange(16, 16 + 20, dtype=np.uint32)
random = np.random.default_rng(1)
seq = 0
while True:
    t = time.monotonic_ns() // 1000
    face = random.random((20, 61), np.float32)
    affect = random.random((20, 2, 7), np.float32)
    recorder.record(FaceFrame(t=t, seq=seq, generation=1, captured=0, ids=ids, affect=affect, face=face), t)
    print(t, flush=True)
    seq += 1
    time.sleep(1 / 60)
"""


def test_every_message_comes_back_byte_for_byte_in_its_order(tmp_path: Path, stage: Any) -> None:
    recorder = Recorder(tmp_path / "s.mcap", stage.metadata)
    sent = [(0, stage.hello())]
    for tick in range(300):
        t = tick * 16_667
        sent += [(t, stage.estimate(t - 5000 if tick else 0)), (t, stage.face(t, tick))]
    for t, message in sent:
        recorder.record(message, t)
    recorder.close()
    session = read_session(tmp_path / "s.mcap")
    assert session.truncated is None
    assert session.dropped == 0
    assert (session.start, session.end) == (0, 299 * 16_667)
    found = [(record.t, record.kind, record.data) for record in session.records()]
    assert found == [(t, message.KIND, codec.encode(message)) for t, message in sent]
    assert recorder.recorded == len(sent)
    assert recorder.notices() == []


def test_the_metadata_come_back(tmp_path: Path) -> None:
    metadata = Metadata(
        version="1.2.3",
        seed=99,
        rate=120,
        hashes={"library": "00ff", "models/face": "ee"},
        settings={"library": "examples/rules.yaml"},
        media=MediaReference(Path("clips/a.mp4"), "abcd", 5_000_000),
    )
    Recorder(tmp_path / "s.mcap", metadata).close()
    assert read_session(tmp_path / "s.mcap").metadata == metadata


def test_other_tools_find_schemas_and_both_times(tmp_path: Path, stage: Any) -> None:
    recorder = Recorder(tmp_path / "s.mcap", stage.metadata)
    recorder.record(stage.estimate(t=1000), t=17_000)
    recorder.close()
    with (tmp_path / "s.mcap").open("rb") as file:
        ((schema, channel, message),) = make_reader(file).iter_messages()
    assert schema is not None
    assert (schema.name, schema.encoding) == ("EmotionEstimate", "jsonschema")
    assert json.loads(schema.data)["title"] == "EmotionEstimate"
    assert (channel.topic, channel.message_encoding) == ("estimate", "msgpack")
    assert (message.log_time, message.publish_time) == (17_000_000, 1_000_000)


def test_encoded_bytes_are_taken_as_they_are(tmp_path: Path, stage: Any) -> None:
    recorder = Recorder(tmp_path / "s.mcap", stage.metadata)
    message = stage.face(0, 0)
    data = codec.encode(message)
    message.face[:] = 0.75
    recorder.record(message, 0, data)
    recorder.close()
    (record,) = read_session(tmp_path / "s.mcap").records()
    assert record.data == data


def test_an_array_may_change_after_it_was_recorded(tmp_path: Path, stage: Any) -> None:
    recorder = Recorder(tmp_path / "s.mcap", stage.metadata)
    message = stage.face(0, 0, level=0.25)
    recorder.record(message, 0)
    message.face[:] = 0.75
    recorder.close()
    (record,) = read_session(tmp_path / "s.mcap").records()
    assert record.message.face[0, 0] == 0.25


def test_a_game_message_with_the_largest_time_is_recorded(tmp_path: Path, stage: Any) -> None:
    recorder = Recorder(tmp_path / "s.mcap", stage.metadata)
    message = GameEvent(t=(1 << 64) - 1, name="bang", subject=1, object=0, intensity=1.0)
    recorder.record(message, t=5)
    recorder.close()
    assert recorder.notices() == []
    (record,) = read_session(tmp_path / "s.mcap").records("event")
    assert (record.t, record.message.t) == (5, (1 << 64) - 1)


def test_closing_twice_is_closing_once_and_recording_after_it_is_nothing(tmp_path: Path, stage: Any) -> None:
    recorder = Recorder(tmp_path / "s.mcap", stage.metadata)
    recorder.record(stage.hello(), 0)
    recorder.close()
    size = (tmp_path / "s.mcap").stat().st_size
    recorder.record(stage.hello(), 0)
    recorder.close()
    assert (tmp_path / "s.mcap").stat().st_size == size


def test_a_place_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path, stage: Any) -> None:
    with pytest.raises(SessionError, match=r"cannot record to .*: No such file or directory$"):
        Recorder(tmp_path / "nowhere" / "s.mcap", stage.metadata)


def test_a_recording_is_replaced_but_nothing_else_is(tmp_path: Path, stage: Any) -> None:
    path = tmp_path / "s.mcap"
    for _ in range(2):
        recorder = Recorder(path, stage.metadata)
        recorder.record(stage.hello(), 0)
        recorder.close()
    assert len(list(read_session(path).records())) == 1
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"precious pictures")
    with pytest.raises(SessionError, match="it exists and is no recording"):
        Recorder(clip, stage.metadata)
    assert clip.read_bytes() == b"precious pictures"


class FullDisk(io.BytesIO):
    """Takes so many bytes and no more."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room
        self.refused = threading.Event()

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self.room:
            self.refused.set()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


@pytest.mark.parametrize("room", [2000, 20_000])
def test_a_full_disk_stops_the_recording_with_one_notice_and_nothing_else(
    tmp_path: Path, stage: Any, room: int
) -> None:
    disk = FullDisk(room)
    recorder = Recorder(tmp_path / "s.mcap", stage.metadata, lambda _: disk)
    for tick in range(200):
        recorder.record(stage.face(tick, tick), tick)
    assert disk.refused.wait(20)
    for tick in range(200):
        recorder.record(stage.face(tick, tick), tick)
    recorder.close()
    assert recorder.notices() == [f"recording to {tmp_path / 's.mcap'} stopped: No space left on device"]


def test_a_disk_that_is_full_from_the_start_is_refused(tmp_path: Path, stage: Any) -> None:
    with pytest.raises(SessionError, match="No space left on device"):
        Recorder(tmp_path / "s.mcap", stage.metadata, lambda _: FullDisk(10))


class StalledDisk(io.BytesIO):
    """Takes nothing until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()
        self.free.set()
        self.content = b""

    def write(self, data: Any) -> int:
        self.free.wait()
        return super().write(data)

    def close(self) -> None:
        self.content = self.getvalue()
        super().close()


def test_a_stalled_disk_costs_messages_that_are_counted_and_noticed_once(tmp_path: Path, stage: Any) -> None:
    disk = StalledDisk()
    recorder = Recorder(tmp_path / "s.mcap", stage.metadata, lambda _: disk, queue_bytes=10_000)
    disk.free.clear()
    for tick in range(100):
        recorder.record(stage.face(tick, tick), tick)
    disk.free.set()
    recorder.close()
    assert 0 < recorder.dropped < 100
    assert recorder.recorded + recorder.dropped == 100
    (notice,) = recorder.notices()
    assert notice.endswith("the disk falls behind, messages are missing")
    (tmp_path / "s.mcap").write_bytes(disk.content)
    session = read_session(tmp_path / "s.mcap")
    assert session.dropped == recorder.dropped
    assert len(list(session.records())) == recorder.recorded


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a signal")
def test_a_killed_process_loses_less_than_a_second(tmp_path: Path) -> None:
    path = tmp_path / "s.mcap"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        first = last = int(child.stdout.readline())
        while last - first < 2_500_000:
            last = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
        last = max([last, *(int(line) for line in child.stdout if line.endswith("\n"))])
    session = read_session(path)
    assert session.truncated is not None
    records = [record.message for record in session.records()]
    assert [record.seq for record in records] == list(range(len(records)))  # type: ignore[attr-defined]
    assert last - records[-1].t < 1_000_000
