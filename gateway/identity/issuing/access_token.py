"""
Access tokens of our own (RFC 9068): what is in them, and what is believed of one that comes back.

Pure decisions: the signature is made and proved elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.identity.clients import ClientRecord, Clients
from gateway.identity.tokens.refusals import InvalidToken
from gateway.identity.tokens.token import SentToken
from gateway.identity.tokens.trust import check_times, texts

TYPE = "at+jwt"
_LEEWAY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Standing:
    """
    What a token of ours that proved good says, and until when it is good.

    `ends_at` is its own end, which stays when its client's is moved.
    """

    client: ClientRecord
    scopes: frozenset[str]
    token_id: str
    good_until: float
    ends_at: float


def claims_for(
    issuer: str, client: ClientRecord, scopes: frozenset[str], *, token_id: str, now_wall: float
) -> dict[str, Any]:
    """Return the claims of a new token (RFC 9068 2.2)."""
    issued = int(now_wall)
    return {
        "iss": issuer,
        "aud": issuer,
        "sub": client.client_id,
        "client_id": client.client_id,
        "iat": issued,
        "exp": issued + client.token_seconds,
        "jti": token_id,
        "scope": " ".join(sorted(scopes)),
    }


def standing_of(token: SentToken, issuer: str, clients: Clients, now_wall: float) -> Standing:
    """Return what a signed token of ours is worth now, or raise a refusal."""
    claims = token.claims
    if token.type != TYPE or claims.get("iss") != issuer or issuer not in texts(claims.get("aud")):
        raise InvalidToken("The token is no access token for this gateway.")
    ends_at = check_times(claims, now_wall, _LEEWAY_SECONDS)
    token_id, client = claims.get("jti"), _client(claims, clients)
    if client is None or not client.is_open(now_wall) or not isinstance(token_id, str):
        raise InvalidToken(
            "The client of this token is not known any more. Ask the operator of this gateway."
        )
    good_until = ends_at if client.expires_at is None else min(ends_at, client.expires_at)
    return Standing(client, _scopes(claims) & client.scopes, token_id, good_until, ends_at)


def _client(claims: Mapping[str, Any], clients: Clients) -> ClientRecord | None:
    client_id = claims.get("client_id")
    if not isinstance(client_id, str) or claims.get("sub") != client_id:
        return None
    return clients.get(client_id)


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    stated = claims.get("scope")
    return frozenset(stated.split()) if isinstance(stated, str) else frozenset()
