"""A token endpoint is asked properly, twice at most, and what it answers is looked at."""

import json
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from gateway.foundation.secret import Secret
from gateway.foundation.trust import trusting_context
from gateway.foundation.web_client import WebClient
from gateway.upstreams.credential_source import ClientSource
from gateway.upstreams.credentials.obtaining import NotObtained, Obtained
from gateway.upstreams.credentials.token_client import from_token_endpoint
from tests.fakes.scripted_server import Peer, serving, whole

_SECRET = "s3cret with+odd/chars"


@pytest.fixture
async def client() -> AsyncIterator[WebClient]:
    one = WebClient(trusting_context())
    yield one
    await one.close()


async def _obtained(client: WebClient, *answers: bytes, **source: Any) -> tuple[Obtained, list[bytes]]:
    """Return what comes of these answers, one after the other, and what was asked."""
    asked: list[bytes] = []
    left = list(answers)

    async def script(peer: Peer) -> None:
        while request := await peer.request():
            asked.append(request)
            await peer.send(left.pop(0))

    async with serving(script) as server:
        url = f"http://127.0.0.1:{server.port}/token"
        found = await from_token_endpoint(client, ClientSource(url, "gate:way", Secret(_SECRET), **source))
    return found, asked


def _grant(**fields: object) -> bytes:
    answer = {"access_token": "up-token", "token_type": "Bearer", "expires_in": 3600}
    return whole(json.dumps(answer | fields).encode())


async def test_the_endpoint_is_asked_as_rfc_6749_says(client: WebClient) -> None:
    """
    Id and secret are encoded, then joined; further parameters go along.
    """
    found, (request,) = await _obtained(client, _grant(), scope="a b", parameters=(("audience", "api://x"),))

    head, _, body = request.partition(b"\r\n\r\n")
    fields = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
    }
    assert Obtained(Secret("up-token"), 3540.0, 3600.0) == found
    assert head.startswith(b"POST /token HTTP/1.1")
    assert b"application/x-www-form-urlencoded" == fields[b"content-type"]
    assert b"gate%3Away:s3cret+with%2Bodd%2Fchars" == b64decode(fields[b"authorization"].split(b" ")[1])
    assert {"grant_type": ["client_credentials"], "scope": ["a b"], "audience": ["api://x"]} == parse_qs(
        body.decode()
    )


async def test_a_client_may_show_itself_in_the_form(client: WebClient) -> None:
    """
    Then not in the head as well.
    """
    _, (request,) = await _obtained(client, _grant(), in_form=True)

    head, _, body = request.partition(b"\r\n\r\n")
    assert b"authorization" not in head.lower()
    form = parse_qs(body.decode())
    assert (["gate:way"], [_SECRET]) == (form["client_id"], form["client_secret"])


@pytest.mark.parametrize(
    ("expires_in", "fresh", "good"),
    [
        (3600, 3540, 3600),
        (60, 30, 60),
        ("600", 540, 600),
        (None, 240, 300),
        ("soon", 240, 300),
        (0, 240, 300),
        (-5, 240, 300),
        (1e9, 86_340, 86_400),
        ([], 240, 300),
        (10**400, 240, 300),
    ],
)
async def test_a_token_is_renewed_before_it_ends(
    client: WebClient, expires_in: object, fresh: float, good: float
) -> None:
    """
    A minute before, or half-way; one that says nothing is taken for short.
    """
    found, _ = await _obtained(client, _grant(expires_in=expires_in))

    assert (fresh, good) == (found.fresh_seconds, found.good_seconds)


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
async def test_what_may_pass_is_tried_once_more(client: WebClient, status: int) -> None:
    """
    And not a third time.
    """
    trouble = whole(b"later", status=status)

    found, asked = await _obtained(client, trouble, _grant())

    assert (Secret("up-token"), 2) == (found.secret, len(asked))
    with pytest.raises(NotObtained, match=f"answers {status}"):
        await _obtained(client, trouble, trouble)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (whole(b'{"error": "invalid_client", "error_description": "s3cret"}', status=401), "answers 401"),
        (whole(b"moved", status=302, fields=b"location: /else\r\n"), "answers 302"),
        (whole(b"<html>"), "no JSON"),
        (whole(b"\xff"), "no JSON"),
        (whole(b"[" * 60_000), "no JSON"),
        (whole(b"[]"), "no bearer token"),
        (_grant(access_token=7), "no bearer token"),
        (_grant(token_type="mac"), "no bearer token"),
        (_grant(access_token="two\nlines"), "no credential"),
        (_grant(access_token=""), "no credential"),
    ],
)
async def test_what_is_no_token_is_told_without_quoting_it(
    client: WebClient, answer: bytes, expected: str
) -> None:
    """
    And not tried again at once.
    """
    with pytest.raises(NotObtained) as refused:
        await _obtained(client, answer)

    assert expected in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.slow
async def test_an_endpoint_that_is_not_there_is_told(client: WebClient) -> None:
    """
    Nobody listens, or the URL is none; a key in its query is not told.
    """
    closed = "http://127.0.0.1:9/token?code=s3cret"
    for url, expected in (
        (closed, "token endpoint http://127.0.0.1:9/token does"),
        ("http://a b/", "no URL"),
    ):
        with pytest.raises(NotObtained, match=expected) as refused:
            await from_token_endpoint(client, ClientSource(url, "id", Secret("s")))
        assert "s3cret" not in str(refused.value)
