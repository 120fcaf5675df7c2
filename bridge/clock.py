"""The one clock of the bridge, its identity, and how to line up somebody else's.

Times on the wire are microseconds of the sender's monotonic clock. Two processes of one boot of one machine
count the same clock (equal `clock_id`); across machines a receiver estimates the offset from arrivals.
"""

import ctypes
import hashlib
import sys
import time
import uuid
from functools import cache
from pathlib import Path
from typing import Final

WINDOW: Final = 10_000_000
"""Microseconds over which `ClockAlignment` looks for the fastest arrival; 100 ppm of drift make 1 ms."""
_BUCKETS: Final = 10


def monotonic_micros() -> int:
    """Return microseconds of this machine's monotonic clock, the same in every process.

    Windows counts its performance counter: there `time.monotonic` ticks every 15.6 ms before Python 3.13.
    """
    return (time.perf_counter_ns() if sys.platform == "win32" else time.monotonic_ns()) // 1000


@cache
def clock_id() -> str:
    """Return 16 hexadecimal digits that name what `monotonic_micros` counts: this boot of this machine.

    Where the system cannot tell (see `_boot`), a random name: equal to no other, so that receivers align.
    """
    return hashlib.sha256(b"mien clock " + _boot().encode()).hexdigest()[:16]


def _boot() -> str:
    try:
        if sys.platform == "linux":
            # a time namespace (containers) shifts the clock, so it belongs to the identity
            namespace = Path("/proc/self/ns/time")
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
            return f"{boot} {namespace.readlink() if namespace.is_symlink() else ''}"
        if sys.platform == "darwin":
            size = ctypes.c_size_t(64)
            buffer = ctypes.create_string_buffer(64)
            library = ctypes.CDLL(None, use_errno=True)
            if library.sysctlbyname(b"kern.bootsessionuuid", buffer, ctypes.byref(size), None, 0) == 0:
                return buffer.value.decode()
        if sys.platform == "win32":
            import winreg  # noqa: PLC0415 - exists on Windows only

            memory = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
                machine = winreg.QueryValueEx(key, "MachineGuid")[0]
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, memory) as key:
                return f"{machine} {winreg.QueryValueEx(key, 'BootId')[0]}"
    except OSError:
        pass
    return str(uuid.uuid4())


class ClockAlignment:
    """Offset from a sender's clock to ours, from the fastest of the recent arrivals.

    Delay only ever adds: `arrived - sent` is the offset plus a delay of at least the fastest way through. The
    least difference within `WINDOW` therefore holds against any jitter, and old ones leave, which follows
    drift. What remains is that fastest delay itself: local times come out late by it, never early.
    """

    def __init__(self) -> None:
        self._least: list[tuple[int, int]] = []  # (bucket of arrival, least difference in it)

    @property
    def offset(self) -> int | None:
        """Microseconds to add to a sender's time; None before the first arrival."""
        return min((difference for _, difference in self._least), default=None)

    def observe(self, sent: int, arrived: int) -> None:
        """Take in one message: its `t` on the sender's clock and when it came on ours, microseconds."""
        bucket, difference = arrived * _BUCKETS // WINDOW, arrived - sent
        if self._least and self._least[-1][0] == bucket:
            self._least[-1] = bucket, min(difference, self._least[-1][1])
        else:
            self._least = [entry for entry in self._least if entry[0] > bucket - _BUCKETS]
            self._least.append((bucket, difference))

    def local(self, sent: int) -> int | None:
        """Return a sender's time on our clock, microseconds; None before the first arrival."""
        offset = self.offset
        return None if offset is None else sent + offset
