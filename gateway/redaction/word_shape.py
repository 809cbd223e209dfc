"""Tokens that are put together of words: names, addresses, numbers with a form of their own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

# One of these stands at each place of a token.
Part = tuple[str, ...]
DIGITS: Part = tuple("0123456789")


@dataclass(frozen=True, slots=True)
class WordShape:
    """
    The look of tokens of several parts; of each part, no word begins another one.

    So where a token ends never depends on what follows it.
    """

    parts: tuple[Part, ...]

    @property
    def heads(self) -> Part:
        """What a token may begin with."""
        return self.parts[0]

    @property
    def room(self) -> int:
        """How many tokens there are."""
        return prod(map(len, self.parts))

    @property
    def pattern(self) -> str:
        """The whole token as a regular expression."""
        return "".join(map(_any_of, self.parts))

    @property
    def beginning(self) -> str:
        """Any proper beginning of such a token as a regular expression."""
        inner = ""
        for number, part in enumerate(reversed(self.parts)):
            begun = _any_of(sorted({word[:length] for word in part for length in range(len(word))}))
            inner = f"(?:{_any_of(part)}{inner}|{begun})" if number else f"(?:{begun})"
        return inner

    def token(self, number: int) -> str:
        """Return the token of a number, which may be larger than there is room."""
        words: list[str] = []
        for part in reversed(self.parts):
            number, place = divmod(number, len(part))
            words.append(part[place])
        return "".join(reversed(words))


def _any_of(words: Sequence[str]) -> str:
    # The longest first: an empty one fits everywhere.
    alternatives = sorted(words, key=lambda word: (-len(word), word))
    return re.escape(words[0]) if len(words) == 1 else f"(?:{'|'.join(map(re.escape, alternatives))})"
