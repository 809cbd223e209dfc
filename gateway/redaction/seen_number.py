"""
A number that was seen in a text, told in a few words.

Most numbers of a text are none of the kinds that are looked for, and mostly that
shows without a pattern: there are too few digits, or no letter where there should
be one. A recogniser of numbers says so in its own file (`Recogniser.may_be`), and
is asked only about a number that may be one of its own.
"""

import re
from typing import NamedTuple

# How far around a number other digits are looked for: as far as any recogniser of
# numbers looks, and as far as most of them do.
_FAR, _NEAR = 72, 24
_DIGIT = re.compile("[0-9]")
# What people put between a number and the letters that belong to it.
_PARTING = " \t\r\n./_-"
_WORD = 3


class SeenNumber(NamedTuple):
    """
    How a number looks, and what stands around it.

    Nearer than `room` there is no other digit. `is_headed` says that one or two
    Latin letters stand before it, as they do in codes (a longer word is none),
    `is_tailed` that letters of a code stand behind it: some that touch it, or two
    capital ones.
    """

    digits: int
    first: str
    is_bare: bool
    is_headed: bool
    is_tailed: bool
    room: int

    def may_have(self, *counts: int) -> bool:
        """
        Return whether a number of one of these lengths may stand here.

        A bare one is as long as it is; one with signs between its digits may begin or end at each of them.
        """
        return self.digits in counts if self.is_bare else self.digits >= min(counts)

    def may_begin_with(self, firsts: str) -> bool:
        """Return whether a number that begins with one of these digits may stand here."""
        return not self.is_bare or self.first in firsts


def number_at(text: str, start: int, end: int) -> SeenNumber:
    """Return the number that stands there."""
    written = text[start:end]
    is_bare = written.isdigit()
    return SeenNumber(
        end - start if is_bare else sum(map(str.isdigit, written)),
        text[start],
        is_bare,
        _is_headed(text[max(0, start - _FAR) : start].rstrip(_PARTING)[-_WORD:]),
        _is_tailed(text[end : end + _FAR]),
        _FAR if _is_alone(text, start, end, _FAR) else _NEAR if _is_alone(text, start, end, _NEAR) else 1,
    )


def _is_alone(text: str, start: int, end: int, room: int) -> bool:
    before = _DIGIT.search(text, max(0, start - room), start)
    return before is None and _DIGIT.search(text, end, end + room) is None


def _is_headed(word: str) -> bool:
    """Return whether what stands before a number ends with one or two letters, and not with a word."""
    last = word[-1:]
    return (
        last.isalpha() and last.isascii() and not (len(word) == _WORD and word.isalpha() and word.isascii())
    )


def _is_tailed(behind: str) -> bool:
    letters = behind.lstrip(_PARTING)[:2]
    return letters[:1].isascii() and letters[:1].isalpha() and (letters[0] == behind[0] or letters.isupper())
