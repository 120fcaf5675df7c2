"""A microphone as a source: bounded, never waiting, and back by itself after it was unplugged."""

import threading
from collections import deque
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final, Protocol

import av
import numpy as np

from mien.bridge.messages import MICROPHONE, AudioChunk, Int16, Micros
from mien.runtime.sense.reopen import reopen
from mien.runtime.sense.sound import Sound
from mien.runtime.sense.source import Sensed, SenseError, captured

BLOCK: Final = 0.02
"""Seconds of sound that the device delivers at a time."""

BLOCKS: Final = 250
"""Blocks that wait for `read`, 5 s of sound; beyond that the oldest are dropped."""

SILENCE: Final = 1_000_000
"""Microseconds without a block that mean the microphone is gone; a quiet room still delivers."""

WATCH: Final = 0.25
"""Seconds between looks at whether it still delivers."""

Deliver = Callable[[Int16, int, float, bool], None]
"""Takes a block: its samples, samples a second, how many seconds ago the first was captured, and whether
sound before it was lost. Called on the thread of the device."""


class MicrophoneDevice(Protocol):
    """An open microphone that delivers."""

    def close(self) -> None:
        """Stop delivering and release it."""


class Microphone:
    """Takes what a device delivers on a thread of its own; `read` turns it into chunks and never waits."""

    def __init__(
        self,
        name: str,
        open_device: Callable[[Deliver], MicrophoneDevice],
        clock: Callable[[], Micros],
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        """Open the microphone and begin.

        Args:
            name: for notices.
            open_device: opens it; called again after it was lost. Raises `SenseError` where it is not there.
            clock: stamps each block.
            wait: waits so many seconds; true means the source was closed. For tests.

        Raises:
            SenseError: the microphone cannot be opened, or what it needs is not installed.
        """
        self._name = name
        self._open_device = open_device
        self._clock = clock
        self._closing = threading.Event()
        self._wait = wait or self._closing.wait
        self._blocks: deque[tuple[Micros, Int16, int]] = deque(maxlen=BLOCKS)
        self._ready: deque[AudioChunk] = deque()
        self._sound = Sound()
        self._notices: deque[str] = deque(maxlen=16)
        self._heard = clock()
        self.lost = 0
        """Blocks lost because nobody read in time, or because the system did not keep up."""
        device = self._open()
        self.senses: int = MICROPHONE
        self._thread = threading.Thread(target=self._run, args=(device,), name="microphone", daemon=True)
        self._thread.start()

    def read(self, until: Micros) -> list[Sensed]:
        """Return the chunks that were complete at `until`."""
        for _ in range(len(self._blocks)):
            t, samples, rate = self._blocks.popleft()
            frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate = rate
            self._ready.extend(self._sound.feed(frame, t))
        chunks: list[Sensed] = []
        while self._ready and captured(self._ready[0]) <= until:
            chunks.append(self._ready.popleft())
        return chunks

    def notices(self) -> list[str]:
        """Return whether the microphone was lost or came back, or sound was lost."""
        return [self._notices.popleft() for _ in range(len(self._notices))]

    def finished(self) -> bool:
        """Return false: a microphone may always come back."""
        return False

    def close(self) -> None:
        """Release the microphone."""
        self._closing.set()
        self._thread.join(timeout=2.0)

    def _open(self) -> MicrophoneDevice:
        device = self._open_device(self._take)
        self._heard = self._clock()
        return device

    def _take(self, samples: Int16, rate: int, age: float, overflowed: bool) -> None:
        """Keep a block; runs on the thread of the device and must be quick."""
        now = self._clock()
        self._heard = now
        if overflowed or len(self._blocks) == BLOCKS:
            if not self.lost:
                self._notices.append(f"{self._name}: sound was lost, this computer does not keep up")
            self.lost += 1
        self._blocks.append((max(0, now - int(age * 1e6)), samples, rate))

    def _run(self, device: MicrophoneDevice | None) -> None:
        while device is not None:
            while not self._wait(WATCH) and self._clock() - self._heard < SILENCE:
                pass
            device.close()
            if self._closing.is_set():
                return
            self.senses = 0
            self._notices.append(f"{self._name} is gone: looking for it")
            device = reopen(self._open, self._wait)
            if device is not None:
                self.senses = MICROPHONE
                self._notices.append(f"{self._name} is back")


class SoundDeviceMicrophone:
    """A microphone through the package sounddevice, at its own rate."""

    def __init__(self, select: int | str | None, deliver: Deliver) -> None:
        """Open a microphone.

        Args:
            select: its number or a part of its name; None takes the system's default.
            deliver: called with each block.

        Raises:
            SenseError: it is not there or cannot be opened, or sounddevice or PortAudio is missing.
        """
        sounddevice = load_sounddevice()
        try:
            # PortAudio knows only the devices that were there when it began: begin anew.
            sounddevice._terminate()
            sounddevice._initialize()
            rate = int(sounddevice.query_devices(select, "input")["default_samplerate"])

            def take(data: Any, frames: int, when: Any, status: Any) -> None:
                age = when.currentTime - when.inputBufferAdcTime
                if not 0 < age < 1:  # some systems leave these times empty
                    age = frames / rate
                deliver(np.frombuffer(bytes(data), np.int16), rate, age, bool(status.input_overflow))

            self._stream = sounddevice.RawInputStream(
                samplerate=rate,
                blocksize=round(rate * BLOCK),
                device=select,
                channels=1,
                dtype="int16",
                latency="low",
                callback=take,
            )
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            which = "no microphone" if select is None else f"no microphone {select!r}"
            reason = str(error).splitlines()[0]
            if reason.startswith("Error querying device"):
                reason = "there is none"
            raise SenseError(f"{which}: {reason}; `mien devices` lists what is there") from None

    def close(self) -> None:
        """Stop and release it."""
        self._stream.close(ignore_errors=True)


def load_sounddevice() -> ModuleType:
    """Return the package sounddevice.

    Raises:
        SenseError: it, or the PortAudio library that it needs, is not installed; says how to install it.
    """
    try:
        import sounddevice  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise SenseError("a microphone needs the package sounddevice: pip install 'mien[live]'") from None
    except OSError:
        raise SenseError(
            "a microphone needs the PortAudio library: apt install libportaudio2 (Debian, Ubuntu), "
            "dnf install portaudio (Fedora)"
        ) from None
    module: ModuleType = sounddevice
    return module
