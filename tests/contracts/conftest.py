"""Contracts hold on both event loops: the product's uvloop and asyncio's own."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.fakes.loops import LOOPS


@pytest.hookimpl
def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run the tests of the transports on each loop, others on asyncio's."""
    return LOOPS if "test_transport" in item.nodeid else {"asyncio": LOOPS["asyncio"]}
