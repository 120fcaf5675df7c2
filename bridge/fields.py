"""Kinds of message field: what a value may be, on the wire and in the JSON Schema of a recording.

A kind stands in a field's annotation (`Annotated[int, Integer(32)]`). Each knows three things: how to turn a
checked Python value into what msgpack packs (`pack`), how to check what msgpack unpacked and turn it back
(`unpack`), and its JSON Schema (`schema`). `unpack` raises `ValueError` with a reason for a person.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

MAX_DIMENSION = 1 << 24
"""No block is longer than this along any axis; the codec's size limit bounds the whole message."""

Dimensions = dict[str, int]
"""Sizes of a message's named dimensions; `unpack` reads them, `pack` fills them in."""


class Kind(Protocol):
    """What every kind of field can do."""

    def pack(self, value: Any, dimensions: Dimensions) -> object:
        """Return what msgpack packs; note the sizes of named dimensions."""

    def unpack(self, value: object, dimensions: Mapping[str, int]) -> Any:
        """Return the checked value of what msgpack unpacked."""

    def schema(self) -> dict[str, object]:
        """Return the JSON Schema."""


def _bound(dimensions: Dimensions, symbol: str, size: int) -> None:
    if dimensions.setdefault(symbol, size) != size:
        raise ValueError(f"dimension {symbol} is {dimensions[symbol]} in one field and {size} in another")


@dataclass(frozen=True)
class Integer:
    """Unsigned integer of so many bits."""

    bits: int

    def pack(self, value: Any, _: Dimensions) -> object:
        return self.unpack(int(value), _)

    def unpack(self, value: object, _: Mapping[str, int]) -> int:
        if type(value) is not int or not 0 <= value < 1 << self.bits:
            raise ValueError(f"should be an unsigned {self.bits}-bit integer, is {value!r:.40}")
        return value

    def schema(self) -> dict[str, object]:
        return {"type": "integer", "minimum": 0, "maximum": (1 << self.bits) - 1}


@dataclass(frozen=True)
class Number:
    """Finite real number within closed bounds."""

    low: float
    high: float

    def pack(self, value: Any, _: Dimensions) -> object:
        return self.unpack(float(value), _)

    def unpack(self, value: object, _: Mapping[str, int]) -> float:
        if type(value) not in (int, float) or not self.low <= value <= self.high:  # type: ignore[operator]
            raise ValueError(f"should be a number from {self.low:g} to {self.high:g}, is {value!r:.40}")
        return float(value)  # type: ignore[arg-type]

    def schema(self) -> dict[str, object]:
        return {"type": "number", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, init=False)
class Text:
    """UTF-8 text of at most so many bytes, or one of a few words."""

    limit: int
    words: tuple[str, ...]

    def __init__(self, limit: int, *words: str) -> None:
        object.__setattr__(self, "limit", limit)
        object.__setattr__(self, "words", words)

    def pack(self, value: Any, _: Dimensions) -> object:
        return self.unpack(value, _)

    def unpack(self, value: object, _: Mapping[str, int]) -> str:
        if type(value) is not str or len(value.encode("utf-8", "surrogatepass")) > self.limit:
            raise ValueError(f"should be text of at most {self.limit} bytes, is {value!r:.40}")
        if self.words and value not in self.words:
            raise ValueError(f"should be one of {', '.join(self.words)}, is {value!r:.40}")
        return value

    def schema(self) -> dict[str, object]:
        return {"enum": list(self.words)} if self.words else {"type": "string", "maxLength": self.limit}


@dataclass(frozen=True)
class Names:
    """List of texts of at most so many bytes each, as many as the named dimension where one is named."""

    limit: int
    count: str = ""

    def pack(self, value: Any, dimensions: Dimensions) -> object:
        if self.count:
            _bound(dimensions, self.count, len(value))
        return self.unpack(list(value), dimensions) and list(value)

    def unpack(self, value: object, dimensions: Mapping[str, int]) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise ValueError(f"should be a list of names, is {value!r:.40}")
        if self.count and len(value) != dimensions.get(self.count):
            raise ValueError(
                f"should list {self.count} = {dimensions.get(self.count)} names, has {len(value)}"
            )
        text = Text(self.limit)
        return tuple(text.unpack(name, dimensions) for name in value)

    def schema(self) -> dict[str, object]:
        return {"type": "array", "items": Text(self.limit).schema()}


@dataclass(frozen=True)
class Counters:
    """Up to so many named unsigned 64-bit totals."""

    limit: int

    def pack(self, value: Any, _: Dimensions) -> object:
        return self.unpack(value, _)

    def unpack(self, value: object, _: Mapping[str, int]) -> dict[str, int]:
        entries = _entries(value, self.limit)
        return {name: Integer(64).unpack(number, _) for name, number in entries.items()}

    def schema(self) -> dict[str, object]:
        return {"type": "object", "additionalProperties": Integer(64).schema()}


@dataclass(frozen=True)
class Levels:
    """Up to so many named finite numbers."""

    limit: int

    def pack(self, value: Any, _: Dimensions) -> object:
        return self.unpack(value, _)

    def unpack(self, value: object, _: Mapping[str, int]) -> dict[str, float]:
        levels = {}
        for name, number in _entries(value, self.limit).items():
            if type(number) not in (int, float) or not math.isfinite(number):  # type: ignore[arg-type]
                raise ValueError(f"{name!r:.40} should be a finite number, is {number!r:.40}")
            levels[name] = float(number)  # type: ignore[arg-type]
        return levels

    def schema(self) -> dict[str, object]:
        return {"type": "object", "additionalProperties": {"type": "number"}}


def _entries(value: object, limit: int) -> dict[str, object]:
    if not isinstance(value, dict) or len(value) > limit:
        raise ValueError(f"should be a map of at most {limit} entries, is {value!r:.40}")
    for name in value:
        Text(64).unpack(name, {})
    return value


@dataclass(frozen=True, init=False)
class Block:
    """Array as its little-endian bytes, row-major; each size is a number or names a dimension."""

    sizes: tuple[int | str, ...]
    dtype: np.dtype[Any]

    def __init__(self, *sizes: int | str, dtype: str = "<f4") -> None:
        object.__setattr__(self, "sizes", sizes)
        object.__setattr__(self, "dtype", np.dtype(dtype))

    def pack(self, value: Any, dimensions: Dimensions) -> object:
        array = np.ascontiguousarray(value, self.dtype)
        if array.ndim != len(self.sizes):
            raise ValueError(f"should have {len(self.sizes)} dimensions, has {array.ndim}")
        for size, actual in zip(self.sizes, array.shape, strict=True):
            if isinstance(size, str):
                _bound(dimensions, size, actual)
            elif size != actual:
                raise ValueError(f"should be {self._shape()}, is {array.shape}")
        return array.data if array.size else b""

    def unpack(self, value: object, dimensions: Mapping[str, int]) -> NDArray[Any]:
        if type(value) is not bytes:
            raise ValueError(f"should be a binary block, is {value!r:.40}")
        shape = tuple(dimensions[size] if isinstance(size, str) else size for size in self.sizes)
        expected = math.prod(shape) * self.dtype.itemsize
        if len(value) != expected:
            raise ValueError(f"should be {self._shape()} = {expected} bytes, has {len(value)}")
        array = np.frombuffer(value, self.dtype).reshape(shape)
        if self.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError("holds a number that is not finite")
        return array

    def schema(self) -> dict[str, object]:
        return {
            "type": "string",
            "contentEncoding": "binary",
            "description": f"{self.dtype.str} {self._shape()}",
        }

    def _shape(self) -> str:
        return " × ".join(str(size) for size in self.sizes)
