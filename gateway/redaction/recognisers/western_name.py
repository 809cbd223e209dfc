"""
Names of people in Latin letters, by rule: a title or a word that announces somebody, or a first name.

Knows common first names of English and German, and Chinese names in Latin
letters. A name of other letters and without a word beside it is not seen.
"""

import re

from gateway.redaction.checks import words
from gateway.redaction.edges import Endings
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import Shape
from gateway.redaction.western_names import (
    FIRST_NAMES,
    LAST_NAMES,
    NO_NAME_PHRASES,
    NO_NAME_WORDS,
    SURNAMES_IN_LETTERS,
    is_pinyin,
)

# With the letters of Polish, Turkish, Czech and their neighbours.
_BEYOND = "".join(map(chr, range(0x100, 0x180)))
_SMALL = "a-zß-öø-ÿ" + "".join(filter(str.islower, _BEYOND))
_BIG = "A-ZÀ-ÖØ-Þ" + "".join(filter(str.isupper, _BEYOND))
_REST = (
    rf"(?:['’][{_BIG}])?[{_SMALL}]{{1,20}}(?:[-'’][{_BIG}]?[{_SMALL}]{{1,20}}|[{_BIG}][{_SMALL}]{{1,20}})?"
)
_PARTICLE = r"(?:van|von|de|der|den|zu|la|le|del|di|da|al|bin|ibn)"
# Behind any other word within a name, a full stop ends the sentence.
_SHORTENED = r"(?:Prof|Dr|Mrs?|Ms|Mx|St|Wm|Chas|Geo|Jos|Dipl|Ing|Med|Hon|Rev|Fr|Hr)\."
_IS_SHORTENED = re.compile(rf"{_SHORTENED}|(?:[{_BIG}]\.)+")
_NEXT = rf"(?:[{_BIG}]\.|{_SHORTENED}|{_PARTICLE}(?:[ ](?:der|den|la))?|[{_BIG}]{_REST})(?=[ ])"
_NAME_REST = rf"{_REST}\.?(?:[ ]{_NEXT}){{0,4}}(?:[ ][{_BIG}]{_REST})?(?![{_SMALL}])"
_MOST_BEFORE = 24
# Whose account it is, is no part of the name.
_POSSESSIVE = re.compile("['’]s\\Z")
_FILLER = frozenset(" \t\n\"'“*|:：=,.")
_TITLES = frozenset(
    words("""
    mr, mrs, ms, miss, mx, dr, prof, professor, herr, herrn, frau, fräulein
""")
)
_titles = Endings(_TITLES)
_announcing = Endings(
    words("""
    name is, name ist, heiße, heisse, name, patient, patientin, customer, client, recipient,
    beneficiary, account holder, cardholder, attn, contact, signed, employee, applicant, tenant, kunde,
    kundin, kontoinhaber, kontoinhaberin, empfänger, empfängerin, versicherte, versicherter, absender,
    ansprechpartner, ansprechpartnerin, vorname, nachname, 姓名, 客户, 患者, 联系人, 收件人, 我叫,
    我是, 叫, 持卡人, 是
""")
)
# Behind these come no other nouns, so that two capital words are somebody.
_NAMING = words("""
    signed by, written by, reviewed by, approved by, reported by, prepared by, dictated by, physician,
    surgeon, referring physician, attending, faithfully, sincerely, truly, yours, regards, grüßen,
    gruessen, grüße, gruesse, mfg, i am, i'm, ich bin, called, named, namens, heiße, applicant, payee,
    beneficiary, recipient, cardholder, account holder, holder, guarantor, tenant, nurse, director,
    insured person, subscriber, wife, husband, daughter, son, mother, father, brother, sister,
    colleague, caller, insured, kundin, kunde, antragsteller, antragstellerin, bürge, bürgin, inhaber,
    inhaberin, angehörige, notfallkontakt, versichert, spricht, ehemann, ehefrau, tochter, sohn,
    witness, neighbour, neighbor, friend, boss, landlord, landlady, roommate, cousin, uncle, aunt,
    nephew, niece, grandmother, grandfather, fiancé, fiancée, spoke to, spoke with, talked to, met with,
    belongs to, invoice to, bill to, billed to, sold to, addressed to, on behalf of, records for, cc,
    attn, 客户, 患者, 病人, 联系人, 收件人, 员工, 同事, 持卡人, 乘客, name on card, ship to, deliver to,
    passport holder, passenger, guest, zeuge, zeugin, nachbar, nachbarin, freund, freundin, bruder,
    schwester, onkel, tante, nichte, neffe, oma, opa, verlobte, verlobter, schwager, schwägerin, mutter,
    vater, kollege, kollegin, mieter, mieterin, vermieter, patientin, sachbearbeiter, dear, hallo,
    liebe, lieber
""")
_naming = Endings(_NAMING)
# Behind my brother and meine Schwester one capital word is somebody, known or not.
_OWN = re.compile(
    r"(?<![a-z])(?:my|our|his|her|their|(?:mein|sein|ihr|unser)(?:e[nmr]?)?)[ ]"
    r"(?:(?:little|older|younger|big|late)[ ])?"
    r"(?:brother|sister|mother|father|son|daughter|wife|husband|uncle|aunt|cousin|nephew|niece|friend|boss"
    r"|bruder|schwester|sohn|tochter|onkel|tante|nichte|neffe|mann|frau|freund|freundin|kollegen?|kollegin)"
    r"[ ]\Z"
)
_MOST_BEFORE_OWN = 40
_ROLES = frozenset(_NAMING) | {"patient", "customer", "client", "contact", "payee"}
_greeting = Endings(
    words("""
    dear, hi, hello, hey, hallo, liebe, lieber, i am, i'm, this is, ich bin, from, by, with, regards,
    sincerely, thanks, cheers, grüße, grüßen, gruesse, gruessen, grüsse, grüssen, mfg
""")
)
_SAYS_IT_IS = re.compile(r"[:：=]|(?:is|ist|hei(?:ß|ss)e|叫|是)\W*\Z", re.IGNORECASE)
_COMPANY = re.compile(r"[ ]?,?[ ](?:LLC|Inc|Ltd|GmbH|AG|Corp|Co|plc|PLC|KG|SE|LLP|LP|SA|BV|NV)(?![a-z])")

