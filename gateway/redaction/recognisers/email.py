"""E-mail addresses, also next to Chinese text, and with the `@` written out in brackets."""

import re

from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import Shape

_LETTERS = "A-Za-z0-9\u00c0-\u024f"
_LOCAL = re.compile(rf"[{_LETTERS}._+-]")
_LONGEST_LOCAL = 64
_DOT = re.compile(r"\s?[\[(]dot[\])]\s?", re.IGNORECASE)
# What stands behind an @ in the names of files and packages.
_NOT_A_HOST = frozenset(
    [
        "png",
        "jpg",
        "jpeg",
        "gif",
        "svg",
        "webp",
        "ico",
        "css",
        "js",
        "ts",
        "jsx",
        "tsx",
        "json",
        "py",
        "md",
        "html",
        "htm",
        "php",
        "txt",
        "pdf",
        "zip",
        "scss",
        "less",
        "vue",
    ]
)
# What makes a host of what stands before such an ending: `a@b.com.pdf`.
_A_HOST = frozenset({"com", "net", "org", "edu", "gov", "info", "io", "eu", "cn", "hk", "tw", "de", "uk"})
_NOT_A_PERSON = frozenset({"git", "hg", "svn"})


def _judge(match: re.Match[str]) -> Found | None:
    text = match.string
    written = _without_file_ending(match["domain"])
    domain = _DOT.sub(".", written)
    last = domain.rpartition(".")[2]
    if last.isdigit() or len(last) < 2 or last.lower() in _NOT_A_HOST or not last[0].isalpha():
        return None
    start = _start_of_local(text, match.start())
    local = text[start : match.start()]
    if not local or local.lower() in _NOT_A_PERSON:
        return None
    return Found(start, match.start("domain") + len(written), f"{local}@{domain}".lower(), 0.95)


def _without_file_ending(domain: str) -> str:
    """Return what a file was named after, where that is surely an address."""
    named, _, ending = domain.rpartition(".")
    _, dot, last = named.rpartition(".")
    return named if dot and ending.lower() in _NOT_A_HOST and last.lower() in _A_HOST else domain


def _start_of_local(text: str, end: int) -> int:
    """Walk left over the part before the @, which begins with no dot or dash."""
    start = end
    while start and end - start < _LONGEST_LOCAL and _LOCAL.match(text, start - 1):
        start -= 1
    while start < end and text[start] in ".-":
        start += 1
    return start


AT_SIGN = Shape("at_sign", re.compile(f"@[{_LETTERS}]"), rb"@(?:[A-Za-z0-9]|[\xc3-\xc9][\x80-\xbf])")

RECOGNISER = Recogniser(
    name="email",
    entity="EMAIL",
    anchors=(AT_SIGN, "[at]", "(at)"),
    pattern=re.compile(
        r"(?:@|\s?[\[(]at[\])]\s?)"
        rf"(?P<domain>[{_LETTERS}-]{{1,63}}(?:(?:\.|\s?[\[(]dot[\])]\s?)[{_LETTERS}-]{{1,63}}){{1,8}})",
        re.IGNORECASE,
    ),
    judge=_judge,
    reach=(1, 260),
    is_proof=True,
)
