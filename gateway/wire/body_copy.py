"""The body of a request with other texts in their places."""

import json
from collections.abc import Iterable
from typing import Any

import orjson

from gateway.wire.texts import HumanText, Path


class BodyCopy:
    """
    Put texts into a copy of a body, one at a time; what does not change is shared with the old one.

        copy = BodyCopy(body)
        copy.put(text, "other words")
        send(copy.body)
    """

    __slots__ = ("_copies",)

    def __init__(self, body: dict[str, Any]) -> None:
        self._copies: dict[Path, Any] = {(): dict(body)}

    @property
    def body(self) -> dict[str, Any]:
        """The copy, as far as it was written."""
        whole: dict[str, Any] = self._copies[()]
        return whole

    def put(self, old: HumanText, text: str) -> None:
        """Let a text stand in the place of another."""
        copies, path = self._copies, old.path
        for depth in range(1, len(path)):
            if path[:depth] not in copies:
                holder, name = copies[path[: depth - 1]], path[depth - 1]
                holder[name] = copies[path[:depth]] = holder[name].copy()
        if old.is_name:
            _rename(copies[path[:-1]], str(path[-1]), text)
        else:
            copies[path[:-1]][path[-1]] = _value_of(text) if old.is_value else text


def _value_of(text: str) -> Any:
    """Return a structured value with every entry of its objects, also where two names became the same."""
    value = orjson.loads(text)
    # A text that was written like this comes out as it was, unless an entry was lost.
    if orjson.dumps(value) == text.encode():
        return value
    return json.loads(text, object_pairs_hook=_numbered)


def _numbered(entries: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object in which the second `[PERSON]` is `[PERSON] 2`."""
    whole: dict[str, Any] = {}
    numbers: dict[str, int] = {}
    for name, value in entries:
        free = name
        while free in whole:
            numbers[name] = numbers.get(name, 1) + 1
            free = f"{name} {numbers[name]}"
        whole[free] = value
    return whole


def _rename(holder: dict[str, Any], old: str, new: str) -> None:
    """Give an entry another name, in its place."""
    entries = _numbered([(new if name == old else name, value) for name, value in holder.items()])
    holder.clear()
    holder.update(entries)
