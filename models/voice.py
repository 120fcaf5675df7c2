"""The voice: what somebody's speech says since the utterance began.

Voice activity lets much music pass. A second network tells, block by block, whether all that was heard since
the utterance began is speech; while it is not, nothing is said of it.

Frames of speech are gathered into blocks; each block takes the network one step on. The network's memory
begins anew when the utterance ends. What it said last is kept, and ages, until the next utterance has
something to say.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.models import speech
from mien.models.network import Network

BLOCK: Final = 12
"""Frames of speech per step of the network: 120 ms."""
PAUSE: Final = 80
"""Frames of silence that end an utterance: 0.8 s."""
LEAST: Final = 3
"""Blocks before a new utterance is trusted."""
MOST: Final = 48
"""Blocks after which an utterance that goes on begins anew: 5.8 s of speech."""
GAP: Final = 100_000
"""Microseconds of missing or doubled sound that end the utterance."""


@dataclass
class VoiceState:
    """The utterance so far."""

    hearing: speech.SpeechState = field(default_factory=speech.SpeechState)
    pending: list[NDArray[np.float32]] = field(default_factory=list)
    memory: NDArray[np.float32] | None = None
    blocks: int = 0
    silence: int = 0
    speaking: float = 0.0
    gate: NDArray[np.float32] | None = None
    """The memory of what tells speech from music."""
    music: bool = False
    """Whether the utterance so far is no speech."""
    logits: NDArray[np.float32] | None = None
    """What the last trusted block said, (7,)."""
    heard: int = 0
    """When that was: microseconds, end of the sound."""
    expected: int | None = None
    """Time at which the next chunk should begin."""


class Voice:
    """The recurrent network behind voice activity; without a file, voice activity alone.

    Args:
        file: weights that tell emotions.
        gate: weights that tell speech from music; None takes all sound for speech that voice activity does.
    """

    def __init__(self, file: Path | None, gate: Path | None = None) -> None:
        self._net = None if file is None else Network(file, "voice", inputs=2, outputs=2)
        self._memory = np.zeros(self._net.shape(1) if self._net else 0, np.float32)
        if self._net:
            block = np.zeros((1, BLOCK, speech.FEATURES), np.float32)
            self._net.check([block, self._memory], [(1, 1, 7), self._memory.shape])
        self._gate = None if gate is None else Network(gate, "speech", inputs=2, outputs=2)
        self._gate_memory = np.zeros(self._gate.shape(1) if self._gate else 0, np.float32)
        if self._gate:
            block = np.zeros((1, BLOCK, speech.FEATURES), np.float32)
            self._gate.check([block, self._gate_memory], [(1, 1, 1), self._gate_memory.shape])

    def step(self, state: VoiceState, samples: NDArray[np.int16], t: int) -> None:
        """Take in sound whose first sample was captured at `t`, microseconds."""
        if state.expected is not None and abs(t - state.expected) > GAP:
            state.hearing = speech.SpeechState(floor=state.hearing.floor, loudness=state.hearing.loudness)
            _end(state)
        state.expected = t + len(samples) * 1_000_000 // speech.RATE
        # A second at a time, so that a long chunk takes no more memory than a short one.
        for begin in range(0, len(samples), speech.RATE):
            self._hear(state, samples[begin : begin + speech.RATE], state.expected)

    def _hear(self, state: VoiceState, samples: NDArray[np.int16], t: int) -> None:
        frames, active = speech.step(state.hearing, samples)
        for frame, spoken in zip(frames, active, strict=True):
            state.speaking += 0.1 * (float(spoken and not state.music) - state.speaking)
            if not spoken:
                state.silence += 1
                if state.silence == PAUSE:
                    _end(state)
                    state.music = False
                continue
            state.silence = 0
            state.pending.append(frame)
            if len(state.pending) == BLOCK:
                self._block(state, t)

    def _block(self, state: VoiceState, t: int) -> None:
        block = np.stack(state.pending)[None]
        state.pending.clear()
        if state.blocks >= MOST:
            _end(state)
        if self._gate is not None:
            memory = self._gate_memory if state.gate is None else state.gate
            logit, state.gate = self._gate.run(block, memory)
            if state.blocks + 1 >= LEAST:
                state.music = bool(logit[0, -1, 0] < 0)
        if self._net is None:
            state.blocks += 1
            return
        memory = self._memory if state.memory is None else state.memory
        logits, state.memory = self._net.run(block, memory)
        state.blocks += 1
        if state.blocks >= LEAST and not state.music:
            state.logits = logits[0, -1]
            state.heard = t


def _end(state: VoiceState) -> None:
    """Forget the utterance, not what it said."""
    state.memory = state.gate = None
    state.blocks = 0
    state.pending.clear()
