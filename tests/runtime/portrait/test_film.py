from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from mien.bridge.faces import FACE
from mien.bridge.messages import EMOTIONS, AudioChunk
from mien.runtime.portrait.film import Character, Shot, film, still

MS = 1000
START = 7_000_000


def shot(t: int, *, player: bool = False) -> Shot:
    face, mood = np.zeros(len(FACE), np.float32), np.full(len(EMOTIONS), 0.2, np.float32)
    picture = np.full((48, 64, 3), 90, np.uint8) if player else None
    return Shot(t, (Character("Ada", face, mood, mood, ("greet",)),), picture)


def shots(seconds: float, rate: int) -> Iterator[Shot]:
    for tick in range(int(seconds * rate) + 1):
        yield shot(START + tick * 1_000_000 // rate)


@pytest.mark.parametrize("ticks", [10, 25, 60])
def test_a_film_runs_as_long_as_its_shots_whatever_their_rate(tmp_path: Path, ticks: int) -> None:
    path = tmp_path / "film.mp4"
    frames = film(shots(1.0, ticks), path, rate=10)
    assert frames == 11
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.codec_context.name) == (1280, 720, "h264")
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert not container.streams.audio
        times = [float(frame.time) for frame in container.decode(stream) if frame.time is not None]
    assert times == pytest.approx(np.arange(11) / 10)


def test_sound_stands_where_it_was_captured(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    tone = (9000 * np.sin(np.arange(8000) * 0.3)).astype(np.int16)
    film(shots(2.0, 10), path, sound=[AudioChunk(t=START + 750 * MS, samples=tone)], rate=10)
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert stream.rate == 16_000
        samples = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(stream)])
    loud = np.flatnonzero(np.abs(samples) > 0.05) / 16_000
    assert loud[0] == pytest.approx(0.75, abs=0.07)
    assert loud[-1] == pytest.approx(1.25, abs=0.07)


def test_sound_from_before_the_first_shot_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    tone = np.full(16_000, 9000, np.int16)
    film(shots(1.0, 10), path, sound=[AudioChunk(t=START - 2_000 * MS, samples=tone)], rate=10)
    with av.open(str(path)) as container:
        samples = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(audio=0)])
    assert np.abs(samples).max() < 0.01


def test_nothing_to_film_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to film"):
        film([], tmp_path / "film.mp4")


def test_time_that_runs_backwards_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="follows"):
        film([shot(200 * MS), shot(100 * MS)], tmp_path / "film.mp4")


def test_a_film_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="film"):
        film([shot(0)], tmp_path / "absent" / "film.mp4")


def test_a_sheet_of_stills_has_its_shots_in_rows(tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    still([shot(k * 500 * MS, player=True) for k in range(4)], path, 0, columns=3)
    sheet = cv2.imread(str(path))
    assert sheet is not None
    assert sheet.shape == (2 * 360, 3 * 640, 3)
    assert (sheet[360:, 640:] == 255).all()


def test_no_stills_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to show"):
        still([], tmp_path / "sheet.png", 0)
