"""Kinds of message field: what a value may be, on the wire and in the JSON Schema of a recording.

A kind stands in a field's annotation (`Annotated[int, Integer(32)]`). Each knows three things: how to turn a
checked Python value into what msgpack packs (`pack`), how to check what msgpack unpacked and turn it back
(`unpack`), and its JSON Schema (`schema`). `unpack` raises `ValueError` with a reason for a person.
"""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

MAX_DIMENSIONS: Final[Mapping[str, int]] = {
    "N": 65_536,  # characters
    "M": 64,  # emotions
    "R": 4_096,  # rules
    "K": 65_536,  # entities of the game
    "H": 16_384,  # rows of a picture
    "W": 16_384,  # columns of a picture
    "B": 1 << 24,  # bytes of a file
    "S": 1 << 20,  # samples of sound
}
"""The named dimensions and the most that each may be."""

FLOAT_MAX: Final = float(np.finfo(np.float32).max)

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


def show(value: object) -> str:
    """Return a value as an error message quotes it: short, however long the value is."""
    if isinstance(value, (str, bytes)):
        return repr(value[:32]) + ("..." if len(value) > 32 else "")
    if value is None or isinstance(value, (bool, int, float)):
        return f"{value!r:.40}"
    return f"a {type(value).__name__}"


def _bound(dimensions: Dimensions, symbol: str, size: int) -> None:
    if size > MAX_DIMENSIONS[symbol]:
        raise ValueError(f"has {symbol} = {size}, more than {MAX_DIMENSIONS[symbol]}")
    if dimensions.setdefault(symbol, size) != size:
        raise ValueError(f"dimension {symbol} is {dimensions[symbol]} in one field and {size} in another")


@dataclass(frozen=True)
class Integer:
    """Unsigned integer of so many bits."""

    bits: int

    def pack(self, value: Any, _: Dimensions) -> object:
        return self.unpack(operator.index(value), _)

    def unpack(self, value: object, _: Mapping[str, int]) -> int:
        if type(value) is not int or not 0 <= value < 1 << self.bits:
            raise ValueError(f"should be an unsigned {self.bits}-bit integer, is {show(value)}")
        return value

    def schema(self) -> dict[str, object]:
        return {"type": "integer", "minimum": 0, "maximum": (1 << self.bits) - 1}


@dataclass(frozen=True)
class Number:
    """Finite real number within closed bounds."""

    low: float
    high: float

    def pack(self, value: Any, _: Dimensions) -> object:
        if not isinstance(value, Real):
            raise ValueError(f"should be a number, is {show(value)}")
        return self.unpack(float(value), _)

    def unpack(self, value: object, _: Mapping[str, int]) -> float:
        if type(value) not in (int, float) or not self.low <= value <= self.high:  # type: ignore[operator]
            raise ValueError(f"should be a number from {self.low:g} to {self.high:g}, is {show(value)}")
        return float(value)  # type: ignore[arg-type]

    def schema(self) -> dict[str, object]:
        return {"type": "number", "minimum": self.low, "maximum": self.high}


