"""Values that are known only by the word before them: record numbers, accounts, handles."""

import re
from collections.abc import Callable

from gateway.redaction.checks import bare, words
from gateway.redaction.recogniser import Found, Judge

# What may stand between a label and its value: signs, and a word that only says "number" or "is".
_SIGNS = r"[\s\"'“”‘’:：=#*()（）\[\]【】|<>{},，/_.-]{0,6}"
_LINK = r"(?:号码|编号|代码|账号|号|码|是|为|叫|number|num|no|nr|nummer|id|code|is|was|ist|lautet|value)"
BETWEEN = rf"{_SIGNS}(?:{_LINK}{_SIGNS}){{0,3}}"
_LONGEST = 48
# A code with a digit near its beginning: in one piece, or in short ones.
CODE = (
    r"(?:[A-Z]{0,5}[-_]?[0-9][0-9A-Z]{1,5}(?:[ \t\r\n_-]{1,2}[0-9A-Z]{2,6}(?<=[0-9])){1,9}"
    r"|[A-Z]{0,5}[-_]?[0-9](?:[ ][0-9A-Z]){4,23}"
    r"|[A-Z]{0,5}[-_]?[0-9][0-9A-Z]{2,23}(?:-[0-9A-Z]{1,12}){0,3})(?![0-9A-Za-z])"
)


def pattern_for(labels: str, value: str, *, skipped: str = "") -> re.Pattern[str]:
    """Return a pattern for one of the labels, what is skipped, and the value."""
    names = "|".join(sorted(map(_label, words(labels)), key=len, reverse=True))
    return re.compile(rf"(?:{names}){BETWEEN}{skipped}(?P<value>{value})", re.IGNORECASE)


def _label(word: str) -> str:
    """Let a label of several words be written with spaces, dashes, underscores or in one."""
    parts = r"[\s_-]?".join(map(re.escape, word.split()))
    return rf"(?<![A-Za-z]){parts}(?-i:(?![a-z]))" if word.isascii() else parts


def anchors_for(labels: str) -> tuple[str, ...]:
    """Return what an engine has to see before the pattern is tried: the first word of each label."""
    return tuple(sorted({word.split()[0].lower() for word in words(labels)}))


def taken_at_its_word(score: float, check: Callable[[str], bool] | None = None) -> Judge:
    """Return a judge who believes the label, and asks the check, if there is one, about the bare value."""

    def judge(match: re.Match[str]) -> Found | None:
        value = bare(match["value"])
        if len(value) > _LONGEST or (check is not None and not check(value)):
            return None
        return Found(*match.span("value"), value, score)

    return judge


def has_digit(value: str) -> bool:
    """Return whether a value is more than a word."""
    return any(map(str.isdigit, value))
