import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from mien.bridge.codec import decode, encode
from mien.bridge.messages import (
    CAMERA,
    EMOTIONS,
    FACE_USED,
    FIRST_CHARACTER,
    MICROPHONE,
    PLAYER,
    TEXT_USED,
    VOICE_USED,
    AudioChunk,
    EmotionEstimate,
    Utterance,
    VideoFrame,
)
from mien.models.recognizer import TEXT_LASTS, Recognizer, RecognizerState
from mien.models.shipped import WEIGHTS, WeightsError, in_folder

FRAME = 33_333


class Drawn(Protocol):
    @property
    def face(self) -> NDArray[np.uint8]: ...
    def blank(self) -> NDArray[np.uint8]: ...
    def add_face(self, picture: NDArray[np.uint8], x: float, y: float, size: float) -> NDArray[np.uint8]: ...
    def hum(self, seconds: float, loudness: float = 0.2) -> NDArray[np.int16]: ...
    def chords(self, seconds: float) -> NDArray[np.int16]: ...


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer()


def play(
    recognizer: Recognizer, state: RecognizerState, pictures: list[NDArray[np.uint8]], start: int = 0
) -> Iterator[list[EmotionEstimate]]:
    for i, pixels in enumerate(pictures):
        t = start + i * FRAME
        yield recognizer.step(state, VideoFrame(t=t, pixels=pixels), t)


def hear(
    recognizer: Recognizer, state: RecognizerState, sound: NDArray[np.int16], start: int = 0
) -> list[EmotionEstimate]:
    found = []
    for begin in range(0, len(sound), 320):
        t = start + begin * 1_000_000 // 16_000
        found += recognizer.step(state, AudioChunk(t=t, samples=sound[begin : begin + 320]), t + 20_000)
    return found


def test_a_face_gives_one_estimate_per_picture_and_says_what_it_rests_on(
    recognizer: Recognizer, drawn: Drawn
) -> None:
    for estimates in play(recognizer, recognizer.start(), [drawn.face] * 5):
        (estimate,) = estimates
        assert estimate.person == PLAYER
        assert estimate.senses == CAMERA
        assert estimate.used == FACE_USED
        assert estimate.presence > 0.9
        assert math.isclose(estimate.emotion.sum(), 1, abs_tol=1e-5)
        assert estimate.share.tolist() == [1, 0, 0]
        left, top, width, height = estimate.box
        assert left < 0.5 < left + width
        assert top < 0.5 < top + height


def test_every_estimate_passes_the_codec(recognizer: Recognizer, drawn: Drawn) -> None:
    state = recognizer.start()
    pictures = [drawn.face] * 3 + [drawn.blank()] * 3
    for estimates in play(recognizer, state, pictures):
        for estimate in estimates:
            assert isinstance(decode(encode(estimate)), EmotionEstimate)


def test_messages_that_came_over_the_wire_are_taken_as_they_are(recognizer: Recognizer, drawn: Drawn) -> None:
    state = recognizer.start()
    picture = decode(encode(VideoFrame(t=0, pixels=drawn.face)))
    sound = decode(encode(AudioChunk(t=0, samples=drawn.hum(0.5))))
    assert isinstance(picture, VideoFrame)
    assert isinstance(sound, AudioChunk)
    assert recognizer.step(state, picture, 0)[0].used == FACE_USED
    assert recognizer.step(state, sound, 500_000)[0].used & VOICE_USED


def test_head_and_blend_weights_come_with_a_face_only(recognizer: Recognizer, drawn: Drawn) -> None:
    state = recognizer.start()
    (seen,) = recognizer.step(state, VideoFrame(t=0, pixels=drawn.face), 0)
    assert ((seen.blend >= 0) & (seen.blend <= 1)).all()
    assert seen.blend.any()
    assert (np.abs(seen.head) < 1).all()
    (gone,) = recognizer.step(state, VideoFrame(t=FRAME, pixels=drawn.blank()), FRAME)
    assert not gone.blend.any()
    assert not gone.head.any()


