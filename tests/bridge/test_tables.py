from dataclasses import fields

import pytest

from mien.bridge.channels import CHANNELS
from mien.bridge.codec import prefix
from mien.bridge.faces import FACE
from mien.bridge.messages import EMOTIONS, MESSAGES, VERSION
from mien.bridge.tables import BEGIN, DOCUMENT, current

PROTOCOL = DOCUMENT.read_text("utf-8")


def test_the_tables_of_the_protocol_are_what_the_code_says() -> None:
    assert current(PROTOCOL) == PROTOCOL, "run: python -m mien.bridge.tables"


def test_every_field_of_every_message_stands_in_the_protocol() -> None:
    for message in MESSAGES:
        section = PROTOCOL.split(f"#### `{message.KIND}` ({message.__name__})")[1].split("####")[0]
        for field in fields(message):
            assert f"| `{field.name}` |" in section


def test_the_prose_agrees_with_the_code() -> None:
    flat = " ".join(PROTOCOL.split())
    assert f"# The Mien protocol, version {VERSION}\n" in PROTOCOL
    assert prefix("face").hex(" ") in flat
    assert ", ".join(f"{column} `{name}`" for column, name in enumerate(FACE)) in flat
    assert ", ".join(f"`{name}`" for name in EMOTIONS) in flat
    assert all(f"`{channel.name}`" in PROTOCOL for channel in CHANNELS)


def test_a_document_without_a_marker_is_refused() -> None:
    with pytest.raises(ValueError, match="the document lacks <!-- begin channels"):
        current("")
    with pytest.raises(ValueError, match="end channels"):
        current(BEGIN.format("channels"))
