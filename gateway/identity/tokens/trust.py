"""
Whose tokens are believed, and what their claims mean: pure decisions.

The order of a token's way, each step after the signature is proved:

    which tenant     the one trust in this issuer whose required claims are there
    type, audience   what the token is for
    time             exp, nbf, iat with the leeway of the trust
    who              project, user and scopes by the claims that policy names
    blocked          whom policy lets in no more
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.identity.clients import Clients
from gateway.identity.refusals import CallerDisabled
from gateway.identity.scopes import NOTHING
from gateway.identity.tokens.key_set import KeySet
from gateway.identity.tokens.refusals import InvalidToken, TokenExpired, TokenUnmapped
from gateway.identity.tokens.token import SentToken
from gateway.vocabulary.caller import Caller

METHOD = "jwt"
_CLIENT_CLAIMS = ("client_id", "azp", "appid")
_LONGEST_ID = 64
_LONGEST_USER = 256
_ID_DIGITS = 16
_MARK_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Trust:
    """What one tenant believes of one issuer."""

    tenant: str
    audience: frozenset[str]
    algorithms: frozenset[str]
    types: frozenset[str]
    projects: frozenset[str]
    required: tuple[tuple[str, str], ...] = ()
    blocked: frozenset[tuple[str, str]] = frozenset()
    project: str = "default"
    project_claim: str | None = None
    user_claim: str = "sub"
    scopes_claim: str | None = None
    scopes: frozenset[str] = frozenset()
    models: tuple[str, ...] = ()
    limits: bytes = b""
    cache: bytes = b""
    leeway_seconds: float = 30.0

    def blocks(self, claims: Mapping[str, Any]) -> bool:
        """Whether the bearer of a token with these claims is let in no more."""
        return any(_holds(claim(claims, name), value) for name, value in self.blocked)

    def applies_to(self, claims: Mapping[str, Any]) -> bool:
        """Whether a token with these claims is one of this tenant's."""
        return all(_holds(claim(claims, name), value) for name, value in self.required)


@dataclass(frozen=True, slots=True)
class KeysAt:
    """Where the keys of an issuer are fetched; None is by discovery."""

    issuer: str
    url: str | None
    grace_seconds: float


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer, and everybody who believes it."""

    name: str
    keys: KeysAt | KeySet
    trusts: tuple[Trust, ...]

    @property
    def algorithms(self) -> frozenset[str]:
        """What any of those who believe it accepts; whose token it is decides again."""
        return frozenset().union(*(trust.algorithms for trust in self.trusts))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who has shown a good token, and until which wall-clock second it is one."""

    caller: Caller
    good_until: float
    token_id: str | None = None


class Issuers:
    """
    Everyone whose tokens one policy version believes; never changes.

    Other issuers by their names, and the clients to whom the gateway itself
    gives tokens.
    """

    __slots__ = ("_issuers", "algorithms", "clients", "places")

    def __init__(self, issuers: Iterable[Issuer] = (), clients: Clients | None = None) -> None:
        self.clients: Clients = {} if clients is None else clients
        self.algorithms = frozenset(client.algorithm for client in self.clients.values())
        self._issuers = {issuer.name: issuer for issuer in issuers}
        self.places = frozenset(one.keys for one in self._issuers.values() if isinstance(one.keys, KeysAt))

    def __len__(self) -> int:
        return len(self._issuers)

    @property
    def names(self) -> list[str]:
        """The names of all issuers."""
        return list(self._issuers)

    def find(self, name: object) -> Issuer | None:
        """Return the issuer of exactly this name."""
        return self._issuers.get(name) if isinstance(name, str) else None


def accept(token: SentToken, issuer: Issuer, now_wall: float) -> Verdict:
    """Return whose token this is, its signature being good; raise a `Refusal`."""
    trust = _only_trust(issuer, token.claims)
    if token.algorithm not in trust.algorithms:
        raise InvalidToken(f"The token is signed with {token.algorithm}, which its tenant does not accept.")
    if token.type not in trust.types:
        accepted = ", ".join(sorted(filter(None, trust.types)))
        raise InvalidToken(
            f"The token's type (typ) is none of those accepted here: {accepted}. Send an access token."
        )
    audience = token.claims.get("aud")
    if not trust.audience & frozenset(texts(audience)):
        raise InvalidToken("The token is for somebody else: its audience (aud) does not name this gateway.")
    good_until = check_times(token.claims, now_wall, trust.leeway_seconds)
    caller = _caller(trust, token.claims)
    if trust.blocks(token.claims):
        refusal = CallerDisabled("The bearer of this token is blocked. Ask the operator of this gateway.")
        refusal.caller = caller
        raise refusal
    return Verdict(caller, good_until)


