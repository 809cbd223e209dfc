"""What of a request for a completion reaches which server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstreams.completion_fields import (
    COMPLETION_FIELDS,
    completion_body,
    mark_the_gap,
    refuse_unheeded,
)
from gateway.wire.invalid_request import InvalidRequest
from tests.fakes.chats import a_sealed_completion


def test_both_sides_of_the_gap_come_first() -> None:
    """
    In the order of the request, in which the last look at the bytes expects its texts.
    """
    request = a_sealed_completion(temperature=0, suffix="b", stop=["c"]).request

    assert ["model", "prompt", "suffix", "temperature", "stop"] == list(completion_body(request, "their"))


def test_a_list_of_what_is_allowed_leaves_the_rest_out() -> None:
    """
    A local server's next version may know another field that reaches into it.
    """
    request = a_sealed_completion(top_p=1, cache_salt="x", later=1).request

    bodies = [completion_body(request, "their", allowed) for allowed in (COMPLETION_FIELDS, None)]

    assert [{"top_p"}, {"top_p", "later"}] == [body.keys() - {"model", "prompt"} for body in bodies]


def test_the_limit_has_its_older_name_and_a_stream_is_asked_for_its_usage() -> None:
    """
    Completions know no other.
    """
    request = a_sealed_completion(max_completion_tokens=9, stream=True).request

    body = completion_body(request, "their")

    assert (9, {"include_usage": True}) == (body["max_tokens"], body["stream_options"])
    assert "max_completion_tokens" not in body


def test_who_cannot_heed_a_field_says_what_to_do() -> None:
    """
    Where it asks for something.
    """
    refuse_unheeded({"echo": False}, ["suffix", "echo"])
    with pytest.raises(InvalidRequest) as refused:
        refuse_unheeded({"suffix": "x"}, ["suffix"])

    assert "write the marks" in refused.value.message


@given(st.text(), st.text(min_size=1))
def test_both_sides_of_a_gap_stand_in_their_places(prompt: str, suffix: str) -> None:
    """
    As they are, also where a text looks like a place itself.
    """
    body = {"prompt": prompt + "{suffix}", "suffix": suffix + "{prompt}"}

    mark_the_gap(body, "<S>{suffix}<P>{prompt}<M>")

    assert {"prompt": f"<S>{suffix}{{prompt}}<P>{prompt}{{suffix}}<M>"} == body


def test_a_prompt_without_a_gap_needs_no_marks() -> None:
    """
    A model goes on with it as it is.
    """
    body = {"prompt": "x", "echo": True}

    mark_the_gap(body, "{prompt}{suffix}")

    assert {"prompt": "x", "echo": True} == body


def test_an_echo_of_marks_is_refused() -> None:
    """
    Nobody wrote them.
    """
    with pytest.raises(InvalidRequest) as refused:
        mark_the_gap({"prompt": "x", "suffix": "y", "echo": True}, "{prompt}{suffix}")

    assert "echo" == refused.value.param
