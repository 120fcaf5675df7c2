"""MienCore's C interface through ctypes, as a game in Python would load it."""

import ctypes
from ctypes import (
    POINTER,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FACE = 61


class Options(ctypes.Structure):
    _fields_ = (
        ("host", c_char_p),
        ("state_port", c_uint16), ("events_port", c_uint16), ("game_port", c_uint16),
        ("min_delay", c_int64), ("max_delay", c_int64),
        ("hold", c_int64), ("fade_out", c_int64), ("fade_in", c_int64),
        ("world_interval", c_int64),
        ("heartbeat_interval", c_int64), ("heartbeat_timeout", c_int64), ("handshake_timeout", c_int64),
    )  # fmt: skip


class Channel(ctypes.Structure):
    _fields_ = (
        ("connected", c_int32), ("connections", c_uint32), ("failures", c_uint32),
        ("messages", c_uint64), ("dropped", c_uint64), ("skipped", c_uint64), ("error", c_char * 24),
    )  # fmt: skip


class Statistics(ctypes.Structure):
    _fields_ = (
        ("state", Channel), ("events", Channel), ("game", Channel),
        *((name, c_uint64) for name in (
            "frames", "gaps", "late", "duplicates", "unnamed", "strangers", "malformed", "versions", "hellos",
            "malformed_events", "refused", "events_dropped",
        )),
        ("rate", c_double), ("age", c_int64), ("delay", c_int64), ("receiving", c_int32),
        ("decode_error", c_char * 24), ("decode_field", c_char * 24),
    )  # fmt: skip


class Share(ctypes.Structure):
    _fields_ = (("faces", c_uint64), ("withheld", c_uint64), ("in_frame", c_uint32))


class Behavior(ctypes.Structure):
    _fields_ = (
        ("t", c_uint64), ("character", c_uint32), ("inflicter", c_uint32), ("target", c_uint32),
        ("started", c_int32), ("intensity", c_float),
        *((name, c_char * 65) for name in ("rule", "reason", "expression", "gaze", "gesture")),
        ("speech", c_char * 1025),
    )  # fmt: skip


@dataclass(frozen=True)
class Poses:
    """What `update` computed: one row a character."""

    ids: NDArray[np.uint32]
    faces: NDArray[np.float32]
    emotions: NDArray[np.float32]
    moods: NDArray[np.float32]
    presence: NDArray[np.float32]


class Client:
    """A client on a thread of its own; close it."""

    def __init__(self, library: Path, **options: int) -> None:
        self._library = _load(library)
        self._client = self._library.mien_create(ctypes.byref(Options(b"127.0.0.1", **options)))
        self._library.mien_start(self._client)

    def now(self) -> int:
        return int(self._library.mien_now())

    def update(self, now: int | None = None) -> Poses:
        size = self._library.mien_update(self._client, self.now() if now is None else now)
        affect = self._library.mien_emotion_count(self._client)
        poses = Poses(
            np.zeros(size, np.uint32), np.zeros((size, FACE), np.float32),
            np.zeros((size, affect), np.float32), np.zeros((size, affect), np.float32),
            np.zeros(size, np.float32),
        )  # fmt: skip
        arrays = (poses.ids, poses.faces, poses.emotions, poses.moods, poses.presence)
        written = self._library.mien_poses(
            self._client, size, *(array.ctypes.data_as(c_void_p) for array in arrays)
        )
        assert written == size
        return poses

    def names(self, what: str) -> list[str]:
        """`what`: character, subject, emotion, face or rule."""
        names: list[str] = []
        get = getattr(self._library, f"mien_{what}_name")
        buffer = ctypes.create_string_buffer(256)
        while get(self._client, len(names), buffer, 256) >= 0:
            names.append(buffer.value.decode())
        return names

    def session(self) -> str:
        buffer = ctypes.create_string_buffer(256)
        self._library.mien_session(self._client, buffer, 256)
        return buffer.value.decode()

    def edition(self) -> int:
        return int(self._library.mien_edition(self._client))

    def behaviors(self) -> list[Behavior]:
        behaviors = []
        while self._library.mien_next_behavior(self._client, ctypes.byref(behavior := Behavior())):
            behaviors.append(behavior)
        return behaviors

    def notices(self) -> list[str]:
        lines = []
        buffer = ctypes.create_string_buffer(2048)
        while self._library.mien_next_notice(self._client, None, buffer, 2048):
            lines.append(buffer.value.decode())
        return lines

    def place(self, entity: int, position: tuple[float, float, float], heading: float, looks_at: int) -> bool:
        return bool(
            self._library.mien_place(self._client, entity, (c_float * 3)(*position), heading, looks_at)
        )

    def object(self, entity: int, name: str, present: bool, state: dict[str, float]) -> bool:
        names = (c_char_p * len(state))(*(key.encode() for key in state))
        values = (c_double * len(state))(*state.values())
        return bool(
            self._library.mien_object(self._client, entity, name.encode(), present, names, values, len(state))
        )

    def event(self, name: str, subject: int, to: int, intensity: float) -> bool:
        return bool(self._library.mien_event(self._client, self.now(), name.encode(), subject, to, intensity))

    def relation(self, character: int, whom: int, liking: float) -> bool:
        return bool(self._library.mien_relation(self._client, character, whom, liking))

    def interest(self, character: int, every: int) -> bool:
        return bool(self._library.mien_interest(self._client, character, every))

    def activity(self, rows: int) -> NDArray[np.float32]:
        """How strongly each of so many characters executes each rule."""
        rules = self._library.mien_rule_count(self._client)
        strengths = np.zeros((rows, rules), np.float32)
        written = self._library.mien_activity(self._client, rows, strengths.ctypes.data_as(c_void_p))
        assert written == rows
        return strengths

    def share(self) -> Share:
        share = Share()
        self._library.mien_get_share(self._client, ctypes.byref(share))
        return share

    def statistics(self) -> Statistics:
        statistics = Statistics()
        self._library.mien_get_statistics(self._client, ctypes.byref(statistics))
        return statistics

    def close(self) -> None:
        self._library.mien_destroy(self._client)
        self._client = None


def _load(path: Path) -> Any:
    library = ctypes.CDLL(str(path))
    client = c_void_p
    library.mien_now.restype = c_int64
    library.mien_create.restype = client
    library.mien_create.argtypes = [POINTER(Options)]
    for name, result, arguments in (
        ("destroy", None, []), ("start", None, []), ("update", c_uint32, [c_int64]),
        ("edition", c_uint32, []), ("emotion_count", c_uint32, []),
        ("poses", c_uint32, [c_uint32] + 5 * [c_void_p]),
        ("session", c_int, [c_char_p, c_size_t]),
        *((f"{what}_name", c_int, [c_uint32, c_char_p, c_size_t])
          for what in ("character", "subject", "emotion", "face", "rule")),
        ("rule_count", c_uint32, []), ("activity", c_uint32, [c_uint32, c_void_p]),
        ("relation", c_int, [c_uint32, c_uint32, c_float]), ("interest", c_int, [c_uint32, c_uint8]),
        ("get_share", None, [POINTER(Share)]),
        ("next_behavior", c_int, [POINTER(Behavior)]),
        ("next_notice", c_int, [POINTER(c_int), c_char_p, c_size_t]),
        ("place", c_int, [c_uint32, POINTER(c_float), c_float, c_uint32]),
        ("object", c_int, [c_uint32, c_char_p, c_int, POINTER(c_char_p), POINTER(c_double), c_uint32]),
        ("event", c_int, [c_int64, c_char_p, c_uint32, c_uint32, c_double]),
        ("get_statistics", None, [POINTER(Statistics)]),
    ):  # fmt: skip
        function = getattr(library, f"mien_{name}")  # [] would make another object each time
        function.restype = result
        function.argtypes = [client, *arguments]
    return library
