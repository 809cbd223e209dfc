"""Links to a Redis server, as tests of the link and of rooms behind it want them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.address import parse_address
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.failures import RedisFailure
from gateway.foundation.redis_link.link import RedisLink


class StateNotes:
    """What a link told about its servers."""

    def __init__(self) -> None:
        self.heard: list[RedisFailure | None] = []

    def __call__(self, failure: RedisFailure | None) -> None:
        """Note it."""
        self.heard.append(failure)


@asynccontextmanager
async def a_link(
    url: str,
    *,
    must_keep: bool = True,
    ca_file: Path | None = None,
    certificate: Path | None = None,
    **options: Any,
) -> AsyncIterator[RedisLink]:
    """A link that is open, closed with everything it began."""
    faults: list[BaseException] = []
    tasks = LastTasks(faults.append)
    address = replace(parse_address(url), certificate=certificate)
    link = RedisLink(Dialler(address, ca_file, must_keep=must_keep), tasks, **options)
    try:
        await link.open()
        yield link
    finally:
        await link.close()
        await tasks.finish(0)
    assert [] == faults
