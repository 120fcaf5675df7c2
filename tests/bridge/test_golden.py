import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.bridge.codec import MalformedMessageError, decode, encode
from mien.bridge.messages import MESSAGES

FOLDER = Path(__file__).parent / "golden"


def _make() -> ModuleType:
    specification = importlib.util.spec_from_file_location("golden_make", FOLDER / "make.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


MAKE = _make()
LENIENT: dict[str, str] = json.loads((FOLDER / "lenient" / "index.json").read_text("utf-8"))
MALFORMED: dict[str, str] = json.loads((FOLDER / "malformed" / "index.json").read_text("utf-8"))


def test_every_message_type_has_a_golden_vector() -> None:
    assert {type(message) for message in MAKE.VECTORS.values()} == set(MESSAGES)


def test_the_folder_holds_the_vectors_and_nothing_else() -> None:
    assert {path.stem for path in FOLDER.glob("*.bin")} == set(MAKE.VECTORS)
    assert {path.stem for path in FOLDER.glob("*.json")} == set(MAKE.VECTORS)
    assert {path.stem for path in FOLDER.glob("lenient/*.bin")} == set(LENIENT) == set(MAKE.lenient())
    assert {path.stem for path in FOLDER.glob("malformed/*.bin")} == set(MALFORMED) == set(MAKE.malformed())


@pytest.mark.parametrize("name", MAKE.VECTORS)
def test_the_values_encode_to_the_bytes(name: str) -> None:
    assert encode(MAKE.VECTORS[name]) == (FOLDER / f"{name}.bin").read_bytes()


@pytest.mark.parametrize("name", MAKE.VECTORS)
def test_the_bytes_decode_to_the_values_in_the_json(name: str) -> None:
    decoded = decode((FOLDER / f"{name}.bin").read_bytes())
    expected = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    assert json.loads(MAKE.lines(decoded)) == expected


@pytest.mark.parametrize("name", MAKE.VECTORS)
def test_what_was_decoded_encodes_to_the_same_bytes(name: str) -> None:
    data = (FOLDER / f"{name}.bin").read_bytes()
    assert encode(decode(data)) == data


@pytest.mark.parametrize(("name", "meaning"), LENIENT.items())
def test_other_bytes_of_the_same_meaning_are_taken(name: str, meaning: str) -> None:
    data = (FOLDER / "lenient" / f"{name}.bin").read_bytes()
    same = (FOLDER / f"{meaning}.bin").read_bytes()
    assert data != same
    assert encode(decode(data)) == same
    assert MAKE.lenient()[name] == (meaning, data)


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_bytes_are_refused(name: str) -> None:
    data = (FOLDER / "malformed" / f"{name}.bin").read_bytes()
    assert MAKE.malformed()[name][1] == data
    with pytest.raises(MalformedMessageError):
        decode(data)


@given(st.sampled_from(sorted(MAKE.VECTORS)), st.data())
def test_a_mutated_vector_is_malformed_or_still_a_message(name: str, data: st.DataObject) -> None:
    mutated = bytearray((FOLDER / f"{name}.bin").read_bytes()[:2048])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(mutated) - 1))
        mutated[place] = data.draw(st.integers(0, 255))
    try:
        message = decode(bytes(mutated))
    except MalformedMessageError:
        return
    assert encode(message)  # what is taken is a message through and through
