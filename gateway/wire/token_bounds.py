"""How many tokens a request can have at most, for limits that must never be exceeded."""

from collections.abc import Mapping
from typing import Any

import orjson

# https://api-docs.deepseek.com: an image is at most so many tokens.
TOKENS_OF_IMAGE = 1024
# No model answers with more, whatever a caller asks for; ledgers count in numbers of 53 bits.
_MOST_TOKENS = 10**9
# A file by its id may fill the largest context window there is.
_TOKENS_OF_FILE = 1_048_576


def output_bound(body: Mapping[str, Any]) -> int | None:
    """Return how many tokens all choices of the answer may have; None where the caller set no bound."""
    bound, newer = body.get("max_tokens"), body.get("max_completion_tokens")
    if type(newer) is int and (type(bound) is not int or newer > bound):
        bound = newer
    if type(bound) is not int:
        return None
    choices = body.get("n")
    return min(_MOST_TOKENS, bound * choices if type(choices) is int else bound)


def prompt_bound(body: Mapping[str, Any]) -> int:
    """
    Return an upper bound of the tokens of everything that is sent.

    No token is shorter than a byte, and what JSON writes around a message is
    longer than what a chat template does. Pictures and files count by
    themselves, because their bytes are no text.
    """
    size = len(orjson.dumps(body))
    for message in body.get("messages") or ():
        content = message.get("content")
        if type(content) is list:
            size += sum([_correction(part) for part in content if type(part) is dict])
    return size


def _correction(part: Mapping[str, Any]) -> int:
    """Return what a part of a message has in tokens beyond its bytes."""
    kind = part.get("type")
    if kind == "image_url":
        return TOKENS_OF_IMAGE - len(orjson.dumps(part))
    return _TOKENS_OF_FILE if kind == "file" else 0
