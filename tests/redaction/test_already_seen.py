"""What the last look leaves out, and what it never does."""

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.redaction.already_seen import AlreadySeen, clean_ones
from gateway.redaction.finding import Finding, Located
from gateway.redaction.recognisers import RECOGNISERS
from gateway.redaction.scanner import Scanner
from gateway.wire.texts import HumanText
from tests.fakes.looking import residue_of

# One value of each kind that the last look knows by itself.
_PROOFS = {
    "api_key": "sk-1234567890abcdef1234567890abcdef",
    "cn_resident_id": "11010519491231002X",
    "cn_uscc": "91350100M000100Y43",
    "email": "wang.fang@corp.cn",
    "iban": "DE89370400440532013000",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    "payment_card": "6222021234567890128",
    "private_key": f"-----BEGIN PRIVATE KEY-----{'MIIEvQIBADANBgkq' * 4}",
    "url_credentials": "https://root:hunter22@db.corp.cn/",
}
_SCANNER = Scanner()


def written(*texts: str) -> bytes:
    return orjson.dumps({"said": texts})


def remains(seen: AlreadySeen, body: bytes) -> bytes:
    return b"".join(seen.remains_of(body))


@pytest.mark.parametrize("text", ["hello", "two\nlines", 'he said "no"', "您好，世界", '","'])
def test_a_clean_text_is_left_out(text: str) -> None:
    """
    As often as it was looked at, wherever it stands.
    """
    assert written("~", "x", "~") == remains(AlreadySeen([text, text]), written(text, "x", text))


@pytest.mark.parametrize("body", [written("hello you"), written("Hello"), written('say "hello"'), b"hello"])
def test_what_is_not_that_very_text_stays(body: bytes) -> None:
    """
    Not a part of a longer one, not another writing of it, not the end of one that ends in a quotation.
    """
    assert body == remains(AlreadySeen(["hello"]), body)


@pytest.mark.parametrize("text", ["", "a \\u0040 b", "-----BEGIN PRIVATE KEY-----"])
def test_what_may_be_read_otherwise_in_the_bytes_stays(text: str) -> None:
    """
    Escapes are escaped once more there, and the armour of a key is read over quotes.
    """
    assert written(text) == remains(AlreadySeen([text]), written(text))


def test_after_many_texts_that_are_not_there_the_rest_stays() -> None:
    """
    A kind that changes everything does not make the last look slow.
    """
    gone = [f"text {number}" for number in range(16)]

    assert written("~") == remains(AlreadySeen([*gone[1:], "here"]), written("here"))
    assert written("here") == remains(AlreadySeen([*gone, "here"]), written("here"))


def test_the_bytes_of_media_are_left_out_where_there_are_some() -> None:
    """
    Nobody can read them.
    """
    body = b'{"url":"data:image/png;base64,AAAA","data":"BBBB"}'

    assert b'{"url":"",""}' == remains(AlreadySeen(has_media=True), body)
    assert body == remains(AlreadySeen(), body)


@pytest.mark.parametrize(
    "body",
    [b'{"url":"data:a\\"b","x":"y"}', b'{"url":"data:', b'{"x":"data:image/png', b'"file_data":"AAAA'],
)
def test_what_is_no_medium_to_its_end_stays(body: bytes) -> None:
    """
    An escape makes a text of it, and what has no end is none.
    """
    assert body == remains(AlreadySeen(has_media=True), body)


def test_others_may_have_a_turn_after_every_text() -> None:
    """
    A body of many clean texts comes in as many pieces.
    """
    texts = [f"hello {number}" for number in range(1_000)]

    assert 1_001 == len(list(AlreadySeen(texts).remains_of(written(*texts))))


def test_clean_is_a_text_in_which_nothing_was_found() -> None:
    """
    Of a request in which nothing was found, all are.
    """
    texts = [HumanText(("x",), "user", "call 123"), HumanText(("y",), "user", "hello")]
    located = [[Located(5, 8, Finding(5, 8, "PHONE", b"mark"))], []]

    assert ["call 123", "hello"] == clean_ones(texts, ())
    assert ["hello"] == clean_ones(texts, located)


# Signs that also make the frame, so that a closing quote may look like an opening one.
_SAID = st.lists(st.text(max_size=9) | st.text(',:"[]\\a', max_size=3), max_size=6)


@given(_SAID, _SAID)
@example(["a", "b"], [","])
@example(["a,", ",b"], [","])
@example(["\\", ",", '"'], [","])
def test_nothing_but_clean_texts_is_ever_missing(said: list[str], clean: list[str]) -> None:
    """
    What remains is the same JSON, in which some whole strings became another one.
    """
    try:
        body = orjson.dumps(said)
        rest = orjson.loads(remains(AlreadySeen(clean), body))
    except orjson.JSONEncodeError:
        return

    assert len(said) == len(rest)
    for text, left in zip(said, rest, strict=True):
        assert left == text or (left == "~" and text in clean)


def test_every_proof_has_a_value_here() -> None:
    """
    So that a new one cannot be forgotten.
    """
    assert sorted(one.name for one in RECOGNISERS.values() if one.is_proof) == sorted(_PROOFS)


@pytest.mark.parametrize("name", _PROOFS)
def test_a_proof_is_found_alone_and_between_quotes(name: str) -> None:
    """
    What stands beside a string makes no value of it, so the first look sees what the last one would.
    """
    value = _PROOFS[name]

    assert residue_of(_SCANNER, value)
    assert _SCANNER.scan(value)
    assert residue_of(_SCANNER, written("before", value, "behind").decode())


@pytest.mark.parametrize("name", sorted(_PROOFS.keys() - {"private_key"}))
def test_no_proof_is_read_over_quotes(name: str) -> None:
    """
    A value that is cut by the end of a string is none; only the armour of keys is read on.
    """
    value = _PROOFS[name]
    for cut in range(1, len(value)):
        text = written(value[:cut], value[cut:]).decode()
        seam = text.index('","')
        assert not [span for span in residue_of(_SCANNER, text) if span.start < seam < span.end]
