"""Which engine this installation has."""

from functools import lru_cache
from typing import Literal

from gateway.redaction.engines.engine import Engine
from gateway.redaction.engines.pure_python import PurePython
from gateway.redaction.shapes import Anchors

EngineName = Literal["auto", "hyperscan", "python"]


class EngineMissing(ValueError):
    """The policy asks for an engine that is not installed."""


# Profiles that look for the same share an engine: to compile one takes a second.
@lru_cache(maxsize=32)
def make_engine(name: EngineName, anchors: Anchors, *, is_shipped: bool = False) -> Engine:
    """
    Return the engine of that name; `auto` is Hyperscan where it is installed.

    Shipped anchors are the same at every start, and hold nothing of a tenant's.
    """
    if name == "python":
        return PurePython(anchors)
    try:
        from gateway.redaction.engines.hyperscan_engine import HyperscanEngine  # noqa: PLC0415 - an extra
    except ImportError as error:
        if name == "auto":
            return PurePython(anchors)
        raise EngineMissing(
            "the engine `hyperscan` is not installed: install `deepseek-gateway[fast]`, or choose `auto`"
        ) from error
    return HyperscanEngine(anchors, is_shipped=is_shipped)
