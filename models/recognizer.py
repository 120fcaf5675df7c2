"""The streaming recognizer: pictures, sound and lines in, estimates of what each person shows out."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from mien.bridge.messages import (
    CAMERA,
    FACE_USED,
    MICROPHONE,
    PLAYER,
    TEXT_USED,
    VOICE_USED,
    AudioChunk,
    EmotionEstimate,
    Float32,
    Micros,
    Utterance,
    VideoFrame,
)
from mien.models.align import Aligner, Gray
from mien.models.calibration import Calibration
from mien.models.detect import Detector, HaarDetector
from mien.models.face import FaceNetwork, FaceReader, Overlaid, Picture
from mien.models.fusion import LAG, PLEASURE_AROUSAL, TRUST, Fusion, Said, SmoothState, fuse, smooth, softmax
from mien.models.shipped import Weights, in_folder
from mien.models.text import Line, TextRecognizer, TextState
from mien.models.track import Track, Tracker, TrackerState
from mien.models.voice import BLOCK, LEAST, Voice, VoiceState

STALE: Final = 500_000
"""Microseconds without a message after which a device no longer counts as delivering."""
FADE: Final = 400_000
"""Microseconds in which presence falls to 0 once the face is gone."""
EVERY: Final = 100_000
"""Microseconds after which an estimate is due even without a picture."""
VOICE_LASTS: Final = 2_000_000
"""Microseconds for which an utterance that ended still counts, less and less."""
TEXT_LASTS: Final = 5_000_000
"""Microseconds for which a line still counts, less and less."""
RETURN: Final = 1_000_000
"""Microseconds of absence after which smoothing starts afresh."""
BLEND_LAG: Final = 60_000
"""Time constant, microseconds, of the moving average over blend weights and head rotation."""
LONG_AGO: Final = 1 << 40
BACKWARDS: Final = 1_000_000
"""A clock that jumps back further than this starts everything anew."""


@dataclass
class Person:
    """What is known of one person."""

    presence: float = 0.0
    presence_when_seen: float = 0.0
    seen: int | None = None
    """Call time at which the face was last in view."""
    face: Float32 | None = None
    """Probability of each emotion from the last picture with this face; None once the face is gone."""
    box: Float32 = field(default_factory=lambda: np.zeros(4, np.float32))
    head: Float32 = field(default_factory=lambda: np.zeros(3, np.float32))
    blend: Float32 = field(default_factory=lambda: np.zeros(52, np.float32))
    words: Float32 | None = None
    """Probability of each emotion from the person's last line; None before the first."""
    said: int = 0
    """Call time at which that line came."""
    word_count: int = 0
    smoothing: SmoothState = field(default_factory=SmoothState)
    spoken_of: int | None = None
    """When an emotion was last given."""


@dataclass
class RecognizerState:
    """Everything that a recognizer remembers between calls."""

    now: int = 0
    evidence: int | None = None
    """Capture time of the newest evidence."""
    picture: int | None = None
    """Call time of the last picture; None before the first. The same for sound and estimates below."""
    sound: int | None = None
    emitted: int | None = None
    tracker: TrackerState = field(default_factory=TrackerState)
    voice: VoiceState = field(default_factory=VoiceState)
    spoken: float = 0.0
    """Seconds of speech that the last word of the voice rests on."""
    text: TextState = field(default_factory=TextState)
    people: dict[int, Person] = field(default_factory=lambda: {PLAYER: Person()})