def _utf8_length(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise ValueError(f"should be UTF-8 text, is {show(text)}") from None


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
        if type(value) is not str or _utf8_length(value) > self.limit:
            raise ValueError(f"should be text of at most {self.limit} bytes, is {show(value)}")
        if self.words and value not in self.words:
            raise ValueError(f"should be one of {', '.join(self.words)}, is {show(value)}")
        return value

    def schema(self) -> dict[str, object]:
        return {"enum": list(self.words)} if self.words else {"type": "string", "maxLength": self.limit}


@dataclass(frozen=True)
class Names:
    """List of texts of at most so many bytes each; how many is a number or a named dimension."""

    limit: int
    count: int | str

    def pack(self, value: Any, dimensions: Dimensions) -> object:
        if isinstance(self.count, str):
            _bound(dimensions, self.count, len(value))
        return self.unpack(list(value), dimensions)

    def unpack(self, value: object, dimensions: Mapping[str, int]) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise ValueError(f"should be a list of names, is {show(value)}")
        count = dimensions[self.count] if isinstance(self.count, str) else self.count
        if len(value) != count:
            raise ValueError(f"should list {count} names, has {len(value)}")
        text = Text(self.limit)
        return tuple(text.unpack(name, dimensions) for name in value)

    def schema(self) -> dict[str, object]:
        return {"type": "array", "items": Text(self.limit).schema()}


@dataclass(frozen=True)
class Counters:
    """Up to so many named unsigned 64-bit totals."""

    limit: int

    def pack(self, value: Any, _: Dimensions) -> object:
        return _entries(value, self.limit, Integer(64).pack)

    def unpack(self, value: object, _: Mapping[str, int]) -> dict[str, int]:
        return _entries(value, self.limit, Integer(64).unpack)

    def schema(self) -> dict[str, object]:
        return {"type": "object", "maxProperties": self.limit, "additionalProperties": Integer(64).schema()}


@dataclass(frozen=True)
class Levels:
    """Up to so many named numbers within closed bounds."""

    limit: int
    low: float = -FLOAT_MAX
    high: float = FLOAT_MAX

    def pack(self, value: Any, _: Dimensions) -> object:
        return _entries(value, self.limit, Number(self.low, self.high).pack)

    def unpack(self, value: object, _: Mapping[str, int]) -> dict[str, float]:
        return _entries(value, self.limit, Number(self.low, self.high).unpack)

    def schema(self) -> dict[str, object]:
        number = Number(self.low, self.high).schema()
        return {"type": "object", "maxProperties": self.limit, "additionalProperties": number}


def _entries(value: object, limit: int, turn: Callable[[Any, Dimensions], Any]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"should be a map, is {show(value)}")
    if len(value) > limit:
        raise ValueError(f"should have at most {limit} entries, has {len(value)}")
    entries = {}
    for name, entry in value.items():
        try:
            entries[Text(64).unpack(name, {})] = turn(entry, {})
        except (ValueError, TypeError) as error:
            raise ValueError(f"at {show(name)} {error}") from None
    return entries


@dataclass(frozen=True, init=False)
class Block:
    """Array as its little-endian bytes, row-major; each size is a number or names a dimension.

    Floats are finite and lie within the closed bounds, as float32 rounds these.
    """

    sizes: tuple[int | str, ...]
    dtype: np.dtype[Any]
    low: np.float32
    high: np.float32

    def __init__(
        self, *sizes: int | str, dtype: str = "<f4", low: float = -FLOAT_MAX, high: float = FLOAT_MAX
    ) -> None:
        object.__setattr__(self, "sizes", sizes)
        object.__setattr__(self, "dtype", np.dtype(dtype))
        object.__setattr__(self, "low", np.float32(low))
        object.__setattr__(self, "high", np.float32(high))

    def pack(self, value: Any, dimensions: Dimensions) -> bytes | memoryview:
        # A conversion here would hide that the director computes in another type than it sends.
        if not isinstance(value, np.ndarray) or value.dtype != self.dtype:
            found = f"an array of {value.dtype}" if isinstance(value, np.ndarray) else show(value)
            raise ValueError(f"should be an array of {self.dtype}, is {found}")
        if len(value.shape) != len(self.sizes):
            raise ValueError(f"should be {self.shape()}, is {value.shape}")
        for size, actual in zip(self.sizes, value.shape, strict=True):
            if isinstance(size, str):
                _bound(dimensions, size, actual)
            elif size != actual:
                raise ValueError(f"should be {self.shape()}, is {value.shape}")
        array = np.ascontiguousarray(value)
        self._check(array)
        return array.data.cast("B") if array.size else b""

    def unpack(self, value: object, dimensions: Mapping[str, int]) -> NDArray[Any]:
        if type(value) is not bytes:
            raise ValueError(f"should be a binary block, is {show(value)}")
        shape = tuple(dimensions[size] if isinstance(size, str) else size for size in self.sizes)
        expected = math.prod(shape) * self.dtype.itemsize
        if len(value) != expected:
            raise ValueError(f"should be {self.shape()} = {expected} bytes, has {len(value)}")
        array = np.frombuffer(value, self.dtype).reshape(shape)
        self._check(array)
        return array

    def schema(self) -> dict[str, object]:
        return {
            "type": "string",
            "contentEncoding": "binary",
            "description": f"{self.dtype.str} {self.shape()}",
        }

    def shape(self) -> str:
        return " × ".join(str(size) for size in self.sizes)

    def _check(self, array: NDArray[Any]) -> None:
        if self.dtype.kind != "f" or not array.size:
            return
        # argmin and argmax find any NaN first, which then fails the comparison; min and max cost a
        # microsecond more on a small array.
        flat = array.reshape(-1)
        low, high = flat[flat.argmin()], flat[flat.argmax()]
        if not (self.low <= low and high <= self.high):
            raise ValueError(
                f"should lie from {self.low:g} to {self.high:g}, goes from {low:g} to {high:g}"
                if low <= high
                else "holds a number that is not finite"
            )
