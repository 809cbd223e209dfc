"""
How the records of a request begin: who asks what, as bytes.

Most of it is the same for many requests. That part is encoded once, by the struct
of the catalogue, and kept; what may be personal is in it only as the request's own.
"""

from collections.abc import Callable
from functools import lru_cache

import msgspec

from gateway.audit.admission import Admission, subject_in
from gateway.audit.catalogue import Exchange
from gateway.audit.lookup_keys import LookupKeys
from gateway.audit.record import encode
from gateway.audit.running import Opening, Running
from gateway.foundation.keys import GATEWAY
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.outcome import Outcome

_MOST_KEPT = 4_096
_NOBODY = len(b'{"request_id":""')
_encode = msgspec.json.encode
Whence = Callable[[Arrival], str]
"""Tells the address of a caller, who may have come through a proxy."""


def peer_of(arrival: Arrival) -> str:
    """Return who connected: the caller, where no proxy is between."""
    return arrival.peer


class Openings:
    """Write how records begin; both of a request begin alike."""

    def __init__(self, lookups: LookupKeys, whence: Whence = peer_of) -> None:
        self._asker = lookups.asker
        self._whence = whence

    def of_request(self, running: Running, period: str) -> Opening:
        """Return the beginning of the records of a request that was let go, written the first time."""
        opening = running.opening
        if opening is None or opening.period != period:
            admission = running.admission
            opening = running.opening = self.write(admission, subject_in(admission.original), period)
        return opening

    def write(self, asked: Admission | Outcome, subject: str | None, period: str) -> Opening:
        """Return how a record begins about a request that names this end user."""
        arrival, caller, tenant, who = asked.arrival, asked.caller, GATEWAY, b""
        if caller is not None:
            tenant = caller.tenant
            who = _who(tenant, caller.project, caller.credential_id, caller.method)
        what = self._asker(tenant, subject, self._whence(arrival), period) + _what(
            arrival.path, asked.model, asked.policy_version, asked.streamed
        )
        if asked.trace_id:
            what += b',"trace_id":%b' % _encode(asked.trace_id)
        return Opening(period, b',"request_id":' + _encode(arrival.request_id) + who, what)


def rest_of(facts: Exchange) -> bytes:
    """Return the facts of a request that tell nothing of who asked what, as they follow an opening."""
    return encode(facts)[_NOBODY:]


@lru_cache(maxsize=_MOST_KEPT)
def _who(tenant: str, project: str, credential: str, method: str) -> bytes:
    who = Exchange(request_id="", tenant=tenant, project=project, credential=credential, method=method)
    return rest_of(who)[:-1]


@lru_cache(maxsize=_MOST_KEPT)
def _what(path: str, model: str | None, policy: str, streamed: bool) -> bytes:  # noqa: FBT001 - kept by all
    return rest_of(Exchange(request_id="", path=path, model=model, stream=streamed, policy=policy))[:-1]
