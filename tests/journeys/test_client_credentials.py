"""A program changes its id and secret for a token, and calls with it."""

import asyncio
import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
import requests
from jwt import PyJWKSet

from gateway.identity.api_key import hash_of
from tests.fakes.house import KEY, Answer, House, PolicyFolder, a_chat, a_house
from tests.fakes.identity_provider import Signer
from tests.fakes.processes import a_gateway
from tests.fakes.redis_server import RedisServer

pytestmark = pytest.mark.slow

CLIENT, SECRET = "client-of-acme", "dsg-secret-0123456789abcdef"
OTHER, OTHER_SECRET = "client-of-another", "dsg-secret-of-another"
PUBLIC_URL = "https://gateway.acme.test"
_FORM_TYPE = "application/x-www-form-urlencoded"


def _client(client_id: str, secret: str, **fields: Any) -> dict[str, Any]:
    return {"id": client_id, "hashes": [hash_of(secret)]} | fields


def with_clients(policies: PolicyFolder) -> None:
    """Give two tenants a client each."""
    policies.tenants["acme"]["projects"] = {
        "shop": {"clients": [_client(CLIENT, SECRET, scopes=["chat", "models"])]}
    }
    policies.tenants["at-home"]["clients"] = [_client(OTHER, OTHER_SECRET)]
    policies.tenants["gone"]["clients"] = [_client("client-of-gone", SECRET + "-gone")]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    environ = {"GATEWAY_PUBLIC_URL": PUBLIC_URL}
    async with a_house(tmp_path, with_clients, environ=environ) as opened:
        yield opened


def _basic(client_id: str = CLIENT, secret: str = SECRET) -> str:
    return "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()


async def _post(house: House, path: str, *, basic: str | None = None, **form: str) -> Answer:
    head = {"Content_Type": _FORM_TYPE} | ({} if basic is None else {"Authorization": basic})
    return await house.ask(urlencode(form).encode(), path=path, key=None, **head)


async def _token(house: House, client_id: str = CLIENT, secret: str = SECRET, **form: str) -> str:
    asked = {"grant_type": "client_credentials"} | form
    answer = await _post(house, "/oauth2/token", basic=_basic(client_id, secret), **asked)
    assert 200 == answer.status, answer.body
    token: str = answer.document["access_token"]
    return token


async def test_the_client_of_the_issue_works_unchanged(house: House) -> None:
    """
    Exactly as it is written there, but for the host.
    """
    host, port = house.gateway.address
    base = f"http://{host}:{port}"

    def call() -> requests.Response:
        granted = requests.post(
            base + "/oauth2/token",
            headers={
                "Authorization": "Basic " + b64encode(f"{CLIENT}:{SECRET}".encode()).decode(),
                "Content-Type": "application/x-www-form-urlencoded",
            },
            data={"grant_type": "client_credentials"},
            timeout=10,
        )
        access_token = granted.json()["access_token"]
        return requests.post(
            base + "/v1/chat/completions",
            headers={"Authorization": f"Bearer {access_token}"},
            json=a_chat("Hello"),
            timeout=10,
        )

    answer = await asyncio.to_thread(call)

    assert 200 == answer.status_code
    assert answer.json()["choices"][0]["message"]["content"]
    record = await house.record()
    assert ("acme", "shop", CLIENT) == (record["tenant"], record["project"], record["credential"])


async def test_a_token_answer_is_kept_by_nobody(house: House) -> None:
    """
    The fields of RFC 6749 5.1, and no-store.
    """
    answer = await _post(
        house, "/oauth2/token", client_id=CLIENT, client_secret=SECRET, grant_type="client_credentials"
    )

    assert {"access_token", "token_type", "expires_in", "scope"} == set(answer.document)
    assert ("Bearer", 3600, "chat models") == tuple(
        answer.document[name] for name in ("token_type", "expires_in", "scope")
    )
    assert ("no-store", "no-cache") == (answer.headers["cache-control"], answer.headers["pragma"])


async def test_anybody_can_prove_a_token_by_what_is_published(house: House) -> None:
    """
    Metadata names the key set, and the key set proves the token with a library of somebody else's.
    """
    metadata = (await house.get("/.well-known/oauth-authorization-server")).document
    keys = (await house.get(metadata["jwks_uri"].removeprefix(PUBLIC_URL))).document
    token = await _token(house)

    key = PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["EdDSA"], audience=PUBLIC_URL, issuer=metadata["issuer"])

    assert (PUBLIC_URL, CLIENT, CLIENT) == (metadata["issuer"], claims["sub"], claims["client_id"])
    assert PUBLIC_URL + "/oauth2/token" == metadata["token_endpoint"]
    assert not [name for entry in keys["keys"] for name in entry if name in ("d", "p", "q")]


