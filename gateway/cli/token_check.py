"""`deepseek-gateway policy token`: say what a token is worth under a policy folder, and why."""

from datetime import UTC, datetime
from typing import NoReturn

from gateway.foundation.clock import Clock
from gateway.foundation.web_client import WebClient
from gateway.identity.tokens.fetching import KeysNotFetched, fetch_keys
from gateway.identity.tokens.key_set import KeySet
from gateway.identity.tokens.token import Malformed, SentToken, take_apart
from gateway.identity.tokens.trust import Issuer, Issuers, accept
from gateway.policy.hints import nearest
from gateway.vocabulary.refusal import Refusal


class Worthless(Exception):
    """A token that would be refused; the message says why, for the operator alone."""


async def check_token(text: bytes, issuers: Issuers, client: WebClient, clock: Clock) -> str:
    """Return whose token this is and until when, asking its issuer for keys; raise `Worthless`."""
    try:
        token = take_apart(text.strip())
    except Malformed as error:
        raise Worthless(f"it is no signed token in the one form that is accepted: {error}") from error
    issuer = _issuer(token, issuers)
    keys = await _keys(issuer, client)
    key = keys.find(token.key_id, token.algorithm)
    if key is None:
        shown = ", ".join(sorted(str(one.key_id) for one in keys.keys))
        _refuse(f"its issuer has no key '{token.key_id}' for {token.algorithm}; it shows: {shown}")
    if not key.has_signed(token.algorithm, token.signed, token.signature):
        _refuse(f"the key '{token.key_id}' of its issuer has not signed it")
    try:
        verdict = accept(token, issuer, clock.wall())
    except Refusal as refusal:
        raise Worthless(f"{refusal.code}: {refusal.message}\n{_said(token)}") from refusal
    caller = verdict.caller
    return (
        f"good until {_until(verdict.good_until)}, leeway included\n"
        f"tenant {caller.tenant}, project {caller.project}, credential {caller.credential_id}, "
        f"scopes {' '.join(sorted(caller.scopes)) or '(none)'}, user {caller.user or '(none)'}"
    )


def _issuer(token: SentToken, issuers: Issuers) -> Issuer:
    name = token.claims.get("iss")
    issuer = issuers.find(name)
    if issuer is None:
        _refuse(f"no tenant believes its issuer {name!r}; {nearest(str(name), issuers.names)}")
    if token.algorithm not in issuer.algorithms:
        allowed = ", ".join(sorted(issuer.algorithms))
        _refuse(f"it is signed with {token.algorithm}, and `algorithms` of its issuer says {allowed}")
    return issuer


async def _keys(issuer: Issuer, client: WebClient) -> KeySet:
    if isinstance(issuer.keys, KeySet):
        return issuer.keys
    try:
        return await fetch_keys(client, issuer.keys)
    except KeysNotFetched as error:
        raise Worthless(f"the keys of its issuer cannot be fetched: {error}") from error


def _until(second: float) -> str:
    try:
        return datetime.fromtimestamp(second, UTC).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):
        return f"after the year 9999 (at second {second:.0f}; is its `exp` in milliseconds?)"


def _said(token: SentToken) -> str:
    told = [f"typ {token.type or '(none)'}"]
    told += [f"{name} {token.claims.get(name)!r}" for name in ("aud", "exp", "nbf", "iat")]
    return "it says: " + ", ".join(told)


def _refuse(why: str) -> NoReturn:
    raise Worthless(why)
