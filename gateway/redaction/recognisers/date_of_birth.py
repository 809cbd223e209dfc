"""Days of birth: a date of any form beside a word that says that somebody was born."""

import re

from gateway.redaction.checks import cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import Shape, is_not_ascii

_CUES = cues("""
    出生日期, 出生年月日, 出生年月, 出生时间, 出生于, 生日, 生于, 出生, date of birth, dob, d.o.b,
    birth date, birthdate, birthday, date_of_birth, birth_date, birth, born, geburtsdatum, geburtstag,
    geboren, geb.
""")
_BEHIND = re.compile(rf"[ ,]{{0,2}}(?:{cues('出生, 生人, 生, born, geboren').pattern})", re.IGNORECASE)
_MONTH = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|"
    r"sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\.?"
)
_NUMERAL = "[〇零○一二三四五六七八九十]"
_YEAR = r"(?:1[89]|20)[0-9]{2}"
_DATE = re.compile(
    rf"(?<![0-9]){_YEAR}[ ]?[-./年][ ]?[0-9]{{1,2}}[ ]?[-./月][ ]?[0-9]{{1,2}}(?![0-9])[日号]?"
    rf"|(?<![0-9])[0-9]{{1,2}}(?:st|nd|rd|th|\.)?[ ](?:of[ ])?{_MONTH},?[ ]{_YEAR}(?![0-9])"
    rf"|(?<![0-9])[0-9]{{1,2}}[-./]{_MONTH}[-./](?:{_YEAR}|[0-9]{{2}})(?![0-9])"
    rf"|{_MONTH}[ ][0-9]{{1,2}}(?:st|nd|rd|th)?,?[ ]{_YEAR}(?![0-9])"
    rf"|(?<![0-9])[0-9]{{1,2}}[ ]?[-./][ ]?[0-9]{{1,2}}[ ]?[-./][ ]?(?:{_YEAR}|[0-9]{{2}})(?![0-9])"
    rf"|(?<![0-9]){_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9])"
    rf"|{_NUMERAL}{{4}}年{_NUMERAL}{{1,3}}月{_NUMERAL}{{1,3}}[日号]"
    rf"|(?<![0-9])(?:{_YEAR}|[0-9]{{2}})年[ ]?[0-9]{{1,2}}月(?:[ ]?[0-9]{{1,2}}[日号])?",
    re.IGNORECASE,
)


def _judge(match: re.Match[str]) -> Found | None:
    if not is_near(match, _CUES, before=24) and not _BEHIND.match(match.string, match.end()):
        return None
    return Found(match.start(), match.end(), re.sub(r"[\s,]+", " ", match[0]).upper(), 0.85)


# 2019.05.11生
_BORN = Shape("digit_born", re.compile("[0-9]生"), "[0-9]生".encode(), is_possible=is_not_ascii)

RECOGNISER = Recogniser(
    name="date_of_birth",
    entity="DATE_OF_BIRTH",
    anchors=(_BORN, "出生", "生日", "生于", "生人", "日生", "birth", "dob", "d.o.b", "born", "geb"),
    pattern=_DATE,
    judge=_judge,
    reach=(24, 44),
)
