"""How acts that change what is kept open the log: the gateway's own, beside it or without it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TextIO

from gateway.audit.catalogue import noticed
from gateway.audit.eraser import Eraser
from gateway.audit.holds import HoldStands
from gateway.audit.room import AuditRoom
from gateway.audit.subject_keys import NoPerson
from gateway.cli.operator_name import operator_name
from gateway.cli.store import opened_state
from gateway.environment import InvalidSetting
from gateway.foundation.clock import Clock, SystemClock
from gateway.foundation.keys import NoDataKey, TenantKeys
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import StateConflict, StateStore, StateUnavailable
from gateway.identity.run_time_keys import CLI_ACTOR
from gateway.settings import Settings, read_settings
from gateway.vocabulary.notice import Notice


class Unrecorded(Exception):
    """Something was done, and the log could not be written."""

    def __init__(self, trouble: str | None) -> None:
        super().__init__(f"It was done, but the log could not be written ({trouble}).")


@dataclass(frozen=True, slots=True)
class Office:
    """What an act works with; `actor` is who asked for it."""

    room: AuditRoom
    eraser: Eraser
    store: StateStore
    keys: TenantKeys
    clock: Clock
    actor: str

    def record(self, event: str, **facts: Any) -> None:
        """Let the log say what was done, and who asked for it."""
        self.room.record(*noticed(event, {"actor": self.actor, **facts}))


@asynccontextmanager
async def opened_office(settings: Settings) -> AsyncIterator[Office]:
    """Open state and log before an act; raise `Unrecorded` after it if it is not written down."""
    clock, actor = SystemClock(), CLI_ACTOR + operator_name()
    async with opened_state(settings) as state:
        troubles: list[Notice] = []
        room = AuditRoom(settings.audit, state.keys, state.store, clock=clock, tell=troubles.append)
        await room.open()
        try:
            eraser = Eraser(room, state.store, clock=clock, actor=actor)
            yield Office(room, eraser, state.store, state.keys, clock, actor)
        finally:
            await room.close()
    if room.scribe.lost or room.scribe.trouble is not None:
        raise Unrecorded(room.scribe.trouble)


async def record_after(settings: Settings, event: str, **facts: Any) -> None:
    """Let the log say what has been done without it; raise `Unrecorded`."""
    try:
        async with opened_office(settings) as office:
            office.record(event, **facts)
    except (UnusableState, StateUnavailable, StateConflict, OSError) as error:
        raise Unrecorded(str(error)) from error


def run_act(environ: Mapping[str, str], act: Callable[[Office], Awaitable[int]]) -> int:
    """Do an act; return its exit status, or 1 when it was not possible, with the reason on standard error."""
    try:
        return asyncio.run(_run(environ, act))
    except (HoldStands, NoPerson) as refused:
        return complain(str(refused))
    except NoDataKey as error:
        return complain(f"{error}: there is no such tenant, or nothing was ever kept of it")
    except (InvalidSetting, UnusableState, StateUnavailable, StateConflict, Unrecorded, OSError) as error:
        return complain(str(error))


def complain(message: str) -> int:
    """Say why something was not done, and return the exit status for it."""
    sys.stderr.write(f"{message}\n")
    return 1


def read_subject(text: str, stream: TextIO | None = None) -> str:
    """Return the subject of an option; `-` keeps it out of the list of processes and the shell's history."""
    return (stream or sys.stdin).readline().rstrip("\r\n") if text == "-" else text


async def _run(environ: Mapping[str, str], act: Callable[[Office], Awaitable[int]]) -> int:
    async with opened_office(read_settings(environ)) as office:
        return await act(office)
