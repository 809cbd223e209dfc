"""The connection is tested on both event loops, since their transports differ, and over TLS."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.fakes.loops import LOOPS, TlsLoop

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Mapping[str, LoopFactory]:
    """Name the loops that a test runs on."""
    if item.path.name.startswith("test_connection"):
        return {**LOOPS, "tls": TlsLoop}
    return {"asyncio": asyncio.new_event_loop}
