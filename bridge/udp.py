"""Datagrams to one address: sent at once or dropped and counted, never waited for."""

import socket
from collections.abc import Mapping
from typing import Any


class Datagrams:
    """A UDP socket that keeps no connection and cannot know who listens."""

    def __init__(self, host: str, port: int) -> None:
        """Look the host up.

        Raises:
            OSError: the host is unknown.
        """
        family, kind, protocol, _, self._address = _look_up(host, port)
        self._socket = socket.socket(family, kind, protocol)
        self._socket.setblocking(False)
        self._sent = self._dropped = 0

    def send(self, data: bytes) -> None:
        """Send one datagram."""
        try:
            self._socket.sendto(data, self._address)
            self._sent += 1
        except OSError:  # a full buffer, or a network that is down: the next tick brings newer data
            self._dropped += 1

    def drop(self) -> None:
        """Count one datagram that could not be made."""
        self._dropped += 1

    def stats(self) -> Mapping[str, int]:
        """Return totals since the start: datagrams `sent` and `dropped`."""
        return {"sent": self._sent, "dropped": self._dropped}

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _look_up(host: str, port: int) -> tuple[int, int, int, str, Any]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
