"""Writes the golden vectors again: `python tests/bridge/golden/make.py`. See PROTOCOL.md, section 7.

A change of these bytes is a change of the protocol: the C++ side reads the same files.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any

import msgpack
import numpy as np

from mien.bridge.codec import encode
from mien.bridge.faces import FACE
from mien.bridge.messages import (
    EMOTIONS,
    Activity,
    Affect,
    AudioChunk,
    BehaviorEvent,
    EmotionEstimate,
    FaceFrame,
    GameEvent,
    Hello,
    Interest,
    Message,
    Relations,
    SmartObject,
    Status,
    Utterance,
    VideoFrame,
    VideoPacket,
    World,
)

FOLDER = Path(__file__).parent
U8, U16, U32, U64 = (2**bits - 1 for bits in (8, 16, 32, 64))
PI = float(np.float32(np.pi))


def floats(*shape: int, low: float = 0.0, high: float = 1.0) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Array that runs through 65 values from low to high, again and again."""
    steps = np.arange(int(np.prod(shape))) % 65
    return (low + (high - low) * steps / 64).astype(np.float32).reshape(shape)


def ids(count: int, first: int = 16) -> np.ndarray[Any, np.dtype[np.uint32]]:
    return np.arange(first, first + count, dtype=np.uint32)


def face(count: int, emotions: int = 7, **changes: Any) -> FaceFrame:
    values: dict[str, Any] = {
        "t": 1_234_567_890_123,
        "seq": 74_073,
        "generation": 3,
        "captured": 1_234_567_850_000,
        "ids": ids(count),
        "affect": floats(count, 2, emotions),
        "face": np.concatenate([floats(count, 52), floats(count, 9, low=-1, high=1)], axis=1),
    }
    return FaceFrame(**(values | changes))


def hello(*characters: str, **changes: Any) -> Hello:
    values: dict[str, Any] = {
        "t": 1_234_000_000_000,
        "session": "2026-11-21 tavern",
        "generation": 3,
        "clock": "0123456789abcdef",
        "wall": 1_795_219_200_000_000,
        "rate": 60,
        "emotions": EMOTIONS,
        "pad": floats(7, 3, low=-1, high=1),
        "ids": ids(len(characters)),
        "characters": characters,
        "face": FACE,
        "rules": ("comfort", "startle"),
    }
    return Hello(**(values | changes))


def behavior(**changes: Any) -> BehaviorEvent:
    values: dict[str, Any] = {
        "t": 5_000_000, "character": 16, "rule": "comfort", "phase": "started", "reason": "selected",
        "inflicter": 16, "target": 1, "intensity": 0.75, "expression": "concern", "gaze": "player",
        "gesture": "lean_in", "speech": "Was ist los, mein Freund? 大丈夫",
    }  # fmt: skip
    return BehaviorEvent(**(values | changes))


def estimate(**changes: Any) -> EmotionEstimate:
    values: dict[str, Any] = {
        "t": 6_000_000, "produced": 6_012_500, "lag": 120_000, "person": 1, "senses": 3, "used": 3,
        "presence": 1.0, "speaking": 0.25, "emotion": np.array([8, 48, 0, 0, 4, 0, 4], np.float32) / 64,
        "valence": 0.5, "arousal": -0.125, "confidence": 0.875,
        "share": np.array([0.75, 0.25, 0], np.float32), "box": np.array([0.25, 0.125, 0.5, 0.75], np.float32),
        "head": np.array([-0.5, 0.25, 0.0625], np.float32), "blend": floats(52),
    }  # fmt: skip
    return EmotionEstimate(**(values | changes))


NOTHING_USED = {
    name: np.zeros(size, np.float32)
    for name, size in {"emotion": 7, "share": 3, "box": 4, "head": 3, "blend": 52}.items()
}

