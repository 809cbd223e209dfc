"""What clients send is read strictly, and misunderstood by nobody."""

from base64 import b64encode
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.issuing.errors import OAuthError
from gateway.identity.issuing.form import Shown, read_form, shown_client, wanted_scopes

_TYPE = "application/x-www-form-urlencoded"


def _basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


def _error(refused: pytest.ExceptionInfo[OAuthError]) -> str:
    return refused.value.error


@given(st.dictionaries(st.text(min_size=1, max_size=10), st.text(min_size=1, max_size=20), max_size=8))
def test_a_form_is_read_as_it_was_written(form: dict[str, str]) -> None:
    """
    Whatever characters are in it.
    """
    try:
        body = urlencode(form).encode("ascii")
    except UnicodeEncodeError:
        return

    assert form == read_form(_TYPE, body)


def test_parameters_without_a_value_were_not_sent() -> None:
    """
    RFC 6749 3.1; a charset beside the type is no other type.
    """
    assert {"a": "1"} == read_form(f"{_TYPE}; charset=UTF-8", b"a=1&scope=&b")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"grant_type": "client_credentials"}'),
        ("", b"a=1"),
        (_TYPE, b"grant_type=a&grant_type=b"),
        (_TYPE, b"scope=&scope="),
        (_TYPE, b"a=%ff"),
        (_TYPE, "a=\u00e9".encode()),
        (_TYPE, b"&".join(b"a%d=1" % number for number in range(60))),
    ],
)
def test_what_is_no_plain_form_is_refused(content_type: str, body: bytes) -> None:
    """
    Another type, a parameter that stands there twice, bytes that are no text.
    """
    with pytest.raises(OAuthError) as refused:
        read_form(content_type, body)

    assert ("invalid_request", 400) == (_error(refused), refused.value.status)


@pytest.mark.parametrize(
    ("authorization", "form", "expected"),
    [
        (_basic("shop:s3"), {}, Shown("shop", ("s3",))),
        (_basic("shop:s3").replace("Basic", "bASIC"), {"client_id": "shop"}, Shown("shop", ("s3",))),
        (_basic("shop:a:b"), {}, Shown("shop", ("a:b",))),
        (_basic("shop:a%2Bb+c"), {}, Shown("shop", ("a%2Bb+c", "a+b c"))),
        (_basic(quote_plus("my shop") + ":x"), {}, Shown("my shop", ("x",))),
        (None, {"client_id": "shop", "client_secret": "s3"}, Shown("shop", ("s3",))),
    ],
)
def test_a_client_shows_itself_one_way_or_the_other(
    authorization: str | None, form: dict[str, str], expected: Shown
) -> None:
    """
    By HTTP Basic, encoded as RFC 6749 2.3.1 has it or as most clients do it, or in the form.
    """
    assert expected == shown_client(authorization, form)


@pytest.mark.parametrize(
    ("authorization", "form", "expected"),
    [
        (_basic("shop:s3"), {"client_id": "shop", "client_secret": "s3"}, "invalid_request"),
        (_basic("shop:s3"), {"client_secret": "s3"}, "invalid_request"),
        (_basic("shop:s3"), {"client_id": "else"}, "invalid_request"),
        (None, {}, "invalid_client"),
        (None, {"client_id": "shop"}, "invalid_client"),
        (None, {"client_secret": "s3"}, "invalid_client"),
        ("Bearer abc", {"client_id": "shop", "client_secret": "s3"}, "invalid_client"),
        ("Basic !!!", {}, "invalid_client"),
        ("Basic " + b64encode(b"\xff:x").decode(), {}, "invalid_client"),
        (_basic("no colon"), {}, "invalid_client"),
        ("Basic", {}, "invalid_client"),
        ("", {}, "invalid_client"),
    ],
)
def test_a_client_that_is_not_clear_is_refused(
    authorization: str | None, form: dict[str, str], expected: str
) -> None:
    """
    Twice at once is not a choice of ours (RFC 6749 2.3).
    """
    with pytest.raises(OAuthError) as refused:
        shown_client(authorization, form)

    assert expected == _error(refused)
    assert (401 if expected == "invalid_client" else 400) == refused.value.status


def test_scopes_are_those_asked_for_or_all() -> None:
    """
    Never one more than the client may have.
    """
    permitted = frozenset({"chat", "models"})

    assert permitted == wanted_scopes({}, permitted)
    assert {"chat"} == wanted_scopes({"scope": "chat  chat"}, permitted)
    with pytest.raises(OAuthError) as refused:
        wanted_scopes({"scope": "chat admin:keys"}, permitted)
    assert "invalid_scope" == _error(refused)
