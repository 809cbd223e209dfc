"""The doors: what is served behind which, and when."""

import asyncio
from pathlib import Path

import pytest

from gateway.edge.server import Listener
from tests.fakes.house import a_house, a_request, listen
from tests.fakes.open_door import Caller

pytestmark = pytest.mark.slow


async def test_one_door_serves_callers_and_operators(tmp_path: Path) -> None:
    """
    Without a port of their own, operators come through the same door.
    """
    async with a_house(tmp_path) as house:
        (door,) = house.gateway.doors.listeners

        assert 200 == await _status(door, "/metrics")
        assert 401 == await _status(door, "/v1/models")
        assert 401 == await _status(door, "/admin/v1/me")


async def test_two_doors_serve_one_each(tmp_path: Path) -> None:
    """
    Callers find nothing of the operators', and the other way round; both are asked for health.
    """
    async with a_house(tmp_path, environ={"GATEWAY_ADMIN_PORT": "0"}) as house:
        callers, operators = house.gateway.doors.listeners
        paths = ("/healthz", "/v1/models", "/metrics", "/admin/v1/me")

        assert [200, 401, 404, 404] == [await _status(callers, path) for path in paths]
        assert [200, 404, 200, 401] == [await _status(operators, path) for path in paths]


async def _status(door: Listener, path: str) -> int:
    async with Caller(*await asyncio.open_connection(*door.address)) as caller:
        caller.say(a_request(b"", path=path, method="GET", key=None))
        return (await listen(caller)).status
