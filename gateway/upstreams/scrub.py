"""An upstream's message, made fit for a caller's eyes."""

import re

from gateway.foundation.secret import Secret

MESSAGE_CHARACTERS = 500
_READ_CHARACTERS = 4096
_WINDOW = 8
_TAIL = 4
_HIDDEN = "[credential]"
_WORD = re.compile(r"""[^\s"'`,;:=()<>{}\[\]]+""")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]+")


def scrub(message: str, credential: Secret | None) -> str:
    """
    Return a message without our credential or a part of it, in at most `MESSAGE_CHARACTERS`.

    A word goes when it is masked (`****here`), when it has eight characters in
    a row in common with the credential, or when it is nothing but its last
    four.
    """
    text = _UNPRINTABLE.sub(" ", message[:_READ_CHARACTERS]).strip()
    secret = credential.reveal() if credential is not None else ""
    if len(secret) >= _TAIL:
        text = text.replace(secret, _HIDDEN)
    text = _WORD.sub(lambda word: _HIDDEN if _betrays(word.group(), secret) else word.group(), text)
    return bounded(text)


def bounded(text: str) -> str:
    """Return a text cut to `MESSAGE_CHARACTERS`, the cut marked."""
    return text if len(text) <= MESSAGE_CHARACTERS else text[: MESSAGE_CHARACTERS - 1] + "…"


def _betrays(word: str, secret: str) -> bool:
    if "***" in word:
        return True
    if not secret:
        return False
    bare = word.strip(".!?*…-_")
    if bare == secret[-_TAIL:] or bare == secret:
        return True
    if ("..." in word or "…" in word or "*" in word) and bare.endswith(secret[-_TAIL:]):
        return True
    windows = range(len(word) - _WINDOW + 1)
    return any(word[start : start + _WINDOW] in secret for start in windows)
