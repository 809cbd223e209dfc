"""How much and how long the door bears with a caller."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """
    The bounds of one connection: sizes in bytes, patience in seconds.

    `ahead_bytes` bounds what is kept unread: a next request sent early, a
    body that nobody reads yet, and the rest of a body thrown away to keep the
    connection. `last_call_seconds` is the time in which a caller who has only
    just connected may still ask while the door is being shut. `linger_*` bound
    how long a refused upload is read and thrown away, so that its sender sees
    the refusal and not a reset.
    """

    head_bytes: int = 64 * 1024
    head_fields: int = 100
    request_line_bytes: int = 8 * 1024
    first_byte_seconds: float = 10.0
    handshake_seconds: float = 10.0
    keep_alive_seconds: float = 75.0
    last_call_seconds: float = 1.0
    head_seconds: float = 10.0
    body_seconds: float = 60.0
    body_bytes_per_second: float = 1024.0
    write_stall_seconds: float = 60.0
    write_buffer_bytes: int = 64 * 1024
    ahead_bytes: int = 64 * 1024
    linger_seconds: float = 5.0
    linger_bytes: int = 8 * 1024 * 1024

    def body_deadline(self, *, started: float, progressed: float, received: int) -> float:
        """
        Return when a body is too slow: nothing came for `body_seconds`, or too little overall.

        Every byte received buys its share of `body_bytes_per_second`, so a
        sender of one byte a minute does not stay for ever.
        """
        patience = self.body_seconds
        return min(progressed + patience, started + patience + received / self.body_bytes_per_second)
