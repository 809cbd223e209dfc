"""A small document comes whole, in time and within its bounds, or not at all."""

from collections.abc import AsyncIterator

import pytest

from gateway.foundation.trust import trusting_context
from gateway.foundation.web_client import WebClient, WebFailure, WebInvalid, WebUnreachable
from gateway.foundation.web_fetch import Bounds, Fetched, fetch, place_of, request_to
from tests.fakes.scripted_server import Peer, once, serving, whole

_HURRIED = Bounds(connect_seconds=1.0, total_seconds=0.05, most_bytes=100)


@pytest.fixture
async def client() -> AsyncIterator[WebClient]:
    one = WebClient(trusting_context())
    yield one
    await one.close()


async def test_status_and_body_come_together(client: WebClient) -> None:
    """
    Any status is an answer; query, fields and body are sent as given.
    """
    seen: list[bytes] = []

    async def script(peer: Peer) -> None:
        seen.append(await peer.request())
        await peer.send(whole(b"no", status=404))

    async with serving(script) as server:
        url = f"http://127.0.0.1:{server.port}/a/b?c=d"
        answer = await fetch(client, request_to("POST", url, ((b"x-a", b"1"),), b"body"), Bounds())

    assert Fetched(404, b"no") == answer
    assert seen[0].startswith(b"POST /a/b?c=d HTTP/1.1\r\n")
    assert b"x-a: 1\r\n" in seen[0].lower()
    assert seen[0].endswith(b"\r\n\r\nbody")


async def test_an_answer_beyond_its_bound_is_cut_off(client: WebClient) -> None:
    """
    However long it goes on.
    """
    async with serving(once(whole(b"x" * 101))) as server:
        request = request_to("GET", f"http://127.0.0.1:{server.port}")
        with pytest.raises(WebInvalid):
            await fetch(client, request, Bounds(most_bytes=100))


async def test_an_answer_that_stalls_is_given_up(client: WebClient) -> None:
    """
    A server that begins and then says nothing keeps nobody.
    """

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab")
        await peer.until_gone()

    async with serving(script) as server:
        request = request_to("GET", f"http://127.0.0.1:{server.port}/")
        with pytest.raises(WebFailure):
            await fetch(client, request, _HURRIED)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "gateway",
        "ftp://a.test/",
        "http:///path",
        "http://user@a.test/",
        "http://a.test:99999/",
        "http://[::1/",
        "http://a.test/\u00e9",
        "http://a.test/a b",
        "http://a b/",
        "http://\u4e2d.test/",
    ],
)
def test_what_is_no_url_is_never_asked(url: str) -> None:
    """
    Neither another scheme, nor a user name in it, nor what is no URL at all.
    """
    with pytest.raises(WebUnreachable):
        request_to("GET", url)


def test_scheme_and_port_follow_the_url() -> None:
    """
    A missing path is the root, a missing port the scheme's own.
    """
    request = request_to("GET", "https://[::1]")

    assert ("https", "::1", 443, "/") == (request.scheme, request.host, request.port, request.target)
    assert 8443 == request_to("GET", "https://a.test:8443/x").port


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://login.acme.test/keys?code=s3cret#top", "https://login.acme.test/keys"),
        ("http://anna:s3cret@10.0.0.7:8080/token", "http://10.0.0.7:8080/token"),
        ("http://a:s3@cret@h/", "http://h/"),
        ("http://[s3cret/", "what is no URL"),
    ],
)
def test_where_a_url_leads_is_told_without_what_opens_the_door(url: str, place: str) -> None:
    """
    Neither its query nor its user.
    """
    assert place == place_of(url)
