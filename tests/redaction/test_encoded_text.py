"""Text in base64."""

from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.encoded_text import ENCODED, read

_PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1)


@given(text=_PRINTABLE)
def test_what_was_encoded_is_read(text: str) -> None:
    """
    With and without the padding, in both alphabets.
    """
    data = text.encode()

    runs = [b64encode(data).decode(), urlsafe_b64encode(data).decode(), b64encode(data).decode().rstrip("=")]

    assert [text] * 3 == [read(run) for run in runs]


@pytest.mark.parametrize("run", ["AAAAA", "/////w==", b64encode(b"\x00\x01\x02 binary").decode(), "ab=cd"])
def test_what_is_no_text_is_not_read(run: str) -> None:
    """
    Pictures, keys and words that only look encoded.
    """
    assert read(run) is None


@given(text=st.text("abcDEF123+/_- =,", max_size=60))
def test_python_is_spared_the_search_only_where_nothing_is_found(text: str) -> None:
    """
    The shortcut never says no to a text that has a run.
    """
    assert ENCODED.is_possible is not None
    assert ENCODED.is_possible(text) or ENCODED.extent.search(text) is None
