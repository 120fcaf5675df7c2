"""How a device that was unplugged is looked for again."""

from collections.abc import Callable
from typing import Final, TypeVar

from mien.runtime.sense.source import SenseError

SHORTEST: Final = 0.5
"""Seconds before the first attempt; each failure doubles the wait."""
LONGEST: Final = 8.0
"""Seconds between attempts in the long run."""

Device = TypeVar("Device")


def reopen(open_device: Callable[[], Device], wait: Callable[[float], bool]) -> Device | None:
    """Return the device once it opens again.

    Args:
        open_device: raises `SenseError` as long as it is not there.
        wait: waits so many seconds; true ends the attempts.

    Returns:
        The device, or None where `wait` ended the attempts.
    """
    delay = SHORTEST
    while not wait(delay):
        try:
            return open_device()
        except SenseError:
            delay = min(2 * delay, LONGEST)
    return None
