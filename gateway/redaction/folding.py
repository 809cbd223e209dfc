"""
Which characters are only another writing of a plain one, and which say nothing.

Punctuation that Chinese prose is full of (，：；！？（）) is left as it is: folding
it would send every Chinese text the slow way, so patterns know both writings.
"""

import re
import unicodedata
from collections.abc import Iterator

# Blocks that hold other writings of plain signs: Latin-1, super- and subscripts, letter-like,
# enclosed, dingbat and small signs, full width, mathematics, enclosed and segmented digits.
_BLOCKS = (
    (0xA0, 0x100),
    (0x2000, 0x20A0),
    (0x2100, 0x2190),
    (0x2460, 0x2500),
    (0x2776, 0x2794),
    (0xFE50, 0xFE70),
    (0xFF01, 0xFF5F),
    (0x1D400, 0x1D800),
    (0x1F100, 0x1F150),
    (0x1FBF0, 0x1FBFA),
)
_LAST_BASIC = "\uffff"
_CHINESE_PROSE = "，：；！？（）"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_LINE_BREAKS = "\u0085\u2028\u2029"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u02d7\u2796\ufe58\ufe63\uff0d"
_DOTS = "\u2022\u2027\u2219\u22c5\u30fb\uff65"
# Cyrillic, Greek and two Latin signs whose lower case is ASCII, though they are not.
_LOOK_ALIKES = dict(
    zip(
        "аеорсухіјѕԁԛһАВЕКМНОРСТУХІЈЅοναρΑΒΕΖΗΙΚΜΝΟΡΤΥΧ\u212a\u0130",
        "aeopcyxijsdqhABEKMHOPCTYXIJSovapABEZHIKMNOPTYXKI",
        strict=True,
    )
)
_SAY_NOTHING = (
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, 0xFEFF),
    *range(0x180B, 0x1810),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
    *range(0xFFF0, 0xFFFC),
    *range(0xE0000, 0xE0200),
    # Signs that are written over the one before: a struck-through digit is a digit.
    *range(0x300, 0x34F),
    *range(0x350, 0x370),
    *range(0x483, 0x48A),
    *range(0x1AB0, 0x1B00),
    *range(0x1DC0, 0x1E00),
    *range(0x20D0, 0x2100),
    *range(0xFE20, 0xFE30),
)


def _foldings() -> Iterator[tuple[str, str]]:
    yield from _LOOK_ALIKES.items()
    yield from ((space, " ") for space in _SPACES)
    yield from ((line_break, "\n") for line_break in _LINE_BREAKS)
    yield from ((dash, "-") for dash in _DASHES)
    yield from ((dot, "·") for dot in _DOTS)
    for first, behind in _BLOCKS:
        for sign in map(chr, range(first, behind)):
            plain = unicodedata.normalize("NFKC", sign)
            if len(plain) == 1 and plain.isascii() and plain != sign and sign not in _CHINESE_PROSE:
                yield sign, plain
    for sign in map(chr, range(0x660, 0x20000)):
        if unicodedata.decimal(sign, None) is not None and not sign.isascii():
            yield sign, str(unicodedata.decimal(sign))


INVISIBLE = frozenset(map(chr, _SAY_NOTHING))
FOLDED: dict[str, str] = {sign: plain for sign, plain in _foldings() if sign not in INVISIBLE}
# Folded only where a text is unusual anyway.
PROSE = dict(zip(_CHINESE_PROSE, ",:;!?()", strict=True))
FOLD_TABLE = str.maketrans(FOLDED | PROSE)


def _ranges(signs: frozenset[str]) -> str:
    """Return the inside of a character class, as few ranges as there are."""
    parts: list[list[int]] = []
    for number in sorted(map(ord, signs)):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in parts)


_SPECIAL = INVISIBLE | frozenset(FOLDED)
# Two classes, because one that reaches beyond the basic plane is walked range by range.
_BASIC = re.compile(f"[{_ranges(frozenset(sign for sign in _SPECIAL if sign <= _LAST_BASIC))}]")
_BEYOND = re.compile(f"[{_ranges(frozenset(sign for sign in _SPECIAL if sign > _LAST_BASIC))}]")


def unusual_in(text: str) -> set[str]:
    """Return the characters of a text that are another writing of a plain one, or say nothing."""
    unusual = set(_BASIC.findall(text))
    # In UTF-16 only what lies beyond the basic plane takes more than two bytes.
    if len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text):
        unusual.update(_BEYOND.findall(text))
    return unusual


INVISIBLE_CLASS = _ranges(INVISIBLE)

# One digit written as a word or a formal numeral; ten and above are no digits.
NUMERALS = str.maketrans(
    "〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸幺两", "000123456789123456789236" + "12"
)
NUMERAL_CLASS = "".join(map(chr, NUMERALS))