def test_the_same_messages_and_times_give_the_same_bytes(drawn: Drawn) -> None:
    sound = drawn.hum(1.0)
    runs = []
    for _ in range(2):
        recognizer = Recognizer()
        state = recognizer.start()
        run = [
            encode(e)
            for each in play(recognizer, state, [drawn.face, drawn.blank(), drawn.face])
            for e in each
        ]
        run += [encode(e) for e in hear(recognizer, state, sound, 100_000)]
        runs.append(run)
    assert runs[0] == runs[1]
    assert len(runs[0]) > 10


def test_presence_falls_to_zero_within_half_a_second_once_the_face_has_left(
    recognizer: Recognizer, drawn: Drawn
) -> None:
    state = recognizer.start()
    list(play(recognizer, state, [drawn.face] * 5))
    after = [e for each in play(recognizer, state, [drawn.blank()] * 16, 5 * FRAME) for e in each]
    assert all(e.used == 0 for e in after)
    falling = [e.presence for e in after]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > 0
    assert after[-1].presence == 0
    assert not after[-1].box.any()


def test_without_evidence_nothing_is_claimed(recognizer: Recognizer, drawn: Drawn) -> None:
    (estimate,) = recognizer.step(recognizer.start(), VideoFrame(t=0, pixels=drawn.blank()), 0)
    assert estimate.used == 0
    assert not estimate.emotion.any()
    assert not estimate.share.any()
    assert (estimate.confidence, estimate.valence, estimate.arousal) == (0, 0, 0)


def test_the_camera_counts_as_gone_half_a_second_after_its_last_picture(
    recognizer: Recognizer, drawn: Drawn
) -> None:
    state = recognizer.start()
    list(play(recognizer, state, [drawn.face] * 3))
    late = [recognizer.step(state, None, 2 * FRAME + t) for t in range(50_000, 800_000, 50_000)]
    found = [e for each in late for e in each]
    assert found[0].senses == CAMERA
    assert found[-1].senses == 0
    assert (found[-1].used, found[-1].presence) == (0, 0)


def test_while_time_passes_an_estimate_comes_every_tenth_of_a_second(recognizer: Recognizer) -> None:
    state = recognizer.start()
    count = sum(len(recognizer.step(state, None, t)) for t in range(0, 1_000_000, 20_000))
    assert count == 10


def test_a_voice_alone_is_used_and_fades_after_it_ends(recognizer: Recognizer, drawn: Drawn) -> None:
    state = recognizer.start()
    spoken = hear(recognizer, state, np.concatenate((np.zeros(8000, np.int16), drawn.hum(2.0))))
    assert spoken[0].senses == MICROPHONE
    assert spoken[0].used == 0
    assert spoken[-1].used == VOICE_USED
    assert spoken[-1].speaking > 0.5
    assert spoken[-1].share.tolist() == [0, 1, 0]
    after = hear(recognizer, state, np.zeros(16_000 * 3, np.int16), 2_500_000)
    assert after[-1].used == 0
    assert after[-1].speaking < 0.05
    confidence = [e.confidence for e in after]
    assert confidence[-5:] == [0] * 5
    assert confidence[10] < confidence[0]


def test_music_is_not_a_voice(recognizer: Recognizer, drawn: Drawn) -> None:
    state = recognizer.start()
    heard = hear(recognizer, state, np.concatenate((np.zeros(8000, np.int16), drawn.chords(4.0))))
    assert state.voice.blocks > 0
    assert [e.used for e in heard] == [0] * len(heard)
    assert heard[-1].speaking < 0.05


def test_two_faces_keep_their_ids_and_the_larger_one_is_followed(
    recognizer: Recognizer, drawn: Drawn
) -> None:
    both = drawn.add_face(drawn.add_face(drawn.blank(), 160, 240, 120), 440, 240, 200)
    state = recognizer.start()
    for estimates in play(recognizer, state, [both] * 12):
        boxes = {e.person: e.box for e in estimates}
        assert set(boxes) == {1, 2}
        assert boxes[1][0] > boxes[2][0]


