"""Gathers a calibration while a player looks at the screen at rest and reads aloud in an everyday voice."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from mien.bridge.messages import (
    CAMERA,
    EMOTIONS,
    FACE_USED,
    PLAYER,
    AudioChunk,
    Float32,
    Micros,
    VideoFrame,
)
from mien.models.calibration import Calibration
from mien.models.fusion import Vector, softmax
from mien.models.recognizer import Recognizer, RecognizerState
from mien.models.voice import BLOCK

FACE_WANTED: Final = 3.0
"""Seconds of a face after which its rest is known well enough."""
FACE_LEAST: Final = 1.0
"""Seconds below which nothing is kept."""
VOICE_WANTED: Final = 4.0
"""Seconds of speech, those at the beginning of each utterance not counted."""
VOICE_LEAST: Final = 1.0
WARM: Final = 8
"""Blocks of an utterance before its network is listened to: about a second."""
LONGEST_FRAME: Final = 200_000
"""Microseconds that one picture counts for at most."""
MOST: Final = 10_000
"""Pictures and blocks that are kept."""


@dataclass
class Gathered:
    """What was seen and heard so far."""

    recognizer: RecognizerState
    rests: list[Float32] = field(default_factory=list)
    voices: list[Vector] = field(default_factory=list)
    face_seconds: float = 0.0
    pictures: int = 0
    sounds: int = 0
    spoke: bool = False
    """Whether anything was taken for speech."""
    looked: Counter[str] = field(default_factory=Counter)
    """How many pictures showed each emotion."""
    seen: int | None = None
    heard: int = 0

    @property
    def voice_seconds(self) -> float:
        """Seconds of speech that were gathered."""
        return len(self.voices) * BLOCK / 100


class Calibrator:
    """The step of a calibration; a recognizer without one does the looking and hearing."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer

    def start(self) -> Gathered:
        """Return the state before the first message."""
        return Gathered(self._recognizer.start())

    def step(self, state: Gathered, message: VideoFrame | AudioChunk, t: Micros) -> None:
        """Take in one picture or sound; `state` is changed in place, `t` as with `Recognizer.step`."""
        estimates = self._recognizer.step(state.recognizer, message, t)
        if isinstance(message, VideoFrame):
            state.pictures += 1
            mine = next((e for e in estimates if e.person == PLAYER and e.used & FACE_USED), None)
            if mine is not None and mine.senses & CAMERA and len(state.rests) < MOST:
                if state.seen is not None:
                    state.face_seconds += min(max(t - state.seen, 0), LONGEST_FRAME) / 1e6
                state.rests.append(mine.blend)
                state.looked[EMOTIONS[int(mine.emotion.argmax())]] += 1
            state.seen = None if mine is None else t
            return
        state.sounds += 1
        voice = state.recognizer.voice
        state.spoke |= voice.speaking > 0.5
        if voice.logits is not None and voice.heard != state.heard and voice.blocks >= WARM:
            if len(state.voices) < MOST:
                state.voices.append(np.log(np.maximum(softmax(voice.logits), 1e-20)))
            state.heard = voice.heard

    def enough(self, state: Gathered) -> bool:
        """Return whether everything is known well enough."""
        return state.face_seconds >= FACE_WANTED and state.voice_seconds >= VOICE_WANTED

    def restless(self, state: Gathered) -> str:
        """Return a line for a person where the face mostly looked other than neutral; empty otherwise."""
        seen = state.looked.total()
        if state.face_seconds < FACE_LEAST or 2 * state.looked["neutral"] >= seen:
            return ""
        (most, count) = max(
            ((name, n) for name, n in state.looked.items() if name != "neutral"), key=lambda pair: pair[1]
        )
        return (
            f"the face looked like {most} for {count / seen:.0%} of the time: if it was not at rest, "
            "calibrate again, or this will count as neutral from now on"
        )

    def outcome(
        self, state: Gathered, player: str, face_network: str, voice_network: str
    ) -> tuple[Calibration, list[str]]:
        """Return what was gathered, and a line for each part that was not to be had.

        Args:
            state: what was gathered.
            player: whose calibration it is.
            face_network: SHA-256 of the network that gave the blend weights.
            voice_network: the same for the voice.
        """
        lines = []
        rest: Vector | None = None
        neutral: Vector | None = None
        if state.face_seconds >= FACE_LEAST:
            # The median: a blink or a passing smile is no rest.
            rest = np.median(np.stack(state.rests), axis=0).astype(np.float32).clip(0, 1)
        elif not state.pictures:
            lines.append("no face: there was no picture")
        elif not state.rests:
            lines.append("no face was seen: sit in the light, look at the camera, and try again")
        else:
            lines.append(f"a face was seen for only {state.face_seconds:.1f} s: stay in view, and try again")
        if state.voice_seconds >= VOICE_LEAST:
            neutral = np.mean(np.stack(state.voices), axis=0).astype(np.float32)
        elif not state.sounds:
            lines.append("no voice: there was no sound")
        elif not state.spoke:
            lines.append("no voice was heard: speak up, nearer to the microphone, and try again")
        else:
            lines.append("too little was said: read on without a pause, and try again")
        return (
            Calibration(
                player,
                rest=rest,
                face_seconds=state.face_seconds if rest is not None else 0.0,
                face_network=face_network if rest is not None else "",
                neutral=neutral,
                voice_seconds=state.voice_seconds if neutral is not None else 0.0,
                voice_network=voice_network if neutral is not None else "",
            ),
            lines,
        )
