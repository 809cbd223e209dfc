"""Whatever is wrong with a request, its caller is told what, in which shape, and what to do."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import (
    AT_HOME_KEY,
    CANARY,
    CHAT,
    DISABLED_KEY,
    KEY,
    Answer,
    House,
    PolicyFolder,
    a_chat,
    a_house,
    a_request,
    named,
)

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

BODY_LIMIT_BYTES = 4096
HELLO = {"role": "user", "content": "Hello"}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def open_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    def change(policies: PolicyFolder) -> None:
        policies.plan["body_limit_bytes"] = BODY_LIMIT_BYTES
        policies.model["retries"] = {"attempts": 1}
        policies.upstreams["first"]["timeouts"] = {
            "first_token_seconds": 0.2,
            "stall_seconds": 0.2,
            "total_seconds": 1.0,
        }

    async with a_house(tmp_path_factory.mktemp("refusals"), change) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def house(open_house: House) -> House:
    """The one house of this file, with nothing scripted."""
    open_house.begin_anew()
    return open_house


def assert_refused(answer: Answer, status: int, code: str, *, param: str | None = None) -> None:
    """The whole answer is an error of OpenAI's shape with a request id, and nothing of ours in it."""
    error = answer.error
    assert (status, code, param) == (answer.status, error["code"], error["param"])
    assert {"message", "type", "param", "code", "request_id"} == set(error)
    assert error["message"]
    assert answer.headers["x-request-id"] == error["request_id"]
    assert "application/json" == answer.headers["content-type"]
    assert CANARY.encode() not in answer.body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"not json",
        b'{"model": "deepseek-flash", "messages": [}',
        b'{"model": "deepseek-flash"} and more',
        b"[]",
        b'"text"',
        b"null",
        b'{"model": "\xff\xfe"}',
        "{}".encode("utf-16"),
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b"[" * 1500 + b"]" * 1500,
    ],
    ids=lambda body: repr(body[:24]),
)
async def test_a_body_that_is_no_json_object_is_refused(house: House, body: bytes) -> None:
    """
    Broken, cut, foreign or endless JSON is the caller's to mend, and never reaches the model.
    """
    answer = await house.ask(body)

    assert_refused(answer, 400, "invalid_json")
    assert [] == house.simulator.records


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"model": 7}, "model"),
        ({"model": ""}, "model"),
        ({"model": "m" * 300}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "Hello"}, "messages"),
        ({"messages": {}}, "messages"),
        ({"messages": ["Hello"]}, "messages[0]"),
        ({"messages": [{"content": "Hello"}]}, "messages[0].role"),
        ({"messages": [HELLO, {"role": 1, "content": "Hello"}]}, "messages[1].role"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"stream": "yes"}, "stream"),
        ({"stream": 1}, "stream"),
        ({"stream_options": True}, "stream_options"),
        ({"temperature": "hot"}, "temperature"),
        ({"max_tokens": "many"}, "max_tokens"),
        ({"tools": "none"}, "tools"),
    ],
    ids=str,
)
async def test_a_field_of_the_wrong_type_is_named(house: House, fields: dict[str, Any], param: str) -> None:
    """
    The refusal names the field at fault, and the model is not asked.
    """
    answer = await house.ask(a_chat() | fields)

    assert_refused(answer, 400, "invalid_request", param=param)
    assert [] == house.simulator.records


@pytest.mark.parametrize("stream", [False, True])
async def test_an_unknown_model_is_not_found(house: House, *, stream: bool) -> None:
    """
    The answer is 404 with the name that was asked for, and where to find the right ones.
    """
    answer = await house.chat(model="gpt-5", stream=stream)

    assert_refused(answer, 404, "model_not_found", param="model")
    assert "'gpt-5'" in answer.error["message"]
    assert "/v1/models" in answer.error["message"]
    assert "false" == answer.headers["x-should-retry"]


