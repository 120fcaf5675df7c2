"""A camera as a source: always its newest picture, and back by itself after it was unplugged."""

import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np

from mien.bridge.messages import CAMERA, Micros, UInt8, VideoFrame
from mien.runtime.sense.reopen import reopen
from mien.runtime.sense.source import Sensed, SenseError

FAILURES: Final = 3
"""So many pictures that do not come, one after the other, mean that the camera is gone."""

STALL: Final = 1_000_000
"""A camera that kept its reader waiting so long (µs) for nothing is gone at once."""

PAUSE: Final = 0.02
"""Seconds to wait after a picture that did not come."""


class CameraDevice(Protocol):
    """An open camera."""

    def grab(self) -> bool:
        """Wait for the next picture; false where none came."""

    def pixels(self) -> UInt8 | None:
        """Return the grabbed picture, rows × columns × (blue, green, red); None where it is damaged."""

    def close(self) -> None:
        """Release the camera."""


class Camera:
    """A thread of its own takes each picture as it comes; `read` gets the newest and never waits."""

    def __init__(
        self,
        name: str,
        open_device: Callable[[], CameraDevice],
        clock: Callable[[], Micros],
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        """Open the camera and begin.

        Args:
            name: for notices.
            open_device: opens it; called again after it was lost. Raises `SenseError` where it is not there.
            clock: stamps each picture when it is grabbed, before it is decoded.
            wait: waits so many seconds; true means the source was closed. For tests.

        Raises:
            SenseError: the camera cannot be opened.
        """
        self._name = name
        self._open_device = open_device
        self._clock = clock
        self._closing = threading.Event()
        self._wait = wait or self._closing.wait
        self._lock = threading.Lock()
        self._newest: VideoFrame | None = None
        self._notices: deque[str] = deque(maxlen=16)
        self.skipped = 0
        """Pictures that a newer one replaced before anyone read them."""
        device = open_device()
        self.senses: int = CAMERA
        self._thread = threading.Thread(target=self._run, args=(device,), name="camera", daemon=True)
        self._thread.start()

    def read(self, until: Micros) -> list[Sensed]:
        """Return the newest picture, if there is a new one."""
        with self._lock:
            frame = self._newest
            if frame is None or frame.t > until:
                return []
            self._newest = None
            return [frame]

    def notices(self) -> list[str]:
        """Return whether the camera was lost or came back."""
        return [self._notices.popleft() for _ in range(len(self._notices))]

    def finished(self) -> bool:
        """Return false: a camera may always come back."""
        return False

    def close(self) -> None:
        """Release the camera; does not wait for one that hangs."""
        self._closing.set()
        self._thread.join(timeout=2.0)

    def _run(self, device: CameraDevice | None) -> None:
        while device is not None:
            self._capture(device)
            device.close()
            if self._closing.is_set():
                return
            self.senses = 0
            self._notices.append(f"{self._name} is gone: looking for it")
            device = reopen(self._open_device, self._wait)
            if device is not None:
                self.senses = CAMERA
                self._notices.append(f"{self._name} is back")

    def _capture(self, device: CameraDevice) -> None:
        """Take pictures until the camera is gone or the source is closed."""
        failures = 0
        latest = self._clock()
        while failures < FAILURES and not self._closing.is_set():
            grabbed = device.grab()
            t = self._clock()
            pixels = device.pixels() if grabbed else None
            if pixels is None:
                if t - latest >= STALL:
                    return
                failures += 1
                self._wait(PAUSE)
                continue
            failures, latest = 0, t
            with self._lock:
                self.skipped += self._newest is not None
                self._newest = VideoFrame(t=t, pixels=pixels)


class OpenCVCamera:
    """A camera by its number, through OpenCV.

    PyAV, which reads the clips, brings no camera input in its wheels; OpenCV has one for every system.
    """

    def __init__(self, number: int) -> None:
        """Open camera `number`.

        Raises:
            SenseError: it is not there, in use, or not permitted.
        """
        backends = {"linux": cv2.CAP_V4L2, "darwin": cv2.CAP_AVFOUNDATION, "win32": cv2.CAP_DSHOW}
        level = cv2.utils.logging.getLogLevel()
        # OpenCV would print warnings of its own about a camera that is not there.
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        try:
            self._capture = cv2.VideoCapture(number, backends.get(sys.platform, cv2.CAP_ANY))
        finally:
            cv2.utils.logging.setLogLevel(level)
        if not self._capture.isOpened():
            self._capture.release()
            raise SenseError(f"no camera {number}: {_reason(number)}; `mien devices` lists what is there")
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # an old picture is worth nothing

    def grab(self) -> bool:
        """Wait for the next picture; false where none came."""
        return bool(self._capture.grab())

    def pixels(self) -> UInt8 | None:
        """Return the grabbed picture."""
        decoded, pixels = self._capture.retrieve()
        return np.asarray(pixels, np.uint8) if decoded and pixels is not None else None

    def close(self) -> None:
        """Release the camera."""
        self._capture.release()


def _reason(number: int) -> str:
    if not sys.platform.startswith("linux"):
        return "it is not there, in use by another program, or not permitted"
    node = Path(f"/dev/video{number}")
    if not node.exists():
        return f"there is no {node}"
    return f"{node} cannot be opened: in use by another program, or you are not in the group `video`"
