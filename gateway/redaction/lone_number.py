"""
A number that stands alone in its text, told in a few words.

Most numbers of a text are none of the kinds that are looked for, and mostly that
shows without a pattern: there are too few digits, or no letter where there should
be one. A recogniser of numbers says so in its own file (`Recogniser.may_be`), and
is asked only about a number that may be one of its own.
"""

import re
from typing import NamedTuple

# Farther than any recogniser of numbers looks: what happens within sees no other digit.
_ALONE = 72
_DIGIT = re.compile("[0-9]")
# What people put between a number and the letters that belong to it.
_PARTING = " \t\r\n./_-"
_WORD = 3


class LoneNumber(NamedTuple):
    """
    A number with no other digit around it.

    `is_headed` says that one or two Latin letters stand before it, as they do in
    codes (a longer word is none), `is_tailed` that letters of a code stand behind
    it: some that touch it, or two capital ones.
    """

    digits: int
    first: str
    is_bare: bool
    is_headed: bool
    is_tailed: bool

    def may_have(self, *counts: int) -> bool:
        """
        Return whether a number of one of these lengths may stand here.

        A bare one is as long as it is; one with signs between its digits may begin or end at each of them.
        """
        return self.digits in counts if self.is_bare else self.digits >= min(counts)

    def may_begin_with(self, firsts: str) -> bool:
        """Return whether a number that begins with one of these digits may stand here."""
        return not self.is_bare or self.first in firsts


def lone_number(text: str, start: int, end: int) -> LoneNumber | None:
    """Return the number that stands there, or None if it does not stand alone."""
    left = max(0, start - _ALONE)
    if _DIGIT.search(text, left, start) or _DIGIT.search(text, end, end + _ALONE):
        return None
    written = text[start:end]
    is_bare = written.isdigit()
    return LoneNumber(
        end - start if is_bare else sum(map(str.isdigit, written)),
        text[start],
        is_bare,
        _is_headed(text[left:start].rstrip(_PARTING)[-_WORD:]),
        _is_tailed(text[end : end + _ALONE]),
    )


def _is_headed(word: str) -> bool:
    """Return whether what stands before a number ends with one or two letters, and not with a word."""
    last = word[-1:]
    return (
        last.isalpha() and last.isascii() and not (len(word) == _WORD and word.isalpha() and word.isascii())
    )


def _is_tailed(behind: str) -> bool:
    letters = behind.lstrip(_PARTING)[:2]
    return letters[:1].isascii() and letters[:1].isalpha() and (letters[0] == behind[0] or letters.isupper())