@pytest.mark.parametrize("name", ["\r\nx: y", "\x00", "'" * 200, "\u202e", "../../etc/passwd"], ids=repr)
async def test_a_strange_model_name_stays_a_name(house: House, name: str) -> None:
    """
    What a stranger types is shown printable and bounded, and becomes no label.
    """
    answer = await house.chat(model=name)

    metrics = await house.metrics()
    assert_refused(answer, 404, "model_not_found", param="model")
    assert len(answer.error["message"]) < 250
    assert not any("passwd" in sample or "''''" in sample for sample in metrics)


@pytest.mark.parametrize("model", ["gpt-5", "a/b", "%2e%2e"])
async def test_an_unknown_model_is_not_found_in_the_list(house: House, model: str) -> None:
    """
    GET /v1/models/{id} answers as chat does.
    """
    answer = await house.get(f"/v1/models/{model}", key=KEY)

    assert_refused(answer, 404, "model_not_found", param="model")


async def test_a_body_that_is_announced_too_large_is_refused(house: House) -> None:
    """
    A content-length above the plan's limit is refused before the body is read.
    """
    head = a_request(b"").replace(b"Content-Length: 0", b"Content-Length: 1000000")

    answer = await house.ask_raw(head)

    assert_refused(answer, 413, "body_too_large")
    assert "false" == answer.headers["x-should-retry"]


