"""Originals in the place of tokens, in one text that grows."""

import orjson

from gateway.redaction.token_shapes import TokenShapes
from gateway.redaction.vault import Vault


class Restorer:
    """
    Put originals back into one lane of an answer.

    What is held back is the beginning of a token that the vault knows, never
    anything else, so never more than one token less a character. The result
    is the same wherever the text was cut. Tokens that stand for nothing pass.

    Texts come as they stand between quotes of a JSON text, or not: `escapes`
    says how often an original has to be escaped to stand there too, `inside`
    how often beyond that, in a lane that says JSON. Tokens themselves look the
    same however often they are escaped.
    """

    __slots__ = ("_inside", "_shapes", "_vault", "held", "restored", "unknown")
    takes_raw = True

    def __init__(self, vault: Vault, shapes: TokenShapes, inside: int = 0) -> None:
        self._inside = inside
        self._vault = vault
        self._shapes = shapes
        self.held = ""
        self.restored = 0
        self.unknown = 0

    def feed(self, text: str, escapes: int) -> str:
        """Return what can be said now: the very same text where nothing is to be done."""
        if self.held:
            text, self.held = self.held + text, ""
        elif self._shapes.hint.search(text) is None:
            return text
        said, rest = self._restore(text, escapes)
        place = self._beginning_in(rest)
        if place < 0:
            return said + rest if said else rest
        self.held = rest[place:]
        return said + rest[:place]

    def finish(self) -> str:
        """Return what was held back: a token that was never finished."""
        held, self.held = self.held, ""
        return held

    def _restore(self, text: str, escapes: int) -> tuple[str, str]:
        """Return the text up to the last token, restored, and the rest of it."""
        pieces: list[str] = []
        start = place = 0
        while (found := self._shapes.whole.search(text, place)) is not None:
            original = self._vault.original(found[0])
            if original is None:
                # Another token may begin within what only looks like one.
                self.unknown += 1
                place = found.start() + 1
                continue
            pieces.append(text[start : found.start()])
            pieces.append(escaped(original, escapes + self._inside))
            self.restored += 1
            start = place = found.end()
        return "".join(pieces), text[start:] if start else text

    def _beginning_in(self, text: str) -> int:
        place = 0
        while (found := self._shapes.beginning.search(text, place)) is not None:
            if found[0] and self._vault.has_beginning(found[0]):
                return found.start()
            place = found.start() + 1
            if place > len(text):
                break
        return -1


def escaped(text: str, times: int) -> str:
    """Return a text as it stands between the quotes of a JSON text, so many times over."""
    for _ in range(times):
        text = orjson.dumps(text)[1:-1].decode()
    return text