@pytest.mark.parametrize(
    ("basic", "form", "status", "error"),
    [
        (_basic(secret="wrong"), {"grant_type": "client_credentials"}, 401, "invalid_client"),
        (_basic("nobody"), {"grant_type": "client_credentials"}, 401, "invalid_client"),
        (None, {"grant_type": "client_credentials"}, 401, "invalid_client"),
        (_basic(), {"grant_type": "client_credentials", "client_secret": SECRET}, 400, "invalid_request"),
        (_basic(), {"grant_type": "password"}, 400, "unsupported_grant_type"),
        (_basic(), {}, 400, "invalid_request"),
        (_basic(), {"grant_type": "client_credentials", "scope": "admin:owner"}, 400, "invalid_scope"),
        (_basic(), {"grant_type": "client_credentials", "x": "y" * 40_000}, 400, "invalid_request"),
    ],
)
async def test_a_bad_request_for_a_token_is_told_why(
    house: House, basic: str | None, form: dict[str, str], status: int, error: str
) -> None:
    """
    The error object of RFC 6749 5.2, and the challenge where the client is not known.
    """
    answer = await _post(house, "/oauth2/token", basic=basic, **form)

    assert (status, error) == (answer.status, answer.document["error"])
    assert {"error", "error_description"} == set(answer.document)
    assert "no-store" == answer.headers["cache-control"]
    assert (status == 401) == ("www-authenticate" in answer.headers)
    assert SECRET.encode() not in answer.body


async def test_the_desk_takes_forms_by_post(house: House) -> None:
    """
    Neither JSON nor GET, and no secret in a URL.
    """
    got = await house.get("/oauth2/token")
    as_json = await house.ask({"grant_type": "client_credentials"}, path="/oauth2/token", key=None)
    url = f"/oauth2/token?client_id={CLIENT}&client_secret={SECRET}&grant_type=client_credentials"
    in_url = await house.ask(b"", path=url, key=None, Content_Type=_FORM_TYPE)

    assert [405, 400, 401] == [answer.status for answer in (got, as_json, in_url)]


async def test_a_revoked_token_is_refused_at_once(house: House) -> None:
    """
    Also one that was remembered; the client's other tokens are not concerned.
    """
    token, kept = await _token(house), await _token(house)
    assert 200 == (await house.chat(key=token)).status

    revoked = await _post(house, "/oauth2/revoke", basic=_basic(), token=token, token_type_hint="x")
    refused = await house.chat(key=token)

    assert (200, b"") == (revoked.status, revoked.body)
    assert (401, "invalid_token") == (refused.status, refused.error["code"])
    assert 'Bearer error="invalid_token"' == refused.headers["www-authenticate"]
    assert 200 == (await house.chat(key=kept)).status


async def test_a_token_can_be_asked_about(house: House) -> None:
    """
    By clients of its tenant; the endpoint itself wants a client.
    """
    token = await _token(house)

    mine = await _post(house, "/oauth2/introspect", basic=_basic(), token=token)
    theirs = await _post(house, "/oauth2/introspect", basic=_basic(OTHER, OTHER_SECRET), token=token)
    nobody = await _post(house, "/oauth2/introspect", token=token)
    nothing = await _post(house, "/oauth2/introspect", basic=_basic())

    assert (True, CLIENT) == (mine.document["active"], mine.document["client_id"])
    assert {"active": False} == theirs.document
    assert [401, 400] == [nobody.status, nothing.status]


