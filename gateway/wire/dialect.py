"""What the gateway has to know of a protocol that callers speak."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat import ChatRequest
from gateway.wire.frames import Stage


class Asked(NamedTuple):
    """What a caller asks, as a chat request, and the stages that say the answer in the caller's words."""

    request: ChatRequest
    stages: Sequence[Stage] = ()


class Dialect(Protocol):
    """
    How one protocol asks, is answered and is refused.

    On the way between, every exchange is DeepSeek's chat: what is looked
    through, kept, counted and sent on is the same for all protocols.
    """

    stream_beat: bytes
    """A sign of life in a stream."""

    id_field: bytes | None
    """A header field for the id of a request, beside `x-request-id`."""

    def read(self, body: bytes) -> Asked:
        """Read the body of a request, or raise `InvalidRequest`."""

    def refusal_body(self, refusal: Refusal, request_id: str) -> bytes:
        """Return the JSON body of a refusal."""

    def refusal_event(self, refusal: Refusal, request_id: str) -> bytes:
        """Return a refusal as the last event of a stream that has begun."""
