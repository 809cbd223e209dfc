"""International bank account numbers: as long as their country says, with check digits by MOD 97."""

import re

from gateway.redaction.checks import cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER

# How many signs the accounts of a country have.
_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC",
        32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
_SIGN = re.compile("[0-9A-Za-z]")
_CUES = cues("iban, 账号, 账户, konto, bank, account, überweis")


def is_right(account: str) -> bool:
    """Return whether the two digits behind the country fit the rest."""
    return int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97 == 1


def _judge(match: re.Match[str]) -> Found | None:
    text = match.string
    length = _LENGTHS.get(match["country"].upper(), 0)
    places = [sign.start() for sign in _SIGN.finditer(text, *match.span())][:length]
    if not length or len(places) < length:
        return None
    end = places[-1] + 1
    written = "".join(text[place] for place in places)
    account = written.upper()
    if written.upper() != written and written.lower() != written:
        return None
    if not _SIGN.match(text, end) and is_right(account):
        return Found(match.start(), end, account, 0.97)
    return Found(match.start(), end, account, 0.7) if is_near(match, _CUES, before=24) else None


RECOGNISER = Recogniser(
    name="iban",
    entity="IBAN",
    anchors=(NUMBER,),
    pattern=re.compile(
        r"(?<![0-9A-Za-z])(?P<country>[A-Za-z]{2})[ -]?[0-9]{2}(?:[ -]?(?:\r?\n)?[0-9A-Za-z]){11,29}"
    ),
    judge=_judge,
    reach=(16, 48),
    least=6,
    may_be=lambda number: number.is_headed,
    is_proof=True,
)
