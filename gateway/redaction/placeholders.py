"""
The words that stand for values: `PERSON_7K3QX2M9`.

ASCII without brackets, so that no JSON, Markdown or URL has to escape it and
no model drops half of it. The eight characters are 40 bits of a keyed digest:
within its scope, one value always has the same word, and the same conversation
the same bytes. Nobody without the tenant's key can go from word to value or
tell whether two tenants speak of the same person.

What the digest covers, step by step, each HMAC-SHA256:

    mark   = HMAC(tenant key, entity, value)           which value
    scope  = HMAC(tenant key, scope, epoch, subject)    where it has this word
    word   = entity _ first 40 bits of HMAC(scope, mark, attempt)
"""

import hmac
from base64 import b32encode
from datetime import UTC, datetime
from enum import StrEnum

from gateway.redaction.token_shapes import TokenShape

# Without 0, 1, I and O, which people and models confuse.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_CLASS = "2-9A-HJ-NP-Z"
_TO_OURS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _ALPHABET.encode())
CODE_CHARACTERS = 8
_CODE_BYTES = 5
_MARK_BYTES = 16


class Scope(StrEnum):
    """How far the word of a value reaches: one request, one conversation, all of a tenant."""

    REQUEST = "request"
    CONVERSATION = "conversation"
    TENANT = "tenant"


class Epoch(StrEnum):
    """How often all words of a tenant change, by the calendar of UTC."""

    NEVER = "never"
    YEARLY = "yearly"
    MONTHLY = "monthly"
    DAILY = "daily"


_DATES = {Epoch.NEVER: "", Epoch.YEARLY: "%Y", Epoch.MONTHLY: "%Y-%m", Epoch.DAILY: "%Y-%m-%d"}


def epoch_of(epoch: Epoch, wall_seconds: float) -> str:
    """Return the name of the present epoch."""
    form = _DATES[epoch]
    return datetime.fromtimestamp(wall_seconds, UTC).strftime(form) if form else ""


def mark_of(key: bytes, entity: str, canonical: str) -> bytes:
    """Return which value this is, for whoever has the tenant's key."""
    named = f"{entity}\0{canonical}".encode("utf-8", "surrogatepass")
    return hmac.digest(key, named, "sha256")[:_MARK_BYTES]


def scope_key(key: bytes, scope: Scope, epoch: str, subject: bytes) -> bytes:
    """Return the key of one scope; `subject` is the request or the conversation it is about."""
    return hmac.digest(key, b"\0".join((scope.encode(), epoch.encode(), subject)), "sha256")


def placeholder(scope: bytes, entity: str, mark: bytes, attempt: int = 0) -> str:
    """Return the word of a value; another `attempt` is another word."""
    digest = hmac.digest(scope, mark + bytes((attempt,)), "sha256")
    code = b32encode(digest[:_CODE_BYTES]).translate(_TO_OURS).decode()
    return f"{entity}_{code}"


def shape_of(entity: str) -> TokenShape:
    """Return how the words of an entity look."""
    return TokenShape(f"{entity}_", CODE_CLASS, CODE_CHARACTERS)
