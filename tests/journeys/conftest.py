"""The gateway is served on uvloop, so that is where its journeys run."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
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


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def hiding_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A gateway whose plan has the profile of the demo, for all journeys of a file."""
    folder = tmp_path_factory.mktemp("hiding")
    async with a_house(folder, lambda policies: policies.hide(profile="baseline")) as opened:
        yield opened