def test_a_face_that_comes_back_is_the_same_person(recognizer: Recognizer, drawn: Drawn) -> None:
    both = drawn.add_face(drawn.add_face(drawn.blank(), 160, 240, 120), 440, 240, 200)
    one = drawn.add_face(drawn.blank(), 160, 240, 120)
    state = recognizer.start()
    list(play(recognizer, state, [both] * 5))
    list(play(recognizer, state, [one] * 8, 5 * FRAME))
    *_, last = play(recognizer, state, [both] * 15, 13 * FRAME)
    boxes = {e.person: e.box for e in last}
    assert set(boxes) == {1, 2}
    assert boxes[1][0] > boxes[2][0]


def test_the_one_who_stays_is_followed_when_the_player_does_not_return(
    recognizer: Recognizer, drawn: Drawn
) -> None:
    both = drawn.add_face(drawn.add_face(drawn.blank(), 160, 240, 120), 440, 240, 200)
    one = drawn.add_face(drawn.blank(), 160, 240, 120)
    state = recognizer.start()
    list(play(recognizer, state, [both] * 5))
    *_, last = play(recognizer, state, [one] * 75, 5 * FRAME)
    assert [e.person for e in last if e.used] == [PLAYER]


@pytest.mark.parametrize(
    "change",
    [
        lambda face: face[:0, :0],
        lambda face: face[:0],
        lambda face: face[:1, :1],
        lambda face: face[:1],
        lambda face: np.full_like(face, 255),
        lambda face: face[::7, ::7],
        lambda face: face[:, 300:],
        lambda face: face[230:],
    ],
    ids=["empty", "no rows", "one pixel", "one row", "white", "tiny", "cut off left", "cut off top"],
)
def test_an_odd_picture_gives_a_valid_estimate(
    recognizer: Recognizer, drawn: Drawn, change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
) -> None:
    pixels = np.ascontiguousarray(change(drawn.face))
    state = recognizer.start()
    list(play(recognizer, state, [drawn.face] * 2))
    for estimates in play(recognizer, state, [pixels, pixels], 2 * FRAME):
        assert PLAYER in {e.person for e in estimates}
        for estimate in estimates:
            encode(estimate)
            assert ((estimate.box >= 0) & (estimate.box <= 1)).all()


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0, np.int16),
        np.zeros(1, np.int16),
        np.full(48_000, -32768, np.int16),
        np.tile(np.array([32767, -32768], np.int16), 16_000),
    ],
    ids=["empty", "one sample", "stuck low", "full scale"],
)
def test_odd_sound_gives_valid_estimates(recognizer: Recognizer, samples: NDArray[np.int16]) -> None:
    state = recognizer.start()
    for i in range(3):
        for estimate in recognizer.step(state, AudioChunk(t=i * 100_000, samples=samples), i * 100_000):
            encode(estimate)


def test_clipped_speech_is_heard(recognizer: Recognizer, drawn: Drawn) -> None:
    found = hear(recognizer, recognizer.start(), drawn.hum(2.0, loudness=50))
    assert found[-1].used == VOICE_USED


@pytest.mark.parametrize("length", [1, 37, 160, 1600, 16_000])
def test_how_sound_is_cut_into_chunks_does_not_matter(
    recognizer: Recognizer, length: int, drawn: Drawn
) -> None:
    sound = np.concatenate((np.zeros(4000, np.int16), drawn.hum(1.2)))[:16_000]
    whole, cut = recognizer.start(), recognizer.start()
    recognizer.step(whole, AudioChunk(t=0, samples=sound), 1_000_000)
    for begin in range(0, len(sound), length):
        t = begin * 1_000_000 // 16_000
        recognizer.step(cut, AudioChunk(t=t, samples=sound[begin : begin + length]), 1_000_000)
    assert whole.voice.logits is not None
    assert cut.voice.logits is not None
    assert whole.voice.logits.tobytes() == cut.voice.logits.tobytes()


def test_a_gap_in_the_sound_ends_the_utterance(recognizer: Recognizer, drawn: Drawn) -> None:
    state = recognizer.start()
    hear(recognizer, state, drawn.hum(1.0))
    assert state.voice.blocks > 0
    recognizer.step(state, AudioChunk(t=5_000_000, samples=np.zeros(160, np.int16)), 5_010_000)
    assert state.voice.blocks == 0


