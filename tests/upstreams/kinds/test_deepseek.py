from typing import Any

import orjson
import pytest

from gateway.upstreams.kinds import KINDS
from gateway.vocabulary.residency import Residency
from tests.fakes.chats import a_body, a_sealed_completion, a_sealed_request, a_target, read_through
from tests.fakes.dialects import STREAMS, WHOLES

_DEEPSEEK = KINDS["deepseek"]
_USER = {"role": "user", "content": "x"}
_PREFIX = [_USER, {"role": "assistant", "content": "The", "prefix": True}]
_STRICT = [
    {"type": "deepseek_web_search"},
    {"type": "function", "function": {"name": "f", "strict": True}},
]


@pytest.mark.parametrize("fields", [{"messages": _PREFIX}, {"tools": _STRICT}])
@pytest.mark.parametrize(
    ("base_path", "path"),
    [
        ("", "/beta/chat/completions"),
        ("/v1", "/beta/chat/completions"),
        ("/beta", "/beta/chat/completions"),
        ("/proxy", "/proxy/chat/completions"),
    ],
)
def test_what_only_the_beta_base_serves_goes_there(fields: dict[str, Any], base_path: str, path: str) -> None:
    """
    A prefix and strict tools move to /beta, unless the operator's path is a proxy's.
    """
    target = a_target(base_path=base_path)

    call = _DEEPSEEK.call(a_sealed_request(**fields), target)

    assert path == (call.path if call.from_root else base_path + call.path)


@pytest.mark.parametrize("strict", [False, None, "yes"])
def test_other_calls_stay_on_the_base_url(strict: object) -> None:
    """
    A tool that is not strict is no reason to leave.
    """
    tools = [{"type": "function", "function": {"name": "f", "strict": strict}}]

    call = _DEEPSEEK.call(a_sealed_request(tools=tools), a_target())

    assert ("/chat/completions", False) == (call.path, call.from_root)


def test_strict_tools_among_others_stay_where_strict_says_nothing() -> None:
    """
    The beta base would refuse the request, and DeepSeek asked directly takes it.
    """
    loose = {"type": "function", "function": {"name": "g"}}

    call = _DEEPSEEK.call(a_sealed_request(tools=[*_STRICT, loose]), a_target())

    assert ("/chat/completions", False) == (call.path, call.from_root)


def test_everything_else_goes_as_the_caller_sent_it() -> None:
    """
    Fields of next month's API pass; reasoning_content is never dropped.
    """
    body = a_body(
        messages=[
            _USER,
            {"role": "assistant", "content": None, "reasoning_content": " ", "tool_calls": []},
            _USER,
        ],
        thinking={"type": "enabled"},
        user_id="u",
        safety_check={"level": "high"},
        a_later_field=[1],
        stream=True,
    )

    call = _DEEPSEEK.call(a_sealed_request(**body), a_target())

    assert {**body, "model": "their-model", "stream_options": {"include_usage": True}} == orjson.loads(
        call.body
    )


def test_openais_newer_limit_is_named_as_deepseek_knows_it() -> None:
    """
    An unknown name would mean no limit.
    """
    call = _DEEPSEEK.call(a_sealed_request(max_completion_tokens=9), a_target())

    body = orjson.loads(call.body)
    assert (9, None) == (body["max_tokens"], body.get("max_completion_tokens"))


def test_its_answers_pass_untouched() -> None:
    """
    Every byte but comments and leading blank lines is DeepSeek's own.
    """
    streamed = _DEEPSEEK.call(a_sealed_request(stream=True), a_target()).reader
    whole = _DEEPSEEK.call(a_sealed_request(), a_target()).reader

    stream = b"".join(frame.raw for frame in read_through(streamed, [STREAMS["deepseek"]]))
    answer = read_through(whole, [WHOLES["deepseek"]])[0].raw

    assert STREAMS["deepseek"].replace(b": keep-alive\n\n", b"") == stream
    assert WHOLES["deepseek"].lstrip() == answer


