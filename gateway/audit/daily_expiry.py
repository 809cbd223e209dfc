"""
Retention that a policy asks for is carried out, once a day, by a child of whichever process comes first.

The child is the command that an operator would run (`audit expire`), at the lowest
priority: it reads whole logs, and the process that serves must not get slow by it.
"""

import asyncio
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson

from gateway.audit.expiry_diary import ExpiryDiary, ExpiryTimes
from gateway.audit.room import AuditSettings
from gateway.foundation.clock import Clock
from gateway.foundation.state_folder import UnusableState
from gateway.vocabulary.notice import Notice

COMMAND = (sys.executable, "-P", "-m", "gateway", "audit", "expire", "--daily", "--json")
_LONGEST_SECONDS = 6 * 3600.0
_FIRST_PAUSE_SECONDS = (60.0, 600.0)
_PAUSE_SECONDS = (600.0, 1800.0)
_MOST_REASON = 300


class DailyExpiry:
    """
    Look now and then whether expiry is due, and send the child if it is.

    Processes of one host share a diary, so that one of them does it; hosts have logs
    and diaries of their own. Without a command it only follows what others do.
    """

    def __init__(
        self,
        command: Sequence[str] | None,
        environ: Mapping[str, str],
        diary: ExpiryDiary,
        *,
        clock: Clock,
        tell: Callable[[Notice], None],
    ) -> None:
        self._command = command
        self._environ = dict(environ)
        self._diary = diary
        self._clock = clock
        self._tell = tell
        self._times = ExpiryTimes()

    def told(self) -> Mapping[tuple[()], float]:
        """Return when it last succeeded, or since when it is due; nothing where it is off and never was."""
        return {} if self._times.told is None else {(): self._times.told}

    async def open(self) -> None:
        """Remember since when expiry is due here, if nobody did before."""
        await self._read()
        if self._command is not None and self._times.told is None:
            with suppress(UnusableState):
                await asyncio.to_thread(self._diary.note, since=self._clock.wall())
            await self._read()

    async def run(self) -> None:
        """Look for ever; at moments of chance, so that neither workers nor hosts do it all at once."""
        shortest, longest = _FIRST_PAUSE_SECONDS
        while True:
            await asyncio.sleep(random.uniform(shortest, longest))  # noqa: S311 - no secret
            shortest, longest = _PAUSE_SECONDS
            await self.look()

    async def look(self) -> None:
        """Let go of what is over if it is due, and tell what came of it."""
        await self._read()
        now = self._clock.wall()
        if self._command is None or not self._times.is_due(now):
            return
        try:
            await asyncio.to_thread(self._diary.note, tried=now)
            said = await self._sent(self._command)
        except (OSError, TimeoutError, UnusableState) as error:
            said = {"refused": str(error) or type(error).__name__}
        await self._read()
        if "refused" in said:
            self._tell(Notice("audit.not_expired", {"reason": said["refused"][:_MOST_REASON]}))
        elif "skipped" not in said:
            self._tell(Notice("audit.expired", _facts(said)))

    async def _read(self) -> None:
        self._times = await asyncio.to_thread(self._diary.read)

    async def _sent(self, command: Sequence[str]) -> dict[str, Any]:
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environ,
        )
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                answer, complaint = await child.communicate()
        finally:
            # Where this process ends meanwhile: what the child had not done, the next one does.
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode != 0:
            return {"refused": _last_line(complaint) or f"it ended with {child.returncode}"}
        said: dict[str, Any] = orjson.loads(answer)
        return said


def daily_expiry(
    settings: AuditSettings, environ: Mapping[str, str], clock: Clock, tell: Callable[[Notice], None]
) -> DailyExpiry:
    """Return whoever carries retention out beside a gateway of these settings."""
    diary = ExpiryDiary(settings.state_dir or settings.folders[0].parent)
    return DailyExpiry(COMMAND if settings.expires else None, environ, diary, clock=clock, tell=tell)


def _facts(said: Mapping[str, Any]) -> dict[str, str | int | float | bool | None]:
    facts = {name: said[name] for name in ("segments", "texts", "periods", "packed")}
    return facts | ({"unruled": ",".join(said["unruled"])[:_MOST_REASON]} if said["unruled"] else {})


def _last_line(complaint: bytes) -> str:
    lines = complaint.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
