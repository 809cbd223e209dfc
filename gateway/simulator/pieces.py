"""
Texts cut into deltas and weighed in tokens, the same way every time.

https://api-docs.deepseek.com/quick_start/token_usage: an English character is
about 0.3 token, a Chinese one 0.6. Weights are whole tenths of a token, so
that the weights of pieces add up to the weight of their text.
"""

import re
from collections.abc import Iterable

_HAN = r"\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_PIECES = re.compile(rf"[{_HAN}]{{1,2}}|\s?[^\s{_HAN}]{{1,8}}|\s{{1,8}}")
_HAN_CHARACTER = re.compile(f"[{_HAN}]")


def split_text(text: str, size: int | None = None) -> list[str]:
    """Cut a text into word-like pieces (long words into several), or into pieces of one size."""
    if size is not None:
        return [text[start : start + max(size, 1)] for start in range(0, len(text), max(size, 1))]
    return _PIECES.findall(text)


def weigh(text: str) -> int:
    """Return the weight of a text in tenths of a token."""
    chinese = 0 if text.isascii() else len(_HAN_CHARACTER.findall(text))
    return 3 * (len(text) + chinese)


def weigh_all(texts: Iterable[str]) -> int:
    """Return the weight of several texts together, in tenths of a token."""
    return sum(map(weigh, texts))


def tokens(tenths: int) -> int:
    """Return whole tokens, rounded up."""
    return -(-tenths // 10)


def is_chinese(text: str) -> bool:
    """Return whether there is a Chinese character in the text."""
    return _HAN_CHARACTER.search(text) is not None


def shorten(pieces: list[str], tenths: int) -> list[str]:
    """Return the first pieces that weigh no more than this, the last one cut if need be."""
    kept: list[str] = []
    for piece in pieces:
        tenths -= weigh(piece)
        if tenths >= 0:
            kept.append(piece)
            continue
        while piece and tenths < 0:
            tenths += weigh(piece[-1])
            piece = piece[:-1]  # noqa: PLW2901
        return [*kept, piece] if piece else kept
    return kept
