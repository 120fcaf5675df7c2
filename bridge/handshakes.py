"""What the handshakes of a connection say: whether the other side is there, or why it will not have us."""

from typing import Final

import zmq
from zmq.utils.monitor import parse_monitor_message

REFUSALS: Final = (
    zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
)  # fmt: skip
COMES_AND_GOES: Final = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED | REFUSALS
"""Events that `Handshakes` reads."""
MECHANISM_MISMATCH: Final = int(zmq.PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH)


class Handshakes:
    """Follows one connection by its monitor."""

    def __init__(self, monitor: "zmq.Socket[bytes]", *, encrypted: bool) -> None:
        """Begin with nobody there.

        Args:
            monitor: tells `COMES_AND_GOES`, see `Transport.watch`.
            encrypted: whether we come with keys.
        """
        self._monitor = monitor
        self._encrypted = encrypted
        self.connected = False
        self.connections = 0
        """Times that it was connected."""
        self.refused = ""
        """Why whoever listens there will not have us; empty where nothing says so."""

    def look(self) -> None:
        """Take in what has happened; never waits."""
        while self._monitor.poll(0):
            told = parse_monitor_message(self._monitor.recv_multipart())
            self._note(int(told["event"]), int(told["value"]))

    def _note(self, event: int, value: int) -> None:
        if event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
            self.connected, self.refused = True, ""
            self.connections += 1
            return
        if event == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
            self.refused = "something listens there, but does not know our key"
        elif event == zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL and value == MECHANISM_MISMATCH:
            self.refused = (
                "something listens there, but takes no encrypted connections: leave out --keys"
                if self._encrypted
                else "something listens there, but wants encryption: --keys FOLDER"
            )
        elif event & REFUSALS and self._encrypted:
            self.refused = "something listens there, but is not whose server.key we have"
        elif event & REFUSALS or not (self.connected or self.refused):
            self.refused = "something listens there, but it is no Mien"
        self.connected = False
