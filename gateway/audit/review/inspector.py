"""
A check of the whole log, which may take hours: begun by one call, asked for by others.

A child at the lowest priority does it, one at a time for all processes of a host. How it
goes stands in the state folder, so that each of them can answer; whoever sent the child
holds a lock, so that a check whose process died is known for one that will never end.
"""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from gateway.audit.disk import HeldLock, try_lock
from gateway.audit.record import time_text
from gateway.audit.review.errand import Order
from gateway.audit.review.errands import Errands
from gateway.foundation.clock import Clock
from gateway.foundation.state_folder import StateFolder, UnusableState
from gateway.vocabulary.refusal import Blame, Refusal

FILE = "audit-verification.json"
LOCK = "audit-verification.lock"
LONGEST_SECONDS = 12 * 3600.0
_ID_BYTES = 8
_DIED = "The process that did it ended before it. Begin another one."


class VerificationRuns(Refusal):
    """Another check of the log runs, with other keys; one at a time is enough for a machine."""

    status, code, kind, blame = 409, "verification_running", "invalid_request_error", Blame.CALLER


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """One check of the log: it runs until `logs` say what was found, or `reason` why nothing was."""

    id: str
    host: str
    pins: tuple[str, ...]
    started: str
    ended: str | None = None
    logs: list[Any] | None = None
    reason: str | None = None

    @property
    def status(self) -> str:
        """How it stands."""
        if self.ended is None and self.reason is None:
            return "running"
        return "failed" if self.logs is None else "done"

    @property
    def is_good(self) -> bool | None:
        """Whether every log proves itself; None while nobody knows."""
        return None if self.logs is None else all(log["good"] for log in self.logs)


class Inspector:
    """Check the logs of a host in the background: `run` does it, and ends its child when cancelled."""

    def __init__(
        self, folders: Sequence[Path], errands: Errands, state_dir: Path, *, host: str, clock: Clock
    ) -> None:
        self._folders = tuple(str(folder) for folder in folders)
        self._errands = errands
        self._state_dir = state_dir
        self._host = host
        self._clock = clock
        self._begun: asyncio.Queue[tuple[Verification, HeldLock]] = asyncio.Queue()

    def begin(self, pins: Sequence[str]) -> Verification:
        """Begin a check, or join the one that runs with the same keys; raise `VerificationRuns`."""
        lock = try_lock(StateFolder(self._state_dir).path / LOCK)
        if lock is None:
            return self._joined(tuple(pins))
        try:
            one = Verification(
                id=f"ver_{secrets.token_hex(_ID_BYTES)}",
                host=self._host,
                pins=tuple(pins),
                started=time_text(self._clock.wall()),
            )
            self._keep(one)
        except BaseException:
            lock.release()
            raise
        self._begun.put_nowait((one, lock))
        return one

    def find(self, verification_id: str) -> Verification | None:
        """Return a check by its id; None where it is unknown here, as all but the last one are."""
        one = self._kept()
        if one is None or one.id != verification_id:
            return None
        if one.status != "running" or not self._has_died():
            return one
        # It may have ended just before that was asked.
        one = self._kept() or one
        return one if one.status != "running" else msgspec.structs.replace(one, reason=_DIED)

    async def run(self) -> None:
        """Do what is begun here, one after the other, until cancelled."""
        while True:
            one, lock = await self._begun.get()
            try:
                ended = await self._checked(one)
                await asyncio.to_thread(self._keep, ended)
            finally:
                lock.release()

    async def _checked(self, one: Verification) -> Verification:
        logs = reason = None
        try:
            logs = await self._errands.run(Order(act="verify", folders=self._folders, pins=one.pins))
        except Refusal as refusal:
            reason = refusal.message
        ended = time_text(self._clock.wall())
        return msgspec.structs.replace(one, ended=ended, logs=logs, reason=reason)

    def _joined(self, pins: tuple[str, ...]) -> Verification:
        one = self._kept()
        if one is None or one.status != "running":
            raise VerificationRuns(
                "A check of the log is just beginning or ending. Try again.", retry_after=1.0
            )
        if one.pins != pins:
            raise VerificationRuns(
                "The log is being checked with other pins. "
                f"Wait for its end: GET /admin/v1/audit/verify/{one.id}.",
                retry_after=60.0,
            )
        return one

    def _has_died(self) -> bool:
        lock = try_lock(StateFolder(self._state_dir).path / LOCK)
        if lock is None:
            return False
        lock.release()
        return True

    def _keep(self, one: Verification) -> None:
        StateFolder(self._state_dir).write(FILE, {"verification": msgspec.json.encode(one).decode()})

    def _kept(self) -> Verification | None:
        with suppress(UnusableState, msgspec.MsgspecError):
            kept = StateFolder(self._state_dir).read(FILE) or {}
            return msgspec.json.decode(kept.get("verification", ""), type=Verification)
        return None
