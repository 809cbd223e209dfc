"""The state store as commands open it: the one of the gateway with the same settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.state import State, open_state
from gateway.foundation.state_folder import StateFolder
from gateway.settings import Settings

_TASKS_SECONDS = 1.0


@asynccontextmanager
async def opened_state(settings: Settings) -> AsyncIterator[State]:
    """Open what the gateway of these settings keeps, beside it or without it."""
    failures: list[BaseException] = []
    tasks = LastTasks(failures.append)
    redis = None
    if settings.redis is not None:
        redis = RedisLink(Dialler(settings.redis, settings.ca_file), tasks)
    state = await open_state(StateFolder(settings.state_dir), settings.master_key, redis=redis)
    try:
        yield state
    finally:
        await state.close()
        await tasks.finish(_TASKS_SECONDS)
