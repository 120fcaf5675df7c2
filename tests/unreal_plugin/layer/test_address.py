"""What the plugin takes for an address: MienAddress.cpp, run on its own."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CASES = {
    "127.0.0.1:5570": "127.0.0.1 5570 here",
    " 10.0.0.7:6000 ": "10.0.0.7 6000 elsewhere",
    "localhost:5570": "localhost 5570 here",
    "[::1]:5570": "::1 5570 here",
    "": "127.0.0.1 5570 here",  # that of the project settings
    "127.0.0.1:65533": "127.0.0.1 65533 here",  # the third channel is on the last port there is
    "127.0.0.1:65534": "127.0.0.1 5570 wrong",
    "127.0.0.1": "127.0.0.1 5570 wrong",
    "127.0.0.1:": "127.0.0.1 5570 wrong",
    ":5570": "127.0.0.1 5570 wrong",
    "127.0.0.1:0": "127.0.0.1 5570 wrong",
    "127.0.0.1:port": "127.0.0.1 5570 wrong",
    "face.example:5570": "127.0.0.1 5570 wrong",  # looking it up could block for seconds
    "decade:5570": "127.0.0.1 5570 wrong",  # hexadecimal digits alone are a name, not a number
}


@pytest.fixture(scope="module")
def reader(compiler: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("address") / "address"
    compiler(Path(__file__).with_name("address.cpp"), "-o", str(program))
    return program


@pytest.mark.parametrize("text", CASES, ids=lambda text: text or "empty")
def test_an_address_is_numeric_or_localhost_and_has_room_for_three_ports(reader: Path, text: str) -> None:
    result = subprocess.run([reader, text], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == CASES[text]
