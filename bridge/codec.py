"""Messages to bytes and back, as PROTOCOL.md says: one msgpack map, arrays as binary blocks.

The encoder and the validating decoder of every message type are compiled from the annotations in `messages`.
"""

from collections.abc import Collection
from dataclasses import fields
from functools import cache
from typing import Any, Final, get_type_hints

import msgpack

from mien.bridge.fields import MAX_DIMENSIONS, Block, Dimensions, Kind, Names, show
from mien.bridge.messages import MESSAGES, VERSION, Message

MAX_BYTES: Final = 64 * 1024 * 1024
"""No message is longer; sockets that expect less set a lower limit."""
MAX_ENTRIES: Final = 64
"""No map, the message's own or one in it, has more entries."""
MAX_TEXT: Final = 1024
"""No text is longer, in bytes."""


class MalformedMessageError(ValueError):
    """Bytes that are no message of this protocol; says what is wrong and in which field."""


class _Layout:
    """What the codec knows of one message type: on the wire, scalar entries come before binary blocks."""

    def __init__(self, message: type[Message]) -> None:
        hints = get_type_hints(message, include_extras=True)
        kinds: list[tuple[str, Kind]] = [(f.name, hints[f.name].__metadata__[0]) for f in fields(message)]
        self.message = message
        self.scalars = [(name, kind) for name, kind in kinds if not isinstance(kind, Block)]
        self.blocks = [(name, kind, msgpack.packb(name)) for name, kind in kinds if isinstance(kind, Block)]
        symbols = [size for _, kind, _ in self.blocks for size in kind.sizes if isinstance(size, str)]
        symbols += [
            kind.count for _, kind in kinds if isinstance(kind, Names) and isinstance(kind.count, str)
        ]
        self.dimensions: list[str] = list(dict.fromkeys(symbols))
        entries = 2 + len(self.dimensions) + len(self.scalars)
        packer = msgpack.Packer()
        self.header: bytes = packer.pack_map_header(entries + len(self.blocks))
        self.skip = len(packer.pack_map_header(entries))
        start = {"mien": VERSION, "kind": message.KIND}
        self.prefix: bytes = self.header + b"".join(
            msgpack.packb(item) for pair in start.items() for item in pair
        )
        self.longest_list = max(
            (_most(kind.count) for _, kind in self.scalars if isinstance(kind, Names)), default=0
        )


def _most(count: int | str) -> int:
    return MAX_DIMENSIONS[count] if isinstance(count, str) else count


_LAYOUTS: Final = {message: _Layout(message) for message in MESSAGES}
_BY_KIND: Final = {message.KIND: layout for message, layout in _LAYOUTS.items()}


def encode(message: Message) -> bytes:
    """Return the message as bytes.

    Raises:
        ValueError: a field is out of its range or an array has the wrong shape or type; names the field.
    """
    layout = _LAYOUTS[type(message)]
    dimensions: Dimensions = {}
    scalars: dict[str, object] = {}
    parts: list[Any] = [layout.header, b""]
    name = ""
    try:
        for name, kind in layout.scalars:
            scalars[name] = kind.pack(getattr(message, name), dimensions)
        for name, block, key in layout.blocks:
            data = block.pack(getattr(message, name), dimensions)
            parts += (key, _binary_header(len(data)), data)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{message.KIND}.{name} {error}") from None
    head = {"mien": VERSION, "kind": message.KIND}
    for symbol in layout.dimensions:
        head[symbol] = dimensions[symbol]
    # One map: its own header, the scalar entries without theirs, then each block. Joining is the only copy.
    # `packb` would ask for 256 KB each time, which the allocator returns to the system each time.
    parts[1] = msgpack.Packer(buf_size=4096).pack(head | scalars)[layout.skip :]
    return b"".join(parts)


def prefix(kind: str) -> bytes:
    """Return the bytes that every message of this kind starts with: a subscription that takes no other."""
    return _BY_KIND[kind].prefix


def _binary_header(length: int) -> bytes:
    if length < 1 << 8:
        return b"\xc4" + length.to_bytes(1)
    if length < 1 << 16:
        return b"\xc5" + length.to_bytes(2)
    return b"\xc6" + length.to_bytes(4)


ALL_KINDS: Final = frozenset(_BY_KIND)
"""Every message kind."""


def decode(data: bytes, kinds: Collection[str] = ALL_KINDS, limit: int = MAX_BYTES) -> Message:
    """Return the message that `data` holds; its arrays are read-only.

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
    body = _unpack(data, _longest_list(frozenset(kinds)))
    version = body.get("mien")
    if type(version) is not int or version != VERSION:
        raise MalformedMessageError(f"protocol version {show(version)}, this side speaks {VERSION}")
    kind = body.get("kind")
    if not isinstance(kind, str) or kind not in kinds or kind not in _BY_KIND:
        raise MalformedMessageError(f"message kind {show(kind)} is not welcome here")
    layout = _BY_KIND[kind]
    dimensions = {symbol: _dimension(kind, symbol, body.get(symbol)) for symbol in layout.dimensions}
    values: dict[str, Any] = {}
    name = ""
    try:
        for name, scalar in layout.scalars:
            values[name] = scalar.unpack(body[name], dimensions)
        for name, block, _ in layout.blocks:
            values[name] = block.unpack(body[name], dimensions)
    except KeyError:
        raise MalformedMessageError(f"{kind}.{name} is missing") from None
    except ValueError as error:
        raise MalformedMessageError(f"{kind}.{name} {error}") from None
    return layout.message(**values)


@cache
def _longest_list(kinds: frozenset[str]) -> int:
    return max((_BY_KIND[kind].longest_list for kind in kinds), default=0)


def _unpack(data: bytes, longest_list: int) -> dict[str, object]:
    # msgpack makes room for a list as long as announced; its own limit is the length of the data, with which
    # a few kilobytes of nested lists could ask for gigabytes.
    try:
        body = msgpack.unpackb(
            data,
            object_pairs_hook=_no_duplicates,
            max_array_len=min(longest_list, len(data)),
            max_map_len=MAX_ENTRIES,
            max_str_len=MAX_TEXT,
            max_ext_len=0,
        )
    except (ValueError, TypeError, msgpack.exceptions.UnpackException) as error:
        raise MalformedMessageError(f"not msgpack: {str(error) or type(error).__name__}") from None
    if not isinstance(body, dict):
        raise MalformedMessageError(f"should be a map, is {show(body)}")
    return body


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a map names a key twice")
    return entries


def json_schema(message: type[Message]) -> dict[str, object]:
    """Return the JSON Schema of a message type, for recordings and documentation."""
    layout = _LAYOUTS[message]
    properties: dict[str, object] = {"mien": {"const": VERSION}, "kind": {"const": message.KIND}}
    properties |= {
        symbol: {"type": "integer", "minimum": 0, "maximum": MAX_DIMENSIONS[symbol]}
        for symbol in layout.dimensions
    }
    properties |= {name: kind.schema() for name, kind in layout.scalars}
    properties |= {name: block.schema() for name, block, _ in layout.blocks}
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
    if type(value) is not int or not 0 <= value <= MAX_DIMENSIONS[symbol]:
        raise MalformedMessageError(
            f"{kind}: dimension {symbol} should be from 0 to {MAX_DIMENSIONS[symbol]}, is {show(value)}"
        )
    return value
