"""One exchange's question to the cache, and what came of it."""

from binascii import hexlify
from collections.abc import Mapping
from typing import Protocol

from gateway.cache.bill import Bill
from gateway.cache.flight import Fetch
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.usage import Usage
from gateway.wire.frames import FrameSource

Fields = list[tuple[bytes, bytes]]

_NAME = b"deepseek-gateway"


class Inquiry(Protocol):
    """What a pipeline sees of the cache, whether there is one or not."""

    async def answer(self, fetch: Fetch, bill: Bill) -> FrameSource:
        """Return an answer that has begun: a kept one, a running one, or the one that `fetch` returns."""

    async def is_free(self, otherwise: Exception) -> bool:
        """
        Whether the answer is here, or under way for somebody else.

        Then nothing is called for it: if it is lost meanwhile, `answer` raises `otherwise`.
        """

    def close(self) -> None:
        """Let go of what was begun and came to nothing; never waits, called once."""

    def fields(self) -> Fields:
        """Return what the caller's header says of the cache (`Cache-Status`, RFC 9211, and `Age`)."""

    def use(self, reported: Usage | None, costs: Mapping[str, int]) -> CacheUse | None:
        """Return what became of it; `reported` is what the answer says it consumed, `costs` its price."""


class Unasked:
    """The inquiry of an exchange that has nothing to do with the cache; with a reason, it says so."""

    __slots__ = ("_fields", "_reason")

    def __init__(self, reason: str = "", forwarded: bytes = b"bypass") -> None:
        self._reason = reason
        self._fields: Fields = []
        if reason:
            status = b'%b; fwd=%b; detail="%b"' % (_NAME, forwarded, reason.encode())
            self._fields = [(b"cache-status", status)]

    async def answer(self, fetch: Fetch, bill: Bill) -> FrameSource:  # noqa: ARG002 - there is no call to share
        """Return the answer of the upstream."""
        return await fetch()

    async def is_free(self, otherwise: Exception) -> bool:  # noqa: ARG002 - it is not
        """No: it has to be asked for."""
        return False

    def close(self) -> None:
        """Nothing was begun."""

    def fields(self) -> Fields:
        """Return why the cache was left out, if there is a cache."""
        return self._fields

    def use(self, reported: Usage | None, costs: Mapping[str, int]) -> CacheUse | None:  # noqa: ARG002 - nothing was saved
        """Return why the cache was left out, if there is a cache."""
        return CacheUse("bypass", self._reason) if self._reason else None


NO_CACHE = Unasked()
PRIVATE = Unasked("no-store", b"request")


def hit_fields(name: bytes, age_seconds: int, ttl_seconds: int) -> Fields:
    """Return the fields of an answer from the cache."""
    status = b'%b; hit; ttl=%d; key="%b"' % (_NAME, ttl_seconds, hexlify(name))
    return [(b"cache-status", status), (b"age", b"%d" % age_seconds)]


def miss_fields(name: bytes, forwarded: str, *, is_collapsed: bool, stored_seconds: int | None) -> Fields:
    """Return the fields of an answer from an upstream; `stored_seconds` where it is known to be kept."""
    detail = b"" if stored_seconds is None else b"; stored; ttl=%d" % stored_seconds
    if is_collapsed:
        detail += b"; collapsed"
    return [(b"cache-status", b'%b; fwd=%b%b; key="%b"' % (_NAME, forwarded.encode(), detail, hexlify(name)))]
