"""An event as a line of JSON that is not longer than what takes it."""

from collections.abc import MutableMapping
from typing import Any

from structlog.processors import JSONRenderer

_MARK = "..."


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
            longest = max(facts, key=lambda fact: self._size(facts[fact]))
            if not self._size(facts[longest]):
                return line
            facts[longest] = self._shorter(facts[longest], excess)
        return line

    def _size(self, value: Any) -> int:
        can_shrink = isinstance(value, str | list) and len(value) > len(_MARK)
        return len(self._json({"": value})) if can_shrink else 0

    def _shorter(self, value: Any, excess: int) -> Any:
        size = self._size(value)
        # In proportion: a character may take one byte or twelve.
        kept = min(len(value) - 1, len(value) * max(0, size - excess) // size) - len(_MARK)
        return value[: max(0, kept)] + (_MARK if isinstance(value, str) else [_MARK])

    def _json(self, facts: dict[str, Any]) -> str:
        # ASCII alone, so its letters are its bytes.
        return str(self._render(None, "", facts))