class Recognizer:
    """Recognizes what people in front of camera and microphone show, as it happens.

    The same messages and times give the same estimates to the byte. All networks run on one thread.

    Args:
        weights: files, or a folder with `align.onnx`, `face.onnx`, `voice.onnx`, and perhaps `text.onnx` and
            `fusion.onnx`; None takes the package's.
        detector: finds faces; None takes the Haar cascade of OpenCV.
        face: reads faces before ours does; what it does not say, such as blend weights, ours says.
        calibration: of the followed person.

    Raises:
        WeightsError: a file of weights is missing, broken, or made for something else.
    """

    def __init__(
        self,
        weights: Weights | Path | None = None,
        *,
        detector: Detector | None = None,
        face: FaceReader | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        cv2.setNumThreads(1)
        if weights is None or isinstance(weights, Path):
            weights = in_folder(weights) if weights else in_folder()
        self._tracker = Tracker(detector or HaarDetector(), Aligner(weights.align))
        ours = FaceNetwork(weights.face)
        self._face: FaceReader = Overlaid(face, ours) if face else ours
        self._voice = Voice(weights.voice, weights.speech)
        self._text = TextRecognizer(weights.text) if weights.text else None
        self._calibration = calibration or Calibration("")
        self._fuse = Fusion(weights.fusion) if weights.fusion else fuse

    def start(self) -> RecognizerState:
        """Return the state before the first message."""
        return RecognizerState()

    def step(
        self, state: RecognizerState, message: VideoFrame | AudioChunk | Utterance | None, t: Micros
    ) -> list[EmotionEstimate]:
        """Take in one message and return the estimates that are due: one per person for a picture.

        Args:
            state: changed in place.
            message: None says that time has passed.
            t: time of the call on the sender's monotonic clock, microseconds. A clock that steps back by less
                than a second stands still meanwhile; one that steps back further starts everything anew.
        """
        if t < state.now - BACKWARDS:
            _restart(state)
        state.now = max(state.now, t)
        if isinstance(message, VideoFrame):
            state.picture = state.now
            state.evidence = max(state.evidence or 0, message.t)
            self._see(state, message)
            return self._estimates(state, t, sorted(state.people))
        if isinstance(message, AudioChunk):
            state.sound = state.now
            self._voice.step(state.voice, message.samples, message.t)
            if state.voice.blocks >= LEAST:
                state.spoken = state.voice.blocks * BLOCK / 100
            state.evidence = max(state.evidence or 0, state.voice.expected or 0)
        elif isinstance(message, Utterance):
            state.evidence = max(state.evidence or 0, message.t)
            self._read(state, message)
        if state.emitted is None or state.now - state.emitted >= EVERY:
            return self._estimates(state, t, sorted(state.people))
        return []

    def _see(self, state: RecognizerState, frame: VideoFrame) -> None:
        pixels = frame.pixels
        visible: list[Track] = []
        if pixels.size:
            gray: Gray = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
            visible = self._tracker.step(state.tracker, gray, frame.t)
        for person in state.people.values():
            person.face = None
        if not visible:
            return
        readings = self._face.read(Picture(pixels, gray), [track.box for track in visible])
        height, width = gray.shape
        for track, reading in zip(visible, readings, strict=True):
            person = state.people.setdefault(track.person, Person())
            # Faces move faster than feelings change: smoothed less, and not at all when one returns.
            since = LONG_AGO if person.seen is None else state.now - person.seen
            share = np.float32(1.0 - np.exp(-since / BLEND_LAG))
            if reading.blend is not None:
                blend = reading.blend
                if track.person == PLAYER:
                    blend = self._calibration.at_rest(blend)
                person.blend = person.blend + share * (blend - person.blend)
            if reading.turn is not None:
                turned = np.array([*reading.turn, track.box.roll], np.float32)
                person.head = person.head + share * (turned - person.head)
            person.face = reading.emotion
            person.presence += 0.5 * (track.score - person.presence) if person.presence else track.score
            person.presence_when_seen = person.presence
            person.seen = state.now
            half = track.box.side / 2
            corners = np.array(
                [
                    (track.box.x - half) / width,
                    (track.box.y - half) / height,
                    (track.box.x + half) / width,
                    (track.box.y + half) / height,
                ]
            ).clip(0, 1)
            person.box = np.concatenate((corners[:2], corners[2:] - corners[:2])).astype(np.float32)

    def _read(self, state: RecognizerState, message: Utterance) -> None:
        """Take in a line: of a person who is followed as what they express, of others as its context."""
        if self._text is None or not message.text.strip():
            return
        line = Line(message.text, str(message.speaker))
        probability, _ = self._text.read(line, state.text.before)
        if message.final:
            state.text.before.append(line)
        if (person := state.people.get(message.speaker)) is not None:
            person.words, person.said, person.word_count = probability, state.now, len(message.text.split())

    def _estimates(self, state: RecognizerState, t: Micros, people: list[int]) -> list[EmotionEstimate]:
        state.emitted = state.now
        camera = state.picture is not None and state.now - state.picture <= STALE
        microphone = state.sound is not None and state.now - state.sound <= STALE
        if not microphone:
            state.voice.speaking = 0.0
        senses = CAMERA * camera + MICROPHONE * microphone
        found = []
        for number in people:
            person = state.people[number]
            _fade(person, state.now, camera)
            found.append(self._estimate(state, t, number, person, senses))
            if number != PLAYER and person.presence == 0.0:
                del state.people[number]
        return found

    def _estimate(
        self, state: RecognizerState, t: Micros, number: int, person: Person, senses: int
    ) -> EmotionEstimate:
        face = None if person.face is None else Said(person.face)
        voice = None
        if number == PLAYER and state.voice.logits is not None and state.voice.expected is not None:
            age = state.voice.expected - state.voice.heard
            if senses & MICROPHONE and age < VOICE_LASTS:
                fresh = 1.0 - max(age, 0) / VOICE_LASTS
                voice = Said(softmax(self._calibration.unbiased(state.voice.logits)), fresh, state.spoken)
        text = None
        if person.words is not None and state.now - person.said < TEXT_LASTS:
            text = Said(person.words, 1.0 - (state.now - person.said) / TEXT_LASTS, person.word_count)
        senses_said = (face, voice, text)
        pooled, share = self._fuse(senses_said)
        used = FACE_USED * bool(share[0] > 0) + VOICE_USED * bool(share[1] > 0)
        used += TEXT_USED * bool(share[2] > 0)
        if used:
            if person.spoken_of is not None and state.now - person.spoken_of > RETURN:
                person.smoothing = SmoothState()
            person.spoken_of = state.now
            pooled = smooth(person.smoothing, pooled, state.now)
        valence, arousal = (float(v) for v in pooled @ PLEASURE_AROUSAL)
        # A voice that fell silent is trusted less the older it is; actors' voices and lines never as a face.
        trusted = (trust * s.fresh for trust, s in zip(TRUST, senses_said, strict=True) if s is not None)
        trust = max(trusted, default=0.0)
        return EmotionEstimate(
            t=state.evidence if state.evidence is not None else t,
            produced=t,
            lag=LAG,
            person=number,
            senses=senses,
            used=used,
            presence=person.presence,
            speaking=state.voice.speaking if number == PLAYER else 0.0,
            emotion=pooled.astype(np.float32),
            valence=min(max(valence, -1.0), 1.0),
            arousal=min(max(arousal, -1.0), 1.0),
            confidence=min(1.0, float(pooled.max()) * trust),
            share=share,
            box=person.box.copy() if person.face is not None else np.zeros(4, np.float32),
            head=person.head.copy() if person.face is not None else np.zeros(3, np.float32),
            blend=person.blend.clip(0, 1) if person.face is not None else np.zeros(52, np.float32),
        )


def _fade(person: Person, now: int, camera: bool) -> None:
    """Let presence fall while the face is out of view."""
    if not camera:
        person.face = None
    if person.face is None:
        away = FADE if person.seen is None else now - person.seen
        person.presence = person.presence_when_seen * max(0.0, 1.0 - away / FADE)


def _restart(state: RecognizerState) -> None:
    fresh = RecognizerState()
    for name in RecognizerState.__dataclass_fields__:
        setattr(state, name, getattr(fresh, name))
