"""Other writings of plain characters."""

import pytest

from gateway.redaction.folding import FOLDED, INVISIBLE, NUMERALS, unusual_in


@pytest.mark.parametrize(
    ("sign", "plain"),
    [
        ("３", "3"),
        ("Ａ", "A"),
        ("＠", "@"),
        ("．", "."),
        ("－", "-"),
        ("−", "-"),
        ("\u00a0", " "),
        ("𝟗", "9"),
        ("①", "1"),
        ("٣", "3"),
        ("а", "a"),
        ("\u212a", "K"),
        ("²", "2"),
    ],
)
def test_a_sign_is_folded_into_the_plain_one(sign: str, plain: str) -> None:
    """
    Full width, dashes, spaces, mathematics, circles, other scripts' digits, look-alikes.
    """
    assert plain == FOLDED[sign]
    assert unusual_in(sign)


@pytest.mark.parametrize(
    "sign", ["\u200b", "\u00ad", "\ufeff", "\u2060", "\u034f", "\ufe0f", "\u3164", "\u0336", "\U000e0041"]
)
def test_what_says_nothing_is_left_out(sign: str) -> None:
    """
    Invisible signs and marks that are written over others never part a value.
    """
    assert sign in INVISIBLE
    assert unusual_in(sign)


def test_ordinary_chinese_is_not_unusual() -> None:
    """
    Prose with its own punctuation takes the fast way.
    """
    assert set() == unusual_in("您好，我的订单（昨天下的）：为什么还没到？谢谢！“急”、《书》……")


def test_ascii_is_never_folded() -> None:
    """
    A plain character means itself.
    """
    assert set() == unusual_in("".join(map(chr, range(128))))


def test_nothing_is_left_whose_lower_case_is_ascii_by_accident() -> None:
    """
    Both engines ignore case in ASCII only; a sign that lowers to ASCII would tell them apart.
    """
    odd = [chr(number) for number in range(128, 0x110000) if any(map(str.isascii, chr(number).lower()))]

    assert [] == [sign for sign in odd if sign not in FOLDED]


def test_numerals_stand_for_one_digit_each() -> None:
    """
    Everyday and formal numerals, and the spoken ones for one and two.
    """
    assert "013812345678900122" == "〇幺三八一二三四五六七八九零零壹贰两".translate(NUMERALS)
