"""An issuer is asked for its keys, and what it answers is not trusted blindly."""

import json
from collections.abc import AsyncIterator, Mapping

import pytest

from gateway.foundation.trust import trusting_context
from gateway.foundation.web_client import WebClient
from gateway.identity.tokens.fetching import KeysNotFetched, KeysWithdrawn, fetch_keys
from gateway.identity.tokens.trust import KeysAt
from tests.fakes.identity_provider import Signer, a_provider, key_set_of
from tests.fakes.scripted_server import Peer, always, serving, whole

_CONFIGURATION = "/.well-known/openid-configuration"
_OAUTH = "/.well-known/oauth-authorization-server"


@pytest.fixture
async def client() -> AsyncIterator[WebClient]:
    one = WebClient(trusting_context())
    yield one
    await one.close()


async def _refused(client: WebClient, answers: Mapping[str, object], url: str | None = None) -> str:
    """Return why no keys come from a server with these documents; {} in a text is its address."""

    async def script(peer: Peer) -> None:
        while request := await peer.request():
            answer = answers.get(request.split(b" ")[1].decode(), None)
            text = json.dumps(answer).replace("{}", base) if not isinstance(answer, bytes) else answer
            body = text.encode() if isinstance(text, str) else text
            await peer.send(whole(body, status=404 if answer is None else 200))

    async with serving(script) as server:
        base = f"http://127.0.0.1:{server.port}"
        place = KeysAt(base, None if url is None else base + url, 60.0)
        with pytest.raises(KeysNotFetched) as refused:
            await fetch_keys(client, place)
    return str(refused.value).replace(base, "{}")


async def test_keys_are_found_by_discovery(client: WebClient) -> None:
    """
    The issuer's own document says where they are.
    """
    async with a_provider(Signer("a"), Signer("b", other=True)) as provider:
        keys = await fetch_keys(client, KeysAt(provider.issuer, None, 60.0))

    assert ["a", "b"] == [key.key_id for key in keys.keys]
    assert ["/realm/.well-known/openid-configuration", "/realm/keys?v=1"] == provider.asked


async def test_keys_are_fetched_where_policy_says(client: WebClient) -> None:
    """
    Then nothing else is asked.
    """
    async with a_provider() as provider:
        await fetch_keys(client, KeysAt(provider.issuer, provider.jwks_url, 60.0))

    assert ["/realm/keys?v=1"] == provider.asked


@pytest.mark.parametrize(
    ("issuer_path", "place"),
    [
        ("", _OAUTH),
        ("/", _OAUTH),
        ("/tenant/one", _OAUTH + "/tenant/one"),
        ("/tenant/one/", _OAUTH + "/tenant/one"),
        ("/tenant/one", "/tenant/one" + _OAUTH),
    ],
)
async def test_an_oauth_server_is_discovered_too(client: WebClient, issuer_path: str, place: str) -> None:
    """
    Where there is no OpenID document, that of RFC 8414 counts: its place has the issuer's path at its end.
    """

    async def script(peer: Peer) -> None:
        while request := await peer.request():
            path = request.split(b" ")[1].decode()
            documents = {
                place: {"issuer": base + issuer_path, "jwks_uri": base + "/jwks"},
                "/jwks": key_set_of(Signer()),
            }
            found = documents.get(path)
            await peer.send(whole(json.dumps(found).encode(), status=404 if found is None else 200))

    async with serving(script) as server:
        base = f"http://127.0.0.1:{server.port}"
        keys = await fetch_keys(client, KeysAt(base + issuer_path, None, 60.0))

    assert 1 == len(keys.keys)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, "has no discovery document"),
        ({_CONFIGURATION: {"issuer": "https://else.test", "jwks_uri": "{}/k"}}, "of another issuer"),
        ({_CONFIGURATION: {"issuer": "{}/", "jwks_uri": "{}/k"}}, "of another issuer"),
        ({_CONFIGURATION: {"jwks_uri": "{}/k"}}, "of another issuer"),
        ({_CONFIGURATION: []}, "of another issuer"),
        ({_CONFIGURATION: {"issuer": "{}"}}, "names no jwks_uri"),
        ({_CONFIGURATION: {"issuer": "{}", "jwks_uri": "file:///etc/passwd"}}, "names no jwks_uri"),
        ({_CONFIGURATION: {"issuer": "{}", "jwks_uri": "http://a@b/"}}, "no http or https URL"),
        ({_CONFIGURATION: {"issuer": "{}", "jwks_uri": "{}/k"}}, "{}/k does not answer 200"),
        ({_CONFIGURATION: {"issuer": "{}", "jwks_uri": "{}/k"}, "/k": {"keys": []}}, "no signature key"),
        ({_CONFIGURATION: b"<html>"}, "is no JSON"),
        ({_CONFIGURATION: b"[" * 100_000}, "is no JSON"),
        ({_CONFIGURATION: b" " * 300_000}, "larger than"),
    ],
)
async def test_an_answer_that_cannot_be_right_is_no_answer(
    client: WebClient, answers: Mapping[str, object], expected: str
) -> None:
    """
    The operator is told what was wrong with it.
    """
    assert expected in await _refused(client, answers)


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"keys": []}, KeysWithdrawn),
        ({"keys": [{"kty": "AKP"}]}, KeysWithdrawn),
        ({"keys": None}, KeysNotFetched),
        ({}, KeysNotFetched),
    ],
)
async def test_no_key_is_an_answer_and_no_key_set_is_none(
    client: WebClient, document: object, kind: type[KeysNotFetched]
) -> None:
    """
    Whoever shows an empty set has withdrawn what was in it; anything else may be an accident.
    """
    async with serving(always(whole(json.dumps(document).encode()))) as server:
        url = f"http://127.0.0.1:{server.port}/keys"
        with pytest.raises(KeysNotFetched) as refused:
            await fetch_keys(client, KeysAt("https://login.acme.test", url, 60.0))

    assert kind is type(refused.value)


async def test_an_issuer_that_is_not_there_is_said_to_be_so(client: WebClient) -> None:
    """
    A refused connection is a reason like any other.
    """
    with pytest.raises(KeysNotFetched) as refused:
        await fetch_keys(client, KeysAt("http://127.0.0.1:9", None, 60.0))

    assert "Connection refused" in str(refused.value)


async def test_a_key_in_the_url_of_the_keys_is_not_told(client: WebClient) -> None:
    """
    Where the keys should be is, up to the question mark.
    """
    place = KeysAt("https://login.acme.test", "http://127.0.0.1:9/keys?code=s3cret", 60.0)
    with pytest.raises(KeysNotFetched) as refused:
        await fetch_keys(client, place)

    assert "http://127.0.0.1:9/keys: Connection refused" == str(refused.value)
