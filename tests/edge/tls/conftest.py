"""One authority for all tests of TLS, which run on both event loops."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.fakes.certificates import Authority
from tests.fakes.loops import LOOPS

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Mapping[str, LoopFactory]:
    """Name the loops that a test runs on."""
    return LOOPS


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who signed the certificates."""
    return Authority(tmp_path_factory.mktemp("authority"))
