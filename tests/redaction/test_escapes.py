"""The escapes of JSON, URLs and HTML."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.escapes import ESCAPE, decoded


def _read(text: str) -> str:
    return ESCAPE.sub(lambda match: "".join(plain for plain, _, _ in decoded(match)), text)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        (r"\u0031", "1"),
        (r"\\\\u5f20", "张"),
        (r"\ud835\udfd7", "9"),
        (r"\x41", "A"),
        (r"\n", "\n"),
        (r"\\\"", '"'),
        ("%40", "@"),
        ("%2540", "@"),
        ("%E5%BC%A0%e4%b8%89", "张三"),
        ("%E5%BC", "å¼"),
        ("&#64;", "@"),
        ("&#x5F20;", "张"),
        ("&amp;#64;", "@"),
        ("&nbsp;", " "),
        ("&eacute;", "&eacute;"),
        ("&#9999999;", ""),
        ("a\u200bb", "ab"),
        (r"\uff11", "1"),
        ("50% off & more", "50% off & more"),
        (r"\ud800", "\ud800"),
    ],
)
def test_an_escape_is_read_as_what_it_stands_for(written: str, plain: str) -> None:
    """
    Also when it was escaped again, and never with an error.
    """
    assert plain == _read(written)


@given(text=st.text("abc 张三é😀@1"))
def test_every_writing_of_a_text_is_read_back(text: str) -> None:
    """
    Percent escapes of UTF-8, HTML's numbers and JSON's pairs all mean the text they were made of.
    """
    written = [
        quote(text, safe=""),
        "".join(f"&#{ord(sign)};" for sign in text),
        "".join(f"&amp;#x{ord(sign):x};" for sign in text),
        _json_escapes(text),
        _json_escapes(text).replace("\\", "\\\\"),
    ]

    assert [text] * len(written) == [_read(one) for one in written]


def _json_escapes(text: str) -> str:
    """Return the text in JSON's escapes alone."""
    units = text.encode("utf-16-be")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))
