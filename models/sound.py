"""Decoded sound before it is resampled: what is no number becomes silence."""

from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

FLOATS: Final = frozenset({"flt", "fltp", "dbl", "dblp"})
LOUDEST: Final = 1000.0
"""Far beyond this multiple of full scale, FFmpeg's conversion to 16 bits overflows into the other sign."""


def audible(frame: av.AudioFrame) -> av.AudioFrame:
    """Return a frame in which NaN and infinity are silence, and what is absurdly loud is full scale.

    A frame without such samples is returned as it is.
    """
    if frame.format.name not in FLOATS:
        return frame
    samples = frame.to_ndarray()
    if (np.abs(samples) <= LOUDEST).all():
        return frame
    mended: NDArray[Any] = np.where(np.isfinite(samples), samples, 0).clip(-1, 1).astype(samples.dtype)
    new = av.AudioFrame.from_ndarray(mended, format=frame.format.name, layout=frame.layout.name)
    new.sample_rate, new.pts = frame.sample_rate, frame.pts
    if frame.time_base is not None:
        new.time_base = frame.time_base
    return new
