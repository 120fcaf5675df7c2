from dataclasses import dataclass, field
from typing import cast

import numpy as np

from mien.bridge.messages import AudioChunk, EmotionEstimate, Message, Utterance, VideoFrame, VideoPacket
from mien.models.recognizer import Recognizer
from mien.runtime.perceiving import IDLE_PERIOD, Perceiver
from mien.runtime.sessions.media import decompress


@dataclass
class Listener:
    """Stands for a recognizer; remembers what it was given."""

    heard: list[tuple[Message | None, int]] = field(default_factory=list)

    def start(self) -> None:
        return None

    def step(self, _state: None, message: Message | None, t: int) -> list[EmotionEstimate]:
        self.heard.append((message, t))
        return []


def perceiver(listener: Listener, *, embed: bool = False) -> Perceiver:
    return Perceiver(cast(Recognizer, listener), embed=embed)


def frame(t: int) -> VideoFrame:
    rng = np.random.default_rng(t)
    return VideoFrame(t=t, pixels=rng.integers(0, 256, (48, 64, 3), np.uint8))


def sound(t: int) -> AudioChunk:
    return AudioChunk(t=t, samples=np.arange(320, dtype=np.int16))


def test_of_several_pictures_only_the_newest_is_looked_at_and_all_sound_is_heard() -> None:
    listener = Listener()
    subject = perceiver(listener)
    messages = [frame(1), sound(2), frame(3), sound(4), frame(50_000)]
    assert list(subject.step(messages, 50_000)) == []
    assert [message.t for message, _ in listener.heard if message] == [2, 4, 50_000]
    assert subject.skipped == 2


def test_without_input_the_recognizer_is_told_that_time_passes() -> None:
    listener = Listener()
    subject = perceiver(listener)
    list(subject.step([frame(1)], 1))
    for t in range(1, 1 + 3 * IDLE_PERIOD, 2_000):
        list(subject.step([], t))
    assert [message for message, _ in listener.heard[1:]] == [None, None]


def test_embedded_pictures_are_the_ones_that_were_looked_at() -> None:
    listener = Listener()
    sent = list(perceiver(listener, embed=True).step([frame(1), sound(2)], 9))
    packet, chunk = sent
    assert isinstance(packet, VideoPacket) and isinstance(chunk, AudioChunk)
    looked_at = listener.heard[0][0]
    assert isinstance(looked_at, VideoFrame)
    assert np.array_equal(looked_at.pixels, decompress(packet).pixels)


def test_without_embedding_no_media_leave_the_perceiver() -> None:
    assert list(perceiver(Listener()).step([frame(1), sound(2)], 9)) == []


def test_a_line_is_sent_back_as_heard_in_its_place_among_the_media() -> None:
    listener = Listener()
    said = Utterance(t=2, speaker=1, text="Hello", final=1, heard=0)
    first, second, third = perceiver(listener, embed=True).step([frame(1), said, sound(2)], 9)
    assert isinstance(first, VideoPacket)
    assert isinstance(second, Utterance)
    assert (second.t, second.text, second.heard) == (2, "Hello", 1)
    assert isinstance(third, AudioChunk)
    assert [t for _, t in listener.heard] == [1, 2, 20_002]
