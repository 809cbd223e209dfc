"""Text that was written in base64, and what it says."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator

from gateway.redaction.shapes import Shape

# Nine signs of a passport become twelve.
_LEAST = 12
_ALPHABET = "A-Za-z0-9+/_-"
_OUTSIDE = re.compile(f"[^{_ALPHABET}]+")
_PIECE = re.compile(f"[A-Za-z0-9+]{{{_LEAST},}}={{0,2}}")
_URL_SAFE = str.maketrans("-_", "+/")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def _has_long_run(text: str) -> bool:
    return max(map(len, _OUTSIDE.split(text))) >= _LEAST


ENCODED = Shape(
    "encoded",
    re.compile(f"[{_ALPHABET}](?<![{_ALPHABET}][{_ALPHABET}])[{_ALPHABET}]{{{_LEAST - 1},}}+={{0,2}}"),
    f"(?:^|[^{_ALPHABET}])[{_ALPHABET}]{{{_LEAST}}}".encode(),
    has_left_bound=True,
    is_possible=_has_long_run,
)


def runs_in(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a run, and where it is joined by signs that also stand for 62 and 63, its pieces."""
    yield start, end
    pieces = list(_PIECE.finditer(text, start, end))
    yield from (piece.span() for piece in pieces if piece.span() != (start, end))


def read(run: str) -> str | None:
    """Return the text that a run of base64 stands for, or None where it stands for none."""
    signs = run.rstrip("=").translate(_URL_SAFE)
    if len(signs) % 4 == 1:
        return None
    try:
        text = b64decode(signs + "=" * (-len(signs) % 4)).decode()
    except (Error, UnicodeDecodeError):
        return None
    return None if _CONTROLS.search(text) else text
