import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstreams.foreign_error import ForeignError, error_in, is_too_long, read_foreign_error


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"Authentication Fails (governor)", ForeignError("Authentication Fails (governor)")),
        (
            b'{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"i"}}',
            ForeignError("Insufficient Balance", "unknown_error", "i"),
        ),
        (b'{"error":"Unauthorized"}', ForeignError("Unauthorized")),
        (
            b'{"error":{"message":"No.","type":"NotFoundError","param":null,"code":404}}',
            ForeignError("No.", "NotFoundError", "", 404),
        ),
        (
            b'{"object":"error","message":"No.","type":"BadRequestError","param":null,"code":400}',
            ForeignError("No.", "BadRequestError", "", 400),
        ),
        (b'{"detail":"Server is pinned to x"}', ForeignError("Server is pinned to x", status=400)),
        (
            b'{"detail":[{"loc":["body","n"],"msg":"too small"},{"msg":"odd"}]}',
            ForeignError("body.n: too small; body: odd", status=400),
        ),
        (
            b'data: {"error":{"message":"Slow","type":"rate_limit_error"}}\n\n',
            ForeignError("Slow", "rate_limit_error", "", 429),
        ),
        (b'event: error\ndata: {"error":"x"}\n\n', ForeignError("x")),
        (b'\xef\xbb\xbf{"error":"marked"}', ForeignError("marked")),
        (b'"just text"', ForeignError("just text")),
        (b"<html>Bad gateway</html>", ForeignError()),
        (b"\xff\xfe", ForeignError("\ufffd\ufffd")),
        (b"", ForeignError()),
        (b"[1]", ForeignError()),
        (b'{"error":{"message":{"x":1},"code":true}}', ForeignError()),
        (b'{"error":{"code":99999,"type":5}}', ForeignError()),
    ],
)
def test_every_shape_is_read(body: bytes, expected: ForeignError) -> None:
    """
    DeepSeek, vLLM, SGLang, FastAPI and plain text tell the same things differently.
    """
    assert expected == read_foreign_error(body)


@given(body=st.binary(max_size=200))
def test_reading_never_fails(body: bytes) -> None:
    """
    Any bytes give an error with a status.
    """
    assert 400 <= read_foreign_error(body).status < 600


@pytest.mark.parametrize(
    "answer", [{"choices": []}, {"error": None, "choices": []}, {"message": "x", "choices": [1]}, [], None, 5]
)
def test_an_answer_is_no_error(answer: object) -> None:
    """
    A null error, or a message beside choices, is none.
    """
    assert error_in(answer) is None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ForeignError("This model's maximum context length is 131072 tokens."), True),
        (ForeignError("The input (9 tokens) is longer than the model's context length (8 tokens)."), True),
        (ForeignError("the request exceeds the available context size", "exceed_context_size_error"), True),
        (ForeignError("Your input exceeds the Context Window of this model."), True),
        (ForeignError("Too long.", code="context_length_exceeded"), True),
        (ForeignError("No.", "exceed_context_size_error"), True),
        (ForeignError("max_tokens is too large for this context"), False),
        (ForeignError(), False),
    ],
)
def test_a_request_that_does_not_fit_is_known_by_its_servers_words(
    error: ForeignError, *, expected: bool
) -> None:
    """
    Some say it by a code or a type, most in their message alone.
    """
    assert expected is is_too_long(error)
