"""Writes the tables of PROTOCOL.md from the message types: `python -m mien.bridge.tables`."""

import ast
import inspect
import sys
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Final, get_type_hints

from mien.bridge import messages
from mien.bridge.channels import CHANNELS, Endpoints
from mien.bridge.fields import MAX_DIMENSIONS, Block, Counters, Integer, Kind, Levels, Names, Number, Text
from mien.bridge.messages import MESSAGES, Message

DOCUMENT: Final = Path(__file__).with_name("PROTOCOL.md")
BEGIN: Final = "<!-- begin {}: written by `python -m mien.bridge.tables` -->"
END: Final = "<!-- end {} -->"


def current(document: str) -> str:
    """Return the document with its tables as the code has them now.

    Raises:
        ValueError: a marker is missing.
    """
    for name, table in (("channels", _channels()), ("dimensions", _dimensions()), ("messages", _messages())):
        begin, end = BEGIN.format(name), END.format(name)
        head, found_begin, rest = document.partition(begin)
        _, found_end, tail = rest.partition(end)
        if not (found_begin and found_end):
            raise ValueError(f"the document lacks {begin} or {end}")
        document = f"{head}{begin}\n\n{table}\n\n{end}{tail}"
    return document


def _channels() -> str:
    rows = [
        f"| `{channel.name}` | `{getattr(Endpoints(), channel.name)}` | "
        + ", ".join(f"`{message.KIND}`" for message in channel.carries)
        + f" | {channel.limit:,} | {channel.queue:,} | {channel.backlog:,} |"
        for channel in CHANNELS
    ]
    head = "| channel | address | carries | most bytes a message | most kept to send | kept as received |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


def _dimensions() -> str:
    counts = {
        "N": "characters", "M": "emotions", "R": "rules", "K": "entities of the game",
        "H": "rows of a picture", "W": "columns of a picture", "B": "bytes of a file",
        "S": "samples of sound",
    }  # fmt: skip
    rows = [f"| `{symbol}` | {counts[symbol]} | {most:,} |" for symbol, most in MAX_DIMENSIONS.items()]
    return "\n".join(["| key | counts | at most |", "|---|---|---|", *rows])


def _messages() -> str:
    return "\n\n".join(_message(message) for message in MESSAGES)


def _message(message: type[Message]) -> str:
    hints = get_type_hints(message, include_extras=True)
    documents = _attribute_documents(message)
    kinds: list[tuple[str, Kind]] = [(f.name, hints[f.name].__metadata__[0]) for f in fields(message)]
    channels = ", ".join(f"`{channel.name}`" for channel in CHANNELS if message in channel.carries)
    rows = [f"| `{name}` | {_form(kind)} | {documents.get(name, '')} |" for name, kind in kinds]
    return "\n".join(
        [
            f"#### `{message.KIND}` ({message.__name__})",
            "",
            f"{_paragraph(message.__doc__ or '')} Channel: {channels or 'none, recordings only'}.",
            "",
            "| key | form | meaning |",
            "|---|---|---|",
            *rows,
        ]
    )


def _form(kind: Kind) -> str:
    match kind:
        case Integer(bits):
            return f"unsigned integer, {bits} bits"
        case Number(low, high):
            return f"number in [{low:g}, {high:g}]"
        case Text(words=words) if words:
            return "text, " + " or ".join(f"`{word}`" for word in words)
        case Text(limit):
            return f"text, ≤ {limit} bytes"
        case Names(limit, count):
            return f"list of {_size(count)} texts, ≤ {limit} bytes each"
        case Counters(limit):
            return f"map, ≤ {limit} entries, text ≤ 64 bytes to unsigned 64-bit integer"
        case Levels(limit):
            return f"map, ≤ {limit} entries, text ≤ 64 bytes to number{_within(kind)}"
        case Block():
            names = {"<f4": "float32", "<u4": "uint32", "<i2": "int16", "|u1": "uint8"}
            shape = " × ".join(_size(size) for size in kind.sizes)
            return f"block, {shape} {names[kind.dtype.str]}{_within(kind)}"
    raise TypeError(kind)


def _within(kind: Block | Levels) -> str:
    if isinstance(kind, Block) and kind.dtype.kind != "f":
        return ""
    bounds = f"{float(kind.low):g}, {float(kind.high):g}".replace("3.14159", "π")
    return " finite" if "e+" in bounds else f" in [{bounds}]"


def _size(size: int | str) -> str:
    return f"`{size}`" if isinstance(size, str) else str(size)


def _attribute_documents(message: type[Message]) -> dict[str, str]:
    """Return the text that stands below each field of a message type, its parent's included."""
    documents = {"t": "microseconds of the sender's monotonic clock"}
    module = ast.parse(inspect.getsource(messages))
    (body,) = (
        node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == message.__name__
    )
    for field, following in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match following:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    documents[field.target.id] = _paragraph(text)
    return documents


def _paragraph(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    DOCUMENT.write_text(current(DOCUMENT.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"{DOCUMENT} is current\n")
