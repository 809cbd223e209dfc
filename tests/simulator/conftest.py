"""A simulator and a client for every test that wants them."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from gateway.simulator.server import Simulator


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator() as running:
        yield running


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=simulator.base_url, trust_env=False) as connected:
        yield connected
