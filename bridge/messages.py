"""Everything that passes between stages: one frozen dataclass per message type.

The same type travels on the wire, lies in a recording, feeds the live view and enters a test. Each field's
annotation states its unit and range; `codec` compiles the annotations into the encoder, the validating
decoder and the JSON Schema of the recording, and a test holds PROTOCOL.md to them.

Arrays over characters are structures of arrays, in the layout that the director computes in, so that
encoding is a copy. Their dimensions are named: `N` characters, `M` emotions, `R` rules, `K` entities.
"""

import math
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from mien.bridge.fields import Block, Counters, Integer, Levels, Names, Number, Text

VERSION: Final = 1
"""Version of the protocol; a receiver refuses any other."""

EMOTIONS: Final[tuple[str, ...]] = ("neutral", "joy", "sadness", "anger", "fear", "disgust", "surprise")
"""The emotions that the recognizers know, in the order of `EmotionEstimate.emotion`."""

NOBODY: Final = 0
"""Id that names no entity."""
PLAYER: Final = 1
"""Id of the followed person in front of the sensors; further people take 2 to 15."""
FIRST_CHARACTER: Final = 16
"""Characters and smart objects take ids from here on."""

CAMERA: Final = 1
MICROPHONE: Final = 2
"""Bits of `EmotionEstimate.senses`: which devices deliver."""

FACE_USED: Final = 1
VOICE_USED: Final = 2
TEXT_USED: Final = 4
"""Bits of `EmotionEstimate.used`: what the estimate rests on."""

Float32 = NDArray[np.float32]
UInt32 = NDArray[np.uint32]
UInt8 = NDArray[np.uint8]
Int16 = NDArray[np.int16]

Micros = Annotated[int, Integer(64)]
Id = Annotated[int, Integer(32)]
Unit = Annotated[float, Number(0.0, 1.0)]
Signed = Annotated[float, Number(-1.0, 1.0)]
Name = Annotated[str, Text(64)]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Message:
    """What all messages share: the time `t`, in microseconds of the sender's monotonic clock."""

    KIND: ClassVar[str]
    t: Micros


# --- sense ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class VideoFrame(Message):
    """One picture; `t` is when it was captured."""

    KIND: ClassVar[str] = "video"
    pixels: Annotated[UInt8, Block("H", "W", 3, dtype="u1")]
    """Rows × columns × (blue, green, red), as OpenCV has it."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class VideoPacket(Message):
    """A picture as a JPEG file: how a recording embeds video, and what replay decodes into `VideoFrame`."""

    KIND: ClassVar[str] = "jpeg"
    jpeg: Annotated[UInt8, Block("B", dtype="u1")]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AudioChunk(Message):
    """Mono sound at 16 kHz; `t` is when its first sample was captured."""

    KIND: ClassVar[str] = "audio"
    samples: Annotated[Int16, Block("S", dtype="<i2")]


# --- perceive ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EmotionEstimate(Message):
    """What one person shows; `t` is the capture time of the newest evidence in it.

    A missing sense is said to be missing, never called neutral: with `used` 0, `emotion` is all zeros.
    """

    KIND: ClassVar[str] = "estimate"
    produced: Micros
    """When the perceiver finished it, on the same clock as `t`."""
    lag: Micros
    """Delay that smoothing adds: the estimate describes the person at about `t - lag`."""
    person: Id
    """`PLAYER` for the person who is followed; an id stays with its person."""
    senses: Annotated[int, Integer(8)]
    """Bits `CAMERA` and `MICROPHONE`: which devices deliver at all."""
    used: Annotated[int, Integer(8)]
    """Bits `FACE_USED`, `VOICE_USED`, `TEXT_USED`: what the estimate rests on."""
    presence: Unit
    """How surely a face is in view."""
    speaking: Unit
    """How surely the person speaks."""
    emotion: Annotated[Float32, Block(7, low=0, high=1)]
    """Probability of each of `EMOTIONS`; sums to 1, or is all zeros when nothing was used."""
    valence: Signed
    arousal: Signed
    confidence: Unit
    """Trust in `emotion`, 0 when nothing was used."""
    share: Annotated[Float32, Block(3, low=0, high=1)]
    """Weight of face, voice and text in the fusion; sums to 1 or is all zeros."""
    box: Annotated[Float32, Block(4)]
    """Face rectangle: left, top, width, height as fractions of the picture; zeros without a face."""
    head: Annotated[Float32, Block(3, low=-math.pi, high=math.pi)]
    """Head yaw, pitch and roll of the person, radians; zeros where the model does not give them."""
    blend: Annotated[Float32, Block(52, low=0, high=1)]
    """The person's ARKit blend weights, [0, 1]; zeros where the model does not give them."""


