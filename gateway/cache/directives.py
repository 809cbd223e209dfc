"""What a caller wishes of the cache, in the header fields of a request."""

import re
from collections.abc import Mapping

import msgspec

from gateway.wire.invalid_request import InvalidRequest

_CONTROL, _TTL, _NAMESPACE = b"cache-control", b"x-gateway-cache-ttl", b"x-gateway-cache-namespace"
_SECONDS = re.compile(rb'"?([0-9]{1,10})"?')
_NAMESPACE_TEXT = re.compile(rb"[A-Za-z0-9._:/@-]{1,128}")
_LONGEST_SECONDS = 2_592_000


class Directives(msgspec.Struct, frozen=True):
    """
    One caller's wishes.

    `is_private`: neither looked up nor kept (`no-store`). `max_age_seconds`:
    no older answer will do; 0 asks for a new one (`no-cache`), which is kept.
    `ttl_seconds`: what is kept is kept no longer than this.
    """

    is_private: bool = False
    max_age_seconds: int | None = None
    ttl_seconds: int | None = None
    namespace: bytes = b""


NO_WISHES = Directives()


def read_directives(headers: Mapping[bytes, bytes]) -> Directives:
    """Return the wishes in these header fields; raise `InvalidRequest` for one that cannot be read."""
    control, ttl, namespace = headers.get(_CONTROL), headers.get(_TTL), headers.get(_NAMESPACE)
    if control is None and ttl is None and namespace is None:
        return NO_WISHES
    is_private, max_age = _control(control) if control is not None else (False, None)
    return Directives(
        is_private,
        max_age,
        None if ttl is None else _lifetime(ttl),
        b"" if namespace is None else _namespace(namespace),
    )


def wants_nothing_kept(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a caller says `no-store`, whatever else they wish."""
    control = headers.get(_CONTROL)
    return control is not None and any(part.strip() == b"no-store" for part in control.lower().split(b","))


def _control(field: bytes) -> tuple[bool, int | None]:
    """Read RFC 9111's request directives; those that are not known say nothing (5.2.3)."""
    is_private, ages = False, []
    for part in field.lower().split(b","):
        name, _, value = part.strip().partition(b"=")
        if name == b"no-store":
            is_private = True
        elif name == b"no-cache":
            ages.append(0)
        elif name == b"max-age":
            ages.append(_age(value))
    return is_private, min(ages) if ages else None


def _age(value: bytes) -> int:
    seconds = _SECONDS.fullmatch(value)
    if seconds is None:
        raise _unreadable("Cache-Control", "`max-age` has to be followed by whole seconds, as in max-age=60.")
    return int(seconds[1])


def _lifetime(value: bytes) -> int:
    seconds = _SECONDS.fullmatch(value)
    if seconds is None or not 1 <= int(seconds[1]) <= _LONGEST_SECONDS:
        raise _unreadable("x-gateway-cache-ttl", f"Write whole seconds from 1 to {_LONGEST_SECONDS}.")
    return int(seconds[1])


def _namespace(value: bytes) -> bytes:
    if not _NAMESPACE_TEXT.fullmatch(value):
        raise _unreadable(
            "x-gateway-cache-namespace", "Write 1 to 128 letters, digits and characters of . _ : / @ -"
        )
    return value


def _unreadable(field: str, way_out: str) -> InvalidRequest:
    return InvalidRequest(
        f"The header field {field} cannot be read. {way_out}", param=field, code="invalid_cache_directive"
    )
