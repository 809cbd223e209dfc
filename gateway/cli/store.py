"""The state store as commands open it: the one of the gateway with the same settings."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.state import State, open_state, open_store
from gateway.foundation.state_folder import StateFolder, UnusableState
from gateway.foundation.state_store import StateStore
from gateway.settings import Settings

_TASKS_SECONDS = 1.0
# What a gateway makes at its first start, with Redis too.
_FIRST_MADE = ("store.json", "audit")


@asynccontextmanager
async def opened_state(settings: Settings) -> AsyncIterator[State]:
    """Open what the gateway of these settings keeps, beside it or without it."""
    async with _linked(settings) as redis:
        is_new = not (settings.state_dir / _FIRST_MADE[0]).exists()
        state = await open_state(StateFolder(settings.state_dir), settings.master_key, redis=redis)
        if is_new:
            # Who is in the wrong folder would take it for the gateway's, and wonder that nothing is there.
            sys.stderr.write(
                f"note: no gateway has used the state folder {settings.state_dir.resolve()} before; "
                "it begins with this command\n"
            )
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


def refuse_stranger(folder: Path, user: int) -> None:
    """
    Raise `UnusableState` where the files of a gateway belong to another user.

    Its folder lets nobody in but root, and what root writes there (a part of
    the audit log, for one) the gateway cannot read, sign or verify.
    """
    for path in (folder / name for name in _FIRST_MADE):
        owner = path.stat().st_uid if path.exists() else user
        if owner != user:
            raise UnusableState(
                f"{path} belongs to the user {owner}, and this is {user}, whose files the gateway could not "
                f"read. Run the command as that user (docs/operations.md): sudo -u '#{owner}' ..."
            )


@asynccontextmanager
async def _linked(settings: Settings) -> AsyncIterator[RedisLink | None]:
    refuse_stranger(settings.state_dir, os.geteuid())
    failures: list[BaseException] = []
    tasks = LastTasks(failures.append)
    if settings.redis is None:
        yield None
    else:
        yield RedisLink(Dialler(settings.redis, settings.ca_file), tasks)
    await tasks.finish(_TASKS_SECONDS)