async def test_a_revoked_token_is_refused_by_every_replica(tmp_path: Path, redis_server: RedisServer) -> None:
    """
    Three gateways over one Redis; each had remembered the token. Their signing keys are the same.
    """
    shared = {
        "GATEWAY_PUBLIC_URL": PUBLIC_URL,
        "GATEWAY_REDIS_URL": redis_server.url,
        "GATEWAY_MASTER_KEY": "0f" * 32,
    }
    async with AsyncExitStack() as stack:
        houses = [
            await stack.enter_async_context(a_house(tmp_path / name, with_clients, environ=shared))
            for name in ("one", "two", "three")
        ]
        token, kept = await _token(houses[0]), await _token(houses[1])
        assert {200} == {(await house.chat(key=one)).status for house in houses for one in (token, kept)}

        revoked = await _post(houses[2], "/oauth2/revoke", basic=_basic(), token=token)
        async with asyncio.timeout(10):
            while {401} != {(await house.chat(key=token)).status for house in houses}:
                pass
        answers = [await house.chat(key=kept) for house in houses]

    assert 200 == revoked.status
    assert [200] * 3 == [answer.status for answer in answers]


@pytest.mark.long
async def test_tokens_outlast_an_outage_of_the_state_store(tmp_path: Path) -> None:
    """
    Redis gone: tokens are given and believed as before, and only a revocation is refused; then all is well.
    """
    redis = RedisServer(tmp_path / "redis", "--appendonly", "yes", "--appendfsync", "always").start()
    environ = {
        "GATEWAY_PUBLIC_URL": PUBLIC_URL,
        "GATEWAY_REDIS_URL": redis.url,
        "GATEWAY_MASTER_KEY": "0f" * 32,
    }
    try:
        async with a_house(tmp_path / "house", with_clients, environ=environ) as house:
            seen, unseen = await _token(house), await _token(house)
            await house.chat(key=seen)
            redis.kill()
            tokens = (seen, unseen, await _token(house))
            during = [(await house.chat(key=token)).status for token in tokens]
            refused = await _post(house, "/oauth2/revoke", basic=_basic(), token=seen)
            still = (await house.chat(key=seen)).status
            redis.start()
            async with asyncio.timeout(20):
                while (await _post(house, "/oauth2/revoke", basic=_basic(), token=seen)).status != 200:
                    pass
            after = [(await house.chat(key=token)).status for token in tokens]
    finally:
        redis.stop()

    assert [200] * 3 == during
    assert (503, "temporarily_unavailable", 200) == (refused.status, refused.document["error"], still)
    assert "retry-after" in refused.headers
    assert [401, 200, 200] == after


