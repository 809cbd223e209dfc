"""Which engine this installation has."""

from typing import Literal

from gateway.redaction.engines.engine import Engine
from gateway.redaction.engines.pure_python import PurePython
from gateway.redaction.shapes import Anchors

EngineName = Literal["auto", "hyperscan", "python"]


class EngineMissing(ValueError):
    """The policy asks for an engine that is not installed."""


def make_engine(name: EngineName, anchors: Anchors) -> Engine:
    """Return the engine of that name; `auto` is Hyperscan where it is installed."""
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
    return HyperscanEngine(anchors)