_BIG_BYTES = rb"(?:[A-Z]|\xc3[\x80-\x9e]|[\xc4\xc5][\x80-\xbf])"
_SMALL_BYTES = rb"(?:[a-z'-]|\xc3[\x9f-\xbf]|[\xc4\xc5][\x80-\xbf]|\xe2\x80\x99)"
CAPITAL_PAIR = Shape(
    "capital_pair",
    re.compile(rf"[{_BIG}](?<![A-Za-z][{_BIG}])[{_SMALL}'’-]{{1,20}} (?:[{_BIG}]\. )?[{_BIG}]"),
    _BIG_BYTES + _SMALL_BYTES + rb"{1,20} (?:" + _BIG_BYTES + rb"\. )?" + _BIG_BYTES,
)


def _judge(match: re.Match[str]) -> Found | None:
    parts = match[0].split(" ")
    lead, has_title = _leading(parts)
    parts = parts[lead:]
    if parts and parts[0].endswith(".") and not _IS_SHORTENED.fullmatch(parts[0]):
        parts = [parts[0][:-1]]
    while parts and _is_no_name(parts[-1]):
        parts.pop()
    name = _POSSESSIVE.sub("", " ".join(parts))
    if not parts or _is_no_name(parts[0]) or name.lower() in NO_NAME_PHRASES:
        return None
    if _COMPANY.match(match.string, match.end()):
        return None
    start = match.start() + len(" ".join(match[0].split(" ")[:lead])) + (lead > 0)
    score = 0.88 if has_title else _score(match.string, start, parts)
    return Found(start, start + len(name), name, score) if score else None


def _leading(parts: list[str]) -> tuple[int, bool]:
    """Return how many words before the name are titles or roles, and whether there is a title."""
    lead, has_title = 0, False
    while lead < len(parts):
        word = parts[lead].lower().rstrip(".")
        if word in _TITLES:
            has_title = True
        elif word not in _ROLES or lead + 1 == len(parts):
            break
        lead += 1
    return lead, has_title


def _score(text: str, start: int, parts: list[str]) -> float:
    """Return how sure it is that these capital words are a name, by what stands before them."""
    before = text[max(0, start - _MOST_BEFORE) : start].lower()
    place = len(before)
    while place and before[place - 1] in _FILLER:
        place -= 1
    if _is_word(before, place, _titles.at(before, place)):
        return 0.88
    is_known = _is_known(parts)
    announcing = _announcing.at(before, place)
    is_said = len(parts) > 1 and _SAYS_IT_IS.search(before, place - len(announcing))
    if _is_word(before, place, announcing) and (is_known or is_said):
        return 0.85
    if (is_known or len(parts) > 1) and _is_word(before, place, _naming.at(before, place)):
        return 0.8
    if is_known and _is_word(before, place, _greeting.at(before, place)):
        return 0.8
    is_owned = _OWN.search(text[max(0, start - _MOST_BEFORE_OWN) : start].lower()) is not None
    return 0.7 if is_owned or (is_known and len(parts) > 1) else 0.0


def _is_word(text: str, end: int, word: str) -> bool:
    """Return whether a word was found there, and is not the end of a longer one."""
    before = text[: end - len(word)][-1:]
    return bool(word) and (not word.isascii() or not (before.isalpha() or before == "_"))


def _is_known(parts: list[str]) -> bool:
    first, last = parts[0].lower(), parts[-1].lower()
    if first in FIRST_NAMES:
        return True
    if len(parts) < 2:
        return False
    if last in LAST_NAMES:
        return True
    return (first in SURNAMES_IN_LETTERS and is_pinyin(last)) or (
        last in SURNAMES_IN_LETTERS and is_pinyin(first)
    )


def _is_no_name(word: str) -> bool:
    return word.strip(".").lower() in NO_NAME_WORDS


_ANCHORS = (
    *words("""
    mr, mrs, ms, miss, prof, herr, frau, name, patient, customer, client, contact, dear, hello, hallo,
    hey, liebe, i am, i'm, this is, ich bin, heiße, heisse, regards, sincerely, thanks, cheers, grüße,
    gruesse, grüssen, kunde, kundin, kontoinhaber, beneficiary, holder
"""),
    "hi ",
    "holder",
    "brother ",
    "sister ",
    "spricht",
    "faithfully",
    "truly",
    "yours",
    "kontakt",
    "dr ",
    "dr.",
)

RECOGNISER = Recogniser(
    name="western_name",
    entity="PERSON",
    anchors=(CAPITAL_PAIR, *_ANCHORS),
    pattern=re.compile(rf"[{_BIG}](?<![A-Za-z][{_BIG}])(?:\.[ ]?[{_BIG}]){{0,2}}{_NAME_REST}"),
    judge=_judge,
    reach=(10, 64),
)
