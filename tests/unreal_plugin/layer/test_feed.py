"""The receiver thread's half of the layer, run against a Live Link that we imitate (feed.cpp), under TSan."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mien.bridge.codec import encode
from mien.bridge.faces import FACE
from mien.bridge.messages import FaceFrame, Hello, Message

HERE = Path(__file__).parent
SOURCE = HERE.parents[2] / "unreal_plugin" / "Mien" / "Source"
CORE = SOURCE / "MienCore" / "Private"
EMOTIONS = ("neutral", "joy", "surprise")
T = 1_000_000_000


def hello(generation: int, *characters: str) -> Hello:
    return Hello(
        t=T, session="s", generation=generation, clock="", wall=0, rate=60, emotions=EMOTIONS,
        pad=np.zeros((3, 3), np.float32), ids=np.arange(16, 16 + len(characters), dtype=np.uint32),
        characters=characters, face=tuple(FACE), rules=(),
    )  # fmt: skip


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    """Return a folder of messages as the director encodes them."""
    face = FaceFrame(
        t=T, seq=1, generation=1, captured=0, ids=np.array([16], np.uint32),
        affect=np.full((1, 2, 3), 0.25, np.float32), face=np.full((1, 61), 0.5, np.float32),
    )  # fmt: skip
    said: dict[str, Message] = {"hello": hello(1, "Mira", "Bram"), "face": face, "hello_goodbye": hello(2)}
    for name, message in said.items():
        (tmp_path / f"{name}.bin").write_bytes(encode(message))
    return tmp_path


def test_the_feed_names_plays_fades_detaches_and_removes_subjects(
    messages: Path, tmp_path: Path, compiler: Callable[..., None]
) -> None:
    program = tmp_path / "feed"
    core = [
        CORE / f"{name}.cpp"
        for name in ("Cast", "Decoder", "Msgpack", "Playout", "SenderClock", "SubjectNames")
    ]
    feed = SOURCE / "Mien" / "Private" / "MienLiveLinkFeed.cpp"
    compiler(
        HERE / "feed.cpp", "-fsanitize=thread", "-pthread", "-o", str(program), str(feed), *map(str, core)
    )
    result = subprocess.run([program, messages], capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "ok\n", "")
