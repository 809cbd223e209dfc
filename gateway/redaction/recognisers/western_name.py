"""
Names of people in Latin letters, by rule: a title or a word that announces somebody, or a first name.

Knows common first names of English and German, and Chinese names in Latin
letters. A name of other letters and without a word beside it is not seen.
"""

import re

from gateway.redaction.checks import words
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import Shape
from gateway.redaction.western_names import FIRST_NAMES, NO_NAME_WORDS, SURNAMES_IN_LETTERS, is_pinyin

_SMALL = "a-zß-öø-ÿ"
_BIG = "A-ZÀ-ÖØ-Þ"
_WORD = (
    rf"[{_BIG}](?:['’][{_BIG}])?[{_SMALL}]{{1,20}}"
    rf"(?:[-'’][{_BIG}]?[{_SMALL}]{{1,20}}|[{_BIG}][{_SMALL}]{{1,20}})?"
)
_PARTICLE = r"(?:van|von|de|der|den|zu|la|le|del|di|da|al|bin|ibn)"
_NAME = (
    rf"{_WORD}(?:[ ](?:[{_BIG}]\.|{_PARTICLE}(?:[ ](?:der|den|la))?|{_WORD})(?=[ ])){{0,2}}"
    rf"(?:[ ]{_WORD})?(?![{_SMALL}])"
)
_TITLE = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Herrn?|Frau|Fräulein)\.?[ ](?:(?:Dr|Prof)\.[ ]){0,2}"
_ROLES = (
    r"my[ ]name[ ]is|mein[ ]name[ ]ist|name[ ]ist|ich[ ]hei(?:ß|ss)e"
    r"|(?:full|first|last|patient|customer|contact|account[ ]holder|recipient|cardholder|sur|vor|nach)?"
    r"[ _-]?name"
    r"|patient(?:in)?|customer|client|recipient|beneficiary|account[ ]holder|cardholder|attn|contact"
    r"|signed|employee|applicant|tenant|kund(?:e|in)|kontoinhaber(?:in)?|empfänger(?:in)?|versicherte[r]?|absender"
    r"|ansprechpartner(?:in)?|姓名|客户|患者|联系人|收件人|我叫|我是|叫|持卡人"
)
_ANNOUNCED = rf"(?i:(?:{_ROLES})[\"']?[ ]{{0,2}}(?:[:：=]|is|ist|是)?[ ]{{0,3}}[\"'“]?)"
_GREETINGS = (
    r"dear|hi|hello|hey|hallo|liebe[r]?|i[ ]am|i'm|this[ ]is|ich[ ]bin|from|by|with|regards,?|sincerely,?"
    r"|thanks,?|cheers,?|gr(?:ü|ue)(?:ß|ss)en?,?|mfg"
)
_GREETED = rf"(?i:(?:{_GREETINGS})[ \n,]{{1,3}})"
# "Patient History Form" is prose, "Patient: Jadwiga Nowak" is not.
_LINK = re.compile(r"[:：=]|(?i:name|is|hei(?:ß|ss)e)\b|[是叫]")

CAPITAL_PAIR = Shape(
    "capital_pair",
    re.compile(rf"[{_BIG}](?<![A-Za-z][{_BIG}])[{_SMALL}'’-]{{1,20}} (?:[{_BIG}]\. )?[{_BIG}]"),
    rb"(?:[A-Z]|\xc3[\x80-\x9e])(?:[a-z'-]|\xc3[\x9f-\xbf]|\xe2\x80\x99){1,20}"
    rb" (?:(?:[A-Z]|\xc3[\x80-\x9e])\. )?(?:[A-Z]|\xc3[\x80-\x9e])",
)


def _judge(match: re.Match[str]) -> Found | None:
    name = match["titled"] or match["announced"] or match["greeted"] or match["bare"]
    parts = name.split(" ")
    while parts and _is_no_name(parts[-1]):
        parts.pop()
    if not parts or _is_no_name(parts[0]):
        return None
    score = _score(match, parts)
    if not score:
        return None
    start = match.start(match.lastgroup or 0)
    found = " ".join(parts)
    return Found(start, start + len(found), found, score)


def _score(match: re.Match[str], parts: list[str]) -> float:
    if match["titled"]:
        return 0.88
    first, last = parts[0].lower(), parts[-1].lower()
    is_known = first in FIRST_NAMES or (
        len(parts) > 1
        and (
            (first in SURNAMES_IN_LETTERS and is_pinyin(last))
            or (last in SURNAMES_IN_LETTERS and is_pinyin(first))
        )
    )
    if match["announced"]:
        return 0.85 if is_known or (len(parts) > 1 and _LINK.search(match[0])) else 0.0
    if match["greeted"]:
        return 0.8 if is_known else 0.0
    return 0.7 if is_known and len(parts) > 1 else 0.0


def _is_no_name(word: str) -> bool:
    return word.strip(".").lower() in NO_NAME_WORDS


_ANCHORS = (
    *words("""
    mr, mrs, ms, miss, prof, herr, frau, name, patient, customer, client, contact, dear, hello, hallo,
    hey, liebe, i am, i'm, this is, ich bin, heiße, heisse, regards, sincerely, thanks, cheers, grüße,
    gruesse, grüssen, kunde, kundin, kontoinhaber, beneficiary, holder
"""),
    "hi ",
    "dr ",
    "dr.",
)

RECOGNISER = Recogniser(
    name="western_name",
    entity="PERSON",
    anchors=(CAPITAL_PAIR, *_ANCHORS),
    pattern=re.compile(
        rf"(?<![A-Za-z])(?:{_TITLE}(?P<titled>{_NAME})|{_ANNOUNCED}(?P<announced>{_NAME})|{_GREETED}(?P<greeted>{_NAME})"
        rf"|(?P<bare>{_WORD}(?:[ ][{_BIG}]\.)?(?:[ ]{_PARTICLE})?[ ]{_WORD}(?![{_SMALL}])))"
    ),
    judge=_judge,
    reach=(10, 64),
)
