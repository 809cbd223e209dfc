"""Models, health and metrics, asked as a client asks."""

import ipaddress
from collections.abc import Mapping
from typing import Any

import httpx2
import orjson
import pytest

from gateway.edge.operations import Models, Operations, model_routes, operations_app, routes_of
from tests.fakes.small_house import KEY, SmallHouse
from tests.fakes.virtual_time import LoopClock

BEARER = {"authorization": f"Bearer {KEY}"}
NETWORKS = [ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("fd00::/8")]
PROXIES = [ipaddress.ip_network("127.0.0.1/32"), ipaddress.ip_network("10.0.0.0/8")]


class Mood:
    """A condition that can be set."""

    def __init__(self, *, ready: bool) -> None:
        self._ready = ready

    def is_ready(self) -> bool:
        """Return it."""
        return self._ready


async def an_exposition(accept: str) -> tuple[bytes, str]:
    return f"accept={accept}\n".encode(), "text/plain; version=1.0.0; charset=utf-8"


async def ask(
    path: str,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    peer: str = "127.0.0.1",
    ready: bool = True,
) -> httpx2.Response:
    operations = Operations(Mood(ready=ready), an_exposition, NETWORKS, PROXIES)
    models = Models(SmallHouse().pipeline, LoopClock())
    app = operations_app([*routes_of(operations, with_metrics=True), *model_routes(models)])
    transport = httpx2.ASGITransport(app, client=(peer, 1234))
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
        return await client.request(method, path, headers=headers)


def code_of(response: httpx2.Response) -> Any:
    return orjson.loads(response.content)["error"]["code"]


@pytest.mark.parametrize("path", ["/healthz", "/health/liveliness"])
@pytest.mark.parametrize("ready", [True, False])
async def test_a_process_that_answers_is_alive(path: str, *, ready: bool) -> None:
    """
    Alive has nothing to do with ready.
    """
    response = await ask(path, ready=ready)

    assert (200, {"status": "ok"}) == (response.status_code, response.json())


@pytest.mark.parametrize("path", ["/readyz", "/health/readiness"])
@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
async def test_readiness_follows_the_condition(path: str, status: int, *, ready: bool) -> None:
    """
    A balancer sends nothing to a gateway that starts or drains.
    """
    assert status == (await ask(path, ready=ready)).status_code


@pytest.mark.parametrize("path", ["/v1/models", "/models"])
async def test_models_are_listed_for_who_may_use_them(path: str) -> None:
    """
    The list has OpenAI's shape and a request id.
    """
    response = await ask(path, BEARER)

    assert {"object": "list", "data": [_DEEPSEEK_CHAT]} == response.json()
    assert response.headers["x-request-id"].startswith("req_")


_DEEPSEEK_CHAT = {"id": "deepseek-chat", "object": "model", "created": 1, "owned_by": "x"}


@pytest.mark.parametrize("path", ["/v1/models/deepseek-chat", "/models/deepseek-chat"])
async def test_one_model_is_shown(path: str) -> None:
    """
    By the name a caller may use.
    """
    assert _DEEPSEEK_CHAT == (await ask(path, BEARER)).json()


@pytest.mark.parametrize("name", ["gpt-9", "org/name", "%0d%0a", ""])
async def test_an_unknown_model_is_not_found(name: str) -> None:
    """
    404 with a stable code, whatever the name; a name may contain slashes.
    """
    response = await ask(f"/v1/models/{name}", BEARER)

    assert (404, "model_not_found") == (response.status_code, code_of(response))


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/deepseek-chat"])
async def test_models_are_nobodys_business_without_a_key(path: str) -> None:
    """
    401, with the challenge that HTTP asks for.
    """
    response = await ask(path)

    assert (401, "missing_credential") == (response.status_code, code_of(response))
    assert "Bearer" == response.headers["www-authenticate"]


async def test_metrics_are_shown_to_the_operators_networks() -> None:
    """
    With the media type of the exposition that was asked for.
    """
    response = await ask("/metrics", {"accept": "text/plain"})

    assert (200, b"accept=text/plain\n") == (response.status_code, response.content)
    assert "text/plain; version=1.0.0; charset=utf-8" == response.headers["content-type"]


