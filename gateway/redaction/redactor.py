"""The one who takes private data out of requests."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec.structs import replace

from gateway.foundation.clock import Clock
from gateway.redaction.already_seen import AlreadySeen, clean_ones
from gateway.redaction.answering import Answering
from gateway.redaction.circumstances import Circumstances
from gateway.redaction.egress import EgressCheck
from gateway.redaction.finding import Located
from gateway.redaction.memory import ScanMemory
from gateway.redaction.pace import STEP, Pace
from gateway.redaction.placeholders import Scope, epoch_of, scope_key
from gateway.redaction.refusals import RedactionFailed, RequestTooLargeToRedact
from gateway.redaction.rewriting import Rewriting, ScopedMint
from gateway.redaction.search import Searcher, SearchFailed
from gateway.redaction.tenant_keys import TenantKeys
from gateway.redaction.vault import Vault
from gateway.redaction.verdict import judge
from gateway.redaction.work import Work
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest
from gateway.wire.frames import Stage
from gateway.wire.sealed_request import Isolation, SealedRequest
from gateway.wire.sealing import seal
from gateway.wire.texts import HumanText, with_texts

PURPOSE = "redaction"
_USER_FIELDS = ("user", "user_id")


@dataclass(frozen=True, slots=True)
class Sealing:
    """
    A sealed request, and the stage that makes its answer whole again, if one is needed.

    `account` adds what was done to the answer to what was done to the request.
    """

    sealed: SealedRequest
    unsealer: Stage | None = None
    account: Callable[[Protection], Protection] | None = None


class ProtectionLog(Protocol):
    """One who notes what was done about private data."""

    def protected(self, protection: Protection) -> None:
        """Note what was done to the request, also when it is refused for it."""


class Redactor:
    """
    Seal requests, so that they may leave.

    `derive` gives the key of a tenant for a purpose. Nothing of a request
    stays here but keyed digests: the vault goes with its exchange.
    """

    def __init__(self, derive: Callable[[str, str], bytes], clock: Clock) -> None:
        self._derive = derive
        self._clock = clock
        self._searcher = Searcher(ScanMemory(), clock)
        self._clean = ScanMemory()
        self._secret = secrets.token_bytes(32)
        self._keys: dict[str, TenantKeys] = {}

    async def seal(self, request: ChatRequest, around: Circumstances, log: ProtectionLog) -> Sealing:
        """Return the request as it may be sent, or raise a refusal."""
        keys = self._keys_of(around.tenant)
        request, isolation = _without_user(request, keys)
        if around.profile is None:
            return Sealing(seal(request, around.clearance, isolation=isolation))
        work = Work(request, isolation, around, around.profile, keys)
        try:
            located = await self._searcher.search(work.texts, around.profile, keys)
        except SearchFailed as failure:
            return _unsearched(work, failure, log)
        if located:
            return await self._sealed(work, located, log)
        return self._harmless(work, log)

    def _harmless(self, work: Work, log: ProtectionLog) -> Sealing:
        """Seal a request in which nothing was found."""
        clearance = work.clearance(stays_home=False)
        log.protected(work.protection(clearance))
        work.refuse((), ())
        answering = Answering(work.profile, Vault(), work.keys.marks, frozenset())
        sealed = self._vouch(work, work.request, clearance, clean_ones(work.texts, ()))
        return Sealing(sealed, answering.stage(), answering.account)

    async def _sealed(self, work: Work, located: Sequence[Sequence[Located]], log: ProtectionLog) -> Sealing:
        """Seal a request that holds private data."""
        profile, verdict = work.profile, judge(work.profile, located)
        clearance = work.clearance(stays_home=verdict.stays_home)
        log.protected(work.protection(clearance, verdict))
        work.refuse(verdict.blocked, located)
        rewriting = Rewriting(profile, ScopedMint(self._scope(work)), _restorable(work, located))
        hidden = work.hidden(located, clearance)
        pace = Pace()
        await _mint(rewriting, hidden, pace)
        request = await _rewritten(work, hidden, rewriting, pace)
        sealed = self._vouch(work, request, clearance, clean_ones(work.texts, located))
        answering = Answering(profile, rewriting.vault, work.keys.marks, _marks(located))
        return Sealing(sealed, answering.stage(), answering.account)

    def _vouch(
        self, work: Work, request: ChatRequest, clearance: Clearance, clean: Sequence[str]
    ) -> SealedRequest:
        at_home = work.is_at_home(clearance)
        # What may stand in bytes for home is not clean for the world.
        secret = work.keys.memory(f"{work.profile.identity} {'home' if at_home else 'anywhere'}")
        seen = AlreadySeen(clean, has_media=work.has_media)
        check = EgressCheck(work.profile, self._clean, secret, at_home=at_home, seen=seen)
        return seal(request, clearance, isolation=work.isolation, inspect=check.inspect)

    def _scope(self, work: Work) -> bytes:
        profile = work.profile
        subject = b""
        if profile.scope is Scope.REQUEST:
            subject = work.around.request_id.encode()
        elif profile.scope is Scope.CONVERSATION:
            subject = work.opening()
        return scope_key(work.keys.words, profile.scope, epoch_of(profile.epoch, self._clock.wall()), subject)

    def _keys_of(self, tenant: str) -> TenantKeys:
        root = self._derive(tenant, PURPOSE)
        keys = self._keys.get(tenant)
        if keys is None or keys.root is not root:
            # A destroyed key has a successor, and what was derived from it is gone too.
            keys = self._keys[tenant] = TenantKeys(root, self._secret)
        return keys


def _unsearched(work: Work, failure: SearchFailed, log: ProtectionLog) -> Sealing:
    """Do what policy says about a request that could not be looked through."""
    way = work.profile.on_failure
    clearance = work.clearance(stays_home=way == "route_local")
    log.protected(work.protection(clearance, failure=failure.reason))
    work.refuse((), ())
    if way != "block":
        return Sealing(seal(work.request, clearance, isolation=work.isolation))
    if failure.reason == "size":
        raise RequestTooLargeToRedact(
            "The request has more text or more private data than can be looked through. Send less at once."
        ) from failure
    raise RedactionFailed(
        "The request could not be looked through for private data, so it was not sent. Try again shortly."
    ) from failure


def _without_user(request: ChatRequest, keys: TenantKeys) -> tuple[ChatRequest, Isolation]:
    """Take the caller's own names of users out; a model server gets pseudonyms of them."""
    body = request.body
    named = next((name for field in _USER_FIELDS if (name := body.get(field))), None)
    if named is None and not any(field in body for field in _USER_FIELDS):
        return request, Isolation(keys.isolation)
    rest = {name: value for name, value in body.items() if name not in _USER_FIELDS}
    user = None if named is None else keys.user(named)
    return replace(request, body=rest), Isolation(keys.isolation, user)