# --- characters ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Affect(Message):
    """What every character feels, both vectors strictly inside (0, 1) (P1, eq. 19)."""

    KIND: ClassVar[str] = "affect"
    ids: Annotated[UInt32, Block("N", dtype="<u4")]
    emotion: Annotated[Float32, Block("N", "M", low=0, high=1)]
    """What just happened: decays within seconds."""
    mood: Annotated[Float32, Block("N", "M", low=0, high=1)]
    """The slower state that emotions pull: drifts home within minutes."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Activity(Message):
    """Which rules every character is executing, and how strongly; rules as listed in the `Hello`."""

    KIND: ClassVar[str] = "activity"
    ids: Annotated[UInt32, Block("N", dtype="<u4")]
    intensity: Annotated[Float32, Block("N", "R", low=0, high=1)]
    """0 where a rule is idle, up to 1."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BehaviorEvent(Message):
    """A behavior of one character started or ended."""

    KIND: ClassVar[str] = "behavior"
    character: Id
    """The bearer of the rule."""
    rule: Name
    phase: Annotated[str, Text(16, "started", "ended")]
    reason: Name
    """Why, in one word: `selected`; `completed`, `trigger`, `preempted`, `timeout`, `reloaded`, `failed`."""
    inflicter: Id
    """Who or what brought it about: the character itself, or a smart object."""
    target: Id
    """What it is directed at, or `NOBODY`."""
    intensity: Unit
    expression: Name
    """Cue for the game; empty where the rule names none. The same for the next three."""
    gaze: Name
    gesture: Name
    speech: Annotated[str, Text(1024)]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FaceFrame(Message):
    """One tick: what characters feel and what their faces do; of all unless games want fewer (`Interest`)."""

    KIND: ClassVar[str] = "face"
    seq: Annotated[int, Integer(64)]
    """Tick number; a gap is a tick that was dropped."""
    generation: Id
    """`Hello.generation` whose names apply."""
    captured: Micros
    """Capture time of the newest estimate that this frame answers; 0 before the first."""
    ids: Annotated[UInt32, Block("N", dtype="<u4")]
    affect: Annotated[Float32, Block("N", 2, "M", low=0, high=1)]
    """Emotion, then mood."""
    face: Annotated[Float32, Block("N", 61, low=-math.pi, high=math.pi)]
    """52 blend weights in [0, 1], then nine rotations in radians: see `faces.FACE`."""


