"""The exchanges that run now, and their end when the gateway stops."""

import asyncio
import contextlib

_LAST_WORDS_SECONDS = 5.0


class Visit:
    """One running exchange and the reason why it was cut, if it was."""

    __slots__ = ("_task", "has_left", "was_drained")

    def __init__(self, task: "asyncio.Task[None]") -> None:
        self._task = task
        self.has_left = False
        self.was_drained = False

    def leave(self) -> None:
        """The caller is gone: end the exchange."""
        self.has_left = True
        self._task.cancel()

    def drain(self) -> None:
        """The gateway stops: end the exchange with a typed event."""
        self.was_drained = True
        self._task.cancel()


class Running:
    """All visits; empty when everyone was served."""

    def __init__(self) -> None:
        self._visits: set[Visit] = set()
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._visits)

    def enter(self, visit: Visit) -> None:
        """Count a visit in."""
        if not self._visits:
            self._empty.clear()
        self._visits.add(visit)

    def leave(self, visit: Visit) -> None:
        """Count a visit out."""
        self._visits.discard(visit)
        if not self._visits:
            self._empty.set()

    async def drain(self, seconds: float) -> None:
        """Wait for all exchanges; those still running after so many seconds are ended."""
        try:
            await asyncio.wait_for(self._empty.wait(), seconds)
        except TimeoutError:
            for visit in tuple(self._visits):
                visit.drain()
            # Their endings wait for nothing but a reader who does not read.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), _LAST_WORDS_SECONDS)
