"""Arithmetic and surroundings that several recognisers ask for."""

import re
from collections.abc import Callable

from gateway.redaction.recogniser import Found, Judge

# What people put between the digits of one number: nothing, signs, spaces, a line break.
SEP = r"[ \t\r\n./_-]{0,4}+"
_BETWEEN_WORDS = re.compile(r"\s*[,\n]\s*")
_DIGITS = re.compile("[0-9]+")
_BETWEEN_DIGITS = re.compile("[^0-9]+")
_DOUBLED = {str(digit): sum(divmod(2 * digit, 10)) for digit in range(10)}
_NEXT_RECORD = re.compile(r"\},\s?\{")
_SHORT = 3
_LETTER = re.compile(r"[^\W\d_]")
_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]+")


def bare(text: str) -> str:
    """Return the letters and digits of a value, in upper case."""
    return _NOT_ALNUM.sub("", text).upper()


def spaced(first: str, *rest: str) -> str:
    """Return a pattern of single characters that may be parted by separators."""
    return first + "".join(SEP + part for part in rest)


def digits(count: int) -> str:
    """Return a pattern of so many digits, each behind a separator or not."""
    return f"(?:{SEP}[0-9]){{{count}}}"


def is_regular(number: str) -> bool:
    """Return whether groups of digits look like one number: one kind of separator, no odd single digit."""
    groups = _DIGITS.findall(number)
    if len(groups) < 2:
        return True
    separators = {separator.strip(" \t\r") for separator in _BETWEEN_DIGITS.findall(number)}
    separators.discard("\n")
    if len(separators) > 1 or any(len(separator) > 1 for separator in separators):
        return False
    return min(map(len, groups)) > 1 or max(map(len, groups)) == 1


def luhn(number: str) -> bool:
    """Return whether the last digit of a card number fits the others."""
    return not (sum(map(int, number[-1::-2])) + sum(map(_DOUBLED.__getitem__, number[-2::-2]))) % 10


def words(text: str) -> tuple[str, ...]:
    """Return the words of a list that is written with commas and line breaks."""
    return tuple(filter(None, _BETWEEN_WORDS.split(text.strip())))


def cues(text: str) -> re.Pattern[str]:
    """Return a pattern that finds any word of a list in any case; a short Latin one by itself alone."""
    longest_first = sorted(words(text), key=len, reverse=True)
    # Asked first, what they begin with spares most places the walk over all of them.
    firsts = "".join(sorted({re.escape(word[0]) for word in longest_first}))
    return re.compile(f"(?=[{firsts}])(?:{'|'.join(map(_cue, longest_first))})", re.IGNORECASE)


def _cue(word: str) -> str:
    alone = len(word) <= _SHORT and word.isascii() and word.isalpha()
    return rf"(?<![A-Za-z]){word}(?![A-Za-z])" if alone else re.escape(word)


def is_near(match: re.Match[str], words: re.Pattern[str], *, before: int = 40, after: int = 0) -> bool:
    """
    Return whether one of the words stands close before (or behind) what was matched.

    A word in another record of a list, or in another message, says nothing, and a word has letters.
    """
    text, end = match.string, match.start()
    start = max(0, end - before)
    if "{" in text[start:end]:
        start = max([start, *(border.end() for border in _NEXT_RECORD.finditer(text, start, end))])
    if _LETTER.search(text, start, end) and words.search(text, start, end):
        return True
    end = match.end()
    return bool(after and _LETTER.search(text, end, end + after) and words.search(text, end, end + after))


def judged_by(check: Callable[[str], bool], score: float) -> Judge:
    """Return a judge who asks one question about the bare value."""

    def judge(match: re.Match[str]) -> Found | None:
        value = bare(match["value"])
        if not check(value):
            return None
        return Found(*match.span("value"), value, score)

    return judge
