"""Folding a text, and finding the way back from every place of it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.normaliser import normalise

_WRITINGS = st.lists(
    st.one_of(
        st.text(max_size=5),
        st.sampled_from(
            [
                "\\u0031",
                "\\\\n",
                "%E5%BC%A0",
                "%40",
                "&#64;",
                "&amp;#x41;",
                "\u200b",
                "１",
                "\ud800",
                "一二三四五六七八",
                "%",
                "\\",
                "&",
            ]
        ),
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize(
    ("text", "surface", "form"),
    [
        ("plain text", "plain text", "plain"),
        ("电话１３８", "电话138", "full_width"),
        ("1\u200b3\u00ad8", "138", "invisible"),
        ("1\u03363\u03368", "138", "invisible"),
        ("一三八一二三四五六七八", "13812345678", "numerals"),
        ("一三八-一二三四-五六七八", "138-1234-5678", "numerals"),
        ("一个人", "一个人", "plain"),
        (r"\u4e00\u4e09\u516b\u4e00\u4e8c\u4e09\u56db", "1381234", "escaped"),
        ("138·1234•5678", "138.1234.5678", "full_width"),
        ("买买提•热合曼", "买买提·热合曼", "full_width"),
        ("a%40b.com", "a@b.com", "escaped"),
        ("138–1234–5678", "138-1234-5678", "full_width"),
    ],
)
def test_a_text_is_folded_into_plain_writing(text: str, surface: str, form: str) -> None:
    """
    The surface is what a reader would hear, and its form says how it was written.
    """
    normalised = normalise(text)

    assert (surface, form) == (normalised.text, normalised.form)


@given(text=_WRITINGS)
def test_every_place_of_the_surface_has_its_origin_in_order(text: str) -> None:
    """
    The way back is total and monotone: stretches that follow each other do so in the original, too.
    """
    surface = normalise(text)

    end = 0
    for place in range(len(surface.text)):
        start, behind = surface.origin(place, place + 1)
        assert end <= start < behind <= len(text)
        end = behind


@given(text=_WRITINGS, data=st.data())
def test_a_stretch_of_the_original_reads_as_its_stretch_of_the_surface(
    text: str, data: st.DataObject
) -> None:
    """
    What is replaced in the original is what was found on the surface.
    """
    surface = normalise(text).text
    if not surface:
        return
    start = data.draw(st.integers(0, len(surface) - 1))
    end = data.draw(st.integers(start + 1, len(surface)))

    begin, behind = normalise(text).origin(start, end)

    # Numerals are digits only in a run, and a lone half of a pair of escapes is read by itself.
    read = normalise(text[begin:behind]).text
    assert len(surface[start:end]) == len(read)


def test_plain_ascii_is_not_copied() -> None:
    """
    The common case costs nothing: the surface is the very text.
    """
    text = base64.b64encode(b"nothing unusual in here").decode()

    assert normalise(text).text is text