def test_it_may_be_sent_to_public_pictures() -> None:
    """
    DeepSeek fetches them itself, from outside.
    """
    part = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    message = {"role": "user", "content": [part]}

    call = _DEEPSEEK.call(a_sealed_request(messages=[message]), a_target(residency=Residency.EXTERNAL))

    assert [message] == orjson.loads(call.body)["messages"]


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (429, "Too many requests. Your current concurrency is 26.", "upstream_rate_limited"),
        (
            429,
            "Your current concurrency exceeds your limit of 25 based on your remaining balance.",
            "upstream_balance_exhausted",
        ),
        (402, "Insufficient Balance", "upstream_balance_exhausted"),
        (200, "Insufficient Balance", "upstream_balance_exhausted"),
        (400, "Content Exists Risk", "content_risk"),
        (200, "Content Exists Risk", "content_risk"),
        (
            400,
            "The supported API model names are deepseek-flash, deepseek-v4-pro, but you passed X.",
            "upstream_misconfigured",
        ),
        (400, "The reasoning_content in the thinking mode must be passed back.", "upstream_rejected"),
        (401, "Authentication Fails, Your api key: ****here is invalid", "upstream_credential_rejected"),
        (503, "Service is too busy.", "upstream_overloaded"),
    ],
)
def test_its_words_tell_one_refusal_from_another(status: int, message: str, code: str) -> None:
    """
    Its type and code are the same for almost everything.
    """
    error = {"message": message, "type": "x", "param": None, "code": "invalid_request_error"}

    diagnosis = _DEEPSEEK.diagnose(status, {}, orjson.dumps({"error": error}), a_target())

    assert code == diagnosis.code


def test_a_missing_credential_is_told_in_plain_text() -> None:
    """
    No JSON, no content type; still our fault and not the caller's.
    """
    diagnosis = _DEEPSEEK.diagnose(401, {}, b"Authentication Fails (governor)", a_target(credential=None))

    assert (502, "upstream_credential_rejected") == (diagnosis.status, diagnosis.code)


def test_what_openais_clients_do_otherwise_is_written_as_deepseek_takes_it() -> None:
    """
    Without the caller's word against it, no effort means no thinking, and then no reasoning is missed.
    """
    call: dict[str, Any] = {"role": "assistant", "content": None, "tool_calls": []}
    fields = {"messages": [_USER, call, _USER], "tools": _STRICT}
    schema = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}

    thinking = _body(**fields)
    silent = _body(**fields, reasoning_effort="none")
    shaped = _body(messages=[_USER], response_format=schema)

    assert [_USER, call | {"reasoning_content": " "}, _USER] == thinking["messages"]
    assert ({"type": "disabled"}, fields["messages"]) == (silent["thinking"], silent["messages"])
    assert ({"type": "json_object"}, "system") == (shaped["response_format"], shaped["messages"][0]["role"])


def _body(**fields: Any) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(_DEEPSEEK.call(a_sealed_request(**fields), a_target()).body)
    return body


@pytest.mark.parametrize(
    ("base_path", "path"),
    [
        ("", "/beta/completions"),
        ("/v1", "/beta/completions"),
        ("/beta", "/beta/completions"),
        ("/proxy", "/proxy/completions"),
    ],
)
def test_completions_are_served_under_beta_alone(base_path: str, path: str) -> None:
    """
    Unless the operator's path is a proxy's.
    """
    call = _DEEPSEEK.call(a_sealed_completion(suffix="x"), a_target(base_path=base_path))

    assert path == (call.path if call.from_root else base_path + call.path)


@pytest.mark.parametrize(("asked", "sent"), [(1, 1), (4_096, 4_096), (4_097, 4_096), (None, None)])
def test_a_completion_is_asked_for_as_long_as_it_may_be(asked: int | None, sent: int | None) -> None:
    """
    A plan's bound is meant for chat, and may be more than DeepSeek takes here.
    """
    body = orjson.loads(_DEEPSEEK.call(a_sealed_completion(max_tokens=asked), a_target()).body)

    assert sent == body.get("max_tokens")
