import math
import socket
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from mien.bridge.faces import SHAPE, SHAPES
from mien.bridge.messages import FaceFrame, Hello
from mien.bridge.vmc import VMCEmitter, bundle, unity_rotation


def read(data: bytes) -> list[tuple[str, list[object]]]:
    """Read a bundle with python-osc, which shares nothing with the code under test."""
    messages = list(OscBundle(data))
    assert all(isinstance(message, OscMessage) for message in messages)
    return [(message.address, list(message.params)) for message in messages]


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        yield receiver


@pytest.mark.parametrize(("name", "row"), [(None, 0), ("Ann", 0), ("Bob", 1)])
def test_one_bundle_a_tick_carries_the_52_weights_of_the_chosen_character(
    receiver: socket.socket, make_hello: Callable[..., Hello], make_face: Callable[..., FaceFrame],
    name: str | None, row: int,
) -> None:  # fmt: skip
    emitter = VMCEmitter(port=receiver.getsockname()[1], character=name)
    face = np.random.default_rng(2).random((2, 61), np.float32)
    emitter.emit([make_hello("Ann", "Bob"), make_face(face=face, t=1_500_000)])
    data = receiver.recv(65_535)
    messages = read(data)
    assert len(data) < 4096
    assert messages[:2] == [("/VMC/Ext/OK", [1]), ("/VMC/Ext/T", [1.5])]
    assert messages[-1] == ("/VMC/Ext/Blend/Apply", [])
    weights = [params for address, params in messages if address == "/VMC/Ext/Blend/Val"]
    assert weights == [[shape, float(face[row, column])] for column, shape in enumerate(SHAPES)]
    assert len(messages) == 55
    assert emitter.stats() == {"sent": 1, "dropped": 0}
    emitter.close()


def test_a_character_that_is_not_there_is_not_sent(
    receiver: socket.socket, make_hello: Callable[..., Hello], make_face: Callable[..., FaceFrame]
) -> None:
    emitter = VMCEmitter(port=receiver.getsockname()[1], character="Cid")
    emitter.emit([make_face()])
    emitter.emit([make_hello("Ann", "Bob"), make_face()])
    assert emitter.stats() == {"sent": 0, "dropped": 0}
    emitter.close()


def test_the_head_bone_is_sent_only_with_the_position_that_receivers_apply_along_with_it() -> None:
    face = np.zeros(61, np.float32)
    face[SHAPE["headPitch"]] = 0.5
    assert not [address for address, _ in read(bundle(0, face, None)) if "Bone" in address]
    (params,) = [params for address, params in read(bundle(0, face, (0, 0.125, 0.25))) if "Bone" in address]
    assert params[:4] == ["Head", 0.0, 0.125, 0.25]
    assert params[4:] == pytest.approx([math.sin(0.25), 0, 0, math.cos(0.25)])


def turned(rotation: tuple[float, float, float, float], vector: tuple[float, float, float]) -> list[float]:
    x, y, z, w = rotation
    matrix = np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip
    return [float(number) for number in matrix @ np.array(vector)]


# Unity: x is the right hand of whoever looks along z, y is up.
AHEAD, UP = (0, 0, 1), (0, 1, 0)


def test_positive_yaw_turns_the_head_to_the_characters_left() -> None:
    assert turned(unity_rotation(math.pi / 2, 0, 0), AHEAD) == pytest.approx([-1, 0, 0], abs=1e-9)


def test_positive_pitch_looks_down() -> None:
    assert turned(unity_rotation(0, math.pi / 2, 0), AHEAD) == pytest.approx([0, -1, 0], abs=1e-9)


def test_positive_roll_tilts_the_head_to_the_characters_left_shoulder() -> None:
    assert turned(unity_rotation(0, 0, math.pi / 2), UP) == pytest.approx([-1, 0, 0], abs=1e-9)


angles = st.floats(-3, 3)


@given(angles, angles, angles)
def test_a_rotation_is_roll_then_pitch_then_yaw_and_has_length_one(
    yaw: float, pitch: float, roll: float
) -> None:
    rotation = unity_rotation(yaw, pitch, roll)
    assert math.hypot(*rotation) == pytest.approx(1)
    step = turned(unity_rotation(0, 0, roll), UP)
    step = turned(unity_rotation(0, pitch, 0), (step[0], step[1], step[2]))
    step = turned(unity_rotation(yaw, 0, 0), (step[0], step[1], step[2]))
    assert turned(rotation, UP) == pytest.approx(step, abs=1e-9)
