"""Where a value may go on from one text to the next."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.seams import Seam, may_have_seams, seams_of
from gateway.wire.texts import HumanText, texts_of


def seams_in(said: Sequence[HumanText]) -> list[Seam]:
    return [seam for seam in seams_of(said) if seam is not None]


def texts(*contents: object) -> list[HumanText]:
    body = {"messages": [{"role": "user", "content": content} for content in contents]}
    return [one for one in texts_of(body) if isinstance(one, HumanText)]


def parts(*contents: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": content} for content in contents]


def test_parts_and_messages_meet() -> None:
    """
    The end of one and the beginning of the next, with the place where they meet.
    """
    found = seams_in(texts(parts("call 138", "1234"), "5678 please"))

    assert [("call 1381234", 8, 0), ("12345678 please", 4, 0)] == [
        (seam.text, seam.begins[1], seam.offset) for seam in found
    ]


@given(
    contents=st.lists(
        st.text("a1.。１ｂ ", max_size=3) | st.lists(st.text("a1.。１ｂ ", max_size=3), max_size=3),
        max_size=4,
    )
)
def test_where_no_text_goes_on_there_are_no_seams(contents: list[str | list[str]]) -> None:
    """
    The quick question says no only where the long way finds none.
    """
    said = texts(*[one if isinstance(one, str) else parts(*one) for one in contents])

    assert may_have_seams(said) or [] == seams_in(said)


def test_most_conversations_have_no_seams() -> None:
    """
    One that ends with a word or a full stop goes on in no other message.
    """
    assert not may_have_seams(texts("You are an engineer.", "Why", "Because"))
    assert may_have_seams(texts("call 138", "123"))


def test_only_the_ends_are_looked_at() -> None:
    """
    A seam is short, however long the texts are.
    """
    (seam,) = seams_in(texts("1" * 1000, "2" * 1000))

    assert ("1" * 48 + "2" * 48, 952) == (seam.text, seam.offset)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Thanks.", "Hello"),
        ("谢谢", "138"),
        ("138", "你好"),
        ("", "138"),
        ("138", ""),
        ("138", " "),
        ("1 ", "2"),
    ],
)
def test_where_a_text_is_at_its_end_there_is_no_seam(first: str, second: str) -> None:
    """
    A word, a blank, a Chinese character or nothing at all ends a number.
    """
    assert [] == seams_in(texts(first, second))


def test_addresses_go_on_from_part_to_part_alone() -> None:
    """
    Two messages that meet in letters are two sentences.
    """
    assert 1 == len(seams_in(texts(parts("wang@corp", "cn"))))
    assert [] == seams_in(texts("wang@corp.cn", "thanks"))


def test_full_width_digits_go_on_too() -> None:
    """
    Beside those of ASCII.
    """
    assert 2 == len(seams_in(texts("１３８", "１２３", "456")))


def test_arguments_and_names_have_no_seam() -> None:
    """
    Only contents follow each other.
    """
    body = {
        "messages": [
            {"role": "user", "content": "138", "name": "1"},
            {"role": "user", "content": "2", "name": "3"},
        ]
    }
    found = [one for one in texts_of(body) if isinstance(one, HumanText)]

    assert ["1382"] == [seam.text for seam in seams_in(found)]


@pytest.mark.parametrize("size", [1, 3])
def test_empty_texts_hide_no_seam(size: int) -> None:
    """
    Neither empty parts nor empty messages.
    """
    (between_parts,) = seams_in(texts(parts("call 1381234", *[""] * size, "5678")))
    (between_messages,) = seams_in(texts("call 1381234", *[""] * size, "5678"))

    for seam in (between_parts, between_messages):
        assert ("call 13812345678", (0, 1 + size)) == (seam.text, seam.places)


def test_a_picture_hides_no_seam() -> None:
    """
    Its address is a text too, but none that anybody goes on in.
    """
    picture = {"type": "image_url", "image_url": {"url": "https://pictures.example/a.png"}}
    before, after = parts("call 1381234", "5678")

    assert ["call 13812345678"] == [seam.text for seam in seams_in(texts([before, picture, after]))]


def test_short_parts_are_looked_at_together_and_two_by_two() -> None:
    """
    Together first: a value over three parts is none over two.
    """
    found = [
        (seam.text, seam.places) for seam in seams_in(texts(parts("call 138", "1234", "5678", "9" * 60), "1"))
    ]

    assert ("call 13812345678" + "9" * 48, (0, 1, 2, 3)) == found[0]
    assert [(0, 1), (1, 2), (2, 3), (3, 4)] == [places for _, places in found[1:]]


def test_a_long_part_or_another_message_ends_a_chain() -> None:
    """
    A value is not longer than that, and messages that are numbers follow each other often.
    """
    for contents in ([parts("1", "2" * 48, "3")], ["1", "2", "3"], [parts("1", "2"), parts("3", "4")]):
        assert all(2 == len(seam.places) for seam in seams_in(texts(*contents)))


@given(st.lists(st.text("1", max_size=60), min_size=2, max_size=6), st.data())
def test_every_stretch_of_a_seam_is_found_in_its_texts(contents: list[str], data: st.DataObject) -> None:
    """
    Put together again, the pieces say what the stretch said.
    """
    numbered = [
        "".join(str((number + at) % 10) for at in range(len(text))) for number, text in enumerate(contents)
    ]
    said = texts(parts(*numbered))

    for seam in seams_in(said):
        start = data.draw(st.integers(0, len(seam.text) - 1))
        end = data.draw(st.integers(start + 1, len(seam.text)))
        pieces = seam.pieces(start, end)
        assert seam.text[start:end] == "".join(said[place].text[begin:stop] for place, begin, stop in pieces)
        assert all(begin < stop for _, begin, stop in pieces)