VECTORS: dict[str, Message] = {
    "face_one": face(1),
    "face_two": face(2),
    "face_none": face(0),
    "face_without_emotions": face(1, 0),
    "face_269": face(269, 1, face=np.zeros((269, 61), np.float32)),  # first with a block of 2^16 bytes
    "face_limits": face(
        2, t=U64, seq=U64, generation=U32, captured=0, ids=np.array([0, U32], np.uint32),
        affect=np.array([0, 1], np.float32).repeat(14).reshape(2, 2, 7),
        face=np.array([-PI, PI], np.float32).repeat(61).reshape(2, 61),
    ),
    "hello_two": hello("Ann", "Bjørn"),
    "hello_none": hello(generation=4),
    "hello_empty_names": hello("", emotions=("",), pad=floats(1, 3), rules=(), session="", clock=""),
    "hello_limits": hello("x" * 64, t=U64, generation=U32, wall=U64, rate=U16,
                          rules=tuple(f"r{i}" for i in range(20))),
    "activity": Activity(t=1, ids=ids(2), intensity=floats(2, 3)),
    "activity_no_rules": Activity(t=1, ids=ids(2), intensity=floats(2, 0)),
    "behavior": behavior(),
    "behavior_ended": behavior(phase="ended", reason="trigger", intensity=0.0, target=0),
    "behavior_empty": behavior(rule="", reason="", expression="", gaze="", gesture="", speech=""),
    "behavior_limits": behavior(character=U32, rule="é" * 32, intensity=1.0, speech="大" * 341 + "x"),
    "estimate": estimate(),
    "estimate_nothing": estimate(senses=0, used=0, presence=0.0, speaking=0.0, valence=0.0, arousal=0.0,
                                 confidence=0.0, **NOTHING_USED),
    "estimate_limits": estimate(t=U64, produced=U64, lag=U64, person=U32, senses=U8, used=U8,
                                valence=-1.0, arousal=1.0),
    "status": Status(t=7, origin="perceiver", clock="0123456789abcdef", counters={"frames": 300, "late": 0},
                     levels={"tick_ms": 0.0625, "fps": 29.5}, notice="camera 0 is gone, trying again"),
    "status_empty": Status(t=0, origin=""),
    "status_limits": Status(t=U64, origin="x" * 64, counters={f"c{i}": U64 - i for i in range(64)},
                            levels={f"l{i}": -float(2**i) for i in range(64)}, notice="n" * 1024),
    "world": World(t=8, ids=np.array([1, 16, 17], np.uint32), position=floats(3, 3, low=-64, high=64),
                   heading=floats(3, low=-2, high=2), looks_at=np.array([16, 1, 0], np.uint32)),
    "world_empty": World(t=8, ids=ids(0), position=floats(0, 3), heading=floats(0), looks_at=ids(0)),
    "object": SmartObject(t=9, id=40, name="fire", present=1, state={"burning": 0.75, "": 0.0}),
    "object_removed": SmartObject(t=9, id=40, name="fire", present=0),
    "event": GameEvent(t=10, name="thunder", subject=0, object=U32, intensity=1.0),
    "relations": Relations(t=15, ids=np.array([16, 17, 16], np.uint32),
                           whom=np.array([17, 16, 1], np.uint32), liking=np.array([-1, 0.5, 1], np.float32)),
    "relations_empty": Relations(t=15, ids=ids(0), whom=ids(0), liking=floats(0)),
    "interest": Interest(t=16, game=U32, ids=ids(4), every=np.array([1, 6, U8, 0], np.uint8)),
    "interest_empty": Interest(t=16, game=0, ids=ids(0), every=np.zeros(0, np.uint8)),
    "jpeg": VideoPacket(t=11, jpeg=(np.arange(300) % 256).astype(np.uint8)),
    "audio": AudioChunk(t=12, samples=np.array([-32768, -1, 0, 1, 32767], np.int16)),
    "audio_empty": AudioChunk(t=12, samples=np.zeros(0, np.int16)),
    "affect": Affect(t=13, ids=ids(2), emotion=floats(2, 7), mood=floats(2, 7)),
    "utterance": Utterance(t=15, speaker=1, text="Was ist los? 大丈夫", final=1, heard=0),
    "utterance_limits": Utterance(t=U64, speaker=U32, text="大" * 341 + "x", final=U8, heard=U8),
    "video": VideoFrame(t=14, pixels=np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)),
}  # fmt: skip


def readable(message: Message) -> dict[str, object]:
    """The values as JSON has them."""
    values: dict[str, object] = {"kind": message.KIND}
    for field in dataclasses.fields(message):
        value = getattr(message, field.name)
        if isinstance(value, np.ndarray):
            value = value.tobytes().hex() if value.dtype == np.uint8 else value.tolist()
        values[field.name] = value
    return values


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ": ")) + "\n"


def lines(message: Message) -> str:
    """One line a key: differences show where they are."""
    entries = (f"{json.dumps(key)}: {as_json(value).strip()}" for key, value in readable(message).items())
    return "{\n" + ",\n".join(entries) + "\n}\n"


def body(name: str) -> dict[str, Any]:
    return dict(msgpack.unpackb(encode(VECTORS[name])))


