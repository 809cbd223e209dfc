"""The one who takes private data out of requests."""

import secrets
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from msgspec.structs import replace

from gateway.foundation.clock import Clock
from gateway.redaction.already_seen import AlreadySeen, clean_ones
from gateway.redaction.answering import Answering
from gateway.redaction.circumstances import Circumstances
from gateway.redaction.egress import EgressCheck
from gateway.redaction.finding import Located
from gateway.redaction.memory import ScanMemory
from gateway.redaction.pace import Pace
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
from gateway.wire.body_copy import BodyCopy
from gateway.wire.chat import END_USER_FIELDS, ChatRequest
from gateway.wire.frames import PatientStage
from gateway.wire.sealed_request import Isolation, SealedRequest
from gateway.wire.sealing import seal

PURPOSE = "redaction"
# To forget so many things is as much work as this.
_AT_ONCE, _WORK_AT_ONCE = 256, 16


def _unrestored(_text: str) -> str | None:
    return None


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Sealing:
    """
    A sealed request, and the stage that makes its answer whole again, if one is needed.

    `account` adds what was done to the answer to what was done to the request.
    `restored` gives a text of an earlier answer the originals that its words
    stand for here, or None where one of them stands for nothing.
    """

    sealed: SealedRequest
    unsealer: PatientStage | None = None
    account: Callable[[Protection], Protection] | None = None
    restored: Callable[[str], str | None] = _unrestored


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
            return Sealing(seal(request, around.clearance, isolation=isolation), restored=_as_it_is)
        work, pace = Work(request, isolation, around, around.profile, keys), Pace()
        await work.read(pace)
        try:
            located = await self._searcher.search(work.texts, around.profile, keys, pace)
        except SearchFailed as failure:
            return _unsearched(work, failure, log)
        if located:
            return await self._sealed(work, located, log, pace)
        return self._harmless(work, log)

    def _harmless(self, work: Work, log: ProtectionLog) -> Sealing:
        """Seal a request in which nothing was found."""
        clearance = work.clearance(stays_home=False)
        log.protected(work.protection(clearance))
        work.refuse((), ())
        sealed = self._vouch(work, work.request, clearance, clean_ones(work.texts, ()))
        if not work.profile.screens_answers:
            return Sealing(sealed, restored=work.profile.unworded)
        answering = Answering(work.profile, Vault(), work.keys.marks, frozenset())
        return Sealing(sealed, answering.stage(says_json=work.says_json), answering.account)

    async def _sealed(
        self, work: Work, located: list[list[Located]], log: ProtectionLog, pace: Pace
    ) -> Sealing:
        """Seal a request that holds private data."""
        survey = await work.survey(located, pace)
        profile, verdict = work.profile, judge(work.profile, survey.times)
        clearance = work.clearance(stays_home=verdict.stays_home)
        log.protected(work.protection(clearance, verdict))
        work.refuse(verdict.blocked, located)
        mint, taken = ScopedMint(self._scope(work)), await work.taken(pace)
        rewriting = Rewriting(profile, mint, survey.restorable, survey.for_calls, taken)
        hidden = work.hidden(survey.times, clearance)
        await _mint(rewriting, located, hidden, pace)
        request = await _rewritten(work, located, hidden, rewriting, pace)
        sealed = self._vouch(work, request, clearance, clean_ones(work.texts, located))
        vault, call_vault = rewriting.vault, rewriting.call_vault
        answering = Answering(profile, vault, work.keys.marks, survey.marks, call_vault)
        await _let_go(pace, located, work.texts)
        stage = answering.stage(says_json=work.says_json)
        return Sealing(sealed, stage, answering.account, rewriting.restored)

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
    if body.keys().isdisjoint(END_USER_FIELDS):
        return request, Isolation(keys.isolation)
    named = next((name for field in END_USER_FIELDS if (name := body.get(field))), None)
    rest = {name: value for name, value in body.items() if name not in END_USER_FIELDS}
    user = None if named is None else keys.user(named)
    return replace(request, body=rest), Isolation(keys.isolation, user)


async def _mint(
    rewriting: Rewriting, located: Sequence[Sequence[Located]], hidden: Container[str], pace: Pace
) -> None:
    """Make the tokens of a request."""
    for found in located:
        for one in found:
            if one.finding.entity in hidden:
                rewriting.mint(one.finding)
            await pace.rest(1)


async def _rewritten(
    work: Work,
    located: Sequence[Sequence[Located]],
    hidden: Container[str],
    rewriting: Rewriting,
    pace: Pace,
) -> ChatRequest:
    """Return the request with other words for the kinds of value that are hidden."""
    copy: BodyCopy | None = None
    for text, found in zip(work.texts, located, strict=True):
        chosen = [one for one in found if one.finding.entity in hidden]
        if chosen:
            pieces: list[str] = []
            for piece in rewriting.pieces(text.text, text.form, chosen):
                pieces.append(piece)
                await pace.rest(1)
            copy = copy or BodyCopy(work.request.body)
            copy.put(text, "".join(pieces))
        await pace.rest(1)
    return work.request if copy is None else replace(work.request, body=copy.body)


async def _let_go(pace: Pace, *lists: list[Any]) -> None:
    """Forget what is in these lists; that of thousands takes its time, too."""
    for one in lists:
        while one:
            del one[-_AT_ONCE:]
            await pace.rest(_WORK_AT_ONCE)
