"""Networks that users bring, on the command line: `mien models`, and the options that use them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest
from typer.testing import CliRunner, Result

from mien.models import cards
from mien.models.shipped import WEIGHTS
from mien.runtime.cli import commands, recognition
from mien.runtime.cli.app import UserError, app
from mien.runtime.cli.recognition import Licence, Wanted
from mien.runtime.cli.wiring import SAMPLE_CLIP
from mien.runtime.sessions.session import read_session

assert commands.models  # registered


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let no test see or touch the networks of whoever runs it."""
    monkeypatch.setenv("MIEN_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def joyful(make_network: Callable[..., Path]) -> Path:
    """A mini_XCEPTION that sees joy everywhere."""
    return make_network((1, 1, 64, 64), [0.0, 0, 0, 5, 0, 0, 0])


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def problem(*arguments: object) -> str:
    result = call(*arguments)
    assert isinstance(result.exception, UserError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


def listed() -> dict[str, dict[str, Any]]:
    return {card["name"]: card for card in json.loads(call("models", "--json").stdout)}


def test_an_added_network_is_listed_beside_ours_until_it_is_removed(joyful: Path) -> None:
    told = call("models", "add", joyful, "--as", "mini_xception", "--name", "glad", "--licence", "MIT").output
    assert "ms each" in told
    assert "mien run --face-model glad" in told
    assert listed()["glad"] == {
        "name": "glad",
        "kind": "mini_xception",
        "task": "face (emotion)",
        "classes": ["neutral", "joy", "sadness", "anger", "fear", "disgust", "surprise"],
        "size": joyful.stat().st_size,
        "score": "not measured",
        "data": "FER2013, as published; of this very file nothing is known",
        "licence": "MIT",
        "commercial": False,
        "trained_on": {},
    }
    assert {"face", "voice"} <= listed().keys()
    assert "glad" in call("models").output
    call("models", "remove", "glad")
    assert "glad" not in listed()


def test_without_a_word_on_its_licence_a_network_counts_as_not_free(joyful: Path) -> None:
    call("models", "add", joyful, "--as", "mini_xception")
    assert (listed()["net"]["licence"], listed()["net"]["commercial"]) == ("unknown", False)


def test_ones_own_networks_are_listed_first_and_ours_on_a_line_each(joyful: Path) -> None:
    call("models", "add", joyful, "--as", "mini_xception", "--name", "glad")
    short = call("models").stdout.splitlines()
    assert short[0] == ("glad  face (emotion), 7 classes, <0.1 MB, no commercial use, added as mini_xception")
    assert len(short) == 4 + len(listed()) - 1 + 1
    (speech,) = (line for line in short if line.startswith("speech "))
    assert ", 1 class, " in speech
    assert not any("0 classes" in line for line in short)
    assert len(call("models", "--long").stdout.splitlines()) == 4 * len(listed())


def test_a_file_of_another_kind_is_told_before_its_name_is_taken(joyful: Path) -> None:
    call("models", "add", joyful, "--as", "mini_xception")
    assert "is not an HSEmotion network" in problem("models", "add", joyful, "--as", "hsemotion")
    assert "is there already" in problem("models", "add", joyful, "--as", "mini_xception")


def test_the_help_of_evaluate_names_no_option_that_it_lacks() -> None:
    assert "--face-model" not in call("evaluate", "--help").output


def test_mistakes_are_told_in_one_line(joyful: Path, tmp_path: Path) -> None:
    assert "is not an HSEmotion network" in problem("models", "add", joyful, "--as", "hsemotion")
    assert "no such kind" in problem("models", "add", joyful, "--as", "resnet")
    assert "no such file" in problem("models", "add", tmp_path / "none.onnx", "--as", "ferplus")
    assert "no such network" in problem("models", "remove", "glad")
    assert "no such network" in problem("run", SAMPLE_CLIP, "--fast", "--face-model", "glad")
    assert "no such network" in problem("run", SAMPLE_CLIP, "--fast", "--detector", "glad")
    assert "is not a YuNet" in problem("run", SAMPLE_CLIP, "--fast", "--emit", "", "--detector", joyful)


def test_an_added_network_is_scored_like_ours(joyful: Path, tmp_path: Path) -> None:
    call("models", "add", joyful, "--as", "mini_xception", "--name", "glad")
    player = cv2.VideoCapture(str(SAMPLE_CLIP)).read()[1]
    for name in ("a", "b"):
        cv2.imwrite(str(tmp_path / f"{name}.png"), player[106:386, 172:452])
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("path,label,subject,split\na.png,joy,1,dev\nb.png,fear,2,dev\n")
    result = call("evaluate", "glad", "--manifest", manifest, "--crops", "--json")
    scores = json.loads(result.stdout)
    assert (scores["n"], scores["accuracy"], scores["missed"]) == (2, 0.5, 0)
    assert "glad (unknown)" in result.stderr


def test_of_an_added_network_only_its_own_learning_counts(joyful: Path, tmp_path: Path) -> None:
    call("models", "add", joyful, "--as", "mini_xception", "--name", "glad")
    (tmp_path / "faces_ck48").mkdir()
    manifest = tmp_path / "faces_ck48" / "manifest.csv"
    manifest.write_text("path,label,subject,split\na.png,joy,1,dev\n")
    player = cv2.VideoCapture(str(SAMPLE_CLIP)).read()[1]
    cv2.imwrite(str(tmp_path / "faces_ck48" / "a.png"), player[106:386, 172:452])
    warnings = [
        json.loads(call("evaluate", name, "--manifest", manifest, "--crops", "--json", *more).stdout)[
            "warning"
        ]
        for name, more in (("mien", ()), ("glad", ()), ("mien", ("--weights-licence", "permissive")))
    ]
    assert [bool(each) for each in warnings] == [True, False, False]


def test_a_recording_says_which_networks_recognized_and_a_replay_uses_them_again(
    joyful: Path, tmp_path: Path
) -> None:
    call("models", "add", joyful, "--as", "mini_xception", "--name", "glad", "--licence", "MIT")
    session = tmp_path / "session.mcap"
    told = call(
        "run",
        SAMPLE_CLIP,
        "--fast",
        "--emit",
        "",
        "--seconds",
        1,
        "--record",
        session,
        "--face-model",
        "glad",
    ).output
    assert "recognizing with" in told
    assert "glad (MIT)" in told.replace("\n", " ")
    hashes = read_session(session).metadata.hashes
    assert {"face.onnx", "voice.onnx", "glad.onnx"} <= hashes.keys()
    again = call("replay", session, "--verify", "--from", "pixels")
    assert "0 different" in again.output
    assert "verified" in again.output
    call("models", "remove", "glad")
    assert "no such network" in problem("replay", session, "--verify", "--from", "pixels")


def test_a_gpu_that_cannot_be_had_is_said_and_the_run_goes_on(joyful: Path) -> None:
    call("models", "add", joyful, "--as", "mini_xception", "--name", "glad")
    fast = ("run", SAMPLE_CLIP, "--fast", "--emit", "", "--seconds", 0.2, "--provider", "directml")
    told = call(*fast, "--face-model", "glad").output
    assert "onnxruntime has no directml here: a mini_XCEPTION runs on the CPU" in told
    assert "ticks in" in told
    assert "our own networks run on the CPU" in call(*fast).output


def test_a_detector_is_no_face_model_and_a_face_model_no_detector(joyful: Path, folder: Path) -> None:
    call("models", "add", joyful, "--as", "mini_xception", "--name", "glad")
    assert "use --face-model glad" in problem("run", SAMPLE_CLIP, "--fast", "--detector", "glad")
    card = (folder / "glad.md").read_text()
    (folder / "glad.md").write_text(card.replace('as: "mini_xception"', 'as: "yunet"'))
    assert "use --detector glad" in problem("run", SAMPLE_CLIP, "--fast", "--face-model", "glad")


def test_blend_weights_stay_calibrated_beside_a_network_that_gives_none(joyful: Path, folder: Path) -> None:
    call("models", "add", joyful, "--as", "mini_xception", "--name", "glad")
    ours = recognition.networks(recognition.choose(Wanted()))
    wanted = Wanted(face_model="glad", folder=str(folder))
    assert recognition.networks(recognition.choose(wanted)) == ours
    card = (folder / "glad.md").read_text()
    (folder / "glad.md").write_text(card.replace("mini_xception", "mediapipe"))
    (folder / "glad.onnx").rename(folder / "glad.task")
    assert recognition.networks(recognition.choose(wanted)) != ours


def test_a_network_without_emotions_cannot_be_scored(joyful: Path, folder: Path, tmp_path: Path) -> None:
    call("models", "add", joyful, "--as", "mini_xception", "--name", "glad")
    card = (folder / "glad.md").read_text()
    (folder / "glad.md").write_text(card.replace('as: "mini_xception"', 'as: "mediapipe"'))
    (folder / "glad.onnx").rename(folder / "glad.task")
    assert "nothing to score" in problem("evaluate", "glad", "--manifest", tmp_path / "m.csv")


class TestPermissive:
    @pytest.fixture
    def weights(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A folder in which the face, but not the voice, has weights that allow commercial use."""
        folder = tmp_path / "weights"
        folder.mkdir()
        for name in ("align", "face", "voice"):
            card = (WEIGHTS / f"{name}.md").read_text()
            for copy, free in ((name, False), (f"{name}_permissive", True)):
                if copy == "voice_permissive":
                    continue
                (folder / f"{copy}.onnx").write_bytes((WEIGHTS / f"{name}.onnx").read_bytes())
                (folder / f"{copy}.md").write_text(
                    card.replace("commercial: false", f"commercial: {str(free).lower()}").replace(
                        "licence: ", "licence: MIT; " if free else "licence: "
                    )
                )
        monkeypatch.setattr(recognition, "permissive", lambda: cards.permissive(folder))
        return folder

    def test_only_weights_that_allow_commercial_use_are_taken_and_the_rest_is_named(
        self, weights: Path
    ) -> None:
        chosen = recognition.choose(Wanted(licence=Licence.PERMISSIVE.value))
        assert chosen.weights.face == weights / "face_permissive.onnx"
        assert chosen.weights.voice is None
        assert chosen.line().startswith("recognizing with align_permissive, face_permissive (MIT; ")
        assert chosen.line().endswith("; without voice (no commercial use)")

    def test_they_run(self, weights: Path) -> None:
        told = call(
            "run", SAMPLE_CLIP, "--fast", "--emit", "", "--seconds", 1, "--weights-licence", "permissive"
        )
        assert told.exit_code == 0, told.output
        assert weights.is_dir()
        assert "face_permissive" in told.output
        assert "ticks in" in told.output

    def test_what_is_left_out_cannot_be_scored(self, weights: Path) -> None:
        assert weights.is_dir()
        assert "no text weights allow commercial use" in problem(
            "evaluate", "text", "--manifest", "none.csv", "--weights-licence", "permissive"
        )

    def test_what_a_recognizer_cannot_do_without_is_refused_in_one_line(self, weights: Path) -> None:
        (weights / "face_permissive.md").unlink()
        assert "no face weights allow commercial use" in problem(
            "run", SAMPLE_CLIP, "--fast", "--weights-licence", "permissive"
        )

    def test_added_networks_need_a_licence_that_allows_it(
        self, weights: Path, joyful: Path, folder: Path
    ) -> None:
        assert weights.is_dir()
        call("models", "add", joyful, "--as", "mini_xception", "--name", "glad")
        call(
            "models",
            "add",
            joyful,
            "--as",
            "mini_xception",
            "--name",
            "free",
            "--licence",
            "MIT",
            "--commercial",
        )
        permissive = ("--weights-licence", "permissive", "--fast")
        assert "glad does not allow commercial use (unknown)" in problem(
            "run", SAMPLE_CLIP, "--face-model", "glad", *permissive
        )
        assert "its licence is unknown" in problem("run", SAMPLE_CLIP, "--detector", joyful, *permissive)
        assert recognition.choose(Wanted("permissive", "free", folder=str(folder))).face is not None


def test_what_was_wanted_survives_being_written_down(tmp_path: Path) -> None:
    wanted = Wanted("permissive", "glad", "yunet", "cuda", str(tmp_path))
    assert Wanted.of(wanted.text()) == wanted
    assert Wanted.of("") == Wanted()
    with pytest.raises(UserError, match="does not say which networks"):
        Wanted.of("[1]")
    assert wanted.options()[:2] == ["--weights-licence", "permissive"]