async def test_a_chunked_body_is_refused_once_it_is_too_large(house: House) -> None:
    """
    Without a length the body is counted as it comes.
    """
    head = a_request(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    chunk = b"400\r\n" + b" " * 1024 + b"\r\n"

    answer = await house.ask_raw(head + chunk * (BODY_LIMIT_BYTES // 1024 + 1))

    assert_refused(answer, 413, "body_too_large")


async def test_a_body_of_exactly_the_limit_is_served(house: House) -> None:
    """
    The limit itself is permitted.
    """
    room = BODY_LIMIT_BYTES - len(orjson.dumps(a_chat("")))

    answer = await house.chat("x" * room)

    assert 200 == answer.status


async def test_a_chunked_body_is_served(house: House) -> None:
    """
    A caller need not know the length of its body.
    """
    body = orjson.dumps(a_chat())
    head = a_request(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")

    answer = await house.ask_raw(head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))

    assert 200 == answer.status


@pytest.mark.parametrize(
    "change",
    [
        (b"Content-Length: 0", b"Content-Length: 3\r\nTransfer-Encoding: chunked"),
        (b"Content-Length: 0", b"Content-Length: -1"),
        (b"Content-Length: 0", b"Content-Length: 3\r\nContent-Length: 4"),
        (b"Content-Length: 0", b"Transfer-Encoding: gzip, chunked"),
        (b"Content-Type: application/json", b"X: a\r\n b"),
        (b"Host: gateway", b"Host : gateway"),
        (b"Host: gateway\r\n", b""),
        (b"Host: gateway", b"Host: gateway\r\nX: \x00"),
    ],
    ids=repr,
)
async def test_an_ambiguous_head_is_refused(house: House, change: tuple[bytes, bytes]) -> None:
    """
    What two servers could read in two ways is not read at all, and closes the connection.
    """
    answer = await house.ask_raw(a_request(b"").replace(*change) + b"{}")

    assert 400 <= answer.status <= 501
    assert "invalid_http" == answer.error["code"]
    assert answer.headers["x-request-id"] == answer.error["request_id"]
    assert "close" == answer.headers["connection"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "identity, gzip"])
async def test_a_compressed_body_is_refused(house: House, encoding: str) -> None:
    """
    The refusal says to send the body as it is.
    """
    answer = await house.ask(a_chat(), Content_Encoding=encoding)

    assert_refused(answer, 415, "unsupported_encoding")


@pytest.mark.parametrize("encoding", ["identity", "Identity"])
async def test_a_body_that_says_it_is_not_compressed_is_served(house: House, encoding: str) -> None:
    """
    `identity` is no encoding, however it is spelt.
    """
    answer = await house.ask(a_chat(), Content_Encoding=encoding)

    assert 200 == answer.status


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/chat", "/v1/chat/completions/", "/v2/chat/completions", "/v1/files", "/V1/models"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_unknown_path_is_not_found(house: House, path: str, method: str) -> None:
    """
    The refusal says where things are; nothing redirects.
    """
    answer = await house.ask(a_chat(), path=path, method=method)

    assert_refused(answer, 404, "unknown_path")
    assert "/v1/chat/completions" in answer.error["message"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/chat/completions", "POST"),
        ("PUT", "/chat/completions", "POST"),
        ("DELETE", "/v1/chat/completions", "POST"),
        ("POST", "/v1/models", "GET"),
        ("DELETE", "/v1/models/deepseek-flash", "GET"),
        ("POST", "/healthz", "GET"),
        ("POST", "/metrics", "GET"),
    ],
)
async def test_a_wrong_method_is_told_the_right_one(
    house: House, method: str, path: str, allowed: str
) -> None:
    """
    405 with `allow`.
    """
    answer = await house.ask(b"", path=path, method=method)

    assert_refused(answer, 405, "method_not_allowed")
    assert allowed in answer.headers["allow"]


async def test_a_request_without_a_key_is_refused(house: House) -> None:
    """
    401 with a challenge, and how to send one.
    """
    answer = await house.ask(a_chat(), key=None)

    assert_refused(answer, 401, "missing_credential")
    assert "Bearer" == answer.headers["www-authenticate"]
    assert "false" == answer.headers["x-should-retry"]


@pytest.mark.parametrize("key", ["wrong", KEY[:-1], KEY + "x", "sk-dsg-" + "0" * 71, CANARY])
async def test_a_wrong_key_is_refused(house: House, key: str) -> None:
    """
    401, without a word of what was sent.
    """
    answer = await house.ask(a_chat(), key=key)

    assert_refused(answer, 401, "invalid_credential")
    assert key.encode() not in answer.body


async def test_two_different_keys_are_refused(house: House) -> None:
    """
    The gateway does not choose.
    """
    answer = await house.ask(a_chat(), X_Api_Key="another")

    assert_refused(answer, 400, "conflicting_credentials")


@pytest.mark.parametrize("path", [CHAT, "/v1/models"])
async def test_a_disabled_tenant_is_refused(house: House, path: str) -> None:
    """
    Its key is known, and opens nothing.
    """
    method = "POST" if path == CHAT else "GET"

    answer = await house.ask(a_chat(), path=path, method=method, key=DISABLED_KEY)

    assert_refused(answer, 403, "tenant_disabled")


@pytest.mark.parametrize("stream", [False, True])
async def test_a_tenant_at_home_has_nowhere_to_go(house: House, *, stream: bool) -> None:
    """
    With external servers only, a request that must stay on the premises is refused and goes nowhere.
    """
    answer = await house.chat(key=AT_HOME_KEY, stream=stream)

    assert_refused(answer, 403, "residency_unavailable", param="model")
    assert [] == house.simulator.records


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("behaviour", "status", "code", "should_retry"),
    [
        (Misbehaviour(status=400), 400, "upstream_rejected", "false"),
        (Misbehaviour(status=422), 422, "upstream_rejected", "false"),
        (Misbehaviour(error="content"), 400, "content_risk", "false"),
        (Misbehaviour(status=401), 502, "upstream_credential_rejected", "false"),
        (Misbehaviour(status=403), 502, "upstream_credential_rejected", "false"),
        (Misbehaviour(status=402), 503, "upstream_balance_exhausted", "false"),
        (Misbehaviour(error="balance"), 503, "upstream_balance_exhausted", "false"),
        (Misbehaviour(status=404), 502, "upstream_misconfigured", "false"),
        (
            Misbehaviour(status=302, headers={"location": "http://127.0.0.1:1/"}),
            502,
            "upstream_misconfigured",
            "false",
        ),
        (Misbehaviour(status=429), 429, "upstream_rate_limited", None),
        (Misbehaviour(status=500), 502, "upstream_error", None),
        (Misbehaviour(status=503), 503, "upstream_overloaded", None),
        (Misbehaviour(status=504), 504, "upstream_timeout", None),
        (Misbehaviour(status=500, body="<html>oops</html>"), 502, "upstream_error", None),
        (Misbehaviour(slow_head=5), 504, "upstream_timeout", None),
        (Misbehaviour(slow_first_token=5), 504, "upstream_timeout", None),
        (Misbehaviour(stall_after=0), 504, "upstream_timeout", None),
        (Misbehaviour(cut_after=0), 502, "upstream_broke", None),
        (Misbehaviour(cut_after=0, cut="reset"), 502, "upstream_broke", None),
        (Misbehaviour(garbage_after=0), 502, "upstream_broke", None),
        (Misbehaviour(error_after=0), 503, "upstream_overloaded", None),
        (Misbehaviour(raw="this is no HTTP at all"), 502, "upstream_broke", None),
        (Misbehaviour(raw=""), 502, "upstream_broke", None),
        (Misbehaviour(raw="HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"), 502, "upstream_broke", None),
        (Misbehaviour(raw="HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"), 502, "upstream_broke", None),
        (Misbehaviour(headers={"content-encoding": "gzip"}), 502, "upstream_misconfigured", "false"),
        (Misbehaviour(huge_header=300_000), 502, "upstream_broke", None),
        (Misbehaviour(status=200, body="null"), 502, "upstream_broke", None),
        (Misbehaviour(status=200, body="<html>welcome</html>"), 502, "upstream_broke", None),
    ],
    ids=lambda value: named(value) if isinstance(value, Misbehaviour) else str(value),
)
async def test_what_an_upstream_does_wrong_has_a_status_and_a_code(
    house: House, behaviour: Misbehaviour, status: int, code: str, should_retry: str | None, *, stream: bool
) -> None:
    """
    Before content began, every failure is an ordinary refusal, which says whether another try makes sense.
    """
    house.simulator.next(behaviour)

    answer = await house.chat(stream=stream)

    assert_refused(answer, status, code)
    assert should_retry == answer.headers.get("x-should-retry")
    record = house.records()[-1]
    assert (status, code) == (record["status"], record["code"])
    assert {"first"} == set(record["destinations"])


