"""What callers of embeddings ask."""

from typing import Any

import pytest

from gateway.wire.defaults import fill_in
from gateway.wire.embeddings.inputs import inputs_of
from gateway.wire.embeddings.request import MOST_INPUTS, embedding_request_of
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.token_bounds import output_bound
from tests.fakes.embeddings import an_embedding


@pytest.mark.parametrize(
    ("asked", "expected"), [("Hello", ["Hello"]), (["Hello"], ["Hello"]), (["a", "你"], ["a", "你"])]
)
def test_one_text_or_several_are_read(asked: Any, expected: list[str]) -> None:
    """
    As OpenAI's clients send them.
    """
    request = embedding_request_of(an_embedding(asked, user="maria", dimensions=8, encoding_format="base64"))

    assert expected == inputs_of(request.body)
    assert ("maria", 8, "base64") == tuple(
        request.body[name] for name in ("user", "dimensions", "encoding_format")
    )
    assert (request.model, request.stream) == ("deepseek-flash", False)


def test_nothing_is_generated() -> None:
    """
    Whatever bound a plan has for answers, no limit waits for them.
    """
    request = embedding_request_of(an_embedding())

    assert 0 == output_bound(fill_in(request, {"max_tokens": 500}, 4_000).body)
    assert 0 == output_bound(fill_in(request, {}, 4_000).body)


def test_fields_of_null_are_as_good_as_none() -> None:
    """
    Some clients always send all of them.
    """
    request = embedding_request_of(an_embedding(dimensions=None, user=None, stream=None, tools=None))

    assert {"model", "messages", "n"} == request.body.keys()


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": None}, "input"),
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": {"text": "x"}}, "input"),
        ({"input": 5}, "input"),
        ({"input": ["x", ""]}, "input[1]"),
        ({"input": ["x", None]}, "input[1]"),
        ({"input": ["x"] * (MOST_INPUTS + 1)}, "input"),
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": True}, "dimensions"),
        ({"dimensions": "8"}, "dimensions"),
        ({"encoding_format": "int8"}, "encoding_format"),
        ({"encoding_format": ["float"]}, "encoding_format"),
        ({"user": 5}, "user"),
        ({"stream": True}, "stream"),
        ({"messages": []}, "messages"),
        ({"prompt": "x"}, "prompt"),
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, Any], param: str) -> None:
    """
    By the caller's own field.
    """
    with pytest.raises(InvalidRequest) as refused:
        embedding_request_of(an_embedding() | fields)

    assert param == refused.value.param


@pytest.mark.parametrize("tokens", [[1, 2], [[1, 2], [3]]])
def test_tokens_are_refused_with_the_way_out(tokens: Any) -> None:
    """
    LangChain sends them to what it takes for OpenAI, and private data in them nobody could see.
    """
    with pytest.raises(InvalidRequest, match="check_embedding_ctx_length=False"):
        embedding_request_of(an_embedding(tokens))


def test_as_many_texts_as_openai_takes() -> None:
    """
    And no text is lost.
    """
    assert MOST_INPUTS == len(inputs_of(embedding_request_of(an_embedding(["x"] * MOST_INPUTS)).body))
