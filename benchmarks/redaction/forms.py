"""
The ways a value is written so that a simple search does not see it.

A form rewrites either the private values alone, or, as a container does, every
character of the text. Each keeps apart what is private and what is not.
"""

from base64 import b64encode
from collections.abc import Callable
from urllib.parse import quote

_FULL_WIDTH = {number: number + 0xFEE0 for number in range(0x21, 0x7F)}
_NUMERALS = str.maketrans("0123456789", "零一二三四五六七八九")
_LOOK_ALIKES = str.maketrans("aeopcxABEKMHOPCTX", "аеорсхАВЕКМНОРСТХ")

Rewrite = Callable[[str], str]


def _between(sign: str, value: str) -> str:
    return sign.join(value)


def _grouped(separator: str) -> Rewrite:
    """Part a number into groups of four."""
    return lambda value: separator.join(value[place : place + 4] for place in range(0, len(value), 4))


def _json(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _unicode_escapes(text: str) -> str:
    units = text.encode("utf-16-be")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))


def _broken(value: str) -> str:
    return value[: len(value) // 2] + "\n" + value[len(value) // 2 :]


# Only numbers of one writing are parted or turned into numerals.
NUMBERS_ONLY: dict[str, Rewrite] = {
    "groups of four": _grouped(" "),
    "dashes": _grouped("-"),
    "letter-spaced": lambda value: _between(" ", value),
    "no-break spaces": _grouped("\u00a0"),
    "thin spaces": _grouped("\u2009"),
    "Chinese numerals": lambda value: value.translate(_NUMERALS),
    "line break": _broken,
}
VALUES: dict[str, Rewrite] = {
    "full width": lambda value: value.translate(_FULL_WIDTH),
    "zero width": lambda value: _between("\u200b", value),
    "soft hyphens": lambda value: _between("\u00ad", value),
    "combining marks": lambda value: _between("\u0336", value) + "\u0336",
    "\\u escapes": _unicode_escapes,
    "percent": lambda value: "".join(f"%{byte:02X}" for byte in value.encode()),
    "HTML entities": lambda value: "".join(f"&#{ord(sign)};" for sign in value),
    "base64": lambda value: b64encode(value.encode()).decode(),
}
EMAILS_ONLY: dict[str, Rewrite] = {
    "look-alikes": lambda value: value.translate(_LOOK_ALIKES),
    "at as entity": lambda value: value.replace("@", "&#64;"),
    "at as percent": lambda value: value.replace("@", "%40"),
}
CONTAINERS: dict[str, Rewrite] = {
    "JSON in JSON": _json,
    "JSON, three deep": lambda text: _json(_json(_json(text))),
    "URL": lambda text: quote(text, safe=""),
}