@pytest.mark.parametrize("peer", ["10.1.2.3", "192.168.0.1", "2001:db8::1", "", "not-an-address"])
async def test_to_anyone_else_there_are_no_metrics(peer: str) -> None:
    """
    The same answer as for a path that does not exist, with a good key too.
    """
    response = await ask("/metrics", BEARER, peer=peer)

    assert (404, "unknown_path") == (response.status_code, code_of(response))


@pytest.mark.parametrize(
    ("peer", "forwarded", "status"),
    [
        ("127.0.0.1", "203.0.113.9", 404),
        ("127.0.0.1", "127.0.0.1, 203.0.113.9", 404),
        ("127.0.0.1", "", 404),
        ("10.0.0.7", "203.0.113.9", 404),
        ("10.0.0.7", "127.0.0.5", 200),
        ("127.0.0.5", "203.0.113.9", 200),
        ("192.0.2.1", "127.0.0.1", 404),
    ],
)
async def test_through_a_trusted_proxy_its_caller_counts(peer: str, forwarded: str, status: int) -> None:
    """
    Everyone behind a proxy on this machine would come from loopback; what others write is not believed.
    """
    assert status == (await ask("/metrics", {"x-forwarded-for": forwarded}, peer=peer)).status_code


async def test_metrics_can_be_shown_to_an_ipv6_network() -> None:
    """
    Networks of both families stand side by side.
    """
    assert 200 == (await ask("/metrics", peer="fd00::7")).status_code


async def test_a_listener_for_callers_may_be_without_metrics() -> None:
    """
    With a port of their own, metrics are not on the callers' one.
    """
    operations = Operations(Mood(ready=True), an_exposition, NETWORKS, PROXIES)

    paths = {route.path for route in routes_of(operations, with_metrics=False)}

    assert {"/healthz", "/health/liveliness", "/readyz", "/health/readiness"} == paths


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/embeddings", "/v1/models2", "/healthz/"])
async def test_an_unknown_path_is_told_where_things_are(path: str) -> None:
    """
    404 in OpenAI's shape with a request id; never a redirect.
    """
    response = await ask(path)

    assert (404, "unknown_path") == (response.status_code, code_of(response))
    assert "/v1/chat/completions" in response.json()["error"]["message"]
    assert "x-request-id" in response.headers


async def test_a_long_or_unprintable_path_is_not_quoted_whole() -> None:
    """
    What a stranger typed comes back bounded and printable.
    """
    long, strange = await ask("/" + "x" * 5000), await ask("/%01evil")

    assert len(long.json()["error"]["message"]) < 300
    assert "evil" not in strange.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/models", "/healthz", "/metrics"])
async def test_a_wrong_method_is_told_the_right_one(path: str) -> None:
    """
    405 in the same shape, with `Allow`.
    """
    response = await ask(path, method="DELETE")

    assert (405, "method_not_allowed") == (response.status_code, code_of(response))
    assert "GET" in response.headers["allow"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/v1/models", {"anthropic-version": "2023-06-01"}), ("/anthropic/v1/models", {})],
)
async def test_anthropics_clients_are_told_models_in_their_words(
    path: str, headers: Mapping[str, str]
) -> None:
    """
    By the field that all of them send, or by the path.
    """
    response = await ask(path, {**BEARER, **headers})

    assert [("model", "deepseek-chat")] == [(entry["type"], entry["id"]) for entry in response.json()["data"]]
    assert response.json()["has_more"] is False
    assert response.headers["request-id"] == response.headers["x-request-id"]


async def test_one_model_in_the_words_of_anthropics_clients() -> None:
    """
    And a stranger's refusal too.
    """
    found = await ask("/anthropic/v1/models/deepseek-chat", BEARER)
    stranger = await ask("/anthropic/v1/models/deepseek-chat")

    assert ("model", "deepseek-chat") == (found.json()["type"], found.json()["id"])
    assert (401, "authentication_error") == (stranger.status_code, stranger.json()["error"]["type"])


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/v1/messages/batches", {}),
        ("/anthropic/v1/files", {}),
        ("/v1/files", {"anthropic-version": "2023-06-01"}),
    ],
)
async def test_what_anthropic_has_and_nobody_here_is_told_in_their_words(
    path: str, headers: dict[str, str]
) -> None:
    """
    404, with where messages are.
    """
    response = await ask(path, BEARER | headers, method="POST")

    error = response.json()["error"]
    assert (404, "not_found_error", "unknown_path") == (response.status_code, error["type"], error["code"])
    assert "/v1/messages" in error["message"]
