import json
import os
import wave
from pathlib import Path
from typing import Protocol

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from mien.bridge.messages import EMOTIONS
from mien.models.detect import WholePicture
from mien.models.evaluate import app, evaluate, load_sound
from mien.models.manifest import ManifestError
from mien.models.recognizer import Recognizer

DATA = Path(os.environ.get("MIEN_DATA", Path(__file__).parents[2].parent / "shared" / "data"))


class Drawn(Protocol):
    @property
    def face(self) -> NDArray[np.uint8]: ...
    def hum(self, seconds: float) -> NDArray[np.int16]: ...


def write_sound(file: Path, samples: NDArray[np.int16], rate: int = 16_000, channels: int = 1) -> None:
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(np.repeat(samples, channels).tobytes())


@pytest.fixture
def folder(tmp_path: Path, drawn: Drawn) -> Path:
    cv2.imwrite(str(tmp_path / "face.png"), drawn.face)
    cv2.imwrite(str(tmp_path / "crop.png"), drawn.face[120:360, 200:440])
    cv2.imwrite(str(tmp_path / "wall.png"), np.zeros((200, 200, 3), np.uint8))
    write_sound(tmp_path / "voice.wav", drawn.hum(1.5))
    write_sound(tmp_path / "silence.wav", np.zeros(16_000, np.int16))
    return tmp_path


def manifest(folder: Path, *rows: str) -> Path:
    file = folder / "manifest.csv"
    file.write_text("\n".join(("path,label,subject,gender,split", *rows)) + "\n")
    return file


def test_pictures_and_sounds_are_scored_and_what_is_missed_counts_as_wrong(folder: Path) -> None:
    rows = ("face.png,joy,A,,", "wall.png,joy,B,,", "voice.wav,calm,C,,", "silence.wav,anger,D,,")
    scores = evaluate(manifest(folder, *rows, "face.png,contempt,A,,"), Recognizer())
    assert (scores["n"], scores["left_out"], scores["missed"]) == (4, 1, 2)
    assert scores["left_out_labels"] == {"contempt": 1}
    assert scores["columns"] == [*scores["classes"], "missed"]
    assert np.array(scores["confusion"]).shape == (7, 8)
    assert np.array(scores["confusion"]).sum() == 4
    assert set(scores["per_class"]) == set(EMOTIONS)
    assert scores["per_class"]["fear"] is None
    assert scores["accuracy"] <= 0.5
    assert scores["ms_per_item"] > 0


def test_crops_need_no_detector(folder: Path) -> None:
    scores = evaluate(manifest(folder, "crop.png,joy,A,,"), Recognizer(detector=WholePicture()))
    assert scores["missed"] == 0


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (44_100, 2), (16_000, 1)])
def test_sound_of_any_rate_becomes_mono_at_16_khz(tmp_path: Path, rate: int, channels: int) -> None:
    write_sound(tmp_path / "a.wav", np.zeros(rate, np.int16), rate, channels)
    assert len(load_sound(tmp_path / "a.wav")) == pytest.approx(16_000, abs=50)


def test_samples_that_are_no_numbers_are_silence(tmp_path: Path) -> None:
    samples = np.zeros((1, 1600), np.float32)
    samples[0, 300:400] = np.nan
    with av.open(str(tmp_path / "a.wav"), "w") as container:
        stream = container.add_stream("pcm_f32le", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples, format="flt", layout="mono")
        frame.sample_rate = 16_000
        container.mux([*stream.encode(frame), *stream.encode(None)])
    assert not load_sound(tmp_path / "a.wav").any()


def test_a_file_that_is_no_sound_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"no sound at all" * 20)
    with pytest.raises(ManifestError, match="is not a readable sound") as error:
        load_sound(tmp_path / "a.wav")
    assert "\n" not in str(error.value)


def test_the_command_prints_one_json_object(folder: Path) -> None:
    result = CliRunner().invoke(app, [str(manifest(folder, "crop.png,joy,A,,")), "--json", "--crops"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["n"] == 1


@pytest.mark.parametrize("rows", [(), ("none.png,joy,A,,",), ("face.txt,joy,A,,",)])
def test_the_command_says_in_one_line_what_is_wrong(folder: Path, rows: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [str(manifest(folder, *rows))])
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_file_that_is_not_there_is_told_with_its_line_before_anything_runs(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ManifestError, match=r"manifest\.csv:3: .*none\.png: no such file"):
        evaluate(manifest(folder, "crop.png,joy,A,,", "none.png,joy,A,,"), Recognizer())
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", ["a.png", "a.wav"])
def test_a_file_that_cannot_be_read_is_told_with_its_line(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"neither picture nor sound" * 20)
    with pytest.raises(ManifestError, match=rf"manifest\.csv:2: .*{name}: is not a readable"):
        evaluate(manifest(folder, f"{name},joy,A,,"), Recognizer())


@pytest.mark.parametrize(
    ("split", "told"), [("train", "there are dev, train"), ("", "name no split; leave --split away")]
)
def test_a_split_without_rows_is_answered_with_those_that_there_are(
    folder: Path, split: str, told: str
) -> None:
    rows = (f"crop.png,joy,A,,{split}", f"crop.png,joy,A,,{split and 'dev'}")
    with pytest.raises(ManifestError, match=told):
        evaluate(manifest(folder, *rows), Recognizer(), split="test")


def test_a_score_on_what_the_networks_learned_from_comes_with_a_warning(folder: Path) -> None:
    known = folder / "faces_ck48"
    known.mkdir()
    (folder / "crop.png").rename(known / "crop.png")
    result = CliRunner().invoke(app, [str(manifest(known, "crop.png,joy,A,,dev")), "--json", "--crops"])
    assert "learned from faces_ck48 (train, dev)" in json.loads(result.stdout)["warning"]
    assert "this is no score on strangers; see models/weights/face.md" in result.stderr


@pytest.mark.parametrize(
    ("name", "crops", "score", "least"),
    [("faces_ck48", True, "accuracy", 0.8), ("faces_web112", True, "weighted_f1", 0.7)],
)
def test_shipped_weights_still_read_the_faces_they_were_trained_on(
    name: str, crops: bool, score: str, least: float
) -> None:
    file = DATA / name / "manifest.csv"
    if not file.is_file():
        pytest.skip(f"labeled faces are not here: {file}")
    scores = evaluate(file, Recognizer(detector=WholePicture() if crops else None), split="dev")
    assert scores[score] >= least  # type: ignore[literal-required]
