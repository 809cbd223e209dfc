"""Street addresses of English and German speaking countries: a street, a number, perhaps a town."""

import re

from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import Shape

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
# Québec, Puerto Rico: the kind of street comes first.
_ROMANCE = (
    rf"{_HOUSE}(?:Rue|Calle|Avenida|Chemin|Camino|Paseo|Ruelle|Côte)"
    r"(?:[ ](?:de|du|des|la|las|los|del|l')){0,2}"
    r"[ ]?[A-ZÀ-Þ][A-Za-zÀ-ÿ'-]{1,24}(?:[ ][A-ZÀ-Þ][A-Za-zÀ-ÿ'-]{1,24}){0,2}"
)
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
# Am Sandberg 4b, 38100 Braunschweig: a code of five digits says what the street's name does not.
_GERMAN_BY_CODE = (
    r"(?:[A-ZÄÖÜ][a-zäöüß.-]{1,24}[ ]){1,3}[0-9]{1,4}[ ]?[a-z]?,?[ ](?:D-)?[0-9]{5}[ ][A-ZÄÖÜ][a-zäöüß]{2,24}"
)
# In English the number comes first, in German it follows the street. No house and
# no code has more than five digits.
NUMBER_THEN_NAME = Shape(
    "number_then_name",
    re.compile("[0-9](?<![0-9]{6})[A-Za-z]? (?:[A-Z]|[0-9]{1,3}(?:st|nd|rd|th) )"),
    rb"[0-9][A-Za-z]? (?:[A-Z]|[0-9]{1,3}(?:st|nd|rd|th) )",
)
STREET_THEN_NUMBER = Shape(
    "street_then_number",
    re.compile("(?:weg|atz|lee|sse|ing|amm|fer|see|eig|hof|tr[.]|aße) [0-9]"),
    "(?:weg|atz|lee|sse|ing|amm|fer|see|eig|hof|tr[.]|aße) [0-9]".encode(),
)


def _judge(match: re.Match[str]) -> Found | None:
    return Found(match.start(), match.end(), " ".join(match[0].split()), 0.78)


RECOGNISER = Recogniser(
    name="western_address",
    entity="ADDRESS",
    anchors=(NUMBER_THEN_NAME, STREET_THEN_NUMBER),
    pattern=re.compile(f"{_ENGLISH}|{_ROMANCE}|{_GERMAN}|{_GERMAN_BY_CODE}"),
    judge=_judge,
    reach=(60, 130),
)
