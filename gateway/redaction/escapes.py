"""
The escapes of JSON, URLs and HTML, and what they stand for.

Each may be escaped again (JSON inside JSON, `%2540`, `&amp;#64;`). The pattern
also meets invisible signs, which stand for nothing.
"""

import re
from collections.abc import Iterator

from gateway.redaction.folding import FOLDED, INVISIBLE, INVISIBLE_CLASS

_NAMED = {
    "amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " ", "ensp": " ", "emsp": " ",
    "thinsp": " ", "commat": "@", "period": ".", "colon": ":", "num": "#", "lowbar": "_", "plus": "+",
    "sol": "/", "hyphen": "-", "dash": "-", "ndash": "-", "mdash": "-", "minus": "-", "lpar": "(",
    "rpar": ")", "equals": "=", "percnt": "%", "comma": ",", "shy": "", "zwnj": "", "zwj": "",
}  # fmt: skip
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "b": "\b"}

ESCAPE = re.compile(
    r"\\{1,8}u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\{1,8}u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\{1,8}u(?P<json>[0-9a-fA-F]{4})"
    r"|\\{1,8}x(?P<hex>[0-9a-fA-F]{2})"
    r"|\\{1,8}(?P<simple>[nrtfb\"'/])"
    r"|(?P<percent>(?:%(?:25){0,3}[0-9a-fA-F]{2})+)"
    r"|&(?:amp;){0,3}(?:\#(?P<decimal>[0-9]{1,7})|\#[xX](?P<hexadecimal>[0-9a-fA-F]{1,6})|(?P<named>[A-Za-z]{2,8}));"
    rf"|[{INVISIBLE_CLASS}]+"
)
_PERCENT = re.compile(r"%(?:25){0,3}([0-9a-fA-F]{2})")
_LAST = 0x10FFFF

# What one escape stands for, and the stretch it was written on.
Decoded = tuple[str, int, int]


def may_have_escapes(text: str) -> bool:
    """Return whether a text without an unusual sign may hold an escape: quickly told."""
    return "\\" in text or "%" in text or "&" in text


def decoded(match: re.Match[str]) -> Iterator[Decoded]:
    """Yield the plain characters that an escape stands for; none for what is invisible."""
    if match["percent"] is not None:
        yield from _percent(match)
    elif plain := _plain(match):
        yield plain, match.start(), match.end()


def _plain(match: re.Match[str]) -> str:
    if match["high"]:
        return _folded(0x10000 + (int(match["high"], 16) - 0xD800) * 0x400 + int(match["low"], 16) - 0xDC00)
    if code := match["json"] or match["hex"] or match["hexadecimal"]:
        return _folded(int(code, 16))
    if match["decimal"]:
        return _folded(int(match["decimal"]))
    if match["simple"]:
        return _SIMPLE.get(match["simple"], match["simple"])
    if name := match["named"]:
        return _NAMED.get(name.lower(), match[0])
    return ""


def _folded(code: int) -> str:
    """Return the plain writing of a character; a surrogate stays what it is."""
    if code > _LAST:
        return ""
    sign = chr(code)
    return "" if sign in INVISIBLE else FOLDED.get(sign, sign)


def _percent(match: re.Match[str]) -> Iterator[Decoded]:
    """Read a run of percent escapes as UTF-8; bytes that are none stand for themselves."""
    escapes = [(int(part[1], 16), part.start(), part.end()) for part in _PERCENT.finditer(match[0])]
    place = 0
    while place < len(escapes):
        width, sign = _utf8_at(escapes, place)
        if plain := _folded(ord(sign)):
            yield plain, match.start() + escapes[place][1], match.start() + escapes[place + width - 1][2]
        place += width


def _utf8_at(escapes: list[tuple[int, int, int]], place: int) -> tuple[int, str]:
    first = escapes[place][0]
    width = 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    data = bytes(byte for byte, _, _ in escapes[place : place + width])
    try:
        return width, data.decode()
    except UnicodeDecodeError:
        return 1, chr(first)