@pytest.mark.parametrize("jump", [-3_000_000, -200_000, 200_000])
def test_sound_whose_time_jumps_begins_a_new_utterance_and_is_heard(
    recognizer: Recognizer, drawn: Drawn, jump: int
) -> None:
    state = recognizer.start()
    hear(recognizer, state, drawn.hum(1.0), 10_000_000)
    before = state.voice.blocks
    found = hear(recognizer, state, drawn.hum(1.0), 11_000_000 + jump)
    assert before > 0
    assert state.voice.blocks <= before
    assert found[-1].used == VOICE_USED
    for estimate in found:
        encode(estimate)


@pytest.mark.parametrize(
    ("x", "y"), [(0, 240), (640, 240), (320, 0), (320, 480), (0, 0), (-40, 240), (690, 240)]
)
def test_a_face_at_the_border_is_read_or_not_but_never_breaks(
    recognizer: Recognizer, drawn: Drawn, x: float, y: float
) -> None:
    state = recognizer.start()
    pictures = [drawn.add_face(drawn.blank(), 320 + share * (x - 320), 240 + share * (y - 240), 200)
                for share in np.linspace(0, 1, 12)]  # fmt: skip
    for estimates in play(recognizer, state, pictures):
        for estimate in estimates:
            encode(estimate)
            left, top, width, height = estimate.box
            assert 0 <= left <= left + width <= 1 + 1e-6
            assert 0 <= top <= top + height <= 1 + 1e-6
            assert np.isfinite(estimate.emotion).all()


def test_a_gap_in_the_pictures_is_no_person_lost(recognizer: Recognizer, drawn: Drawn) -> None:
    state = recognizer.start()
    list(play(recognizer, state, [drawn.face] * 3))
    (estimate,) = recognizer.step(state, VideoFrame(t=60_000_000, pixels=drawn.face), 60_000_000)
    assert (estimate.person, estimate.used) == (PLAYER, FACE_USED)


def test_a_clock_that_steps_back_a_little_stands_still(recognizer: Recognizer, drawn: Drawn) -> None:
    state = recognizer.start()
    recognizer.step(state, VideoFrame(t=10_000_000, pixels=drawn.face), 10_000_000)
    (estimate,) = recognizer.step(state, VideoFrame(t=9_900_000, pixels=drawn.face), 9_900_000)
    assert (estimate.t, estimate.produced, estimate.used) == (10_000_000, 9_900_000, FACE_USED)


def test_a_clock_that_jumps_back_starts_everything_anew(recognizer: Recognizer, drawn: Drawn) -> None:
    state = recognizer.start()
    list(play(recognizer, state, [drawn.face] * 3, 60_000_000))
    (estimate,) = recognizer.step(state, VideoFrame(t=0, pixels=drawn.face), 0)
    fresh = recognizer.step(recognizer.start(), VideoFrame(t=0, pixels=drawn.face), 0)[0]
    assert encode(estimate) == encode(fresh)


def test_missing_weights_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"align\.onnx: no such file") as error:
        Recognizer(tmp_path)
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_onnx_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "align.onnx").write_bytes(b"not a network" * 100)
    with pytest.raises(WeightsError, match="is not a readable ONNX file") as error:
        Recognizer(tmp_path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "it is empty"),
        (b"<html>\n" * 50, "it is a text"),
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            "it only stands for one: fetch it with git lfs pull",
        ),
        ((WEIGHTS / "align.onnx").read_bytes()[:5000], "damaged, cut off or something else"),
    ],
)
def test_what_a_file_that_is_no_network_is_stands_there_once_with_its_path(
    tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / "align.onnx").write_bytes(content)
    with pytest.raises(WeightsError) as error:
        Recognizer(tmp_path)
    assert str(error.value) == f"{tmp_path / 'align.onnx'}: is not a readable ONNX file ({told})"


@pytest.mark.parametrize("name", ["align", "face", "voice"])
@pytest.mark.parametrize("keep", [0, 100, 5_000])
def test_a_truncated_file_is_one_clear_line(tmp_path: Path, name: str, keep: int) -> None:
    for file in WEIGHTS.glob("*.onnx"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    cut = tmp_path / f"{name}.onnx"
    cut.write_bytes(cut.read_bytes()[:keep])
    with pytest.raises(WeightsError, match=rf"{name}\.onnx: ") as error:
        Recognizer(replace(in_folder(tmp_path), text=None))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("role", "outputs"), [("align", 2), ("face", 3)])
