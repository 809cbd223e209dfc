"""How acts that change what is kept open the log: the gateway's own, beside it or without it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TextIO

from gateway.audit.eraser import Eraser
from gateway.audit.holds import HoldStands
from gateway.audit.room import AuditRoom
from gateway.cli.operator_name import operator_name
from gateway.cli.store import opened_state
from gateway.environment import InvalidSetting
from gateway.foundation.clock import Clock, SystemClock
from gateway.foundation.keys import NoDataKey, TenantKeys
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import StateUnavailable
from gateway.identity.run_time_keys import CLI_ACTOR
from gateway.settings import read_settings
from gateway.vocabulary.notice import Notice


@dataclass(frozen=True, slots=True)
class Office:
    """What an act works with; `actor` is who asked for it."""

    room: AuditRoom
    eraser: Eraser
    keys: TenantKeys
    clock: Clock
    actor: str


def run_act(environ: Mapping[str, str], act: Callable[[Office], Awaitable[int]]) -> int:
    """Do an act; return its exit status, or 1 when it was not possible, with the reason on standard error."""
    try:
        return asyncio.run(_run(environ, act))
    except HoldStands as held:
        return complain(str(held))
    except NoDataKey as error:
        return complain(f"{error}: there is no such tenant, or nothing was ever kept of it")
    except (InvalidSetting, UnusableState, StateUnavailable, OSError) as error:
        return complain(str(error))


def complain(message: str) -> int:
    """Say why something was not done, and return the exit status for it."""
    sys.stderr.write(f"{message}\n")
    return 1


def read_subject(text: str, stream: TextIO | None = None) -> str:
    """Return the subject of an option; `-` keeps it out of the list of processes and the shell's history."""
    return (stream or sys.stdin).readline().rstrip("\n") if text == "-" else text


async def _run(environ: Mapping[str, str], act: Callable[[Office], Awaitable[int]]) -> int:
    clock, actor = SystemClock(), CLI_ACTOR + operator_name()
    async with opened_state(read_settings(environ)) as state:
        troubles: list[Notice] = []
        room = AuditRoom(
            read_settings(environ).audit, state.keys, state.store, clock=clock, tell=troubles.append
        )
        await room.open()
        try:
            eraser = Eraser(room, state.store, clock=clock, actor=actor)
            status = await act(Office(room, eraser, state.keys, clock, actor))
        finally:
            await room.close()
        if room.scribe.lost or room.scribe.trouble is not None:
            raise OSError(f"It was done, but the log could not be written ({room.scribe.trouble}).")
        return status
