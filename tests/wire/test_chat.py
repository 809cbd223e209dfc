import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.chat import end_user_of, parse_chat
from gateway.wire.invalid_request import InvalidRequest
from tests.fakes.chats import a_body

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def test_a_request_is_read_as_the_caller_sent_it() -> None:
    """
    Key order and unknown fields stay; nothing is added.
    """
    body = {"x_new": {"b": 1, "a": [2]}, **a_body(stream=True, temperature=0.3, user=None)}

    request = parse_chat(orjson.dumps(body))

    assert list(body.items()) == list(request.body.items())
    assert ("deepseek-flash", True, False) == (request.model, request.stream, request.include_usage)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (False, False)),
        ({"stream": False}, (False, False)),
        ({"stream": True, "stream_options": {"include_usage": True}}, (True, True)),
        ({"stream": True, "stream_options": {}}, (True, False)),
    ],
)
def test_streaming_and_usage_are_on_only_when_asked_for(
    fields: dict[str, object], expected: tuple[bool, bool]
) -> None:
    """
    Left out and false are the same.
    """
    request = parse_chat(orjson.dumps(a_body(**fields)))

    assert expected == (request.stream, request.include_usage)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, None),
        ({"user": "u1"}, "u1"),
        ({"user_id": "u2"}, "u2"),
        ({"user": "app", "user_id": "u2"}, "u2"),
        ({"user": "u1", "user_id": ""}, "u1"),
        ({"user": "u1", "safety_identifier": "s1"}, "u1"),
        ({"safety_identifier": "s1"}, "s1"),
        ({"user": "", "user_id": None}, None),
    ],
)
def test_the_end_user_is_the_one_that_deepseeks_own_field_names(
    fields: dict[str, object], expected: str | None
) -> None:
    """
    OpenAI's counts where that one is left out or empty.
    """
    assert expected == end_user_of(parse_chat(orjson.dumps(a_body(**fields))))


@pytest.mark.parametrize("field", ["stream", "stream_options", "max_tokens", "tools", "stop", "user"])
def test_null_stands_for_a_field_left_out(field: str) -> None:
    """
    SDKs send null for what was not set.
    """
    request = parse_chat(orjson.dumps({**a_body(), field: None}))

    assert (False, False) == (request.stream, request.include_usage)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"model": "m", "messages": [}',
        b'{"model": "\xff"}',
        b'{"model": "\\ud800"}',
        b'{"temperature": NaN}',
        b"[]",
        b'"text"',
        b"null",
        b"[" * 100_000,
    ],
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    """
    Malformed, not UTF-8, or something other than an object.
    """
    with pytest.raises(InvalidRequest) as caught:
        parse_chat(body)

    assert (400, "invalid_json") == (caught.value.status, caught.value.code)


def test_a_byte_order_mark_before_the_object_is_ignored() -> None:
    """
    Files and writers of some systems put one there, and model servers read over it.
    """
    body = orjson.dumps(a_body())

    assert parse_chat(body) == parse_chat(b"\xef\xbb\xbf" + body)


@pytest.mark.parametrize("depth", [250, 254, 500, 1000, 1023, 1024, 5000])
def test_deep_nesting_is_refused_and_not_survived(depth: int) -> None:
    """
    What could be read but not written again is refused at the door.
    """
    deep = b"[" * depth + b"]" * depth
    body = b'{"model":"m","messages":[{"role":"user","content":"x"}],"metadata":' + deep + b"}"

    with pytest.raises(InvalidRequest) as caught:
        parse_chat(body)

    assert "invalid_json" == caught.value.code


def test_nesting_that_can_be_written_passes_with_room_to_wrap() -> None:
    """
    A body that passes can be written inside three more lists.
    """
    deep = b"[" * 240 + b"]" * 240
    body = b'{"model":"m","messages":[{"role":"user","content":"x"}],"metadata":' + deep + b"}"

    request = parse_chat(body)

    assert orjson.dumps([[[request.body]]]).startswith(b"[[[")


def test_of_a_key_that_comes_twice_the_last_one_counts() -> None:
    """
    There is one reading, and it is what goes upstream.
    """
    request = parse_chat(b'{"model":"a","messages":[{"role":"user","content":"x"}],"model":"b"}')

    assert ("b", "b") == (request.model, request.body["model"])


@pytest.mark.parametrize("model", [None, "", 5, ["m"], "m" * 257])
def test_a_model_is_a_short_text(model: object) -> None:
    """
    The refusal names the field and the way out, and does not repeat what was sent.
    """
    with pytest.raises(InvalidRequest, match="GET /v1/models") as caught:
        parse_chat(orjson.dumps({**a_body(), "model": model}))

    assert "model" == caught.value.param
    assert "mmm" not in caught.value.message


def test_a_refusal_never_quotes_the_caller() -> None:
    """
    A syntax error is told by line and column alone.
    """
    with pytest.raises(InvalidRequest) as caught:
        parse_chat(b'{"model": "m", "messages": [{"content": "my secret" oops}]}')

    assert "secret" not in caught.value.message
    assert "line 1, column" in caught.value.message


@given(body=st.binary(max_size=100))
def test_no_bytes_break_the_parser(body: bytes) -> None:
    """
    Any bytes at all end in a refusal.
    """
    with pytest.raises(InvalidRequest):
        parse_chat(body)


@given(fields=st.dictionaries(st.sampled_from(["model", "messages", "stream", "tools", "stop", "x"]), _JSON))
def test_no_json_breaks_the_parser(fields: dict[str, object]) -> None:
    """
    Any object ends in a request or a refusal that names a field.
    """
    try:
        named = parse_chat(orjson.dumps({**a_body(), **fields})).model
    except InvalidRequest as refusal:
        named = refusal.param or ""

    assert named


def test_a_body_of_nothing_but_brackets_is_refused_before_it_is_read() -> None:
    """
    Read, it would take thirty times its size in memory.
    """
    body = b'{"model":"m","messages":[' + b"[]," * 300_000 + b"[]]}"

    with pytest.raises(InvalidRequest, match="brackets"):
        parse_chat(body)
