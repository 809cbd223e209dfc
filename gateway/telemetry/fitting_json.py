"""An event as a line of JSON that is not longer than what takes it."""

from collections.abc import MutableMapping
from typing import Any

from structlog.processors import JSONRenderer

_MARK = "..."
# What says which line it is.
_ALWAYS_WHOLE = ("event", "level", "timestamp")


class FittingJson:
    """
    Render an event as JSON of at most so many bytes, its longest values shortened.

    A line that is cut where it happens to end is no JSON, and lacks its kind and its level, which stand last.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._render = JSONRenderer()

    def __call__(self, _logger: Any, _name: str, event: MutableMapping[str, Any]) -> str:
        """Return the line; the signature is that of a structlog processor."""
        facts = dict(event)
        while (excess := len(line := self._json(facts)) - self._most_bytes) > 0:
            longest = max(facts, key=lambda fact: 0 if fact in _ALWAYS_WHOLE else self._size(facts[fact]))
            if longest in _ALWAYS_WHOLE or not self._size(facts[longest]):
                return line
            facts[longest] = self._shorter(facts[longest], excess)
        return line

    def _size(self, value: Any) -> int:
        """Return how much there is to shorten, with what cannot be; 0 for nothing."""
        return len(self._json({"": value})) if isinstance(value, str | list) and _body(value) else 0

    def _shorter(self, value: Any, excess: int) -> Any:
        size, body = self._size(value), _body(value)
        # In proportion: a character may take one byte or twelve.
        kept = max(0, min(len(body) - 1, len(body) * (size - excess) // size - len(_MARK)))
        return body[:kept] + _mark(value)

    def _json(self, facts: dict[str, Any]) -> str:
        # ASCII alone: its letters are its bytes.
        return str(self._render(None, "", facts))


def _mark(value: Any) -> Any:
    return _MARK if isinstance(value, str) else [_MARK]


def _body(value: Any) -> Any:
    """Return what is left of a value that was shortened, or all of it."""
    mark = _mark(value)
    return value[: -len(mark)] if value[-len(mark) :] == mark else value
