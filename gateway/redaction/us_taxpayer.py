"""How the numbers of social security and of taxpayers of the United States are written and judged."""

import re

from gateway.redaction.checks import bare, cues, is_near
from gateway.redaction.recogniser import Found
from gateway.redaction.surroundings import is_part_of_more, names_another_number

_CUES = cues("""
    ssn, social security, social sec, ss#, ss number, ssa, taxpayer, itin, tin, tax id,
    social is, social's, social number, social:, social #, your social?, my social?,
    tax identification, 社安号, 社会安全号
""")
_BEFORE, _AFTER = 48, 8
_PARTING = r"(?:[ \t]?[-./ ][ \t]?|\r?\n)?"


def pattern_for(area: str) -> re.Pattern[str]:
    """Return the pattern of three, two and four digits, with or without separators, of such an area."""
    return re.compile(
        rf"(?<![0-9])(?P<area>{area})(?P<first>{_PARTING})(?P<group>[0-9]{{2}})(?P<second>{_PARTING})"
        r"(?P<serial>[0-9]{4})(?![0-9])"
    )


def may_be_believed(text: str, start: int, end: int) -> bool:
    """Return whether a stretch has dashes in it, or such a word around it: else nothing is believed."""
    return "-" in text[start:end] or _CUES.search(text, max(0, start - _BEFORE), end + _AFTER) is not None


def judge(match: re.Match[str]) -> Found | None:
    """Believe dashes in the right places, and any writing behind a word that says what it is."""
    text, (start, end) = match.string, match.span()
    if match["area"] == "000" or match["group"] == "00" or match["serial"] == "0000":
        return None
    if is_near(match, _CUES, before=_BEFORE, after=_AFTER):
        return Found(start, end, bare(match[0]), 0.92)
    if not match["first"].strip() == match["second"].strip() == "-" or match["area"] == "666":
        return None
    if is_part_of_more(text, start, end) or names_another_number(text, start):
        return None
    return Found(start, end, bare(match[0]), 0.8)
