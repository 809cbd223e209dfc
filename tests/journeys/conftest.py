"""The gateway is served on uvloop, so that is where its journeys run."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
import uvloop

from tests.fakes.house import House, a_house


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Name the loop that a journey runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A gateway before one simulator."""
    async with a_house(tmp_path) as opened:
        yield opened
