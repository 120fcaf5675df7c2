"""A player's calibration survives its file, changes what it should, and is refused when it is none."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.bridge.faces import SHAPES
from mien.models.calibration import MOST_BYTES, SHARE, STRANGERS, Calibration, CalibrationError, read, write

REST = np.linspace(0, 1, 52).astype(np.float32)
NEUTRAL = np.array([-0.25, -3, -4, -5, -6, -7, -8], np.float32)
WHOLE = Calibration("Ann", REST, 3.25, "f" * 64, NEUTRAL, 4.5, "a" * 64)


def same(one: Calibration, other: Calibration) -> bool:
    parts = zip((one.rest, one.neutral), (other.rest, other.neutral), strict=True)
    arrays = all(
        (a is None) == (b is None) and (a is None or b is None or np.allclose(a, b, atol=1e-4))
        for a, b in parts
    )
    return arrays and all(
        getattr(one, name) == getattr(other, name)
        for name in ("player", "face_seconds", "face_network", "voice_seconds", "voice_network")
    )


@pytest.mark.parametrize(
    "calibration",
    [
        WHOLE,
        replace(WHOLE, rest=None, face_seconds=0.0, face_network=""),
        replace(WHOLE, neutral=None, voice_seconds=0.0, voice_network=""),
    ],
    ids=["face and voice", "voice alone", "face alone"],
)
def test_a_calibration_survives_its_file(tmp_path: Path, calibration: Calibration) -> None:
    write(calibration, tmp_path / "players" / "ann.json")
    assert same(read(tmp_path / "players" / "ann.json"), calibration)


def test_the_resting_face_comes_to_rest_and_the_strongest_stays() -> None:
    assert not WHOLE.at_rest(REST).any()
    assert WHOLE.at_rest(np.ones(52, np.float32))[:-6].tolist() == pytest.approx([1] * 46)
    moved = WHOLE.at_rest(np.full(52, 0.5, np.float32))
    assert ((moved >= 0) & (moved <= 1)).all()


def test_half_of_the_speakers_own_bias_is_taken_off() -> None:
    logits = np.arange(7, dtype=np.float32)
    np.testing.assert_allclose(WHOLE.unbiased(logits), logits - SHARE * (NEUTRAL - STRANGERS), atol=1e-5)


def test_what_was_not_calibrated_stays_as_it_is() -> None:
    nothing = Calibration("Ann")
    assert nothing.unbiased(NEUTRAL) is NEUTRAL
    assert nothing.at_rest(REST) is REST


def test_a_part_made_with_another_network_is_left_out_and_told() -> None:
    kept, lines = WHOLE.fitting("f" * 64, "b" * 64)
    assert kept.rest is not None
    assert kept.neutral is None
    assert len(lines) == 1 and "the voice of Ann was calibrated with another network" in lines[0]
    assert WHOLE.fitting("f" * 64, "a" * 64) == (WHOLE, [])


def content(folder: Path) -> dict[str, Any]:
    write(WHOLE, folder / "whole.json")
    found: dict[str, Any] = json.loads((folder / "whole.json").read_text())
    return found


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("mien",), "library", "is no calibration"),
        (("version",), 2, "has version 2, should have 1"),
        (("player",), 7, "player should be a short text"),
        (("face",), [], "face should be an object"),
        (("face", "rest", "jawOpen"), 1.5, "face.rest.jawOpen should lie from 0 to 1"),
        (("face", "rest", "jawOpen"), True, "face.rest.jawOpen should be a number"),
        (("face", "rest", "noseOpen"), 0.5, f"face.rest should name 52 numbers, {SHAPES[0]}"),
        (("face", "seconds"), float("inf"), "face.seconds should be a number"),
        (("voice", "neutral", "joy"), "much", "voice.neutral.joy should be a number"),
        (("voice", "network"), None, "network should be a short text"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(
    tmp_path: Path, path: tuple[str, ...], value: object, problem: str
) -> None:
    whole = content(tmp_path)
    inner = whole
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    (tmp_path / "bad.json").write_text(json.dumps(whole))
    with pytest.raises(CalibrationError, match=problem) as error:
        read(tmp_path / "bad.json")
    assert "bad.json: " in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe{}", "is not JSON"),
        (b"[]", "is no calibration"),
        (b"[" * 50_000, "is not JSON"),
        (b" " * (MOST_BYTES + 1), "is longer than"),
    ],
    ids=["empty", "no text", "a list", "nested", "long"],
)
def test_a_file_that_is_something_else_is_refused(tmp_path: Path, data: bytes, problem: str) -> None:
    (tmp_path / "bad.json").write_bytes(data)
    with pytest.raises(CalibrationError, match=problem):
        read(tmp_path / "bad.json")


def test_a_player_that_nobody_calibrated_is_said(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="make it with `mien calibrate --player"):
        read(tmp_path / "nobody.json")
