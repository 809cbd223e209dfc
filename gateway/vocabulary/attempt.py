"""One try at one upstream."""

import msgspec

from gateway.vocabulary.residency import Residency
from gateway.vocabulary.usage import Usage


class Attempt(msgspec.Struct, frozen=True):
    """
    One try of the dispatcher, closed.

    `error` is a stable code, or None when the try gave the answer. `usage` is
    what this try cost where that is known. Of its `seconds`, `queue_seconds`
    went by until it had a connection, and `first_frame_seconds` until the
    first frame of its answer came.
    """

    upstream: str
    model: str
    residency: Residency
    status: int | None
    error: str | None
    seconds: float
    usage: Usage | None = None
    queue_seconds: float | None = None
    first_frame_seconds: float | None = None
