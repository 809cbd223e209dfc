import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.foundation.secret import Secret
from gateway.upstreams.scrub import MESSAGE_CHARACTERS, scrub
from tests.fakes.chats import CREDENTIAL

_SECRET = Secret(CREDENTIAL)


@pytest.mark.parametrize(
    "echo",
    [
        CREDENTIAL,
        f"Bearer:{CREDENTIAL}",
        f"'{CREDENTIAL}'",
        "****here",
        "sk-***here",
        "sk-01*here",
        "sk-01...here",
        "sk-…here",
        "here",
        CREDENTIAL[:10],
        CREDENTIAL[-12:],
        f"key={CREDENTIAL[5:20]}!",
    ],
)
def test_no_form_of_our_credential_survives(echo: str) -> None:
    """
    Whole, masked, or a part of it: the word goes, the rest stays.
    """
    text = scrub(f"Your api key: {echo} is invalid.", _SECRET)

    assert text.startswith("Your api key: ")
    assert text.endswith("is invalid.")
    assert "[credential]" in text
    assert not any(CREDENTIAL[start : start + 8] in text for start in range(len(CREDENTIAL) - 7))
    assert "here" not in text


@given(
    before=st.text(max_size=30),
    after=st.text(max_size=600),
    part=st.tuples(st.integers(0, len(CREDENTIAL) - 8), st.integers(8, len(CREDENTIAL))),
)
def test_eight_characters_in_a_row_never_survive(before: str, after: str, part: tuple[int, int]) -> None:
    """
    Wherever the cut at the bound falls, and whatever stands around it.
    """
    start, length = part

    text = scrub(before + CREDENTIAL[start : start + length] + after, _SECRET)

    assert len(text) <= MESSAGE_CHARACTERS
    assert not any(CREDENTIAL[at : at + 8] in text for at in range(len(CREDENTIAL) - 7))


def test_a_message_without_a_secret_stays() -> None:
    """
    Words that merely look alike are not touched.
    """
    message = "There is no model 'x' here-abouts; see https://example.org/docs. max_tokens > 8192"

    assert message == scrub(message, _SECRET)


def test_a_short_credential_does_not_eat_the_message() -> None:
    """
    Local servers are given keys like "x"; letters of words are no echo of them.
    """
    assert "an example of x-rays" == scrub("an example of x-rays", Secret("x"))
    assert "mask: [credential]" == scrub("mask: ***x", None)


def test_a_message_is_one_bounded_line() -> None:
    """
    Control characters become spaces, and the cut is marked.
    """
    assert "a b" == scrub("\x00a\r\n\tb\x1b", None)
    text = scrub("x" * 10_000, None)
    assert (MESSAGE_CHARACTERS, "…") == (len(text), text[-1])
