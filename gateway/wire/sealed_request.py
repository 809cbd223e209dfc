"""A request that may leave the house as far as its clearance goes."""

from collections.abc import Awaitable, Callable

import msgspec

from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest


class Isolation(msgspec.Struct, frozen=True):
    """
    Under which names a model server knows whose request this is.

    Both are pseudonyms: `tenant` keeps tenants apart in a server's cache,
    `user` those of a tenant's users whom a request names.
    """

    tenant: str
    user: str | None = None


class SealedRequest(msgspec.Struct, frozen=True):
    """
    A request whose private data was dealt with.

    Made only by `gateway.redaction` through `gateway.wire.sealing`; no
    upstream accepts anything else. `inspect` looks at the very bytes that are
    about to leave, and raises a `Refusal` if they may not.
    """

    request: ChatRequest
    clearance: Clearance
    isolation: Isolation | None = None
    inspect: Callable[[bytes], Awaitable[None]] | None = None
