"""Messages to bytes and back, as PROTOCOL.md says: one msgpack map, arrays as binary blocks.

The encoder and the validating decoder of every message type are compiled from the annotations in `messages`.
"""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, Final, get_type_hints

import msgpack

from mien.bridge.fields import MAX_DIMENSION, Block, Dimensions, Kind, Names
from mien.bridge.messages import MESSAGES, VERSION, Message

MAX_BYTES: Final = 64 * 1024 * 1024
"""No message is longer; sockets that expect less set a lower limit."""


class MalformedMessageError(ValueError):
    """Bytes that are no message of this protocol; says what is wrong and in which field."""


class _Layout:
    """What the codec knows of one message type."""

    def __init__(self, message: type[Message]) -> None:
        hints = get_type_hints(message, include_extras=True)
        self.message = message
        self.fields: list[tuple[str, Kind]] = [
            (f.name, hints[f.name].__metadata__[0]) for f in fields(message)
        ]
        symbols = [
            symbol
            for _, kind in self.fields
            for symbol in (
                kind.sizes if isinstance(kind, Block) else [kind.count] if isinstance(kind, Names) else []
            )
            if isinstance(symbol, str) and symbol
        ]
        self.dimensions: list[str] = list(dict.fromkeys(symbols))


_LAYOUTS: Final = {message: _Layout(message) for message in MESSAGES}
_BY_KIND: Final = {message.KIND: layout for message, layout in _LAYOUTS.items()}


def encode(message: Message) -> bytes:
    """Return the message as bytes.

    Raises:
        ValueError: a field is out of its range or an array has the wrong shape; names the field.
    """
    layout = _LAYOUTS[type(message)]
    dimensions: Dimensions = {}
    body: dict[str, object] = {}
    for name, kind in layout.fields:
        try:
            body[name] = kind.pack(getattr(message, name), dimensions)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{message.KIND}.{name} {error}") from None
    sizes = {symbol: dimensions[symbol] for symbol in layout.dimensions}
    packed: bytes = msgpack.packb({"mien": VERSION, "kind": message.KIND, **sizes, **body})
    return packed


def decode(data: bytes, kinds: Iterable[str] = _BY_KIND, limit: int = MAX_BYTES) -> Message:
    """Return the message that `data` holds; its arrays are read-only views of `data`.

    Args:
        data: one whole message.
        kinds: the message kinds that are welcome here.
        limit: the most bytes that are welcome here.

    Raises:
        MalformedMessageError: too long, not msgpack, another version, an unknown or unwelcome kind, a field
            that is missing or out of its range, or a block whose length does not fit its dimensions.
    """
    if len(data) > limit:
        raise MalformedMessageError(f"{len(data)} bytes are more than the {limit} allowed here")
    try:
        body = msgpack.unpackb(data)
    except (ValueError, msgpack.exceptions.UnpackException, RecursionError) as error:
        raise MalformedMessageError(f"not msgpack: {str(error) or type(error).__name__}") from None
    if not isinstance(body, dict) or body.get("mien") != VERSION:
        found = body.get("mien") if isinstance(body, dict) else None
        raise MalformedMessageError(f"protocol version {found!r:.40}, this side speaks {VERSION}")
    kind = body.get("kind")
    layout = _BY_KIND.get(kind) if isinstance(kind, str) else None
    if layout is None or layout.message.KIND not in kinds:
        raise MalformedMessageError(f"message kind {kind!r:.40} is not welcome here")
    dimensions = {symbol: _dimension(kind, symbol, body.get(symbol)) for symbol in layout.dimensions}
    values: dict[str, Any] = {}
    for name, field_kind in layout.fields:
        if name not in body:
            raise MalformedMessageError(f"{kind}.{name} is missing")
        try:
            values[name] = field_kind.unpack(body[name], dimensions)
        except ValueError as error:
            raise MalformedMessageError(f"{kind}.{name} {error}") from None
    return layout.message(**values)


def json_schema(message: type[Message]) -> dict[str, object]:
    """Return the JSON Schema of a message type, for recordings and documentation."""
    layout = _LAYOUTS[message]
    size = {"type": "integer", "minimum": 0, "maximum": MAX_DIMENSION}
    properties: dict[str, object] = {"mien": {"const": VERSION}, "kind": {"const": message.KIND}}
    properties |= dict.fromkeys(layout.dimensions, size)
    properties |= {name: kind.schema() for name, kind in layout.fields}
    description = (message.__doc__ or "").strip()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": message.__name__,
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def _dimension(kind: str | None, symbol: str, value: object) -> int:
    if type(value) is not int or not 0 <= value <= MAX_DIMENSION:
        raise MalformedMessageError(f"{kind}: dimension {symbol} is {value!r:.40}")
    return value
