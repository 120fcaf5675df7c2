"""The C++ codec against the golden vectors that the Python codec made."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Builder = Callable[[str], Path]

GOLDEN = Path(__file__).parents[3] / "tests" / "bridge" / "golden"
RECEIVED = {"face", "hello", "activity", "behavior", "status"}
PASSED_OVER = {"estimate"}


def values(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


VECTORS = sorted(path for path in GOLDEN.glob("*.json") if path.name != "index.json")
MALFORMED: dict[str, str] = values(GOLDEN / "malformed" / "index.json")
LENIENT: dict[str, str] = values(GOLDEN / "lenient" / "index.json")


def decode(folder: Path, *paths: Path) -> list[str]:
    result = subprocess.run(
        [folder / "vectors", "decode", *paths], capture_output=True, text=True, check=True, timeout=60
    )
    return result.stdout.splitlines()


def assert_equal(decoded: dict[str, Any], expected: dict[str, Any]) -> None:
    for key, value in expected.items():
        if key in {"counters", "levels"} or (expected["kind"] == "status" and key == "clock"):
            continue  # checked, but of no use to a game
        actual = decoded[key]
        if isinstance(actual, list):
            flat = np.array(value, dtype=object).ravel().tolist()
            names = bool(actual) and actual[0] is None  # how `vectors` marks a list of names
            assert actual[1:] == list(value) if names else actual == flat, key
        else:
            assert actual == value, key


@pytest.mark.parametrize("flavor", ["plain", "address"])
def test_every_golden_message_for_a_game_reads_as_its_values(build: Builder, flavor: str) -> None:
    paths = [path for path in VECTORS if values(path)["kind"] in RECEIVED]
    lines = decode(build(flavor), *(path.with_suffix(".bin") for path in paths))
    assert len(lines) == len(paths) >= 10
    for path, line in zip(paths, lines, strict=True):
        assert not line.startswith("error"), f"{path.name}: {line}"
        assert_equal(json.loads(line), values(path))


@pytest.mark.parametrize("flavor", ["plain", "address"])
def test_every_malformed_golden_message_is_refused(build: Builder, flavor: str) -> None:
    paths = [GOLDEN / "malformed" / f"{name}.bin" for name in MALFORMED]
    lines = decode(build(flavor), *paths)
    accepted = [path.name for path, line in zip(paths, lines, strict=True) if not line.startswith("error")]
    assert not accepted
    errors = dict(zip(MALFORMED, lines, strict=True))
    assert errors["version_2"] == "error Version mien"
    assert errors["not_a_number"] == "error NotFinite face"
    assert errors["block_short"] == "error Length face"
    assert errors["key_missing"] == "error Missing seq"


def test_other_encodings_of_a_golden_message_read_as_the_same_values(build: Builder) -> None:
    for name, same_as in LENIENT.items():
        expected = values(GOLDEN / f"{same_as}.json")
        (line,) = decode(build("plain"), GOLDEN / "lenient" / f"{name}.bin")
        if expected["kind"] in RECEIVED:
            assert_equal(json.loads(line), expected)
        else:
            assert line == "error Kind kind", name  # a message that no game receives


def test_messages_that_a_game_does_not_need_are_passed_over_or_refused(build: Builder) -> None:
    for path in VECTORS:
        kind = values(path)["kind"]
        if kind in RECEIVED:
            continue
        (line,) = decode(build("plain"), path.with_suffix(".bin"))
        assert line == ("passed over" if kind in PASSED_OVER else "error Kind kind"), path.name


def test_what_the_game_sends_is_byte_for_byte_what_python_would_send(build: Builder) -> None:
    sent = 0
    for path in VECTORS:
        message = values(path)
        if message["kind"] == "world":
            places = zip(
                message["ids"], message["position"], message["heading"], message["looks_at"], strict=True
            )
            arguments = [x for i, p, heading, looks in places for x in (i, *p, heading, looks)]
        elif message["kind"] == "object":
            levels = [x for level in message["state"].items() for x in level]
            arguments = [message["id"], message["name"], message["present"], *levels]
        elif message["kind"] == "event":
            arguments = [message[key] for key in ("name", "subject", "object", "intensity")]
        elif message["kind"] == "relations":
            rows = zip(message["ids"], message["whom"], message["liking"], strict=True)
            arguments = [x for row in rows for x in row]
        elif message["kind"] == "interest":
            every = bytes.fromhex(message["every"])
            rows = zip(message["ids"], every, strict=True)
            arguments = [message["game"], *(x for row in rows for x in row)]
        else:
            continue
        command = [message["kind"], message["t"], *arguments]
        output = subprocess.run(
            [build("plain") / "vectors", *map(str, command)], capture_output=True, text=True, check=True
        )
        assert bytes.fromhex(output.stdout.strip()) == path.with_suffix(".bin").read_bytes(), path.name
        sent += 1
    assert sent >= 9
