"""Street addresses of English and German speaking countries: a street, a number, perhaps a town."""

import re

from gateway.redaction.checks import words
from gateway.redaction.recogniser import Found, Recogniser

_WORD = r"[A-Z0-9][A-Za-z'.-]{0,20}"
_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|Close"
    r"|Crescent|Highway|Hwy|Parkway|Pkwy|Circle|Cir|Trail|Grove|Gardens|Mews|Row)"
)
_UNIT = r"(?:,?[ ](?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Room|No|#)\.?[ ]?#?[0-9A-Za-z-]{1,6})?"
_TOWN = rf"(?:,?[ ]{_WORD}(?:[ ]{_WORD}){{0,3}})?"
_CODE = r"(?:,?[ ](?:[A-Z]{2}[ ]?)?(?:[0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][0-9A-Z]?[ ][0-9][A-Z]{2}))"
_HOUSE = r"(?<![0-9A-Za-z])[0-9]{1,5}[A-Za-z]?[ ]"
_ENGLISH = rf"{_HOUSE}(?:{_WORD}[ ]){{1,4}}{_STREET}(?![A-Za-z])\.?{_UNIT}(?:{_TOWN}{_CODE})?"
_GERMAN_STREET = (
    r"(?:[A-ZÄÖÜ][a-zäöüß]{1,24}(?:-[A-ZÄÖÜ][a-zäöüß]{1,24}){0,3}[- ]?"
    r"(?:[Ss]tra(?:ß|ss)e|[Ss]tr\.|[Ww]eg|[Pp]latz|[Aa]llee|[Gg]asse|[Rr]ing"
    r"|[Dd]amm|[Uu]fer|[Cc]haussee|[Ss]teig|[Hh]of))"
)
_GERMAN = (
    rf"{_GERMAN_STREET}[ ][0-9]{{1,4}}[ ]?[a-z]?(?![0-9A-Za-z])"
    r"(?:,?[ ](?:D-)?[0-9]{5}[ ][A-ZÄÖÜ][a-zäöüß]{1,24}"
    r"(?:[ -](?:(?:am|an|der|im|bei)(?=[ ])|[A-ZÄÖÜ][a-zäöüß]{1,24})){0,3})?"
)
# English ones stand apart, German ones end a word.
_STREET_WORDS = (
    *(
        f" {word}"
        for word in words("""
    street, st, avenue, ave, road, rd, lane, ln, drive, dr, boulevard, blvd, court, ct, way, place, pl,
    square, sq, terrace, close, crescent, highway, hwy, parkway, pkwy, circle, cir, trail, grove,
    gardens, mews, row
""")
    ),
    *words("""
    straße, strasse, str., weg, platz, allee, gasse, ring, damm, ufer, chaussee, steig, hof
"""),
)


def _judge(match: re.Match[str]) -> Found | None:
    return Found(match.start(), match.end(), " ".join(match[0].split()), 0.78)


RECOGNISER = Recogniser(
    name="western_address",
    entity="ADDRESS",
    anchors=_STREET_WORDS,
    pattern=re.compile(f"{_ENGLISH}|{_GERMAN}"),
    judge=_judge,
    reach=(64, 70),
)
