"""Passwords behind a word that announces them: `password=`, 密码是, Kennwort: ..."""

import re

from gateway.redaction.checks import words
from gateway.redaction.recogniser import Found, Recogniser

_ANCHORS = ("passw", "passphrase", "pwd", "passcode", "kennwort", "密码", "口令", "pin")
_LABEL = (
    r"(?:(?:密码|口令)|pass(?:word|wort|wd|phrase|code)(?-i:(?![a-z]))"
    r"|(?<![A-Za-z])[A-Za-z]{0,12}_?pwd(?-i:(?![a-z]))|kennwort"
    r"|(?<![A-Za-z])pin(?:[ -]?(?:code|number))?(?-i:(?![a-z])))"
)
_LINK = (
    r"(?P<link>[\"'\])]{0,3}[ \t]{0,3}(?:[:：=]{1,2}>?|是|为|改成|设为|is|was|ist|lautet)[ \t]{0,3}"
    r"|(?<=[码令])"
    # Behind a mere space only what holds more than letters, so that a sentence goes on below.
    r"|(?<=[码令])[ \t]{1,3}(?=[A-Za-z]{0,32}[!-@\[-`{-~])"
    # My password, it used to be ...; such a value has to look like a password.
    r"|(?P<far>[^\n.!?:=：。？！]{1,30}?(?<![A-Za-z])(?:be|is|was|ist|hei(?:ß|ss)t|lautet|是|为)[ \t]{0,3}))"
)
# In quotes a password may have spaces; else it ends where they begin.
_QUOTED = r"(?P<mark>[\"'])(?P<quoted>[^\"'\n]{4,128})(?P=mark)"
_VALUE = r"(?P<quote>[\"'“‘「`]?)(?P<value>[!#-&(-;=?-_a-~]{3,128})"
_TRAILING = ".,;:!?)]}>\\&|"
_NO_SECRET = frozenset(
    words("""
    name, dir, shell, gid, uid, gecos, home, self, this, request, args, kwargs, value, data, info,
    none, null, true, false, required, optional, incorrect, wrong, invalid, expired, missing, empty,
    changed, reset, the, a, an, your, my, our, not, no, and, or, str, string, text, varchar, char, int,
    bytes, bool, any, type, input, field, password, passwort, passwd, pwd, hidden, secret, strong,
    weak, correct, needed, stored, encrypted, hashed, protected, here, below, above, too, very,
    forgotten, lost, only, falsch, richtig, abgelaufen, erforderlich, nicht, undefined, nil, readonly,
    show, hide, confirm, enter
""")
)
_IS_CODE = re.compile(r"(?i:.*pass?(?:word|wd))|[A-Za-z_][A-Za-z_]*(?:\.[A-Za-z_]+)+$|.*[(\[]|[$%{<]|(.)\1+$")

# A length, a date, a version, a way to hash: 密码8-16位.
_NO_PASSWORD = re.compile(
    r"v?[0-9]+(?:[.:/~-][0-9]+)+|(?:sha|md|sm|aes|des|rsa)-?[0-9]+(?:-[0-9]+)?", re.IGNORECASE
)
_LEAST_DIGITS = 6


def _judge(match: re.Match[str]) -> Found | None:
    if quoted := match["quoted"]:
        is_secret = quoted.lower() not in _NO_SECRET and not _IS_CODE.match(quoted) and quoted.isascii()
        return Found(*match.span("quoted"), quoted, 0.85) if is_secret else None
    value = match["value"].rstrip(_TRAILING)
    if len(value) < 4 or value.lower() in _NO_SECRET or _IS_CODE.match(value):
        return None
    if not match["link"].strip() and not _may_stand_alone(value, match["link"]):
        return None
    if match["far"] and not _looks_like_one(value):
        return None
    is_said = match["link"].strip(" \t\"'])") in ("is", "was", "ist", "lautet", "是", "为")
    if (
        value.isalpha()
        and value[1:].islower()
        and (is_said or match["link"][-1:].isspace())
        and not match["quote"]
    ):
        return None
    start = match.start("value")
    return Found(start, start + len(value), value, 0.85)


def _may_stand_alone(value: str, space: str) -> bool:
    """Return whether a value is one without a word or sign that links it to its label."""
    if value.isdigit():
        return len(value) >= _LEAST_DIGITS
    if value.isalpha() or _NO_PASSWORD.fullmatch(value):
        return False
    return not space or _looks_like_one(value) or (value.isalnum() and any(map(str.isdigit, value)))


def _looks_like_one(value: str) -> bool:
    signs = [str.isdigit, str.islower, str.isupper]
    kinds = sum(any(map(is_kind, value)) for is_kind in signs)
    return any(map(str.isdigit, value)) and kinds + (not value.isalnum()) > 2


RECOGNISER = Recogniser(
    name="password",
    entity="SECRET_PASSWORD",
    anchors=_ANCHORS,
    pattern=re.compile(rf"{_LABEL}{_LINK}(?:{_QUOTED}|{_VALUE})", re.IGNORECASE),
    judge=_judge,
    reach=(14, 170),
)
