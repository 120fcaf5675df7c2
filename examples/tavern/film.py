"""The game as a video: each picture at the time at which it was shown."""

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

TICK: Final = Fraction(1, 1000)


class Film:
    """An MP4 file."""

    def __init__(self, path: Path, width: int, height: int) -> None:
        """Begin it; sizes in pixels, even."""
        self._file = av.open(str(path), "w")
        self._stream = self._file.add_stream("libx264", rate=60, options={"crf": "21", "preset": "veryfast"})
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        self._stream.time_base = self._stream.codec_context.time_base = TICK
        self._last = -1

    def add(self, picture: NDArray[np.uint8], seconds: float) -> None:
        """Add what was shown at a time since the beginning: (height, width, 3) red, green, blue."""
        at = round(seconds / TICK)
        if at <= self._last:
            return
        self._last = at
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = at, TICK
        self._file.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Write what is left, and close the file."""
        self._file.mux(self._stream.encode(None))
        self._file.close()
