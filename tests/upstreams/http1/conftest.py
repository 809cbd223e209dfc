"""The client is tested on both event loops, since their transports differ."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from gateway.foundation.trust import trusting_context
from gateway.upstreams.http1.transport import Http1Transport
from tests.fakes.certificates import Authority
from tests.fakes.loops import LOOPS


@pytest.hookimpl
def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run every test of this folder on each loop."""
    return LOOPS


@pytest.fixture(scope="session")
def context() -> ssl.SSLContext:
    return trusting_context()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def transport(context: ssl.SSLContext) -> AsyncIterator[Http1Transport]:
    one = Http1Transport(context)
    yield one
    await one.close()
