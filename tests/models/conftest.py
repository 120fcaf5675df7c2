"""A face drawn with a few ellipses and a voice made of buzzing: ours to ship, enough for every stage."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray


class Drawn:
    """Pictures and sounds for the tests."""

    def blank(self, width: int = 640, height: int = 480) -> NDArray[np.uint8]:
        """Return an empty wall."""
        return np.full((height, width, 3), (120, 140, 150), np.uint8)

    def add_face(self, picture: NDArray[np.uint8], x: float, y: float, size: float) -> NDArray[np.uint8]:
        """Return the picture with a face around (x, y), `size` pixels from ear to ear and a little more."""
        picture = picture.copy()
        scale = size / 200

        def at(right: float, down: float) -> tuple[int, int]:
            return int(x + right * scale), int(y + down * scale)

        def long(*lengths: float) -> tuple[int, ...]:
            return tuple(max(1, int(length * scale)) for length in lengths)

        cv2.ellipse(picture, at(0, 10), long(80, 112), 0, 0, 360, (150, 180, 220), -1)
        cv2.ellipse(picture, at(0, -70), long(86, 56), 0, 180, 360, (40, 50, 60), -1)
        for eye in (-34, 34):
            cv2.ellipse(picture, at(eye, -22), long(24, 15), 0, 0, 360, (105, 130, 170), -1)
            cv2.ellipse(picture, at(eye, -20), long(17, 9), 0, 0, 360, (235, 235, 235), -1)
            cv2.circle(picture, at(eye, -20), long(8)[0], (40, 30, 30), -1)
            cv2.ellipse(picture, at(eye, -42), long(24, 7), 0, 180, 360, (50, 60, 80), long(7)[0])
        cv2.line(picture, at(-6, -10), at(-9, 28), (120, 150, 190), long(5)[0])
        cv2.ellipse(picture, at(0, 32), long(16, 8), 0, 0, 180, (90, 115, 150), long(6)[0])
        cv2.ellipse(picture, at(0, 55), long(32, 11), 0, 0, 180, (70, 70, 150), long(8)[0])
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(0.5, 2 * scale)), np.uint8)

    def hum(self, seconds: float, loudness: float = 0.2) -> NDArray[np.int16]:
        """Return babble that passes for speech: vowels that glide, hisses between, a falling melody."""
        random = np.random.default_rng(0)
        count = int(seconds * 16_000)
        t = np.arange(count) / 16_000
        syllable, length = (t / 0.19).astype(int), int(seconds / 0.19) + 2
        vowels = np.array([(730, 1090, 2440), (270, 2290, 3010), (530, 1840, 2480), (570, 840, 2410)])
        said = random.integers(0, len(vowels), length)
        formants = [np.interp(t, np.arange(length) * 0.19, vowels[said, i]) for i in range(3)]
        knots = np.arange(0, seconds + 0.1, 0.05)
        wander = np.interp(t, knots, random.normal(0, 0.06, len(knots)))
        pitch = 125 * 2 ** (0.25 * np.sin(2 * np.pi * 0.6 * t) + wander - 0.1 * (t % 2))
        phase = 2 * np.pi * np.cumsum(pitch) / 16_000
        sound = sum(
            gain * np.exp(-(((k * pitch - formant) / 90) ** 2)) * np.sin(k * phase)
            for k in range(1, 32)
            for formant, gain in zip(formants, (1, 0.5, 0.25), strict=True)
        )
        place = (t / 0.19) % 1
        voiced = np.clip(np.minimum(place - 0.25, 1 - place) * 8, 0, 1)
        hiss = np.diff(random.normal(0, 1, count + 1)) * np.clip(1 - np.abs(place - 0.12) / 0.1, 0, 1)
        sound = sound * voiced * 0.9 + 0.12 * hiss * (said[syllable] % 2) + 0.002 * random.normal(0, 1, count)
        return np.asarray(np.clip(sound * loudness * 32767, -32768, 32767), np.int16)

    def chords(self, seconds: float) -> NDArray[np.int16]:
        """Return an organ that changes its chord twice a second."""
        t = np.arange(int(seconds * 16_000)) / 16_000
        root = 220 * 2 ** (np.array([0, 5, 7, 0])[(2 * t).astype(int) % 4] / 12)
        fade = np.exp(-2 * (t % 0.5)) * np.minimum((t % 0.5) / 0.01, 1)
        sound = sum(
            np.sin(2 * np.pi * np.cumsum(k * root * 2 ** (step / 12)) / 16_000) / k
            for step in (0, 4, 7)
            for k in range(1, 7)
        )
        return np.asarray(np.clip(sound * fade * 0.1 * 32767, -32768, 32767), np.int16)

    @property
    def face(self) -> NDArray[np.uint8]:
        """Return a picture with one face in its middle."""
        return self.add_face(self.blank(), 320, 240, 200)


@pytest.fixture(scope="session")
def drawn() -> Drawn:
    return Drawn()
