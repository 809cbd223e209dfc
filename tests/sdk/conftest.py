"""A gateway in front of a simulator, and the clients that call it."""

from collections.abc import Iterator

import pytest

from tests.fakes.processes import a_gateway, a_simulator, uncached_policies
from tests.sdk.client import Client, driven
from tests.sdk.simulated import Simulated

# As long as a real one, so that scrubbing is put to the test too.
UPSTREAM_KEY = "sk-upstream-0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="session")
def far_end(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    """Run one simulator for all suites."""
    with a_simulator(tmp_path_factory.mktemp("simulator")) as url:
        yield Simulated(url)


@pytest.fixture(scope="session")
def gateway_url(far_end: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one gateway for all suites; it takes the simulator for hosted DeepSeek."""
    folder = tmp_path_factory.mktemp("gateway")
    far = {"DEEPSEEK_BASE_URL": far_end.url, "DEEPSEEK_API_KEY": UPSTREAM_KEY}
    with a_gateway(folder, GATEWAY_POLICIES=uncached_policies(folder), **far) as url:
        yield url


@pytest.fixture(scope="session")
def cached_url(far_end: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one gateway with the shipped policies, which give an answer again."""
    far = {"DEEPSEEK_BASE_URL": far_end.url, "DEEPSEEK_API_KEY": UPSTREAM_KEY}
    with a_gateway(tmp_path_factory.mktemp("cached"), **far) as url:
        yield f"{url}/v1"


@pytest.fixture
def simulator(far_end: Simulated) -> Simulated:
    """Return the simulator without memory of other tests."""
    far_end.reset()
    return far_end


@pytest.fixture(
    scope="session",
    params=[
        "openai-python-3",
        *(
            pytest.param(name, marks=pytest.mark.long)
            for name in ("openai-python-2", "openai-node-6", "langchain-deepseek")
        ),
    ],
)
def client(request: pytest.FixtureRequest, gateway_url: str) -> Iterator[Client]:
    """Run each client in turn; those that need an environment of their own are long."""
    with driven(request.param, f"{gateway_url}/v1") as running:
        yield running
