"""We as a client of an upstream's token endpoint."""

import asyncio
import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote_plus, urlencode

from gateway.foundation.web_client import WebClient, WebFailure, WebRequest
from gateway.foundation.web_fetch import Bounds, Fetched, fetch, place_of, request_to
from gateway.upstreams.credential_source import ClientSource
from gateway.upstreams.credentials.obtaining import NotObtained, Obtained, checked

_BOUNDS = Bounds(connect_seconds=3.0, total_seconds=8.0, most_bytes=64 * 1024)
_UNSAID_SECONDS = 300.0
_LONGEST_SECONDS = 86_400.0
_EARLY_SECONDS = 60.0
_AGAIN_AFTER_SECONDS = 0.25
_REFUSED_WAIT_SECONDS = 30.0


async def from_token_endpoint(client: WebClient, source: ClientSource) -> Obtained:
    """
    Return a new token, or raise `NotObtained`.

    What may pass by itself (no connection, 429, 5xx) is tried a second time;
    a refusal of the client is not.
    """
    request = _request(source)
    answer = await _asked(client, request)
    if answer is None or answer.status == 429 or answer.status >= 500:
        await asyncio.sleep(_AGAIN_AFTER_SECONDS)
        answer = await _asked(client, request)
    place = place_of(source.token_url)
    if answer is None:
        raise NotObtained(f"the token endpoint {place} does not answer")
    if answer.status != 200:
        wait = 5.0 if answer.status >= 500 else _REFUSED_WAIT_SECONDS
        raise NotObtained(f"the token endpoint {place} answers {answer.status}", wait_seconds=wait)
    return _read(answer.body, place)


def _request(source: ClientSource) -> WebRequest:
    form = {"grant_type": "client_credentials"} | ({"scope": source.scope} if source.scope else {})
    form |= dict(source.parameters)
    headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"accept", b"application/json")]
    secret = source.client_secret.reveal()
    if source.in_form:
        form |= {"client_id": source.client_id, "client_secret": secret}
    else:
        # RFC 6749 2.3.1: both are encoded before they are joined.
        pair = f"{quote_plus(source.client_id)}:{quote_plus(secret)}"
        headers.append((b"authorization", b"Basic " + b64encode(pair.encode())))
    try:
        return request_to("POST", source.token_url, tuple(headers), urlencode(form).encode())
    except WebFailure as error:
        raise NotObtained(
            f"{place_of(source.token_url)} is no URL of a token endpoint", wait_seconds=60.0
        ) from error


async def _asked(client: WebClient, request: WebRequest) -> Fetched | None:
    try:
        return await fetch(client, request, _BOUNDS)
    except WebFailure:
        return None


def _read(body: bytes, place: str) -> Obtained:
    try:
        document: Any = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise NotObtained(f"what the token endpoint {place} answers is no JSON") from error
    token = document.get("access_token") if isinstance(document, dict) else None
    if not isinstance(token, str) or str(document.get("token_type", "bearer")).lower() != "bearer":
        raise NotObtained(f"the token endpoint {place} gives no bearer token")
    seconds = _lifetime(document.get("expires_in"))
    # Renewed a minute before its end, a short one half-way.
    return Obtained(checked(token, place), max(seconds / 2, seconds - _EARLY_SECONDS), seconds)


def _lifetime(stated: object) -> float:
    try:
        seconds = float(stated) if isinstance(stated, int | float | str) else _UNSAID_SECONDS
    except (ValueError, OverflowError):
        seconds = _UNSAID_SECONDS
    return min(seconds, _LONGEST_SECONDS) if seconds > 0 else _UNSAID_SECONDS
