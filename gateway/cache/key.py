"""
Which requests are the same request.

Every field of a request counts but those that say how the answer is to be
delivered or on whose behalf it is asked. A field of null is as good as none.
A field that is not known counts: at worst an answer is asked for once more.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
import orjson

from gateway.cache.cache_terms import CacheTerms
from gateway.cache.directives import Directives
from gateway.vocabulary.caller import Caller
from gateway.wire.chat import END_USER_FIELDS

DELIVERY_FIELDS = frozenset(
    {
        # `model` is in the terms, by its own name: an alias asks for the same.
        "model",
        "stream",
        "stream_options",
        *END_USER_FIELDS,
        "metadata",
        "prompt_cache_key",
    }
)


class Question(msgspec.Struct, frozen=True):
    """
    What the cache has to know of an exchange.

    `body` is the sealed request's, `clearance` how far it may travel; `user`
    is the person it is asked for, where one is named. `is_unique` says that
    there are placeholders in it which no other request will ever have.
    """

    caller: Caller
    terms: CacheTerms
    body: Mapping[str, Any]
    clearance: str
    streamed: bool
    user: str | None = None
    is_unique: bool = False


def canonical(body: Mapping[str, Any]) -> bytes:
    """Return what is asked, the same bytes for the same question however it is written."""
    asked = {name: value for name, value in body.items() if value is not None and name not in DELIVERY_FIELDS}
    return orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)


def preamble(question: Question, directives: Directives) -> bytes:
    """Return among whom, and by which way, an answer to this question may be shared."""
    terms = question.terms
    if terms.rules.scope == "tenant":
        return _of_tenant(terms.route, question.clearance, directives.namespace)
    return _written(terms.route, question.clearance, directives.namespace, _sharers(question))


def _sharers(question: Question) -> list[str]:
    caller, scope = question.caller, question.terms.rules.scope
    # Named by their places, so that no two scopes can ever be mistaken for each other.
    return [
        scope,
        caller.project if scope in ("project", "key", "user") else "",
        caller.account if scope == "key" else "",
        (question.user or caller.account) if scope == "user" else "",
        _voucher(question) if scope == "user" else "",
    ]


def _voucher(question: Question) -> str:
    """Return who says which user it is: an issuer, whose word a request cannot replace, or the request."""
    caller = question.caller
    if caller.user is not None:
        return f"{caller.issuer}/{caller.user}"
    return "named" if question.user else ""


@lru_cache(maxsize=1024)
def _of_tenant(route: bytes, clearance: str, namespace: bytes) -> bytes:
    """Most often nothing of it depends on the caller; what names a user is not remembered."""
    return _written(route, clearance, namespace, ["tenant", "", "", "", ""])


def _written(route: bytes, clearance: str, namespace: bytes, sharers: list[str]) -> bytes:
    return msgspec.msgpack.encode([route, clearance, namespace, sharers])
