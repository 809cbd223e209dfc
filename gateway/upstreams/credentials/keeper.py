"""The one who has a credential ready for every upstream that wants one."""

from collections.abc import Sequence
from functools import partial

from gateway.foundation.clock import Clock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.web_client import WebClient
from gateway.upstreams.credential_source import CredentialSource, FileSource, StoredSource
from gateway.upstreams.credentials.held import HeldCredential
from gateway.upstreams.credentials.obtaining import Obtain, from_file
from gateway.upstreams.credentials.stored import StoredCredentials
from gateway.upstreams.credentials.token_client import from_token_endpoint
from gateway.upstreams.target import Target
from gateway.vocabulary.notice import Listener, Notice

_MOST_HELD = 4096


class CredentialKeeper:
    """
    Hold one credential for each source, whichever upstreams and tenants share it.

    A source that no policy names any more is forgotten when there are too
    many.
    """

    def __init__(
        self,
        client: WebClient,
        stored: StoredCredentials,
        clock: Clock,
        tasks: LastTasks,
        listeners: Sequence[Listener] = (),
    ) -> None:
        self._client = client
        self._stored = stored
        self._clock = clock
        self._tasks = tasks
        self._listeners = listeners
        self._held: dict[CredentialSource, HeldCredential] = {}

    async def equip(self, target: Target) -> Target:
        """Return the target with its credential in it, or raise a `Refusal`."""
        source = target.upstream.credential_source
        if source is None:
            return target
        held = self._held.get(source)
        if held is None:
            held = self._hold(source, target.upstream.name)
        return await held.equip(target)

    def reject(self, target: Target) -> bool:
        """
        Hear that an upstream does not accept the credential that this target was equipped with.

        Return whether it is worth trying with another.
        """
        source = target.upstream.credential_source
        held = None if source is None else self._held.get(source)
        return held is not None and held.reject(target.upstream.credential)

    def _hold(self, source: CredentialSource, upstream: str) -> HeldCredential:
        if len(self._held) >= _MOST_HELD:
            del self._held[next(iter(self._held))]
        held = HeldCredential(self._way_to(source), self._clock, self._tasks, partial(self._tell, upstream))
        self._held[source] = held
        return held

    def _way_to(self, source: CredentialSource) -> Obtain:
        if isinstance(source, FileSource):
            return partial(from_file, source)
        if isinstance(source, StoredSource):
            return partial(self._stored.obtain, source)
        return partial(from_token_endpoint, self._client, source)

    def _tell(self, upstream: str, trouble: str | None) -> None:
        kind = "upstream.credential_renewed" if trouble is None else "upstream.credential_unavailable"
        notice = Notice(kind, {"upstream": upstream} | ({} if trouble is None else {"trouble": trouble}))
        for listener in self._listeners:
            listener.noticed(notice)
