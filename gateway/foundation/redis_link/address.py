"""
Where Redis is, as one setting says it.

    redis://[user:password@]host[:6379][/db]            one server
    rediss://...                                        the same over TLS
    unix://[user:password@]/path/to/redis.sock[?db=0]   a socket of this machine
    redis+sentinel://[user:password@]host[:26379],host2[:26379]/name[/db]
    redis+cluster://[user:password@]host[:6379],host2[:6379]
    rediss+sentinel://... and rediss+cluster://...      the same over TLS
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from gateway.foundation.secret import Secret

Shape = Literal["single", "sentinel", "cluster", "unix"]
Endpoint = tuple[str, int]

_SHAPES: dict[str, tuple[Shape, bool]] = {
    "redis": ("single", False),
    "rediss": ("single", True),
    "unix": ("unix", False),
    "redis+sentinel": ("sentinel", False),
    "rediss+sentinel": ("sentinel", True),
    "redis+cluster": ("cluster", False),
    "rediss+cluster": ("cluster", True),
}
_PORTS: dict[Shape, int] = {"single": 6379, "unix": 0, "sentinel": 26379, "cluster": 6379}
_HOW = (
    "write redis://host:6379/0, rediss:// for TLS, unix:///path, redis+sentinel://host:26379,host2/name, "
    "or redis+cluster://host:6379,host2"
)


class BadAddress(ValueError):
    """A text that names no Redis; the message says what is wrong and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """
    Where Redis is and how to log in.

    `service` is the name under which Sentinel knows the master, `certificate`
    a PEM file, with its key, that is shown where TLS is spoken.
    """

    shape: Shape
    endpoints: tuple[Endpoint, ...]
    is_secure: bool = False
    username: str | None = None
    password: Secret | None = None
    database: int = 0
    service: str = ""
    path: str = ""
    certificate: Path | None = None

    @property
    def told(self) -> str:
        """The address as logs may show it."""
        if self.shape == "unix":
            return self.path
        return ",".join(f"{host}:{port}" for host, port in self.endpoints)


def parse_address(text: str) -> RedisAddress:
    """Return the address that a URL names, or raise `BadAddress`."""
    try:
        url = urlsplit(text)
    except ValueError as error:
        raise BadAddress(f"is no URL; {_HOW}") from error
    if url.scheme not in _SHAPES:
        raise BadAddress(f"has no scheme that leads to Redis; {_HOW}")
    shape, is_secure = _SHAPES[url.scheme]
    login, _, hosts = url.netloc.rpartition("@")
    user, _, password = login.partition(":")
    parts = [unquote(part) for part in url.path.split("/") if part]
    return RedisAddress(
        shape=shape,
        endpoints=() if shape == "unix" else _endpoints(hosts, _PORTS[shape]),
        is_secure=is_secure,
        username=unquote(user) or None,
        password=Secret(unquote(password)) if password else None,
        database=_database(shape, parts, url.query),
        service=_service(parts) if shape == "sentinel" else "",
        path=_socket(url.path) if shape == "unix" else "",
    )


def _endpoints(hosts: str, port: int) -> tuple[Endpoint, ...]:
    try:
        split = [urlsplit(f"//{host}") for host in hosts.split(",")]
        found = tuple((one.hostname or "", port if one.port is None else one.port) for one in split)
    except ValueError as error:
        raise BadAddress(f"has a port that is none; {_HOW}") from error
    if not all(host and number for host, number in found):
        raise BadAddress(f"has a host missing; {_HOW}")
    return found


def _database(shape: Shape, parts: list[str], query: str) -> int:
    if shape == "unix":
        named = parse_qs(query).get("db", ["0"])
    else:
        if query:
            raise BadAddress(f"has a query, which means nothing here; {_HOW}")
        named = parts[1:] if shape == "sentinel" else parts
    if len(named) > 1 or (named and not (named[0].isascii() and named[0].isdigit())):
        raise BadAddress(f"has a database that is no number; {_HOW}")
    database = int(named[0]) if named else 0
    if shape == "cluster" and database:
        raise BadAddress("names a database, and a Redis Cluster has only 0; leave it out")
    return database


def _service(parts: list[str]) -> str:
    if not parts:
        raise BadAddress("does not say under which name Sentinel knows the master; write it after the hosts")
    return parts[0]


def _socket(path: str) -> str:
    if path in ("", "/"):
        raise BadAddress("names no socket; write unix:///run/redis.sock")
    return unquote(path)
