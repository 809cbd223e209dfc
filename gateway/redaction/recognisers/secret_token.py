"""Keys and tokens of no known form: random signs behind a word that announces them."""

import re
from itertools import pairwise

from gateway.redaction.checks import words
from gateway.redaction.recogniser import Found, Recogniser

_ANCHORS = words("""
    api, access, secret, token, bearer, authorization, credential, private, client, auth, signing,
    encryption, session, cookie, 密钥, 秘钥, 令牌, 凭证, 授权码
""")
_LABEL = (
    r"(?:(?:api|app|access|secret|client|auth|signing|encryption|private|account|master|session|refresh|bearer|id|csrf)"
    r"[ _-]?(?:key|secret|token|id|hash)(?:[ _-]?id)?"
    r"|secret|token|bearer|basic|authorization|credentials?|apikey|cookie|密钥|秘钥|令牌|凭证|授权码)(?-i:(?![a-z]))"
)
_LINK = (
    r"[\"'\])]{0,3}[ \t]{0,3}(?:[:：=]{1,2}>?|是|为|is|ist|[ ])[ \t]{0,3}"
    r"(?:(?:bearer|basic|token)[ ])?[\"'“‘`]?"
)
# A path of names in source code.
_IS_CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}(?:\.[A-Za-z_][A-Za-z0-9_]{0,40}){1,6}")
_SIGN = "[A-Za-z0-9+/=_.~-]"
_LEAST = 16
# Each byte of a text as whether it is such a sign: a run of them is then found in a moment.
_IS_SIGN = bytes(re.fullmatch(_SIGN, chr(byte)) is not None for byte in range(256))
_RUN = b"\1" * _LEAST
_LEAST_WITHOUT_DIGITS = 20
_LEAST_CHANGES = 4


def _class_of(sign: str) -> int:
    return 0 if sign.isdigit() else 1 if sign.islower() else 2 if sign.isupper() else 3


def looks_random(value: str) -> bool:
    """Return whether digits and letters are mixed the way no name or word mixes them."""
    if len(value) < _LEAST or value.isdigit() or len(set(value)) < 8:
        return False
    changes = sum(_class_of(one) != _class_of(other) for one, other in pairwise(value))
    if not any(map(str.isdigit, value)):
        return len(value) >= _LEAST_WITHOUT_DIGITS and changes * 2 >= len(value)
    return changes >= max(_LEAST_CHANGES, len(value) // 8)


def _has_run(text: str, start: int, end: int) -> bool:
    return _RUN in text[start:end].encode("ascii", "replace").translate(_IS_SIGN)


def _judge(match: re.Match[str]) -> Found | None:
    value = match["value"].rstrip(".-")
    is_code = _IS_CODE.fullmatch(value) or match.string.startswith("(", match.end())
    if is_code or not looks_random(value):
        return None
    start = match.start("value")
    return Found(start, start + len(value), value, 0.85)


RECOGNISER = Recogniser(
    name="secret_token",
    entity="SECRET_TOKEN",
    anchors=_ANCHORS,
    pattern=re.compile(rf"{_LABEL}{_LINK}(?P<value>{_SIGN}{{{_LEAST},512}}+)", re.IGNORECASE),
    judge=_judge,
    reach=(4, 560),
    # People speak of tokens and clients all day, and seldom write sixteen signs without a space.
    part=_has_run,
)
