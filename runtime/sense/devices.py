"""Which cameras and microphones are there, for `mien devices`."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from mien.runtime.sense.camera import OpenCVCamera
from mien.runtime.sense.microphone import load_sounddevice
from mien.runtime.sense.source import SenseError

PROBED: Final = 4
"""Camera numbers that are tried where the system does not list its cameras."""

VIDEO_CLASS: Final = Path("/sys/class/video4linux")


@dataclass(frozen=True)
class Device:
    """A camera or microphone that can be opened."""

    number: int
    """What selects it."""
    name: str


@dataclass(frozen=True)
class Devices:
    """What is there."""

    cameras: tuple[Device, ...]
    microphones: tuple[Device, ...]
    problems: tuple[str, ...]
    """Why a list may be incomplete, one line each."""


def devices() -> Devices:
    """Return the cameras and microphones of this machine; none is a normal outcome."""
    problems = []
    heard: tuple[Device, ...] = ()
    try:
        heard = microphones(load_sounddevice())
    except SenseError as error:
        problems.append(str(error))
    seen = linux_cameras(VIDEO_CLASS) if sys.platform.startswith("linux") else probed_cameras(_opens)
    return Devices(seen, heard, tuple(problems))


def linux_cameras(video_class: Path) -> tuple[Device, ...]:
    """Return the cameras that the kernel lists below `video_class`.

    A camera has several nodes; the one with index 0 delivers pictures, others describe them.
    """
    found = []
    for node in video_class.glob("video*"):
        try:
            index = int((node / "index").read_text())
            name = (node / "name").read_text().strip()
            number = int(node.name.removeprefix("video"))
        except (OSError, ValueError):
            continue
        if index == 0:
            found.append(Device(number, name))
    return tuple(sorted(found, key=lambda device: device.number))


def probed_cameras(opens: Callable[[int], bool]) -> tuple[Device, ...]:
    """Return the cameras that can be opened, by number: macOS and Windows tell OpenCV no names."""
    return tuple(Device(number, f"camera {number}") for number in range(PROBED) if opens(number))


def microphones(sounddevice: ModuleType) -> tuple[Device, ...]:
    """Return the devices that record.

    Raises:
        SenseError: PortAudio fails.
    """
    try:
        listed = list(sounddevice.query_devices())
    except sounddevice.PortAudioError as error:
        raise SenseError(f"microphones cannot be listed: {str(error).splitlines()[0]}") from None
    return tuple(
        Device(number, str(device["name"]))
        for number, device in enumerate(listed)
        if device["max_input_channels"] > 0
    )


def _opens(number: int) -> bool:
    try:
        OpenCVCamera(number).close()
    except SenseError:
        return False
    return True
