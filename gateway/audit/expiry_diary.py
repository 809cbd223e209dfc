"""When old things were last let go here: the one memory of it that all processes of a gateway share."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.disk import HeldLock, try_lock
from gateway.foundation.state_folder import StateFolder, UnusableState

FILE = "audit-expiry.json"
LOCK = "audit-expiry.lock"
_DAY_SECONDS = 86_400.0
_AGAIN_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class ExpiryTimes:
    """
    Since when expiry is due here, when it was tried last, and when it last succeeded.

    `sure` is when the clock was last found to be right.
    """

    since: float | None = None
    tried: float | None = None
    succeeded: float | None = None
    sure: float | None = None

    def is_over(self, now_wall: float) -> bool:
        """Whether a day has passed since it succeeded."""
        return _has_passed(self.succeeded, _DAY_SECONDS, now_wall)

    def is_due(self, now_wall: float) -> bool:
        """Whether it is to be tried: after a failure not within an hour."""
        return self.is_over(now_wall) and _has_passed(self.tried, _AGAIN_SECONDS, now_wall)

    @property
    def told(self) -> float | None:
        """What an alert goes by: the last success, and before the first one, since when it is due."""
        return self.since if self.succeeded is None else self.succeeded


class ExpiryDiary:
    """
    Remember it in the state folder, outside of the log.

    A file that cannot be read is an empty one: the worst of it is that old things are looked for once more.
    """

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir

    def read(self) -> ExpiryTimes:
        """Return what is remembered."""
        kept = self._kept()
        return ExpiryTimes(*(_time_of(kept.get(name)) for name in ExpiryTimes.__slots__))

    def note(self, **times: float) -> None:
        """Remember these times beside the others; raise `UnusableState`."""
        StateFolder(self._path).write(FILE, self._kept() | {name: repr(time) for name, time in times.items()})

    def lock(self) -> HeldLock | None:
        """Let no other process of this gateway do it meanwhile; None where one does."""
        return try_lock(StateFolder(self._path).path / LOCK)

    def _kept(self) -> dict[str, str]:
        with suppress(UnusableState):
            return StateFolder(self._path).read(FILE) or {}
        return {}


def _time_of(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _has_passed(then: float | None, seconds: float, now_wall: float) -> bool:
    # What is still to come was noted by a clock that was ahead.
    return then is None or not 0 <= now_wall - then < seconds
