"""JSON as the most lenient of readers would take it."""

import json
import re
from typing import Any

import orjson

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_HARMLESS_BRACKETS = 200


def read_object(document: bytes) -> dict[str, Any] | None:
    """Return a JSON object; what is none cannot hold a lane and passes as it is."""
    try:
        value: object = orjson.loads(document)
        if document.count(b"[") + document.count(b"{") > _HARMLESS_BRACKETS:
            # What is read may be nested deeper than can be written.
            orjson.dumps(value)
    except orjson.JSONDecodeError:
        value = _read_leniently(document)
    except TypeError:
        return None
    return value if type(value) is dict else None


def _read_leniently(document: bytes) -> object:
    """
    Return what a lenient reader finds in a document that is no JSON, strictly spoken.

    A caller may have one, so nothing passes unread because half of a character
    or a NaN stands beside it.
    """
    text = _ESCAPE.sub(_without_half, document.decode("utf-8", "replace"))
    try:
        value: object = json.loads(text, strict=False)
        orjson.dumps(value)
    except (ValueError, TypeError, RecursionError):
        return None
    return value


def _without_half(escape: re.Match[str]) -> str:
    return "\ufffd" if escape["half"] else escape[0]
