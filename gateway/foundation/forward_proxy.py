"""The address of a forward proxy, as operators write it."""

import base64
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_ESCAPES = "write http://proxy:3128, and / ? # @ in a password as %2F %3F %23 %40"
_PORTS = {"http": 80, "https": 443}


class BadProxy(ValueError):
    """A text that is no address of a proxy; the message says what is wrong and never quotes it."""


@dataclass(frozen=True, slots=True)
class ForwardProxy:
    """Where a proxy is, and what it is shown; `host` is without brackets."""

    scheme: str
    host: str
    port: int
    authorization: bytes | None = field(default=None, repr=False)


def parse_forward_proxy(text: str) -> ForwardProxy:
    """Return the proxy at this URL, or raise `BadProxy`; user and password are percent-decoded."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as error:
        raise BadProxy(f"is no URL; {_ESCAPES}") from error
    if url.scheme not in _PORTS:
        raise BadProxy("is no http or https URL; write http://proxy:3128")
    if not _HOST.fullmatch(url.hostname or "") or port == 0:
        raise BadProxy("has a host or port that is none; write http://proxy:3128")
    if url.path not in ("", "/") or "?" in text or "#" in text:
        raise BadProxy(f"has more than a host and a port; {_ESCAPES}")
    return ForwardProxy(
        url.scheme, url.hostname or "", _PORTS[url.scheme] if port is None else port, _authorization(url)
    )


def _authorization(url: SplitResult) -> bytes | None:
    if url.username is None and url.password is None:
        return None
    credential = f"{unquote(url.username or '')}:{unquote(url.password or '')}"
    return b"Basic " + base64.b64encode(credential.encode())
