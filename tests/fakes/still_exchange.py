"""An exchange on a connection where nothing happens by itself."""

from gateway.edge.caller_reply import CallerReply
from gateway.edge.door_extension import DoorExtension
from gateway.edge.door_limits import DoorLimits
from gateway.edge.request_body import RequestBody
from gateway.edge.request_head import parse_head
from gateway.edge.response_head import DateLine
from gateway.foundation.clock import FakeClock


class SilentLine:
    """A connection on which nothing happens."""

    is_congested = False

    def may_keep_alive(self) -> bool:
        """Yes."""
        return True

    def send(self, data: bytes) -> None:
        """Drop it."""

    def finish(self, *, keep_alive: bool) -> None:
        """Do nothing."""

    def cut(self, *, hard: bool) -> None:
        """Do nothing."""

    def invite_body(self) -> None:
        """Do nothing."""

    def pause_body(self) -> None:
        """Do nothing."""

    def resume_body(self) -> None:
        """Do nothing."""


def an_exchange() -> DoorExtension:
    """Return an exchange that waits for its body."""
    line = SilentLine()
    head = parse_head(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", DoorLimits())
    return DoorExtension(
        CallerReply(line, head, DateLine(FakeClock())), RequestBody(line, head, 100), head.named
    )