def lenient() -> dict[str, tuple[str, bytes]]:
    """Other bytes by name, each with the vector that it must be read as."""
    reverse = dict(reversed(body("face_two").items()))
    thrift = msgpack.packb(body("event"), use_single_float=True)
    whole = msgpack.packb(body("event") | {"intensity": 1})
    # t = 10 as an unsigned 64-bit integer, though one byte would do
    wide = encode(VECTORS["event"]).replace(b"\xa1t\x0a", b"\xa1t\xcf\0\0\0\0\0\0\0\x0a")
    map16 = encode(VECTORS["event"])
    map16 = b"\xde\0" + bytes([map16[0] & 0x0F]) + map16[1:]
    return {
        "unknown_key": ("face_two", msgpack.packb(body("face_two") | {"novelty": {"a": 1.5}})),
        "reverse_order": ("face_two", msgpack.packb(reverse)),
        "float32": ("event", thrift),
        "integer_for_number": ("event", whole),
        "wide_integer": ("event", wide),
        "wide_map_header": ("event", map16),
    }


def malformed() -> dict[str, tuple[str, bytes]]:
    """Messages that must be dropped, each with the reason."""
    two = encode(VECTORS["face_two"])
    nan = np.array([np.nan], "<f4").tobytes()
    bodies: dict[str, tuple[str, dict[str, Any]]] = {
        "version_2": ("another version", body("face_two") | {"mien": 2}),
        "version_missing": ("no version", {k: v for k, v in body("face_two").items() if k != "mien"}),
        "kind_unknown": ("no kind of this version", body("face_two") | {"kind": "nonsense"}),
        "key_missing": ("seq is missing", {k: v for k, v in body("face_two").items() if k != "seq"}),
        "dimension_missing": ("N is missing", {k: v for k, v in body("face_two").items() if k != "N"}),
        "dimension_too_large": ("N is 2^24", body("face_two") | {"N": 1 << 24}),
        "dimension_negative": ("N is -2", body("face_two") | {"N": -2}),
        "block_short": ("face is a byte short", body("face_two") | {"face": body("face_two")["face"][:-1]}),
        "block_long": ("face is a byte long", body("face_two") | {"face": body("face_two")["face"] + b"\0"}),
        "block_as_list": ("ids is a list", body("face_two") | {"ids": [16, 17]}),
        "not_a_number": ("a weight is NaN", body("face_one") | {"face": nan * 61}),
        "weight_too_large": ("a weight is 4", body("face_one") | {"face": np.full(61, 4, "<f4").tobytes()}),
        "affect_too_large": (
            "an emotion is 1.5",
            body("face_one") | {"affect": np.full(14, 1.5, "<f4").tobytes()},
        ),
        "integer_negative": ("seq is -1", body("face_two") | {"seq": -1}),
        "integer_as_float": ("t is 1.0", body("face_two") | {"t": 1.0}),
        "integer_too_large": ("generation is 2^32", body("face_two") | {"generation": 2**32}),
        "text_too_long": ("rule has 65 bytes", body("behavior") | {"rule": "x" * 65}),
        "word_unknown": ("phase is neither started nor ended", body("behavior") | {"phase": "paused"}),
        "names_too_few": ("61 columns need 61 names", body("hello_two") | {"face": list(FACE[:-1])}),
        "names_and_ids_differ": ("2 characters, 1 name", body("hello_two") | {"characters": ["Ann"]}),
        "liking_too_large": ("liking is 1.5", body("relations") | {"liking": floats(3, high=96).tobytes()}),
        "wishes_too_few": ("4 characters, 3 wishes", body("interest") | {"every": b"\1\6\0"}),
        "number_infinite": ("intensity is infinite", body("event") | {"intensity": float("inf")}),
    }
    reasons = {name: (reason, bytes(msgpack.packb(entries))) for name, (reason, entries) in bodies.items()}
    bad_text = encode(VECTORS["behavior"]).replace(b"comfort", b"\xff\xfefort")
    return reasons | {
        "empty": ("no bytes", b""),
        "cut": ("the last byte is missing", two[:-1]),
        "left_over": ("a byte is left over", two + b"\0"),
        "no_map": ("a list", msgpack.packb([1, 2])),
        "key_twice": ("seq stands there twice", b"\x8c" + two[1:] + b"\xa3seq\x01"),
        "announces_much": ("a block of 4 GB is announced", two[:17] + b"\xa3ids\xc6\xff\xff\xff\xff"),
        "nested": ("lists a thousand deep", b"\x81\xa4mien" + b"\x91" * 1000 + b"\x01"),
        "text_not_utf8": ("rule is not UTF-8", bad_text),
    }  # fmt: skip


def main() -> None:
    for name, message in VECTORS.items():
        (FOLDER / f"{name}.bin").write_bytes(encode(message))
        (FOLDER / f"{name}.json").write_text(lines(message), "utf-8")
    for group, vectors in (("lenient", lenient()), ("malformed", malformed())):
        (FOLDER / group).mkdir(exist_ok=True)
        for name, (_, data) in vectors.items():
            (FOLDER / group / f"{name}.bin").write_bytes(data)
        index = {name: why for name, (why, _) in vectors.items()}
        (FOLDER / group / "index.json").write_text(json.dumps(index, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
