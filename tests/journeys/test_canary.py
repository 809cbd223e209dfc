"""Whatever a caller sends, a model says or an operator configures stays where it belongs."""

import base64
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import orjson
import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.canaries import Canaries, writings
from tests.journeys.canary import Case, Stage, a_stage, leave, play, search, written
from tests.journeys.canary_codes import FORCED
from tests.journeys.serving import starting

pytestmark = pytest.mark.slow


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A simulator, and a Redis that keeps every command in clear."""
    async with a_stage(tmp_path) as stage:
        yield stage


def refusals_of_the_door(stage: Stage) -> Iterator[Case]:
    """What never gets as far as a model."""
    plant, ask = stage.canaries.plant, stage.ask
    bad = plant("bad_key", "sk-wrong-{}")
    yield Case("missing_credential", ask(stage.body(), key=None))
    yield Case("invalid_credential", ask(stage.body(), key=bad))
    for name in ("x-api-key", "api-key"):
        yield Case("invalid_credential", ask(stage.body(), key=None, **{name: plant(name, "sk-{}")}))
    yield Case("conflicting_credentials", ask(stage.body(), **{"x-api-key": plant("second_key", "sk-{}")}))
    claims = {"iss": plant("issuer", "https://{}.example"), "sub": plant("subject"), "exp": 1}
    parts = [{"alg": "RS256", "kid": plant("kid")}, claims]
    token = [base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=").decode() for part in parts]
    yield Case("invalid_token", ask(stage.body(), key=".".join([*token, plant("signature", "AA{}")])))
    yield Case("invalid_json", ask(plant("broken", '{{"model": "{}", ').encode()))
    yield Case("invalid_json", ask(plant("utf8", '{{"a": "{}').encode() + b'\xff\xfe"}'))
    yield Case("invalid_json", ask(plant("utf16", '{{"a": "{}"}}').encode("utf-16")))
    roles = [{"role": plant("role"), "content": "x"}]
    yield Case("invalid_request", ask(stage.body(messages=roles)), own=("role",))
    yield Case("invalid_request", ask(stage.body(temperature=plant("temperature"))), own=("temperature",))
    yield Case("invalid_request", ask(stage.body(stream=plant("stream"))), own=("stream",))
    image = {"type": "image_url", "image_url": {"url": plant("image", "ftp://h/{}")}}
    yield Case(
        "unsupported_image_url",
        ask(stage.body(messages=[{"role": "user", "content": [image]}])),
        own=("image",),
    )
    yield Case("model_not_found", ask(stage.body(model=plant("model"))), own=("model",))
    yield Case("body_too_large", ask(stage.body(more=plant("large") * 5000)))
    yield Case("unsupported_encoding", ask(stage.body(), **{"Content-Encoding": plant("encoding", "br{}")}))
    control = plant("control", "max-age={}")
    yield Case("invalid_cache_directive", ask(stage.body(), **{"Cache-Control": control}), own=("control",))
    yield Case("unknown_path", ask(b"", path=plant("path", "/v1/{}")), own=("path",))
    yield Case("method_not_allowed", ask(b"", method="DELETE"))
    yield from broken_requests(stage)
    yield from other_dialects(stage)
    admin = plant("admin_key", "the-key-of-an-operator-{}")
    lists = "/admin/v1/keys"
    yield Case("invalid_credential", ask(b"", path=lists, key=plant("wrong_admin", "sk-{}"), method="GET"))
    query = plant("admin_query", "?api_key={}")
    yield Case("invalid_request", ask(b"", path=lists + query, key=admin, method="GET"))
    order = plant("admin_body", '{{"tenant": {{"{}": 1}}}}').encode()
    yield Case(None, ask(order, path=lists, key=admin), own=("admin_body",))
    form = plant("form", "grant_type=client_credentials&client_id=robot&client_secret={}&scope=x").encode()
    urlencoded = {"Content-Type": "application/x-www-form-urlencoded"}
    yield Case(None, ask(form, path="/oauth2/token", key=None, **urlencoded))
    basic = base64.b64encode(plant("basic", "robot:{}").encode()).decode()
    grant = b"grant_type=client_credentials"
    yield Case(None, ask(grant, path="/oauth2/token", key=None, **urlencoded, Authorization=f"Basic {basic}"))


def broken_requests(stage: Stage) -> Iterator[Case]:
    """What is no request as HTTP wants it."""
    plant, ask = stage.canaries.plant, stage.ask
    yield Case("invalid_http", ask(b"").replace(b"Host: gateway\r\n", b""))
    yield Case("invalid_http", ask(b"", **{plant("bad name", "x {}"): "1"}))
    yield Case("http_version_unsupported", ask(b"").replace(b"HTTP/1.1", b"HTTP/3.0"))
    yield Case("request_line_too_long", ask(b"", path=plant("long path", "/{}") * 500))
    yield Case("headers_too_large", ask(b"", **{"X-Long": plant("long header") * 5000}))
    head = ask(b"", **{"Transfer-Encoding": "chunked"}).replace(b"Content-Length: 0\r\n", b"")
    yield Case("body_incomplete", head + plant("no chunk", "{}\r\n").encode())


def other_dialects(stage: Stage) -> Iterator[Case]:
    """What clients of other protocols send, good and bad."""
    plant, ask = stage.canaries.plant, stage.ask
    call = {"name": "find", "id": "c1", "input": {"who": plant("tool_input")}}
    turns = [
        {"role": "user", "content": [{"type": "text", "text": plant("block")}]},
        {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": plant("thinking")}, call | {"type": "tool_use"}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "c1", "content": plant("result")}],
        },
    ]
    message = {"model": "deepseek-flash", "max_tokens": 9, "messages": turns, "system": plant("system_text")}
    message["metadata"] = {"user_id": plant("person")}
    for stream in (False, True):
        yield Case(None, ask(message | {"stream": stream}, path="/v1/messages"), own=("block", "result"))
    thread = {"thread": {"id": plant("thread")}}
    yield Case("thread_unsupported", ask(message | thread, path="/v1/messages"))
    yield Case("invalid_request", ask(message | {"system": {"a": plant("odd_system")}}, path="/v1/messages"))
    items = [
        {"role": "user", "content": plant("item")},
        {
            "type": "function_call",
            "call_id": "c1",
            "name": "find",
            "arguments": plant("written", '{{"a": "{}"}}'),
        },
        {"type": "function_call_output", "call_id": "c1", "output": plant("output")},
    ]
    asked = {"model": "deepseek-flash", "input": items}
    # What a response repeats of its request.
    said = {"instructions": plant("instructions"), "metadata": {"a": plant("response_metadata")}}
    own = ("item", "output", "instructions", "response_metadata")
    for stream in (False, True):
        yield Case(None, ask(asked | said | {"stream": stream}, path="/v1/responses"), own=own)
    yield Case(
        "invalid_request", ask(asked | {"previous_response_id": plant("earlier")}, path="/v1/responses")
    )
    gap = {"model": "deepseek-flash", "prompt": plant("prompt"), "suffix": plant("suffix"), "echo": True}
    for stream in (False, True):
        completion = gap | {"stream": stream, "stop": [plant("stop")], "user": plant("typist")}
        yield Case(None, ask(completion, path="/v1/completions"), own=("prompt", "suffix"))
    yield Case("invalid_request", ask(gap | {"suffix": [plant("odd_suffix")]}, path="/beta/completions"))


def bad_minutes(stage: Stage, *, stream: bool) -> Iterator[Case]:
    """What a model answers, and how it fails."""
    plant = stage.canaries.plant
    chat = stage.ask(stage.body(stream=stream), **{"Cache-Control": "no-store"})
    said = plant("error_body")
    leaky = {"x-leak": plant("upstream_header"), "set-cookie": plant("upstream_cookie", "a={}")}
    told = orjson.dumps(
        {"error": {"message": f"no: {said} {plant('upstream_key', 'sk-upstream-{}')}"}}
    ).decode()
    # The message of a model server may reach the caller, scrubbed of our credential.
    quoting = ("error_body",)
    for status, code in (
        (400, "upstream_rejected"),
        (401, "upstream_credential_rejected"),
        (402, "upstream_balance_exhausted"),
        (404, "upstream_misconfigured"),
        (422, "upstream_rejected"),
        (429, "upstream_rate_limited"),
        (500, "upstream_error"),
        (501, "upstream_unsupported"),
        (503, "upstream_overloaded"),
        (504, "upstream_timeout"),
    ):
        yield Case(code, chat, Misbehaviour(status=status, body=told, headers=leaky), own=quoting)
    full = orjson.dumps({"error": {"message": f"The context length is 8 tokens. {said}"}}).decode()
    yield Case("context_length_exceeded", chat, Misbehaviour(status=400, body=full), own=quoting)
    yield Case("content_risk", chat, Misbehaviour(error="content", headers=leaky))
    text = plant("answer", "The answer is {}.")
    # The simulator thinks aloud about what it was asked.
    answered = ("answer", "part")
    yield Case(None, chat, Misbehaviour(text=text, headers=leaky), own=answered)
    yield Case(None, stage.ask(stage.body(stream=stream)), Misbehaviour(text=text), own=answered)
    yield Case("upstream_timeout", chat, Misbehaviour(slow_head=5.0))
    yield Case("upstream_broke", chat, Misbehaviour(raw=plant("raw", "HTTP/1.1 {} nonsense\r\n\r\n")))
    yield Case("upstream_broke", chat, Misbehaviour(text=text, cut_after=1), own=answered)
    yield Case(None, chat, Misbehaviour(text=text, garbage_after=1), own=answered)
    yield Case(None, chat, Misbehaviour(text=text, error_after=1), own=answered)
    yield Case(None, chat, Misbehaviour(huge_header=200_000))


async def test_no_secret_and_no_private_text_is_written_anywhere(stage: Stage) -> None:
    """
    Not to logs, metrics, audit, Redis, state files, other servers' headers or a stranger's error body.

    Every request carries a secret in each of its fields; each is sent whole and
    as a stream, and ends in one of the ways in which requests end. Redis keeps
    every command that it was ever sent, and all files are read byte by byte.
    """
    async with starting(stage.environ(), stage.folder) as served:
        await served.until_listening()
        for case in refusals_of_the_door(stage):
            await play(stage, served, case)
        for stream in (False, True):
            for case in bad_minutes(stage, stream=stream):
                await play(stage, served, case)
            unkept = {"Cache-Control": "no-store"}
            await leave(stage, served, stage.ask(stage.body(stream=stream), **unkept))
        found = await search(stage, served)
        stage.redis.stop()
        await play(stage, served, Case("limits_unavailable", stage.ask(stage.body())))
        # Without it the gateway would wait for it at its end.
        stage.redis.start()
        served.signal(signal.SIGTERM)
        await served.ended()
        log = served.access_log
        found["logs"] = stage.canaries.found_in(written(served))
    found["redis"] = stage.canaries.found_under(stage.folder / "redis")

    assert FORCED["test_canary"] == stage.told
    endings = {line["ending"] for line in log}
    assert {"finished", "refused", "upstream_broke", "timed_out", "caller_left"} == endings
    assert any((stage.folder / "state").rglob("content/*/*"))
    assert any(b"{acme}" in file.read_bytes() for file in (stage.folder / "redis").rglob("*.aof"))
    # What program called is a part of the audit record, and nothing else of the head is.
    assert {"agent"} == set().union(*stage.canaries.found_under(stage.folder / "state").values())
    assert {name: set() for name in ("metrics", "headers upstream", "logs")} | {"redis": {}} == found


@pytest.mark.parametrize("number", range(len(writings("zq0123456789abcdef0123"))))
def test_the_search_finds_every_writing(number: int) -> None:
    """
    A search that finds nothing says something only if it would have found it.
    """
    canaries = Canaries()
    core = canaries.plant("secret")

    assert {"secret"} == canaries.found_in(b"before " + writings(core)[number] + b" after")


def test_the_search_finds_a_value_inside_of_base64() -> None:
    """
    Wherever in the encoded text it stands.
    """
    canaries = Canaries()
    value = canaries.plant("secret")

    found = [
        canaries.found_in(base64.b64encode(b"x" * offset + value.encode() + b"yz")) for offset in range(5)
    ]

    assert [{"secret"}] * 5 == found
