"""What a source on the command line means: a camera, a microphone, a clip or a recorded session."""

import re
from functools import partial
from pathlib import Path

from mien.bridge.clock import monotonic_micros
from mien.bridge.messages import Micros
from mien.runtime.sense.camera import Camera, OpenCVCamera
from mien.runtime.sense.clip import Clip
from mien.runtime.sense.microphone import Microphone, SoundDeviceMicrophone
from mien.runtime.sense.source import Combined, SenseError, Source
from mien.runtime.sense.transcript import Lines, beyond, read_transcript
from mien.runtime.sessions.media import session_media
from mien.runtime.sessions.session import read_session

_DEVICES = re.compile(r"(?P<device>camera|microphone)(:(?P<which>.+))?")


def is_file(source: str) -> bool:
    """Return whether a source names a file rather than a device."""
    return not _DEVICES.fullmatch(source)


def open_source(source: str, start: Micros, transcript: Path | None = None) -> tuple[Source, list[str]]:
    """Open what `source` names; return it with lines for a person.

    Args:
        source: `camera` or `camera:1`, with the default microphone where there is one; `microphone` or
            `microphone:NAME`, alone; else a clip or a recorded session (`.mcap`).
        start: time at which a clip or session begins, µs.
        transcript: what is said in it, if anything.

    Raises:
        SenseError, SessionError: it is not there, or is no such thing.
    """
    if transcript is not None:
        lines = read_transcript(transcript, start)
        opened, notices = open_source(source, start)
        length = getattr(opened, "duration", None)
        late = beyond(lines, start + length) if length else ""
        return Combined((opened, Lines(lines))), [*notices, *([late] if late else [])]
    devices = _DEVICES.fullmatch(source)
    if devices is None:
        path = Path(source)
        return (session_media(read_session(path), start) if path.suffix == ".mcap" else Clip(path, start)), []
    which = devices["which"]
    if devices["device"] == "microphone":
        return _microphone(int(which) if which and which.isdecimal() else which), []
    if which and not which.isdecimal():
        raise SenseError(f"{source} names no camera: `mien devices` lists them by number, as in camera:1")
    number = int(which or 0)
    camera = Camera(f"camera {number}", partial(OpenCVCamera, number), monotonic_micros)
    try:
        return Combined((camera, _microphone(None))), []
    except SenseError as error:
        return camera, [f"without sound: {error}"]


def _microphone(select: int | str | None) -> Microphone:
    name = "microphone" if select is None else f"microphone {select}"
    return Microphone(name, partial(SoundDeviceMicrophone, select), monotonic_micros)
