"""The state store as commands open it: the one of the gateway with the same settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.state import State, open_state, open_store
from gateway.foundation.state_folder import StateFolder
from gateway.foundation.state_store import StateStore
from gateway.settings import Settings

_TASKS_SECONDS = 1.0


@asynccontextmanager
async def opened_state(settings: Settings) -> AsyncIterator[State]:
    """Open what the gateway of these settings keeps, beside it or without it."""
    async with _linked(settings) as redis:
        state = await open_state(StateFolder(settings.state_dir), settings.master_key, redis=redis)
        try:
            yield state
        finally:
            await state.close()


@asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[StateStore]:
    """Open the store alone, whatever is in it, or make it."""
    async with _linked(settings) as redis:
        folder = StateFolder(settings.state_dir).path
        store, close = await open_store(folder, redis)
        try:
            yield store
        finally:
            await close()


@asynccontextmanager
async def _linked(settings: Settings) -> AsyncIterator[RedisLink | None]:
    failures: list[BaseException] = []
    tasks = LastTasks(failures.append)
    if settings.redis is None:
        yield None
    else:
        yield RedisLink(Dialler(settings.redis, settings.ca_file), tasks)
    await tasks.finish(_TASKS_SECONDS)
