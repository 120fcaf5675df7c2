"""`mien perceive --plot`: a clip and what was recognized in it as one picture."""

from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner, Result

from mien.runtime.cli import commands, processes
from mien.runtime.cli.app import UserError, app
from mien.runtime.cli.wiring import SAMPLE_CLIP

assert commands.processes is processes  # registered


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["perceive", *(str(a) for a in arguments)])


def test_a_clip_is_drawn_and_the_same_each_time(tmp_path: Path) -> None:
    clip, transcript = tmp_path / "clip.mp4", tmp_path / "clip.csv"
    clip.write_bytes(SAMPLE_CLIP.read_bytes())
    transcript.write_text("time,speaker,text\n0.5,0,Oh my God!\n")
    for name in ("one.png", "two.png"):
        result = call(clip, "--transcript", transcript, "--plot", tmp_path / name)
        assert result.exit_code == 0, result.output
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert cv2.imread(str(tmp_path / "one.png")) is not None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("camera", "--plot", "x.png"), "needs a clip"),
        ((SAMPLE_CLIP, "--plot", "x.jpg"), "should end in .png"),
        ((SAMPLE_CLIP, "--plot", "no/x.png"), "there is no folder no"),
        (("no.mp4", "--plot", "x.png"), "no such file"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_one_line(
    arguments: tuple[object, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    problem = call(*arguments).exception
    assert isinstance(problem, UserError)
    assert told in str(problem) and "\n" not in str(problem)
    assert not list(tmp_path.glob("x.*"))


def test_a_picture_that_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_text("mine")
    assert "is there already" in str(call(SAMPLE_CLIP, "--plot", tmp_path / "x.png").exception)
    assert (tmp_path / "x.png").read_text() == "mine"