# --- game → sidecar ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class World(Message):
    """Where entities are and whom they look at; entities that a message leaves out stay as they were."""

    KIND: ClassVar[str] = "world"
    ids: Annotated[UInt32, Block("K", dtype="<u4")]
    position: Annotated[Float32, Block("K", 3)]
    """Meters; x forward, y right, z up, left-handed as in Unreal."""
    heading: Annotated[Float32, Block("K")]
    """Radians about z from x towards y."""
    looks_at: Annotated[UInt32, Block("K", dtype="<u4")]
    """Id of what the entity looks at, or `NOBODY`."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SmartObject(Message):
    """A smart object of the game: it broadcasts its interactive rules while their condition holds."""

    KIND: ClassVar[str] = "object"
    id: Id
    name: Name
    """Its kind in the rule library, such as `fire`."""
    present: Annotated[int, Integer(8)]
    """0 removes it."""
    state: Annotated[dict[str, float], Levels(64, 0, 1)] = field(default_factory=dict)
    """Named levels in [0, 1] that conditions read, such as `burning`."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GameEvent(Message):
    """Something happened; the library says what characters make of it (OCC)."""

    KIND: ClassVar[str] = "event"
    name: Name
    subject: Id
    """Who did it."""
    object: Id
    """Whom it befell, or `NOBODY` for all."""
    intensity: Unit


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Relations(Message):
    """How characters regard others from now on, in place of what the library says of the pair."""

    KIND: ClassVar[str] = "relations"
    ids: Annotated[UInt32, Block("K", dtype="<u4")]
    """The characters who regard,"""
    whom: Annotated[UInt32, Block("K", dtype="<u4")]
    """whom they regard: `PLAYER` or a character,"""
    liking: Annotated[Float32, Block("K", low=-1, high=1)]
    """and how: from hatred to love."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Interest(Message):
    """How often a game wants to hear of characters; where several games differ, the most often counts."""

    KIND: ClassVar[str] = "interest"
    game: Id
    """Who says so: any number that is this game's alone. Its newest message replaces its earlier ones."""
    ids: Annotated[UInt32, Block("K", dtype="<u4")]
    every: Annotated[UInt8, Block("K", dtype="u1")]
    """1: with every tick, n: with every n-th, 0: never. A character that is left out: with every tick."""


# --- language ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Utterance(Message):
    """A line that somebody said, as text, from the game or a speech recognizer; `t` is when it ended."""

    KIND: ClassVar[str] = "utterance"
    speaker: Id
    """`PLAYER`, another person, or a character: what others say is the context of what the player says."""
    text: Annotated[str, Text(1024)]
    final: Annotated[int, Integer(8)]
    """0 while a speech recognizer may still change it: the speaker's next line takes its place."""
    heard: Annotated[int, Integer(8)]
    """1 from the perceiver, which has taken it in at `t`; a recording keeps these only."""


# --- about the session ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Hello(Message):
    """The names that every array refers to by position; sent to each new subscriber and on change."""

    KIND: ClassVar[str] = "hello"
    session: Name
    generation: Id
    """Rises with every change of cast or library."""
    clock: Name
    """Which monotonic clock `t` counts: equal on all processes of one boot of one machine."""
    wall: Micros
    """UTC, microseconds since 1970, at `t`."""
    rate: Annotated[int, Integer(16)]
    """Ticks a second."""
    emotions: Annotated[tuple[str, ...], Names(64, "M")]
    pad: Annotated[Float32, Block("M", 3, low=-1, high=1)]
    """Pleasure, arousal, dominance of each emotion, [-1, 1]."""
    ids: Annotated[UInt32, Block("N", dtype="<u4")]
    characters: Annotated[tuple[str, ...], Names(64, "N")]
    """Live Link subject name of each character."""
    face: Annotated[tuple[str, ...], Names(64, 61)]
    """Names of the columns of `FaceFrame.face`."""
    rules: Annotated[tuple[str, ...], Names(64, "R")]

    def names(self) -> dict[int, str]:
        """Return the name of each character by its id."""
        return dict(zip(self.ids.tolist(), self.characters, strict=True))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Status(Message):
    """Health of one process, once a second, and at once when `notice` has something to say."""

    KIND: ClassVar[str] = "status"
    origin: Name
    """`perceiver` or `director`."""
    clock: Name = ""
    """Which monotonic clock the origin's times count, as in `Hello`; empty where nobody need know."""
    counters: Annotated[dict[str, int], Counters(64)] = field(default_factory=dict)
    """Totals since the start."""
    levels: Annotated[dict[str, float], Levels(64)] = field(default_factory=dict)
    """Current figures; the name carries the unit, such as `tick_ms`."""
    notice: Annotated[str, Text(1024)] = ""
    """One line for a person, or empty."""


MESSAGES: Final[tuple[type[Message], ...]] = (
    VideoFrame, VideoPacket, AudioChunk, EmotionEstimate, Affect, Activity, BehaviorEvent, FaceFrame,
    World, SmartObject, GameEvent, Relations, Interest, Hello, Status, Utterance,
)  # fmt: skip
"""Every message type."""
