"""What every way out of the director looks like."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from mien.bridge.messages import Message


class Emitter(Protocol):
    """Takes each tick's messages and sends what its receivers understand.

    A `Hello` comes before the first `FaceFrame` and again whenever names change. An emitter never blocks and
    never raises over the network: what cannot go out is dropped and counted.
    """

    def emit(self, messages: Sequence[Message]) -> None:
        """Send what one tick produced, in this order; passes over kinds that it has no use for.

        Call it every tick, with an empty sequence if need be: it also serves receivers that have just come.
        """

    def stats(self) -> Mapping[str, int]:
        """Return totals since the start, such as `sent` and `dropped`, for `Status.counters`."""

    def close(self) -> None:
        """Say goodbye where the protocol has a word for it, and free the sockets. Safe to call twice."""