def check_times(claims: Mapping[str, Any], now_wall: float, leeway_seconds: float) -> float:
    """Return until when a token is good, or raise a refusal if that is not now."""
    expires = _second(claims, "exp")
    if expires is None:
        raise InvalidToken("The token has no end (exp). Get one that expires.")
    if now_wall >= expires + leeway_seconds:
        raise TokenExpired("The token has expired. Get a new one from your issuer.")
    for name in ("nbf", "iat"):
        begins = _second(claims, name)
        if begins is not None and now_wall < begins - leeway_seconds:
            raise InvalidToken(f"The token is not good yet ({name}). Check the clock of its issuer.")
    return expires + leeway_seconds


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim by its name, or by a path of names with dots; None if it is not there."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def texts(value: object) -> list[str]:
    """Return the texts of a claim that is one text or a list of them."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def caller_id(issuer: str, claims: Mapping[str, Any]) -> str:
    """
    Name a token's bearer without revealing it.

    The client's id where the issuer states one, as a digest where it is a mail
    address; else a digest of the subject, which may be a person's, too.
    """
    for name in _CLIENT_CLAIMS:
        stated = claims.get(name)
        if isinstance(stated, str) and 0 < len(stated) <= _LONGEST_ID and _is_plain(stated):
            return stated if "@" not in stated else "app-" + _digest(issuer, stated)
    subject = claims.get("sub")
    return "sub-" + _digest(issuer, subject if isinstance(subject, str) else "")


def _digest(issuer: str, name: str) -> str:
    seen = f"{issuer}\n{name}"
    return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_DIGITS]


def _only_trust(issuer: Issuer, claims: Mapping[str, Any]) -> Trust:
    fitting = [trust for trust in issuer.trusts if trust.applies_to(claims)]
    if len(fitting) != 1:
        raise TokenUnmapped(
            "The token is good, but policy maps its claims to no single tenant. Ask the operator of this "
            "gateway."
        )
    return fitting[0]


def _caller(trust: Trust, claims: Mapping[str, Any]) -> Caller:
    project: object = trust.project
    if trust.project_claim is not None:
        stated = claim(claims, trust.project_claim)
        project = trust.project if stated is None else stated
    if not isinstance(project, str) or project not in trust.projects:
        raise TokenUnmapped(
            "The token is good, but names no project of its tenant. Ask the operator of this gateway."
        )
    issuer = str(claims.get("iss"))
    return Caller(
        tenant=trust.tenant,
        project=project,
        credential_id=caller_id(issuer, claims),
        method=METHOD,
        scopes=_scopes(trust, claims),
        models=trust.models,
        limits=trust.limits,
        cache=trust.cache,
        user=_user(trust, claims),
        issuer=_digest(issuer, "")[:_MARK_DIGITS],
    )


def _scopes(trust: Trust, claims: Mapping[str, Any]) -> frozenset[str]:
    if trust.scopes_claim is None:
        return trust.scopes
    stated = claim(claims, trust.scopes_claim)
    held = stated.split() if isinstance(stated, str) else texts(stated)
    # A token that says what it is good for, and names nothing that counts here, is good for nothing.
    return trust.scopes.intersection(held) or NOTHING


def _user(trust: Trust, claims: Mapping[str, Any]) -> str | None:
    user = claim(claims, trust.user_claim)
    if not isinstance(user, str) or not 0 < len(user) <= _LONGEST_USER or not user.isprintable():
        return None
    return user


def _holds(stated: object, wanted: str) -> bool:
    entries = stated if isinstance(stated, list) else [stated]
    return any(_in_words(entry) == wanted for entry in entries)


def _in_words(value: object) -> str | None:
    """Return a value as policy can write it, which knows texts alone; claims know numbers, too."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return value if isinstance(value, str) else None


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def _second(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidToken(f"The token's {name} is no time.")
    try:
        return float(value)
    except OverflowError:
        raise InvalidToken(f"The token's {name} is no time.") from None
