"""Which beginnings of conversations were seen before: DeepSeek's context cache, simply."""

from collections import OrderedDict
from hashlib import blake2b

import msgspec
import orjson

from gateway.simulator.pieces import weigh
from gateway.simulator.request import ChatRequest, Message


class PrefixMemory:
    """
    Remember prefixes of messages, apart for each `user_id`.

    A prefix is a hit only as far as all its messages, the model and the tools
    are the same. The oldest are forgotten first.
    """

    def __init__(self, kept: int = 10_000) -> None:
        self._seen: OrderedDict[bytes, None] = OrderedDict()
        self._kept = kept

    def measure(self, request: ChatRequest) -> tuple[int, int]:
        """Return the prompt's weight and how much of it was seen, in tenths of a token; remember it."""
        total = hit = 0
        chain = _digest(b"", [request.user_id, request.model, msgspec.to_builtins(request.tools)])
        known = True
        for message in request.messages:
            chain = _digest(chain, msgspec.to_builtins(message))
            total += _weight(message)
            known = known and chain in self._seen
            if known:
                hit = total
            self._remember(chain)
        return total, hit

    def forget(self) -> None:
        """Start from nothing."""
        self._seen.clear()

    def _remember(self, chain: bytes) -> None:
        self._seen[chain] = None
        self._seen.move_to_end(chain)
        if len(self._seen) > self._kept:
            self._seen.popitem(last=False)


def _digest(before: bytes, value: object) -> bytes:
    return blake2b(before + orjson.dumps(value), digest_size=16).digest()


def _weight(message: Message) -> int:
    called = sum(weigh(call.function.name + call.function.arguments) for call in message.tool_calls or ())
    # Every message costs a few tokens for its role.
    return weigh(message.text) + called + 40
