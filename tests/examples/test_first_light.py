"""The sample clip keeps what its script promises."""

from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from ruamel.yaml import YAML

FOLDER = Path(__file__).parents[2] / "examples" / "first_light"
EVERY = 5
"""Only every so many pictures are looked at, for time."""


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load((FOLDER / "script.yaml").read_text())
    return loaded


@pytest.fixture(scope="module")
def faces() -> list[tuple[float, int]]:
    """Time of a picture, and how many frontal faces OpenCV's cascade finds in it."""
    cascade = cv2.CascadeClassifier(str(Path(cv2.data.haarcascades) / "haarcascade_frontalface_default.xml"))
    found = []
    with av.open(str(FOLDER / "player.mp4")) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % EVERY == 0 and frame.time is not None:
                gray = frame.to_ndarray(format="gray")
                found.append((frame.time, len(cascade.detectMultiScale(gray, 1.1, 4, minSize=(80, 80)))))
    return found


def test_the_clip_has_the_length_and_rate_of_its_script(script: dict[str, Any]) -> None:
    with av.open(str(FOLDER / "player.mp4")) as container:
        video = container.streams.video[0]
        assert (video.width, video.height, video.average_rate) == (640, 480, script["rate"])
        assert sum(1 for _ in container.decode(video)) == round(script["length"] * script["rate"])


def test_the_clip_is_small_enough_to_ship() -> None:
    assert (FOLDER / "player.mp4").stat().st_size <= 2_500_000


def test_scenes_follow_one_another(script: dict[str, Any]) -> None:
    times = [scene[key] for scene in script["scenes"] for key in ("start", "end")]
    assert times == sorted(times)
    assert times[-1] == script["length"]


def test_a_face_is_found_in_every_scene_that_is_played(
    script: dict[str, Any], faces: list[tuple[float, int]]
) -> None:
    for scene in script["scenes"]:
        counts = [count for t, count in faces if scene["start"] <= t <= scene["end"]]
        found = np.mean([count == 1 for count in counts])
        assert found == 0 if scene["emotion"] == "away" else found > 0.95, scene


def test_lines_are_spoken_where_the_script_has_them(script: dict[str, Any]) -> None:
    with av.open(str(FOLDER / "player.mp4")) as container:
        rate = container.streams.audio[0].rate
        samples = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(audio=0)])
    loud = np.flatnonzero(np.abs(samples) > 0.05) / rate
    for scene in script["scenes"]:
        inside = loud[(loud >= scene["start"]) & (loud <= scene["end"])]
        if "says" in scene:
            assert inside[0] == pytest.approx(scene["says"]["at"], abs=0.15)
        else:
            assert len(inside) == 0
