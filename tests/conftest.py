"""What tests of every room may ask for."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.fakes.redis_server import RedisServer

# A busy machine makes a good test slow, and a time says nothing about the property.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def _shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One Redis for all tests that leave its process alone."""
    server = RedisServer(tmp_path_factory.mktemp("redis")).start()
    yield server
    server.stop()


@pytest.fixture
def redis_server(_shared_redis: RedisServer) -> RedisServer:
    """A real Redis, empty; a test that kills or freezes it starts one of its own."""
    _shared_redis.ask("FLUSHALL")
    _shared_redis.ask("SCRIPT", "FLUSH")
    return _shared_redis
