"""A token is taken apart strictly, or not at all."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.tokens.token import MOST_BYTES, Malformed, looks_like_token, plain_type, take_apart
from tests.fakes.identity_provider import Signer, claims_of


def _part(value: object) -> bytes:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=")


def _token(header: object = None, claims: object = None, signature: bytes = b"sig!") -> bytes:
    good: dict[str, Any] = {"alg": "RS256", "kid": "k1", "typ": "JWT"}
    return b".".join(
        [_part(good if header is None else header), _part({} if claims is None else claims), _part(signature)]
    )


def test_a_good_token_is_all_there() -> None:
    """
    Header fields, claims, signature and the bytes it covers.
    """
    text = Signer().sign(claims_of(scope="chat"))

    token = take_apart(text)

    assert ("RS256", "k1", "at+jwt") == (token.algorithm, token.key_id, token.type)
    assert claims_of(scope="chat") == token.claims
    assert text.rpartition(b".")[0] == token.signed
    assert 256 == len(token.signature)


@pytest.mark.parametrize(
    "credential",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"a.b", id="two parts"),
        pytest.param(_token() + b".x", id="four parts"),
        pytest.param(_token() + b"=", id="padding"),
        pytest.param(_token() + b"\n", id="line break"),
        pytest.param(_token().replace(b".", b"\x00.", 1), id="null byte"),
        pytest.param(_token().replace(b".", b"+.", 1), id="plain base64"),
        pytest.param(b"e.e.e", id="one character is no byte"),
        pytest.param(b"eyJhbGciOiJSUzI1NiJ9.e30.QR", id="stray bits"),
        pytest.param(_token(signature=b"x" * MOST_BYTES), id="oversized"),
        pytest.param(_token(header=[]), id="header is a list"),
        pytest.param(_token(claims=3), id="claims are a number"),
        pytest.param(_token(header=b"{"), id="no JSON"),
        pytest.param(_token(header=b"\xff\xfe{}"), id="no UTF-8"),
        pytest.param(_token(header='{"alg":"RS256"}'.encode("utf-16")), id="UTF-16"),
        pytest.param(_token(header=b'{"alg":"RS256","alg":"none"}'), id="twice in the header"),
        pytest.param(_token(claims=b'{"aud":"a","aud":"b"}'), id="twice in the claims"),
        pytest.param(_token(claims=b'{"a":{"b":1,"b":2}}'), id="twice deeper down"),
        pytest.param(_token(claims=b'{"exp":NaN}'), id="NaN"),
        pytest.param(_token(claims=b'{"exp":Infinity}'), id="Infinity"),
        pytest.param(_token(claims=b'{"exp":1e999}'), id="beyond all bounds"),
        pytest.param(_token(claims=b'{"exp":' + b"9" * 5000 + b"}"), id="endless number"),
        pytest.param(_token(claims=b"[" * 5000), id="nested too deeply"),
        pytest.param(_token(header={"alg": None}), id="no algorithm"),
        pytest.param(_token(header={"alg": ["RS256"]}), id="algorithm is a list"),
        pytest.param(_token(header={"alg": "RS256", "kid": 7}), id="key id is a number"),
        pytest.param(_token(header={"alg": "RS256", "crit": ["exp"]}), id="critical extension"),
        pytest.param(_token(header={"alg": "RS256", "b64": False, "crit": ["b64"]}), id="unencoded"),
        pytest.param(_token(header={"alg": "RS256", "cty": "JWT"}), id="nested token"),
    ],
)
def test_what_is_not_quite_a_token_is_none(credential: bytes) -> None:
    """
    There is one way to write a token, and a bound to how much is looked at.
    """
    with pytest.raises(Malformed):
        take_apart(credential)


@given(st.binary(max_size=200) | st.from_regex(rb"[A-Za-z0-9_.-]{0,100}", fullmatch=True))
def test_no_text_breaks_the_parser(credential: bytes) -> None:
    """
    Whatever is sent is a token or `Malformed`, and nothing else.
    """
    try:
        token = take_apart(credential)
    except Malformed:
        return
    assert credential.startswith(token.signed)


@given(st.binary(max_size=300), st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=4))
def test_what_was_put_together_comes_apart(signature: bytes, claims: dict[str, str]) -> None:
    """
    Claims and signature of any content come out as they went in.
    """
    if not signature:
        signature = b"x"

    token = take_apart(_token(claims=claims, signature=signature))

    assert (claims, signature) == (token.claims, token.signature)


@pytest.mark.parametrize(
    ("credential", "expected"),
    [
        (_token(), True),
        (b"sk-dsg-0123456789ab-x", False),
        (b"eyJ.only-one-dot", False),
        (b"a.b.c", False),
    ],
)
def test_a_token_is_told_from_a_key_by_its_look(credential: bytes, expected: bool) -> None:  # noqa: FBT001
    """
    It begins a JSON object and has two dots; whether it is one, is not asked yet.
    """
    assert expected is looks_like_token(credential)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("JWT", "jwt"), ("application/at+jwt", "at+jwt"), ("Application/AT+JWT", "at+jwt"), (None, ""), (1, "")],
)
def test_types_are_compared_in_one_form(value: object, expected: str) -> None:
    """
    RFC 7515 4.1.9: without `application/`, and capitals mean nothing.
    """
    assert expected == plain_type(value)
