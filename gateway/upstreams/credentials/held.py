"""
One credential that is held for upstreams, and renewed in time.

    fresh                   used as it is
    fresh no more           used, and obtained anew beside the requests
    good no more, or none   those who need it wait for one attempt together
    an attempt failed       what is good still is used; nobody asks again for a while
    taken away              used no more
    an attempt hangs        waited for twenty seconds in all, and told; what is good still is used
    nothing good            503 upstream_credential_unavailable, at once
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from math import inf

from gateway.foundation.clock import Clock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.secret import Secret
from gateway.upstreams.credentials.obtaining import NotObtained, Obtain
from gateway.upstreams.refusals import CredentialUnavailable
from gateway.upstreams.target import Target, Upstream

_LEAST_PAUSE_SECONDS = 5.0
# Longer than a token endpoint may take, twice. A file on a mount that hangs is never done.
_LONGEST_ATTEMPT_SECONDS = 20.0
_MOST_TARGETS = 10_000


class HeldCredential:
    """Hold what one source gave; times are monotonic seconds."""

    def __init__(
        self, obtain: Obtain, clock: Clock, tasks: LastTasks, tell: Callable[[str | None], None]
    ) -> None:
        self._obtain = obtain
        self._clock = clock
        self._tasks = tasks
        self._tell = tell
        self._secret: Secret | None = None
        self._fresh_until = -inf
        self._good_until = -inf
        self._ask_again_at = -inf
        self._obtained_at = -inf
        self._asking: asyncio.Task[None] | None = None
        self._asked_at = -inf
        self._trouble: str | None = None
        self._upstreams: dict[int, tuple[Upstream, Upstream]] = {}
        self._targets: dict[int, tuple[Target, Target]] = {}

    async def equip(self, target: Target) -> Target:
        """Return the target with the credential in it, or raise `CredentialUnavailable`."""
        now = self._clock.monotonic()
        if now < self._fresh_until:
            known = self._targets.get(id(target))
            if known is not None and known[0] is target:
                return known[1]
        else:
            self._renew(now)
            if now >= self._good_until and self._asking is not None:
                await self._wait_for(self._asking, now)
                now = self._clock.monotonic()
        secret = self._secret
        if secret is None or now >= self._good_until:
            raise CredentialUnavailable(
                f"The gateway has no credential for the model server {target.upstream.name!r} just now. "
                "Try again shortly.",
                retry_after=max(1.0, self._ask_again_at - now),
            )
        equipped = replace(target, upstream=self._with(secret, target.upstream))
        self._targets[id(target)] = (target, equipped)
        return equipped

    def reject(self, secret: Secret | None) -> bool:
        """
        Hear that the upstream does not accept this one; return whether it is worth trying with another.

        A token is used no more. What somebody wrote down stays in use until
        they have written another, for nobody else can make one.
        """
        now = self._clock.monotonic()
        if secret != self._secret:
            # Others were quicker: there is a newer one.
            return now < self._good_until
        self._fresh_until = -inf
        self._ask_again_at = max(self._ask_again_at, self._obtained_at + _LEAST_PAUSE_SECONDS)
        if self._good_until == inf:
            return False
        self._good_until = -inf
        return now >= self._ask_again_at

    def _with(self, secret: Secret, upstream: Upstream) -> Upstream:
        # The same object each time, so that connections of one upstream stay together.
        known = self._upstreams.get(id(upstream))
        if known is None or known[0] is not upstream:
            if len(self._targets) >= _MOST_TARGETS:
                self._forget()
            known = self._upstreams[id(upstream)] = (upstream, replace(upstream, credential=secret))
        return known[1]

    def _forget(self) -> None:
        self._upstreams.clear()
        self._targets.clear()

    def _renew(self, now: float) -> None:
        if self._asking is None and now >= self._ask_again_at:
            # However it ends: a source is not asked without a pause.
            self._ask_again_at = now + _LEAST_PAUSE_SECONDS
            self._asked_at = now
            self._asking = self._tasks.start(self._ask())
            self._asking.add_done_callback(self._done)

    async def _wait_for(self, attempt: "asyncio.Task[None]", now: float) -> None:
        left = self._asked_at + _LONGEST_ATTEMPT_SECONDS - now
        # `wait` does not cancel the attempt with one of those who wait for it. It goes on, for
        # a thread that reads cannot be stopped, and another one would hang beside it.
        done, _ = await asyncio.wait([attempt], timeout=max(0.0, left))
        if not done and self._asking is attempt:
            self._note(f"nothing came for {_LONGEST_ATTEMPT_SECONDS:g} seconds from where it is to be had")

    async def _ask(self) -> None:
        try:
            obtained = await self._obtain()
        except NotObtained as error:
            self._ask_again_at = self._clock.monotonic() + error.wait_seconds
            if error.is_gone:
                self._fresh_until = self._good_until = -inf
            self._note(str(error))
            return
        now = self._clock.monotonic()
        if obtained.secret != self._secret:
            self._forget()
        self._ask_again_at = self._obtained_at = now
        self._secret = obtained.secret
        self._fresh_until = now + obtained.fresh_seconds
        self._good_until = now + obtained.good_seconds
        self._note(None)

    def _note(self, trouble: str | None) -> None:
        # Told is what is new: an endpoint that is away all night is one record, and not one for each try.
        if trouble != self._trouble:
            self._trouble = trouble
            self._tell(trouble)

    def _done(self, _task: "asyncio.Task[None]") -> None:
        self._asking = None