@pytest.mark.parametrize("stream", [False, True])
async def test_an_upstream_that_is_down_is_told(house: House, *, stream: bool) -> None:
    """
    A refused connection is a 502 with a name.
    """
    house.simulator.refuse_connections()
    house.simulator.cut_connections()

    answer = await house.chat(stream=stream)

    await house.simulator.accept_connections()
    assert_refused(answer, 502, "upstream_unreachable")
    assert "'first'" in answer.error["message"]


async def test_an_upstreams_message_is_passed_on_without_our_key(house: House) -> None:
    """
    The words of a 400 help the caller; a credential in them is taken out.
    """
    said = orjson.dumps({"error": {"message": f"Field `top_p` is odd; your key {CANARY} is fine"}}).decode()
    house.simulator.next(Misbehaviour(status=400, body=said))

    answer = await house.chat()

    assert_refused(answer, 400, "upstream_rejected")
    assert "Field `top_p` is odd" in answer.error["message"]


async def test_an_upstreams_message_is_bounded(house: House) -> None:
    """
    A megabyte of complaint reaches the caller as a sentence.
    """
    said = orjson.dumps({"error": {"message": "x y" * 300_000}}).decode()
    house.simulator.next(Misbehaviour(status=400, body=said))

    answer = await house.chat()

    assert_refused(answer, 400, "upstream_rejected")
    assert len(answer.body) < 1500


@pytest.mark.parametrize(("asked", "told"), [("3", "3"), ("0.2", "1")])
async def test_retry_after_is_passed_on_in_whole_seconds(house: House, asked: str, told: str) -> None:
    """
    What the upstream asks for is what the caller is told, rounded up.
    """
    house.simulator.next(Misbehaviour(status=429, retry_after=asked))

    answer = await house.chat()

    assert_refused(answer, 429, "upstream_rate_limited")
    assert told == answer.headers["retry-after"]
    assert "x-should-retry" not in answer.headers


async def test_a_wait_that_no_client_should_sleep_through_is_no_retry(house: House) -> None:
    """
    An hour is told honestly, and the SDK is told not to wait for it.
    """
    house.simulator.next(Misbehaviour(status=429, retry_after="3600"))

    answer = await house.chat()

    assert ("3600", "false") == (answer.headers["retry-after"], answer.headers["x-should-retry"])
