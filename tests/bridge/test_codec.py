import dataclasses
from collections.abc import Callable
from typing import Any, get_type_hints

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mien.bridge.codec import MalformedMessageError, decode, encode, json_schema, prefix
from mien.bridge.fields import Block, Counters, Integer, Levels, Names, Number, Text
from mien.bridge.messages import MESSAGES, FaceFrame, Hello, Message, SmartObject, Status, VideoPacket, World

SIZES = {"N": 3, "M": 2, "R": 4, "K": 2, "H": 2, "W": 3, "B": 5, "S": 6}
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=16)


def values(kind: object, sizes: dict[str, int]) -> st.SearchStrategy[Any]:
    """Everything that a field of this kind may be."""

    def size(symbol: int | str) -> int:
        return sizes[symbol] if isinstance(symbol, str) else symbol

    match kind:
        case Integer(bits):
            return st.integers(0, 2**bits - 1)
        case Number(low, high):
            return st.floats(low, high)
        case Text(words=words) if words:
            return st.sampled_from(words)
        case Text():
            return texts
        case Names(count=count):
            return st.lists(texts, min_size=size(count), max_size=size(count)).map(tuple)
        case Counters():
            return st.dictionaries(texts, st.integers(0, 2**64 - 1), max_size=4)
        case Levels(low=low, high=high):
            return st.dictionaries(texts, st.floats(low, high), max_size=4)
        case Block(dtype=dtype, low=low, high=high):
            shape = tuple(size(symbol) for symbol in kind.sizes)
            entries = (
                st.floats(float(low), float(high), width=32)
                if dtype.kind == "f"
                else st.integers(np.iinfo(dtype).min, np.iinfo(dtype).max)
            )
            count = int(np.prod(shape))
            lists = st.lists(entries, min_size=count, max_size=count)
            return lists.map(lambda numbers: np.array(numbers, dtype).reshape(shape))
    raise AssertionError(kind)


@st.composite
def messages(draw: st.DrawFn, of: tuple[type[Message], ...] = MESSAGES) -> Message:
    message = draw(st.sampled_from(of))
    sizes = {symbol: draw(st.integers(0, size)) for symbol, size in SIZES.items()}
    hints = get_type_hints(message, include_extras=True)
    return message(
        **{f.name: draw(values(hints[f.name].__metadata__[0], sizes)) for f in dataclasses.fields(message)}
    )


def assert_equal(one: Message, other: Message) -> None:
    assert type(one) is type(other)
    for field in dataclasses.fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if isinstance(left, np.ndarray):
            assert left.dtype == right.dtype, field.name
            assert left.shape == right.shape, field.name
            assert left.tobytes() == right.tobytes(), field.name
        else:
            assert left == right, field.name


@given(messages())
def test_what_was_encoded_decodes_to_the_same(message: Message) -> None:
    assert_equal(decode(encode(message)), message)


@given(messages())
def test_every_message_starts_with_the_prefix_of_its_kind(message: Message) -> None:
    assert encode(message).startswith(prefix(message.KIND))


def test_no_prefix_starts_another() -> None:
    prefixes = [prefix(message.KIND) for message in MESSAGES]
    assert not any(a.startswith(b) for a in prefixes for b in prefixes if a is not b)


