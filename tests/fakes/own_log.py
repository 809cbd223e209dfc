"""A gateway's own log, written by the very writers that the gateway has."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gateway.audit.catalogue import Facts
from gateway.audit.room import AuditRoom
from gateway.cli.audit import verb
from gateway.cli.store import opened_state
from gateway.foundation.clock import Clock, SystemClock
from gateway.settings import read_settings
from tests.fakes.audit_logs import an_exchange


class OwnLog:
    """The state of a gateway in a folder, and its command line as a reviewer uses it."""

    def __init__(self, folder: Path) -> None:
        self.environ = {"GATEWAY_STATE_DIR": str(folder), "GATEWAY_AUDIT_RESERVE_MB": "0"}
        self.folder = folder / "audit"

    def write(
        self, *told: tuple[str, Facts], subjects: Sequence[str] = (), clock: Clock | None = None
    ) -> None:
        """Let a process of the gateway write these and stop; each subject makes a request of its own."""
        asyncio.run(self._write(told, subjects, clock or SystemClock()))

    def act(self, *words: str) -> int:
        """Run one act of `deepseek-gateway audit` with this gateway's environment."""
        parser = argparse.ArgumentParser(prog="deepseek-gateway")
        verb.add_parser(parser.add_subparsers())
        args = parser.parse_args(["audit", *words])
        args.environ = self.environ
        status: int = args.run(args)
        return status

    @property
    def looks(self) -> list[dict[str, Any]]:
        """The records of looks, in their order."""
        files = self.folder.glob("writers/*/*.jsonl")
        records = [json.loads(line) for path in files for line in path.read_text().split("\n")[:-1]]
        return sorted((one for one in records if one["event"] == "audit.read"), key=lambda one: one["time"])

    async def _write(self, told: Sequence[tuple[str, Facts]], subjects: Sequence[str], clock: Clock) -> None:
        settings = read_settings(self.environ)
        async with opened_state(settings) as state:
            await state.keys.ensure(["acme"])
            room = AuditRoom(settings.audit, state.keys, state.store, clock=clock, tell=lambda _: None)
            await room.open()
            await room.ensure(["acme"])
            period = room.lookups.periods("acme")[0].name
            hashed = [room.lookups.hash("acme", "subject", subject, period) for subject in subjects]
            own = [
                one
                for number, name in enumerate(hashed)
                for one in an_exchange(f"own_{number}", subject=name)
            ]
            for event, facts in [*told, *own]:
                room.record(event, facts)
            await room.close()