def _restorable(work: Work, located: Sequence[Sequence[Located]]) -> frozenset[bytes]:
    """Return the marks of the values that stand in a text whose role lets them come back."""
    restore = work.profile.restore
    return frozenset(
        [
            one.finding.mark
            for text, found in zip(work.texts, located, strict=True)
            if found and _role(text.role) in restore
            for one in found
        ]
    )


def _role(role: str) -> str:
    return {"developer": "system", "function": "tool"}.get(role, role)


def _marks(located: Sequence[Sequence[Located]]) -> frozenset[bytes]:
    return frozenset([one.finding.mark for found in located for one in found])


async def _mint(rewriting: Rewriting, hidden: Sequence[Sequence[Located]], pace: Pace) -> None:
    """Make the tokens of a request, with turns for others in between if there are many."""
    await pace.rest(STEP if sum(map(len, hidden)) >= STEP else 0)
    for found in hidden:
        for one in found:
            rewriting.mint(one.finding)
            await pace.rest(1)


async def _rewritten(
    work: Work, hidden: Sequence[Sequence[Located]], rewriting: Rewriting, pace: Pace
) -> ChatRequest:
    changes: list[tuple[HumanText, str]] = []
    for text, found in zip(work.texts, hidden, strict=True):
        if found:
            pieces: list[str] = []
            for piece in rewriting.pieces(text.text, text.form, found):
                pieces.append(piece)
                await pace.rest(1)
            changes.append((text, "".join(pieces)))
    return replace(work.request, body=with_texts(work.request.body, changes)) if changes else work.request