@given(messages())
def test_every_message_satisfies_its_json_schema(message: Message) -> None:
    body = msgpack.unpackb(encode(message))
    readable = {key: value.hex() if isinstance(value, bytes) else value for key, value in body.items()}
    Draft202012Validator(json_schema(type(message))).validate(readable)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_malformed_and_nothing_worse(data: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        decode(data)


@given(messages(), st.data())
def test_a_damaged_message_is_malformed_or_still_a_message(message: Message, data: st.DataObject) -> None:
    damaged = bytearray(encode(message))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
        if not damaged:
            break
    try:
        result = decode(bytes(damaged))
    except MalformedMessageError:
        return
    assert isinstance(result, Message)


@given(messages())
def test_a_message_cut_anywhere_is_malformed(message: Message) -> None:
    whole = encode(message)
    for length in range(0, len(whole), max(1, len(whole) // 50)):
        with pytest.raises(MalformedMessageError):
            decode(whole[:length])


def body_of(message: Message, **changes: object) -> bytes:
    body = {
        key: value for key, value in (msgpack.unpackb(encode(message)) | changes).items() if value is not ...
    }
    return bytes(msgpack.packb(body))


WORLD = World(
    t=5,
    ids=np.array([1, 16], np.uint32),
    position=np.zeros((2, 3), np.float32),
    heading=np.zeros(2, np.float32),
    looks_at=np.zeros(2, np.uint32),
)
STATUS = Status(t=5, origin="perceiver", counters={"frames": 2**64 - 1}, levels={"load": -0.5}, notice="well")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "not msgpack"),
        (b"\xc1", "not msgpack"),
        (b"\x90", "should be a map"),
        (encode(STATUS) + b"\0", "extra data"),
        (b"\x82\xa1a\x01\xa1a\x02", "a key twice"),
        (b"\x81\x01\x02", "not msgpack"),
        (b"\xdd\xff\xff\xff\xff", "not msgpack"),
        (b"\xdf\xff\xff\xff\xff", "not msgpack"),
        (b"\x91" * 100_000, "not msgpack"),
        (b"\x81\xa4mien" + b"\x81\xa1a" * 100_000, "not msgpack"),
        (b"\x81\xa4mien\xd4\x01\x00", "not msgpack"),
        (body_of(STATUS, mien=2), "protocol version 2, this side speaks 1"),
        (body_of(STATUS, mien=True), "protocol version True"),
        (body_of(STATUS, mien=1.0), "protocol version 1.0"),
        (body_of(STATUS, mien=...), "protocol version None"),
        (body_of(STATUS, kind="nonsense"), "message kind 'nonsense' is not welcome"),
        (body_of(STATUS, kind=7), "message kind 7 is not welcome"),
        (body_of(STATUS, t=...), "status.t is missing"),
        (body_of(STATUS, t=-1), "status.t should be an unsigned 64-bit integer, is -1"),
        (body_of(STATUS, t=1.0), "status.t should be an unsigned 64-bit integer, is 1.0"),
        (body_of(STATUS, t=True), "status.t should be an unsigned 64-bit integer, is True"),
        (body_of(STATUS, origin="x" * 65), "status.origin should be text of at most 64 bytes"),
        (body_of(STATUS, origin="é" * 33), "status.origin should be text of at most 64 bytes"),
        (body_of(STATUS, origin=b"x"), "status.origin should be text"),
        (body_of(STATUS, notice="x" * 1025), "not msgpack"),
        (body_of(STATUS, counters={"a": -1}), "status.counters at 'a' should be an unsigned"),
        (body_of(STATUS, counters={str(i): i for i in range(65)}), "not msgpack"),
        (body_of(STATUS, levels={"a": float("nan")}), "status.levels at 'a' should be a number"),
        (body_of(STATUS, levels={"a": "b"}), "status.levels at 'a' should be a number"),
        (body_of(STATUS, levels=[1]), "not msgpack"),
        (body_of(STATUS, levels=1), "status.levels should be a map, is 1"),
        (body_of(WORLD, K=3), "world.ids should be K = 12 bytes, has 8"),
        (body_of(WORLD, K=-1), "dimension K should be from 0 to 65536, is -1"),
        (body_of(WORLD, K=2**32), "dimension K should be from 0 to 65536"),
        (body_of(WORLD, K=...), "dimension K should be from 0 to 65536, is None"),
        (body_of(WORLD, ids=[1, 16]), "not msgpack"),
        (body_of(WORLD, ids="abcdefgh"), "world.ids should be a binary block"),
        (body_of(WORLD, heading=b"\0\0\0\0\0\0\xc0\x7f"), "world.heading holds a number that is not finite"),
        (body_of(WORLD, heading=b"\0\0\0\0\0\0\x80\x7f"), "world.heading should lie from"),
    ],
)
def test_a_malformed_message_is_refused_with_its_reason(data: bytes, complaint: str) -> None:
    with pytest.raises(MalformedMessageError) as caught:
        decode(data, frozenset({"status", "world"}))
    assert complaint in str(caught.value)
    assert len(str(caught.value)) < 300


def test_keys_that_this_version_does_not_know_are_passed_over() -> None:
    assert_equal(decode(body_of(STATUS, novelty=1)), STATUS)


def test_the_order_of_keys_does_not_matter() -> None:
    body = msgpack.unpackb(encode(WORLD))
    assert_equal(decode(msgpack.packb(dict(reversed(body.items())))), WORLD)


