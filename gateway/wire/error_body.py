"""The shape in which OpenAI clients expect an error."""

import orjson


def openai_error(message: str, kind: str, param: str | None, code: str, **extra: str | float | None) -> bytes:
    """Return an error as OpenAI's clients read it; `kind` is its `type`, `extra` adds fields to the four."""
    error = {"message": message, "type": kind, "param": param, "code": code, **extra}
    return orjson.dumps({"error": error})


def sse_error(message: str, kind: str, param: str | None, code: str, **extra: str | float | None) -> bytes:
    """Return the same error as a server-sent event, for a stream that has begun."""
    return b"data: " + openai_error(message, kind, param, code, **extra) + b"\n\n"