def _part(value: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _forgeries(keys: dict[str, Any], good: str) -> dict[str, str]:
    """Return tokens that are almost ours."""
    (key,) = keys["keys"]
    kid = key["kid"]
    claims = jwt.decode(good, options={"verify_signature": False})
    header, _, signature = good.split(".")
    secret = urlsafe_b64decode(key["x"] + "=")
    return {
        "none": f"{_part({'alg': 'none', 'kid': kid, 'typ': 'at+jwt'})}.{_part(claims)}.{signature}",
        "the public key as a secret": jwt.encode(claims, secret, "HS256", {"kid": kid, "typ": "at+jwt"}),
        "another key under our id": Signer(kid, "EdDSA").sign(claims).decode(),
        "an RSA key under our id": Signer(kid).sign(claims).decode(),
        "no key id": Signer(kid, "EdDSA").sign(claims, kid=None).decode(),
        "more scopes": f"{header}.{_part(claims | {'scope': 'admin:owner'})}.{signature}",
    }


async def test_a_forged_token_of_ours_is_refused(house: House) -> None:
    """
    What is published helps nobody to sign.
    """
    keys = (await house.get("/.well-known/jwks.json")).document
    forged = _forgeries(keys, await _token(house))

    answers = {name: await house.chat(key=token) for name, token in forged.items()}

    assert dict.fromkeys(forged, (401, "invalid_token")) == {
        name: (answer.status, answer.error["code"]) for name, answer in answers.items()
    }
    assert {'Bearer error="invalid_token"'} == {
        answer.headers["www-authenticate"] for answer in answers.values()
    }


async def test_networks_hold_for_tokens_too(tmp_path: Path) -> None:
    """
    A token that leaks is worth nothing outside the networks of its tenant, also once it was remembered.
    """

    def change(policies: PolicyFolder) -> None:
        with_clients(policies)
        policies.tenants["acme"]["networks"] = ["192.0.2.0/24"]

    environ = {"GATEWAY_PUBLIC_URL": PUBLIC_URL, "GATEWAY_TRUSTED_PROXIES": "127.0.0.0/8"}
    async with a_house(tmp_path, change, environ=environ) as house:
        form = urlencode({"grant_type": "client_credentials"}).encode()
        head = {"Content_Type": _FORM_TYPE, "Authorization": _basic()}
        granted, refused = [
            await house.ask(form, path="/oauth2/token", key=None, X_Forwarded_For=address, **head)
            for address in ("192.0.2.7", "198.51.100.1")
        ]
        token = granted.document["access_token"]
        answers = [
            await house.ask(a_chat(), key=token, X_Forwarded_For=address)
            for address in ("192.0.2.7", "198.51.100.1", "192.0.2.8")
        ]

    assert [200, 403, 200] == [answer.status for answer in answers]
    assert "address_not_allowed" == answers[1].error["code"]
    assert "unauthorized_client" == refused.document["error"]


async def test_a_token_ends_with_its_client(house: House, tmp_path: Path) -> None:
    """
    A reload that takes the client away takes its tokens along.
    """
    token = await _token(house)
    assert 200 == (await house.chat(key=token)).status
    policies = PolicyFolder(tmp_path / "policies", [house.simulator.base_url])
    policies.write()

    assert await asyncio.to_thread(house.gateway.reload)
    refused = await house.chat(key=token)
    granted = await _post(house, "/oauth2/token", basic=_basic(), grant_type="client_credentials")

    assert [401, 401] == [refused.status, granted.status]
    assert 200 == (await house.chat(key=KEY)).status


async def test_tenants_keep_their_own_rules(house: House) -> None:
    """
    One that stays on the premises does so with a token, and one that is disabled gets none.
    """
    at_home = await house.chat(key=await _token(house, OTHER, OTHER_SECRET))
    gone = _basic("client-of-gone", SECRET + "-gone")
    refused = await _post(house, "/oauth2/token", basic=gone, grant_type="client_credentials")

    assert "residency_unavailable" == at_home.error["code"]
    assert (400, "unauthorized_client") == (refused.status, refused.document["error"])


async def test_a_token_without_the_scope_for_it_is_refused(house: House) -> None:
    """
    A token for the list of models asks no model.
    """
    token = await _token(house, scope="models")

    assert 200 == (await house.get("/v1/models", key=token)).status
    refused = await house.chat(key=token)
    assert (403, "insufficient_scope") == (refused.status, refused.error["code"])


async def test_guessing_secrets_is_slowed(house: House) -> None:
    """
    429 with a time to come back, in the shape that clients read.
    """
    answers = [
        await _post(house, "/oauth2/token", basic=_basic(secret=f"guess-{number}"), grant_type="x")
        for number in range(40)
    ]

    assert {401, 429} == {answer.status for answer in answers}
    assert "temporarily_unavailable" == answers[-1].document["error"]
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_a_client_who_leaves_in_the_middle_of_its_form_is_gone(house: House) -> None:
    """
    And the next one is served.
    """
    async with await house.call() as caller:
        caller.say(
            b"POST /oauth2/token HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n"
            b"content-type: application/x-www-form-urlencoded\r\n\r\ngrant_type="
        )
    assert await _token(house)


def test_keys_and_revocations_outlast_a_start(tmp_path: Path) -> None:
    """
    A token is good after a restart, and one that was revoked before is not.
    """
    folder = tmp_path / "policies"
    policies = PolicyFolder(folder, ["http://127.0.0.1:9"])
    with_clients(policies)
    policies.write()
    settings = {"GATEWAY_POLICIES": str(folder), "GATEWAY_PUBLIC_URL": PUBLIC_URL}

    def ask(url: str, path: str, **form: str) -> requests.Response:
        return requests.post(url + path, auth=(CLIENT, SECRET), data=form, timeout=10)

    def models(url: str, token: str) -> int:
        head = {"Authorization": f"Bearer {token}"}
        return requests.get(url + "/v1/models", headers=head, timeout=10).status_code

    with a_gateway(tmp_path, **settings) as url:
        tokens = [
            ask(url, "/oauth2/token", grant_type="client_credentials").json()["access_token"]
            for _ in range(2)
        ]
        assert 200 == ask(url, "/oauth2/revoke", token=tokens[1]).status_code

    with a_gateway(tmp_path, **settings) as url:
        assert [200, 401] == [models(url, token) for token in tokens]
        active = [ask(url, "/oauth2/introspect", token=token).json()["active"] for token in tokens]

    assert [True, False] == active
    assert tokens[0].encode() not in b"".join(
        path.read_bytes() for path in (tmp_path / "state").iterdir() if path.is_file()
    )
