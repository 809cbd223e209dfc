"""An event of a protocol whose events have types."""

from typing import Any

import orjson


def event(kind: str, **fields: Any) -> bytes:
    """Return one event; its name stands in it twice, because clients look in either place."""
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), orjson.dumps({"type": kind, **fields}))
