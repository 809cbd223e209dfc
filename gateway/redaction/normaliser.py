"""
Fold foreign writing into plain writing before anybody looks for values in it.

Full width, look-alikes, invisible signs, unusual spaces and dashes, Chinese
numerals, and the escapes of JSON, URLs and HTML. Only the surface that is
searched changes; what is found is replaced in the text as it came.
"""

import re

from gateway.redaction.escapes import ESCAPE, decoded, may_have_escapes
from gateway.redaction.folding import (
    FOLD_TABLE,
    FOLDED,
    INVISIBLE,
    NUMERAL_CLASS,
    NUMERALS,
    PROSE,
    unusual_in,
)
from gateway.redaction.surface import Piece, Surface

_FEW = 12
_DOT_IN_NUMBER = re.compile("(?<=[0-9])·(?=[0-9])")
_WRITTEN_NUMBER = re.compile(f"[{NUMERAL_CLASS}](?:[ .-]?[{NUMERAL_CLASS}]){{6,}}+")


def normalise(text: str) -> Surface:
    """Return the surface of a text; plain ASCII without an escape is its own."""
    if text.isascii() and not may_have_escapes(text):
        return Surface(text)
    form = "plain"
    surface = text
    if not text.isascii() and (unusual := unusual_in(text)):
        form = "invisible" if unusual & INVISIBLE else "full_width"
        surface = _written_plainly(text, unusual)
    pieces: tuple[Piece, ...] = ()
    if form == "invisible" or may_have_escapes(text):
        surface, pieces = _taken_apart(surface)
        form = "escaped" if pieces and form == "plain" else form
    if "·" in surface:
        # In a name it is part of the name; in a number it parts as a full stop does.
        surface = _DOT_IN_NUMBER.sub(".", surface)
    if not surface.isascii() and _WRITTEN_NUMBER.search(surface):
        surface = _WRITTEN_NUMBER.sub(lambda match: match[0].translate(NUMERALS), surface)
        form = "numerals" if form == "plain" else form
    return Surface(surface, form, pieces)


def _written_plainly(text: str, unusual: set[str]) -> str:
    """Write unusual characters the plain way, one for one; the invisible stay for now."""
    if len(unusual) > _FEW:
        return text.translate(FOLD_TABLE)
    unusual = unusual | PROSE.keys()
    for sign in unusual:
        if sign not in INVISIBLE:
            text = text.replace(sign, FOLDED.get(sign) or PROSE[sign])
    return text


def _taken_apart(text: str) -> tuple[str, tuple[Piece, ...]]:
    """Leave out what is invisible and decode escapes, remembering where each piece came from."""
    parts: list[str] = []
    pieces: list[Piece] = []
    length = done = 0
    for match in ESCAPE.finditer(text):
        start = match.start()
        if start > done:
            pieces.append(Piece(length, done, start, is_copied=True))
            parts.append(text[done:start])
            length += start - done
        for plain, origin, origin_end in decoded(match):
            pieces.append(Piece(length, origin, origin_end, is_copied=False))
            parts.append(plain)
            length += len(plain)
        done = match.end()
    if not done:
        return text, ()
    if done < len(text):
        pieces.append(Piece(length, done, len(text), is_copied=True))
        parts.append(text[done:])
    return "".join(parts), tuple(pieces)
