"""Speech by espeak-ng, with the time of every phoneme."""

import ctypes
import ctypes.util
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

_RETRIEVE: Final = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples go to the callback, not to a loudspeaker
_PHONEME_EVENTS: Final = 1
_PHONEME: Final = 7
_PARAMETERS: Final = {"rate": 1, "volume": 2, "pitch": 3, "range": 4}


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(frozen=True)
class Line:
    """One spoken line: samples at `Voice.rate`, and (start in seconds, phoneme) in order."""

    samples: np.ndarray
    phonemes: list[tuple[float, str]]


class Voice:
    """An espeak-ng voice; raises `RuntimeError` where the library or the voice is missing."""

    def __init__(self, name: str) -> None:
        path = ctypes.util.find_library("espeak-ng")
        if path is None:
            raise RuntimeError("espeak-ng is not installed (apt install espeak-ng)")
        self._library = ctypes.CDLL(path)
        self.rate: int = self._library.espeak_Initialize(_RETRIEVE, 0, None, _PHONEME_EVENTS)
        if self.rate <= 0 or self._library.espeak_SetVoiceByName(name.encode()) != 0:
            raise RuntimeError(f"espeak-ng has no voice {name!r}")

    def say(self, text: str, **parameters: int) -> Line:
        """Speak; parameters `rate` in words a minute, `volume`, `pitch` and `range` from 0 (volume 100)."""
        chunks: list[np.ndarray] = []
        phonemes: list[tuple[float, str]] = []

        def take(samples: Any, count: int, events: Any) -> int:
            if samples and count:
                chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
            index = 0
            while events[index].type:
                if events[index].type == _PHONEME:
                    phonemes.append((events[index].milliseconds / 1000, events[index].name.decode()))
                index += 1
            return 0

        callback = _Callback(take)
        self._library.espeak_SetSynthCallback(callback)
        for name, value in parameters.items():
            self._library.espeak_SetParameter(_PARAMETERS[name], value, 0)
        data = text.encode() + b"\0"
        self._library.espeak_Synth(data, len(data), 0, 1, 0, 1, None, None)
        self._library.espeak_Synchronize()
        return Line(np.concatenate(chunks), phonemes)
