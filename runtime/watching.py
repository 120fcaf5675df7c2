"""A clip watched from end to end in virtual time: all that was recognized, and enough to check it by eye."""

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from mien.bridge.messages import PLAYER, AudioChunk, EmotionEstimate, Micros, UInt8, Utterance, VideoFrame
from mien.runtime.perceiving import Perceiver
from mien.runtime.sense.source import Source, captured

STEP: Final = 10_000
"""Microseconds of the source that are read at once."""
STILL_HEIGHT: Final = 200
MOST_STILLS: Final = 128
"""Once there are more, every second one is let go, so that a film of hours needs no more memory."""
SILENCE: Final = -60.0
"""dB below full scale that count as silence."""


@dataclass
class Watched:
    """What was seen, heard and recognized; times since the beginning of the source, microseconds."""

    estimates: list[EmotionEstimate] = field(default_factory=list)
    """Of the player, in order; their `t` is the capture time of the newest evidence."""
    stills: list[tuple[Micros, UInt8]] = field(default_factory=list)
    """Pictures (STILL_HEIGHT, W, 3), blue green red, evenly spaced."""
    loudness: list[tuple[Micros, float]] = field(default_factory=list)
    """When each chunk of sound ended and its level: 0 is silence, 1 full scale, linear in dB."""
    lines: list[tuple[Micros, str]] = field(default_factory=list)
    """What was said, where the source tells."""
    end: Micros = 0


def watch(source: Source, perceiver: Perceiver) -> Watched:
    """Watch a source that begins at 0 to its end; every picture is looked at."""
    watched, now, due, spacing = Watched(), 0, 0, 1
    while not source.finished():
        now += STEP
        sensed = source.read(now)
        for each in sensed:
            watched.end = max(watched.end, captured(each))
            if isinstance(each, AudioChunk):
                watched.loudness.append((captured(each), _loudness(each)))
            elif isinstance(each, Utterance):
                watched.lines.append((each.t, each.text))
            elif isinstance(each, VideoFrame) and each.t >= due:
                watched.stills.append((each.t, _still(each.pixels)))
                if len(watched.stills) > MOST_STILLS:
                    watched.stills = watched.stills[::2]
                    spacing = (watched.stills[-1][0] - watched.stills[0][0]) // (len(watched.stills) - 1)
                due = each.t + spacing
        for message in perceiver.step_each(sensed, now):
            if isinstance(message, EmotionEstimate) and message.person == PLAYER:
                watched.estimates.append(message)
    return watched


def _still(pixels: UInt8) -> UInt8:
    height, width = pixels.shape[:2]
    size = max(1, round(width * STILL_HEIGHT / height)), STILL_HEIGHT
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _loudness(sound: AudioChunk) -> float:
    power = float(np.mean((sound.samples / 32768.0) ** 2)) if len(sound.samples) else 0.0
    return float(np.clip(1 - 10 * np.log10(max(power, 1e-12)) / SILENCE, 0, 1))
