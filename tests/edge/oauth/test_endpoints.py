"""The token desk, asked as a client asks."""

from collections.abc import Mapping

import httpx2
import pytest

from gateway.edge.oauth.endpoints import OAuthEndpoints
from gateway.edge.operations import operations_app
from gateway.identity.client_address import read_address
from gateway.identity.issuing.form import MOST_FORM_BYTES
from tests.fakes.issuing import NAME, SECRET, Office, an_office

_SHOP = {"client_id": "shop", "client_secret": SECRET}
_GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
async def office() -> Office:
    return await an_office()


async def _ask(
    office: Office, path: str, form: Mapping[str, str] | None = None, **how: str | bytes
) -> httpx2.Response:
    """Post a form, or get what is there."""
    endpoints = OAuthEndpoints(office.desk, lambda arrival: read_address(arrival.peer))
    transport = httpx2.ASGITransport(operations_app(endpoints.routes()), client=("192.0.2.9", 1234))
    async with httpx2.AsyncClient(transport=transport, base_url=NAME) as client:
        if form is not None:
            return await client.post(path, data=dict(form))
        if "content" in how:
            head = {"content-type": str(how["content_type"])}
            return await client.post(path, content=how["content"], headers=head)
        return await client.get(path)


async def test_a_token_comes_with_its_request_id(office: Office) -> None:
    """
    And is stored by nobody on the way.
    """
    answer = await _ask(office, "/oauth2/token", _SHOP | _GRANT)

    assert (200, "no-store", "no-cache") == (
        answer.status_code,
        answer.headers["cache-control"],
        answer.headers["pragma"],
    )
    assert answer.headers["x-request-id"].startswith("req_")
    assert "Bearer" == answer.json()["token_type"]


async def test_a_refusal_has_the_shape_of_the_protocol(office: Office) -> None:
    """
    Not OpenAI's: OAuth libraries read `error` as a text.
    """
    answer = await _ask(office, "/oauth2/token", _GRANT | {"client_id": "shop", "client_secret": "x"})

    assert (401, "invalid_client") == (answer.status_code, answer.json()["error"])
    assert answer.headers["www-authenticate"].startswith("Basic realm=")


async def test_who_fails_too_often_is_told_when_to_come_back(office: Office) -> None:
    """
    By the address from which it comes.
    """
    for _ in range(40):
        answer = await _ask(office, "/oauth2/token", _GRANT | {"client_id": "x", "client_secret": "x"})

    assert 429 == answer.status_code
    assert int(answer.headers["retry-after"]) >= 1
    with pytest.raises(Exception, match="Too many"):
        office.brakes.check("192.0.2.9", office.clock.monotonic())


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"x" * (MOST_FORM_BYTES + 1), "application/x-www-form-urlencoded"),
        (b'{"grant_type": "client_credentials"}', "application/json"),
    ],
)
async def test_what_is_no_small_form_is_refused(office: Office, content: bytes, content_type: str) -> None:
    """
    Before anything of it is believed.
    """
    answer = await _ask(office, "/oauth2/token", content=content, content_type=content_type)

    assert (400, "invalid_request") == (answer.status_code, answer.json()["error"])


async def test_introspection_and_revocation_want_a_token(office: Office) -> None:
    """
    From a client that shows itself.
    """
    token = office.token()

    statuses = [
        (await _ask(office, path, form)).status_code
        for path in ("/oauth2/introspect", "/oauth2/revoke")
        for form in ({"token": token}, _SHOP, _SHOP | {"token": token})
    ]

    assert [401, 400, 200] * 2 == statuses
    assert not (await _ask(office, "/oauth2/introspect", _SHOP | {"token": token})).json()["active"]


async def test_the_public_documents_may_be_kept_for_a_while(office: Office) -> None:
    """
    Shorter than a new key is shown before it signs.
    """
    metadata = await _ask(office, "/.well-known/oauth-authorization-server")
    keys = await _ask(office, "/.well-known/jwks.json")

    assert ["public, max-age=300"] * 2 == [one.headers["cache-control"] for one in (metadata, keys)]
    assert (NAME, ["chat", "models"]) == (metadata.json()["issuer"], metadata.json()["scopes_supported"])
    assert office.signing.published() == keys.json()