def test_a_message_longer_than_the_limit_is_refused_unread() -> None:
    data = encode(VideoPacket(t=1, jpeg=np.zeros(1000, np.uint8)))
    decode(data, limit=len(data))
    with pytest.raises(MalformedMessageError, match="more than the 1000 allowed here"):
        decode(data, limit=1000)


def test_a_kind_that_is_not_welcome_is_refused() -> None:
    with pytest.raises(MalformedMessageError, match="message kind 'status' is not welcome here"):
        decode(encode(STATUS), frozenset({"world"}))


def test_lists_are_refused_where_no_welcome_kind_has_any() -> None:
    nested = b"\xdd\x00\x00\xff\xff" * 500  # each announces room for 65 535 items
    with pytest.raises(MalformedMessageError, match="max_array_len"):
        decode(b"\x81\xa4mien" + nested, frozenset({"world", "object", "event"}))


def test_decoded_arrays_cannot_be_written_to() -> None:
    decoded = decode(encode(WORLD))
    assert isinstance(decoded, World)
    with pytest.raises(ValueError, match="read-only"):
        decoded.position[0, 0] = 1.0


Change = Callable[[Any], Any]


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("seq", -1, "face.seq should be an unsigned 64-bit integer"),
        ("seq", 1 << 64, "face.seq should be an unsigned 64-bit integer"),
        ("seq", 1.5, "face.seq "),
        ("ids", [16, 17], "face.ids should be an array of uint32, is a list"),
        ("ids", np.array([16, 17]), "face.ids should be an array of uint32, is an array of int64"),
        ("face", np.zeros((2, 61)), "face.face should be an array of float32, is an array of float64"),
        ("face", np.zeros((2, 60), np.float32), "face.face should be N × 61, is (2, 60)"),
        ("face", np.zeros((3, 61), np.float32), "face.face dimension N is 2 in one field and 3 in another"),
        (
            "face",
            np.full((2, 61), 4, np.float32),
            "face.face should lie from -3.14159 to 3.14159, goes from 4 to 4",
        ),
        ("face", np.full((2, 61), np.nan, np.float32), "face.face holds a number that is not finite"),
        ("affect", np.full((2, 2, 7), -0.1, np.float32), "face.affect should lie from 0 to 1"),
        ("affect", np.zeros((2, 2, 65), np.float32), "face.affect has M = 65, more than 64"),
        ("affect", np.zeros((2, 2), np.float32), "face.affect should be N × 2 × M, is (2, 2)"),
    ],
)
def test_a_face_out_of_its_ranges_is_not_encoded(
    make_face: Callable[..., FaceFrame], field: str, value: object, complaint: str
) -> None:
    with pytest.raises(ValueError) as caught:
        encode(make_face(**{field: value}))
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        (
            SmartObject(t=1, id=16, name="fire", present=1, state={"burning": 1.5}),
            "object.state at 'burning'",
        ),
        (
            SmartObject(t=1, id=16, name="fire", present=256),
            "object.present should be an unsigned 8-bit integer",
        ),
        (SmartObject(t=1, id=16, name="\udc80", present=1), "object.name should be UTF-8 text"),
        (
            SmartObject(t=1, id=16, name="fire", present=1, state={"burning": "1"}),
            "should be a number, is '1'",
        ),  # type: ignore[dict-item]
    ],
)
def test_an_object_out_of_its_ranges_is_not_encoded(message: SmartObject, complaint: str) -> None:
    with pytest.raises(ValueError) as caught:
        encode(message)
    assert complaint in str(caught.value)


def test_arrays_that_are_not_contiguous_are_encoded_in_row_major_order(
    make_face: Callable[..., FaceFrame],
) -> None:
    rows = np.linspace(0, 1, 2 * 61, dtype=np.float32).reshape(2, 61)
    strided = np.repeat(rows, 2, axis=1)[:, ::2]
    assert not strided.flags.c_contiguous
    assert encode(make_face(1, 2, face=strided)) == encode(make_face(1, 2, face=rows))


def test_a_hello_lists_exactly_61_columns_of_a_face(make_hello: Callable[..., Hello]) -> None:
    with pytest.raises(ValueError, match=r"hello.face should list 61 names, has 60"):
        encode(make_hello("Ann", face=("x",) * 60))
