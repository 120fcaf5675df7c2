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
        """Return sound that voice activity takes for speech: a buzz with three formants, in syllables."""
        t = np.arange(int(seconds * 16_000)) / 16_000
        phase = 2 * np.pi * np.cumsum(120 + 25 * np.sin(2 * np.pi * 0.7 * t)) / 16_000
        sound = sum(
            np.exp(-(((k * 120 - f) / 150) ** 2)) * np.sin(k * phase)
            for k in range(1, 30)
            for f in (600, 1200, 2500)
        )
        syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 3 * t)
        return np.asarray(np.clip(sound * syllables * loudness * 32767, -32768, 32767), np.int16)

    @property
    def face(self) -> NDArray[np.uint8]:
        """Return a picture with one face in its middle."""
        return self.add_face(self.blank(), 320, 240, 200)


@pytest.fixture(scope="session")
def drawn() -> Drawn:
    return Drawn()
