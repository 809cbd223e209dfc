"""
Where the keys of an issuer come from, and what happens when they do not come.

    fetched less than REFRESH ago   the known keys are used
    fetched longer ago              used, and fetched anew beside the caller
    a key that is not known         fetched anew at most every REFETCH; those who show
                                    it wait for that, nobody else does
    a fetch fails                   the known keys are used for the grace of the issuer;
                                    tried again after RETRY
    no key is shown any more        none is used, grace or not; tried again after RETRY
    no keys, or the grace is over   503 issuer_unavailable
"""

import asyncio
from collections.abc import Awaitable, Callable
from math import inf
from typing import Protocol

from gateway.foundation.clock import Clock
from gateway.foundation.last_tasks import LastTasks
from gateway.identity.tokens.fetching import KeysNotFetched, KeysWithdrawn
from gateway.identity.tokens.key_set import KeySet, PublicKey
from gateway.identity.tokens.refusals import IssuerUnavailable

REFRESH_SECONDS = 300.0
REFETCH_SECONDS = 10.0
RETRY_SECONDS = 10.0


class KeySource(Protocol):
    """The keys of one issuer, kept fresh; its times are wall-clock seconds."""

    @property
    def refresh_at(self) -> float:
        """From when on `refresh` wants to be called."""

    @property
    def trusted_until(self) -> float:
        """Until when the keys are believed."""

    def find(self, key_id: str | None, algorithm: str, now_wall: float) -> PublicKey | None:
        """Return a key, None if the issuer has none such; raise `KeyAwaited` or `IssuerUnavailable`."""

    def refresh(self) -> None:
        """Fetch anew beside whatever goes on; never waits."""


class KeyAwaited(IssuerUnavailable):
    """The key may be known in a moment: await `arrival` and ask again, or let it be a refusal."""

    def __init__(self, arrival: Callable[[], Awaitable[None]]) -> None:
        super().__init__("The token's issuer is being asked for its keys. Try again shortly.", retry_after=1)
        self.arrival = arrival


class FixedKeys:
    """Keys that stand in policy."""

    refresh_at = inf
    trusted_until = inf

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys

    def find(self, key_id: str | None, algorithm: str, _now_wall: float) -> PublicKey | None:
        """Return a key, None if the issuer has none such."""
        return self._keys.find(key_id, algorithm)

    def refresh(self) -> None:
        """Do nothing: policy says when they change."""


class FetchedKeys:
    """
    Keys that an issuer publishes; one fetch at a time, never awaited by those whose key is known.

    Spans are measured: a clock that is put back neither lets keys be trusted
    for longer, nor keeps new ones from being fetched.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[KeySet]],
        *,
        grace_seconds: float,
        clock: Clock,
        tasks: LastTasks,
        tell: Callable[[str | None], None],
    ) -> None:
        self._fetch = fetch
        self._grace_seconds = grace_seconds
        self._clock = clock
        self._tasks = tasks
        self._tell = tell
        self._keys = KeySet()
        self._fetching: asyncio.Task[None] | None = None
        self._may_fetch_at = -inf
        self._trouble: str | None = None
        # Monotonic seconds, as that of the next fetch.
        self._refresh_at = -inf
        self._trusted_until = -inf

    @property
    def refresh_at(self) -> float:
        """From when on `refresh` wants to be called."""
        return self._wall_of(self._refresh_at)

    @property
    def trusted_until(self) -> float:
        """Until when the keys are believed."""
        return self._wall_of(self._trusted_until)

    def find(self, key_id: str | None, algorithm: str, _now_wall: float) -> PublicKey | None:
        """Return a key, None if the issuer has none such; raise `KeyAwaited` or `IssuerUnavailable`."""
        now = self._clock.monotonic()
        if now >= self._refresh_at:
            self.refresh()
        if now < self._trusted_until:
            key = self._keys.find(key_id, algorithm)
            if key is not None:
                return key
        if now >= self._may_fetch_at:
            self.refresh()
        if self._fetching is not None:
            raise KeyAwaited(self._arrival)
        if self._trouble is not None or now >= self._trusted_until:
            raise IssuerUnavailable(
                "The keys of the token's issuer cannot be fetched, so the token cannot be checked. Try again "
                "shortly.",
                retry_after=max(1.0, self._may_fetch_at - now),
            )
        return None

    def refresh(self) -> None:
        """Fetch anew beside whatever goes on; never waits."""
        if self._fetching is None:
            # Also where the fetch is cancelled at once, none follows for a while.
            now = self._clock.monotonic()
            self._may_fetch_at = now + REFETCH_SECONDS
            self._refresh_at = now + REFETCH_SECONDS
            self._fetching = self._tasks.start(self._renew())
            self._fetching.add_done_callback(self._done)

    def _wall_of(self, monotonic: float) -> float:
        return self._clock.wall() + (monotonic - self._clock.monotonic())

    async def _arrival(self) -> None:
        if self._fetching is not None:
            # `wait` does not cancel the fetch with one of those who wait for it.
            await asyncio.wait([self._fetching])

    async def _renew(self) -> None:
        try:
            newer = await self._fetch()
        except KeysNotFetched as error:
            self._may_fetch_at = self._refresh_at = self._clock.monotonic() + RETRY_SECONDS
            if isinstance(error, KeysWithdrawn):
                self._keys = self._keys.replaced_by(KeySet())
            self._note(str(error))
            return
        now = self._clock.monotonic()
        self._keys = self._keys.replaced_by(newer)
        self._refresh_at = now + REFRESH_SECONDS
        self._trusted_until = now + REFRESH_SECONDS + self._grace_seconds
        self._note(None)

    def _note(self, trouble: str | None) -> None:
        # Told is what is new: an issuer that is away all night is one record, and not one for each try.
        if trouble != self._trouble:
            self._trouble = trouble
            self._tell(trouble)

    def _done(self, _task: "asyncio.Task[None]") -> None:
        self._fetching = None
