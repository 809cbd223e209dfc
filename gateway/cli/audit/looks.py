"""Who looks at the gateway's own log leaves a record in it, before anything is shown."""

import asyncio
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gateway.audit.catalogue import AuditRead
from gateway.audit.room import AuditRoom
from gateway.cli.operator_name import operator_name
from gateway.cli.store import opened_state
from gateway.environment import InvalidSetting
from gateway.foundation.clock import SystemClock
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import StateUnavailable
from gateway.identity.run_time_keys import CLI_ACTOR
from gateway.settings import Settings, read_settings
from gateway.vocabulary.notice import Notice


class NotRecorded(Exception):
    """A look could not be written down, so nothing is shown; `reason` says why."""

    def __init__(self, error: Exception) -> None:
        self.reason = f"the look could not be recorded in the log: {error}"
        super().__init__(f"Nothing is shown, because {self.reason}")


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody looks at: the act, what it asks for, and how much it found."""

    act: str
    what: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    tenant: str | None = None
    records: int = 0


def record_look(look: Look, paths: Iterable[Path], environ: Mapping[str, str]) -> None:
    """
    Write a look down if any of the paths is the gateway's own log; raise `NotRecorded`.

    A look at a copy cannot be recorded in the log it was copied from; it is
    said so.
    """
    try:
        settings = read_settings(environ)
        own = {folder.resolve() for folder in settings.audit.folders}
        if not any(_is_within(path.resolve(), own) for path in paths):
            sys.stderr.write("note: this is not the gateway's own log, so the look is recorded nowhere\n")
            return
        asyncio.run(_record(look, settings))
    except (InvalidSetting, UnusableState, StateUnavailable, OSError) as error:
        raise NotRecorded(error) from error


async def _record(look: Look, settings: Settings) -> None:
    facts = AuditRead(
        act=look.act,
        actor=CLI_ACTOR + operator_name(),
        tenant=look.tenant,
        what=dict(look.what),
        records=look.records,
    )
    troubles: list[Notice] = []
    async with opened_state(settings) as state:
        room = AuditRoom(settings.audit, state.keys, state.store, clock=SystemClock(), tell=troubles.append)
        await room.open()
        room.record("audit.read", facts)
        await room.close()
        if room.scribe.lost or room.scribe.trouble is not None:
            raise OSError(f"the log cannot be written ({room.scribe.trouble})")


def _is_within(path: Path, folders: Iterable[Path]) -> bool:
    return any(folder == path or folder in path.parents for folder in folders)
