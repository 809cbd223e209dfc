"""A gateway with an owner, for tests that only ask and change keys of their own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.edge.admin.office import Office, an_office


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """One gateway for a whole file of tests."""
    async with an_office(tmp_path_factory.mktemp("office")) as opened:
        yield opened