@pytest.mark.parametrize(("side", "numbers"), [(96, 7), (48, 7), (48, 4)])
def test_a_network_that_claims_a_role_and_is_something_else_is_refused(
    tmp_path: Path, make_network: Callable[..., Path], role: str, outputs: int, side: int, numbers: int
) -> None:
    claimed = make_network((1, 1, side, side), [0.0] * numbers, outputs=[f"o{i}" for i in range(outputs)])
    model = onnx.load(str(claimed))
    onnx.helper.set_model_props(model, {"mien.role": role})
    file = tmp_path / f"{role}.onnx"
    onnx.save(model, str(file))
    with pytest.raises(WeightsError, match=rf"{role}\.onnx: was made for another version") as error:
        Recognizer(replace(in_folder(), **{role: file}))
    assert "\n" not in str(error.value)


def test_a_network_made_for_something_else_is_refused(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "models" / "weights" / "face.onnx"
    (tmp_path / "align.onnx").write_bytes(shipped.read_bytes())
    with pytest.raises(WeightsError, match="is a face network, should be a align network"):
        Recognizer(tmp_path)


def line(text: str, t: int, speaker: int = PLAYER, final: int = 1) -> Utterance:
    return Utterance(t=t, speaker=speaker, text=text, final=final, heard=0)


SAD = "I am so sorry. I miss him so much, I could cry."
GLAD = "Oh my God, that is so great! I love it!"


def test_a_line_of_the_player_is_used_at_once_and_counts_less_and_less(recognizer: Recognizer) -> None:
    state = recognizer.start()
    (said,) = recognizer.step(state, line(GLAD, 1_000_000), 1_000_000)
    assert (said.used, said.senses, said.t) == (TEXT_USED, 0, 1_000_000)
    assert said.share.tolist() == [0, 0, 1]
    assert EMOTIONS[int(said.emotion.argmax())] == "joy"
    later = [e for t in range(1_100_000, 7_000_000, 100_000) for e in recognizer.step(state, None, t)]
    confidence = [e.confidence for e in later]
    assert confidence == sorted(confidence, reverse=True)
    assert [e.used for e in later if e.produced >= 1_000_000 + TEXT_LASTS] == [0] * 10


def test_a_line_counts_beside_a_face_and_the_estimate_says_so(recognizer: Recognizer, drawn: Drawn) -> None:
    state = recognizer.start()
    list(play(recognizer, state, [drawn.face] * 5))
    recognizer.step(state, line(SAD, 5 * FRAME), 5 * FRAME)
    (seen,) = recognizer.step(state, VideoFrame(t=6 * FRAME, pixels=drawn.face), 6 * FRAME)
    assert seen.used == FACE_USED | TEXT_USED
    assert 0 < seen.share[2] < 1
    assert math.isclose(seen.share.sum(), 1, abs_tol=1e-5)


def test_what_a_character_says_is_context_and_no_evidence(recognizer: Recognizer) -> None:
    alone, answered = recognizer.start(), recognizer.start()
    (unmoved,) = recognizer.step(answered, line("I am getting married!", 0, FIRST_CHARACTER), 0)
    assert unmoved.used == 0
    (answer,) = recognizer.step(answered, line("What?", 200_000), 200_000)
    (without,) = recognizer.step(alone, line("What?", 200_000), 200_000)
    assert answer.used == without.used == TEXT_USED
    assert answer.emotion.tolist() != without.emotion.tolist()


def test_a_line_that_may_still_change_is_read_but_not_remembered(recognizer: Recognizer) -> None:
    state = recognizer.start()
    (early,) = recognizer.step(state, line("I am so", 0, final=0), 0)
    assert early.used == TEXT_USED
    assert not state.text.before
    recognizer.step(state, line(SAD, 200_000), 200_000)
    assert [each.text for each in state.text.before] == [SAD]


def test_a_line_without_a_word_is_no_evidence(recognizer: Recognizer) -> None:
    (nothing,) = recognizer.step(recognizer.start(), line("  ", 0), 0)
    assert nothing.used == 0
