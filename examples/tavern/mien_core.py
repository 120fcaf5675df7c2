"""MienCore's C interface (`mien_core.h`) through ctypes: all that a game in Python needs.

Every name and order here is that of the header. Times are microseconds of MienCore's clock.
"""

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
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FACE: Final = 61
"""Columns of a face: 52 blend weights, then nine rotations in radians (PROTOCOL.md, section 5)."""


class Options(ctypes.Structure):
    """`mien_options`; zeros mean the defaults."""

    _fields_ = (
        ("host", c_char_p),
        ("state_port", c_uint16), ("events_port", c_uint16), ("game_port", c_uint16),
        ("min_delay", c_int64), ("max_delay", c_int64),
        ("hold", c_int64), ("fade_out", c_int64), ("fade_in", c_int64),
        ("world_interval", c_int64),
        ("heartbeat_interval", c_int64), ("heartbeat_timeout", c_int64), ("handshake_timeout", c_int64),
    )  # fmt: skip


class Channel(ctypes.Structure):
    """`mien_channel`: how one of the three connections fares."""

    _fields_ = (
        ("connected", c_int32), ("connections", c_uint32), ("failures", c_uint32),
        ("messages", c_uint64), ("dropped", c_uint64), ("skipped", c_uint64), ("error", c_char * 24),
    )  # fmt: skip


class Statistics(ctypes.Structure):
    """`mien_statistics`."""

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
    """`mien_share`: characters that frames brought and left out."""

    _fields_ = (("faces", c_uint64), ("withheld", c_uint64), ("in_frame", c_uint32))


class Behavior(ctypes.Structure):
    """`mien_behavior`: a behavior of one character started or ended. Texts are UTF-8 bytes."""

    _fields_ = (
        ("t", c_uint64), ("character", c_uint32), ("inflicter", c_uint32), ("target", c_uint32),
        ("started", c_int32), ("intensity", c_float),
        *((name, c_char * 65) for name in ("rule", "reason", "expression", "gaze", "gesture")),
        ("speech", c_char * 1025),
    )  # fmt: skip


@dataclass(frozen=True)
class Poses:
    """What `Client.update` computed: one row a character, in the order of `Client.names`."""

    ids: NDArray[np.uint32]
    """(N,)"""
    faces: NDArray[np.float32]
    """(N, 61) blend weights in [0, 1], then rotations in radians."""
    emotions: NDArray[np.float32]
    """(N, M) in (0, 1), in the order of `Client.names("emotion")`; the same for `moods`."""
    moods: NDArray[np.float32]
    presence: NDArray[np.float32]
    """(N,) from 0, gone and neutral, to 1."""


class Client:
    """A client that receives on a thread of its own; use it from one thread, and close it."""

    def __init__(self, library: Path, **options: int) -> None:
        """Connect to a sidecar on this machine, now or whenever it starts.

        Args:
            library: MienCore's shared library.
            options: fields of `Options`, such as `state_port`.

        Raises:
            OSError: `library` cannot be loaded.
        """
        self._library = _load(library)
        self._client = self._library.mien_create(ctypes.byref(Options(b"127.0.0.1", **options)))
        self._library.mien_start(self._client)

    def now(self) -> int:
        """Return MienCore's time."""
        return int(self._library.mien_now())

    def update(self, now: int | None = None) -> Poses:
        """Take in what has come and return all poses for `now`."""
        size = self._library.mien_update(self._client, self.now() if now is None else now)
        affect = self._library.mien_emotion_count(self._client)
        poses = Poses(
            np.zeros(size, np.uint32), np.zeros((size, FACE), np.float32),
            np.zeros((size, affect), np.float32), np.zeros((size, affect), np.float32),
            np.zeros(size, np.float32),
        )  # fmt: skip
        arrays = (poses.ids, poses.faces, poses.emotions, poses.moods, poses.presence)
        self._library.mien_poses(self._client, size, *(array.ctypes.data_as(c_void_p) for array in arrays))
        return poses

    def names(self, what: str) -> list[str]:
        """Return all names of one kind: `character`, `subject`, `emotion`, `face` or `rule`."""
        names: list[str] = []
        get = getattr(self._library, f"mien_{what}_name")
        buffer = ctypes.create_string_buffer(256)
        while get(self._client, len(names), buffer, 256) >= 0:
            names.append(buffer.value.decode())
        return names

    def session(self) -> str:
        """Return the name of the sidecar's run, empty before the first hello."""
        buffer = ctypes.create_string_buffer(256)
        self._library.mien_session(self._client, buffer, 256)
        return buffer.value.decode()

    def edition(self) -> int:
        """Return a number that changes whenever characters or names may have changed."""
        return int(self._library.mien_edition(self._client))

    def behaviors(self) -> list[Behavior]:
        """Return the behaviors that have started or ended since the last call."""
        behaviors = []
        while self._library.mien_next_behavior(self._client, ctypes.byref(behavior := Behavior())):
            behaviors.append(behavior)
        return behaviors

    def notices(self) -> list[str]:
        """Return the lines for the log since the last call."""
        lines = []
        buffer = ctypes.create_string_buffer(2048)
        while self._library.mien_next_notice(self._client, None, buffer, 2048):
            lines.append(buffer.value.decode())
        return lines

    def place(self, entity: int, position: tuple[float, float, float], heading: float, looks_at: int) -> bool:
        """Say where an entity is: meters, x forward, y right, z up; radians from x towards y; an id or 0.

        Returns:
            Whether the values are in range; the same for `object` and `event`.
        """
        return bool(
            self._library.mien_place(self._client, entity, (c_float * 3)(*position), heading, looks_at)
        )

    def object(self, entity: int, name: str, present: bool, state: dict[str, float]) -> bool:
        """Say that a smart object of kind `name` is there or gone, and its levels in [0, 1]."""
        names = (c_char_p * len(state))(*(key.encode() for key in state))
        values = (c_double * len(state))(*state.values())
        return bool(
            self._library.mien_object(self._client, entity, name.encode(), present, names, values, len(state))
        )

    def event(self, name: str, subject: int, to: int, intensity: float) -> bool:
        """Say that `subject` did something to `to`, 0 for everyone; `intensity` in [0, 1]."""
        return bool(self._library.mien_event(self._client, self.now(), name.encode(), subject, to, intensity))

    def relation(self, character: int, whom: int, liking: float) -> bool:
        """Say how a character regards another or the player: from -1, hatred, to 1, love."""
        return bool(self._library.mien_relation(self._client, character, whom, liking))

    def interest(self, character: int, every: int) -> bool:
        """Ask for a character with every tick (1), with every `every`-th, or never (0)."""
        return bool(self._library.mien_interest(self._client, character, every))

    def activity(self, rows: int) -> NDArray[np.float32]:
        """Return how strongly each of so many characters executes each rule: (rows, R) in [0, 1]."""
        rules = self._library.mien_rule_count(self._client)
        strengths = np.zeros((rows, rules), np.float32)
        self._library.mien_activity(self._client, rows, strengths.ctypes.data_as(c_void_p))
        return strengths

    def share(self) -> Share:
        """Return how many characters frames bring, of those there are."""
        share = Share()
        self._library.mien_get_share(self._client, ctypes.byref(share))
        return share

    def statistics(self) -> Statistics:
        """Return totals and current figures."""
        statistics = Statistics()
        self._library.mien_get_statistics(self._client, ctypes.byref(statistics))
        return statistics

    def close(self) -> None:
        """Disconnect, within some 10 ms."""
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
        function.argtypes = [client, *arguments]  # type: ignore[misc]
    return library
