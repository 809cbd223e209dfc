"""The keys of an issuer, asked of it."""

import json
from typing import Any

from gateway.foundation.web_client import WebClient, WebFailure
from gateway.foundation.web_fetch import Bounds, fetch, place_of, request_to
from gateway.identity.tokens.key_set import KeySet, NotAKeySet, NoUsableKey, read_key_set
from gateway.identity.tokens.trust import KeysAt

_OPENID, _OAUTH = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"
_BOUNDS = Bounds(connect_seconds=2.0, total_seconds=3.0, most_bytes=256 * 1024)
_JSON = ((b"accept", b"application/json"),)


class KeysNotFetched(Exception):
    """The keys could not be had; the message says why, in words for the operator."""


class KeysWithdrawn(KeysNotFetched):
    """The issuer has answered, and shows no key any more that could be used."""


async def fetch_keys(client: WebClient, place: KeysAt) -> KeySet:
    """Return the present keys of an issuer; raise `KeysNotFetched`."""
    url = place.url if place.url is not None else await _discover(client, place.issuer)
    document = await _document(client, url)
    if document is None:
        raise KeysNotFetched(f"{place_of(url)} does not answer 200")
    try:
        return read_key_set(document)
    except NotAKeySet as error:
        kind = KeysWithdrawn if isinstance(error, NoUsableKey) else KeysNotFetched
        raise kind(f"what {place_of(url)} answers {error}") from error


async def _discover(client: WebClient, issuer: str) -> str:
    for url in _discovery_urls(issuer):
        document = await _document(client, url)
        if document is not None:
            return _keys_url(document, issuer)
    raise KeysNotFetched(f"{issuer} has no discovery document at {_OPENID} or {_OAUTH}")


def _discovery_urls(issuer: str) -> list[str]:
    """Return where an issuer may say where its keys are, each place once."""
    base = issuer.rstrip("/")
    scheme, _, rest = base.partition("://")
    host, slash, path = rest.partition("/")
    # RFC 8414 3.1 puts the issuer's own path behind the well-known one; not every server does.
    inserted = f"{scheme}://{host}{_OAUTH}{slash}{path}"
    return list(dict.fromkeys([base + _OPENID, inserted, base + _OAUTH]))


def _keys_url(document: Any, issuer: str) -> str:
    # OpenID Connect Discovery 4.3: whose document it is must be said in it, to the letter.
    if not isinstance(document, dict) or document.get("issuer") != issuer:
        raise KeysNotFetched(f"the discovery document of {issuer} is that of another issuer")
    url = document.get("jwks_uri")
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise KeysNotFetched(f"the discovery document of {issuer} names no jwks_uri")
    if issuer.startswith("https://") and not url.startswith("https://"):
        raise KeysNotFetched(f"the discovery document of {issuer} leaves https for its keys")
    return url


async def _document(client: WebClient, url: str) -> Any:
    """Return a JSON document, None if there is none at this place."""
    try:
        answer = await fetch(client, request_to("GET", url, _JSON), _BOUNDS)
        return json.loads(answer.body.decode("utf-8")) if answer.status == 200 else None
    except WebFailure as error:
        raise KeysNotFetched(f"{place_of(url)}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise KeysNotFetched(f"what {place_of(url)} answers is no JSON") from error
