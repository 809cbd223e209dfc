"""Where something stands in a request, and what is said of it when it is wrong."""

from typing import Any

from gateway.wire.invalid_request import InvalidRequest


def wrong(place: str, words: str) -> InvalidRequest:
    """Return the refusal of what stands at this place; `words` follow its name."""
    return InvalidRequest(f"`{place}` {words}", param=place)


def text_at(holder: dict[str, Any], name: str, place: str) -> str:
    """Return the text that an object has to have under this name; a request itself has no place."""
    text = holder.get(name)
    if type(text) is not str:
        raise wrong(_under(place, name), "has to be a text.")
    return text


def object_at(holder: dict[str, Any], name: str, place: str) -> dict[str, Any]:
    """Return the object that another has to have under this name."""
    found = holder.get(name)
    if type(found) is not dict:
        raise wrong(_under(place, name), "has to be an object.")
    return found


def blocks_at(
    content: object, place: str, example: str = '{"type": "text", "text": "..."}'
) -> list[tuple[str, dict[str, Any], str]]:
    """Return the blocks of a content, each with its type and its place; `example` shows a good one."""
    if type(content) is not list:
        raise wrong(place, "has to be a text or a list of objects.")
    found = []
    for index, block in enumerate(content):
        where = f"{place}[{index}]"
        if type(block) is not dict or type(block.get("type")) is not str:
            raise wrong(where, f"has to be an object with a `type`, as {example}.")
        found.append((block["type"], block, where))
    return found


def printable(kind: str) -> str:
    """Return a type as a refusal may show it: a name, and never what else may stand there."""
    return kind if kind.isidentifier() and kind.isascii() and len(kind) <= 64 else "(unknown)"


def _under(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
