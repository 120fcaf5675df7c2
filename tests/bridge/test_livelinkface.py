import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bridge.faces import FACE
from mien.bridge.livelinkface import LiveLinkFaceEmitter, device_id, packet_clock, packet_head
from mien.bridge.messages import FaceFrame, Hello


@dataclass
class Packet:
    device: str
    subject: str
    frame: int
    subframe: float
    rate: tuple[int, int]
    values: list[float]


def read(data: bytes) -> Packet:
    """Read a version 6 packet as its description says, sharing nothing with the code under test."""
    place = 0

    def take(count: int) -> bytes:
        nonlocal place
        place += count
        assert place <= len(data), "packet is cut short"
        return data[place - count : place]

    def integer() -> int:
        return int.from_bytes(take(4), "big", signed=True)

    def text() -> str:
        return take(integer()).decode("utf-8")

    assert take(1) == b"\x06"
    device, subject, frame = text(), text(), integer()
    (subframe,) = struct.unpack("!f", take(4))
    rate = integer(), integer()
    assert take(1) == b"\x3d"  # 61
    values = list(struct.unpack("!61f", take(244)))
    assert place == len(data), "bytes are left over"
    return Packet(device, subject, frame, subframe, rate, values)


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        yield receiver


@pytest.fixture
def emitter(receiver: socket.socket) -> Iterator[LiveLinkFaceEmitter]:
    emitter = LiveLinkFaceEmitter(port=receiver.getsockname()[1])
    yield emitter
    emitter.close()


def test_each_character_is_a_subject_with_its_own_device_and_face(
    emitter: LiveLinkFaceEmitter,
    receiver: socket.socket,
    make_hello: Callable[..., Hello],
    make_face: Callable[..., FaceFrame],
) -> None:
    face = np.random.default_rng(1).random((2, 61), np.float32)
    emitter.emit([make_hello("Ann", "Bjørn"), make_face(face=face, t=2_508_000)])
    packets = [read(receiver.recv(2048)) for _ in range(2)]
    assert [packet.subject for packet in packets] == ["Ann", "Bjørn"]
    assert len({packet.device for packet in packets}) == 2
    for row, packet in enumerate(packets):
        assert len(packet.device) == 36
        assert packet.values == face[row].tolist()
        assert packet.rate == (60, 1)
        assert packet.frame == 150
        assert packet.subframe == pytest.approx(0.48)
    assert emitter.stats() == {"sent": 2, "dropped": 0}


def test_a_packet_for_a_name_of_six_letters_has_312_bytes(
    emitter: LiveLinkFaceEmitter,
    receiver: socket.socket,
    make_hello: Callable[..., Hello],
    make_face: Callable[..., FaceFrame],
) -> None:
    emitter.emit([make_hello("Archer")])
    emitter.emit([make_face(1, 1)])
    assert len(receiver.recv(2048)) == 312


def test_the_order_of_the_61_values_is_that_of_the_phone_app() -> None:
    # spot checks against the published order, by index
    known = {0: "EyeBlinkLeft", 7: "EyeBlinkRight", 17: "JawOpen", 18: "MouthClose", 23: "MouthSmileLeft",
             41: "BrowDownLeft", 43: "BrowInnerUp", 46: "CheekPuff", 51: "TongueOut", 52: "HeadYaw",
             54: "HeadRoll", 55: "LeftEyeYaw", 60: "RightEyeRoll"}  # fmt: skip
    assert len(FACE) == 61
    assert all(FACE[index].lower() == name.lower() for index, name in known.items())


def test_only_the_newest_frame_of_a_tick_is_sent(
    emitter: LiveLinkFaceEmitter,
    receiver: socket.socket,
    make_hello: Callable[..., Hello],
    make_face: Callable[..., FaceFrame],
) -> None:
    emitter.emit([make_hello("Ann"), make_face(1, 1, t=0), make_face(2, 1, t=1_000_000)])
    assert read(receiver.recv(2048)).frame == 60
    assert emitter.stats()["sent"] == 1


def test_characters_that_no_hello_has_named_are_dropped_and_counted(
    emitter: LiveLinkFaceEmitter, make_hello: Callable[..., Hello], make_face: Callable[..., FaceFrame]
) -> None:
    emitter.emit([make_face(1, 2)])
    assert emitter.stats() == {"sent": 0, "dropped": 2}
    emitter.emit([make_hello("Ann"), make_face(1, 2)])
    assert emitter.stats() == {"sent": 1, "dropped": 3}


def test_a_frame_that_the_network_refuses_is_dropped_and_counted(
    emitter: LiveLinkFaceEmitter, make_hello: Callable[..., Hello], make_face: Callable[..., FaceFrame]
) -> None:
    emitter.close()
    emitter.emit([make_hello("Ann"), make_face(1, 1)])
    assert emitter.stats() == {"sent": 0, "dropped": 1}


def test_devices_keep_their_ids_throughout_a_session_and_differ_between_sessions() -> None:
    assert device_id("one", 16) == device_id("one", 16)
    assert len({device_id(session, character) for session in "ab" for character in (16, 17)}) == 4


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=16)
weights = st.lists(st.floats(-3, 3, width=32), min_size=61, max_size=61)


@given(names, st.integers(0, 2**64 - 1), st.integers(1, 2**16 - 1), weights)
def test_any_name_time_rate_and_face_are_read_back_as_sent(
    name: str, t: int, rate: int, face: list[float]
) -> None:
    data = packet_head(device_id("test", 16), name) + packet_clock(t, rate) + np.array(face, ">f4").tobytes()
    packet = read(data)
    assert packet.subject == name
    assert packet.values == face
    assert packet.rate == (rate, 1)
    assert packet.frame >= 0
    assert 0 <= packet.subframe <= 1


def test_each_character_may_have_a_port_of_its_own(
    make_hello: Callable[..., Hello], make_face: Callable[..., FaceFrame]
) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anns,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bobs,
    ):
        receivers = {"Ann": anns, "Bob": bobs}
        for one in receivers.values():
            one.bind(("127.0.0.1", 0))
            one.settimeout(5)
        face = np.random.default_rng(3).random((2, 61), np.float32)
        messages = [make_hello("Ann", "Bob"), make_face(face=face)]
        emitters = {
            name: LiveLinkFaceEmitter(port=one.getsockname()[1], character=name)
            for name, one in receivers.items()
        }
        for row, (name, one) in enumerate(receivers.items()):
            emitters[name].emit(messages)
            emitters[name].emit([make_face(seq=2, characters=1, ids=np.array([99], np.uint32))])
            packet = read(one.recv(65_535))
            assert packet.subject == name
            assert packet.values == face[row].tolist()
            one.settimeout(0.05)
            with pytest.raises(TimeoutError):
                one.recv(65_535)
            assert emitters[name].stats() == {"sent": 1, "dropped": 0}
            emitters[name].close()


def test_a_character_that_a_frame_leaves_out_gets_no_packet_and_nothing_is_dropped(
    receiver: socket.socket, make_hello: Callable[..., Hello], make_face: Callable[..., FaceFrame]
) -> None:
    emitter = LiveLinkFaceEmitter(port=receiver.getsockname()[1])
    emitter.emit([make_hello("Ann", "Bob"), make_face(characters=1, ids=np.array([17], np.uint32))])
    emitter.emit([make_face(seq=2, characters=0)])
    assert read(receiver.recv(65_535)).subject == "Bob"
    assert emitter.stats() == {"sent": 1, "dropped": 0}
    emitter.close()
