"""The environment of one process: addresses and sizes, never policy."""

import ipaddress
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from gateway.audit.room import FOLDER as AUDIT_FOLDER
from gateway.audit.room import AuditSettings
from gateway.foundation.master_key import InvalidMasterKey, read_master_key
from gateway.foundation.redis_link.address import BadAddress, RedisAddress, parse_address
from gateway.foundation.secret import Secret
from gateway.identity.api_key import InvalidKey, accept_free_text

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MOST_DIGITS = 12
_MOST_WORKERS = 64
_LOOPBACK = "127.0.0.0/8,::1/128"
_PUBLIC_URL = re.compile(r"https?://[A-Za-z0-9._:\[\]-]{1,255}(/[A-Za-z0-9._~-]+)*")


_KNOWN = frozenset(
    {
        "GATEWAY_ACCESS_LOG",
        "GATEWAY_ADMIN_KEY",
        "GATEWAY_ADMIN_KEY_FILE",
        "GATEWAY_ADMIN_PORT",
        "GATEWAY_AUDIT_ANCHOR_COMMAND",
        "GATEWAY_AUDIT_ANCHOR_DIR",
        "GATEWAY_AUDIT_ANCHOR_SECONDS",
        "GATEWAY_AUDIT_RESERVE_MB",
        "GATEWAY_AUDIT_SECOND_DIR",
        "GATEWAY_CACHE_MB",
        "GATEWAY_CACHE_REDIS_URL",
        "GATEWAY_CACHE_REDIS_URL_FILE",
        "GATEWAY_CA_FILE",
        "GATEWAY_DEMO_KEY",
        "GATEWAY_DEMO_KEY_FILE",
        "GATEWAY_DRAIN_DELAY_SECONDS",
        "GATEWAY_DRAIN_SECONDS",
        "GATEWAY_HOST",
        "GATEWAY_MASTER_KEY",
        "GATEWAY_MASTER_KEY_FILE",
        "GATEWAY_METRICS_NETWORKS",
        "GATEWAY_POLICIES",
        "GATEWAY_PORT",
        "GATEWAY_PUBLIC_URL",
        "GATEWAY_REDIS_URL",
        "GATEWAY_REDIS_URL_FILE",
        "GATEWAY_STATE_DIR",
        "GATEWAY_STATE_GRACE_SECONDS",
        "GATEWAY_TRUSTED_PROXIES",
        "GATEWAY_WORKERS",
    }
)


class InvalidSetting(Exception):
    """An environment variable has a value that cannot be used."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")


@dataclass(frozen=True, slots=True)
class Settings:
    """
    What the environment says.

    `drain_delay_seconds` passes between "not ready" and "no new connections";
    `drain_seconds` is how long running exchanges may then take to finish.
    `state_grace_seconds` is how long what is known counts while the state
    store does not answer. `public_url` is where callers find the gateway, and
    its name as an issuer of tokens.
    Without `redis`, what is counted is counted in this process alone.
    Answers are kept in `cache_redis`, else in `cache_bytes` of memory.
    """

    host: str
    port: int
    public_url: str
    admin_port: int | None
    policies: Path
    state_dir: Path
    ca_file: Path | None
    demo_key: Secret | None
    admin_key: Secret | None
    master_key: Secret | None
    state_grace_seconds: float
    metrics_networks: tuple[Network, ...]
    trusted_proxies: tuple[Network, ...]
    drain_delay_seconds: float
    drain_seconds: float
    access_log: bool
    audit: AuditSettings
    redis: RedisAddress | None = None
    cache_redis: RedisAddress | None = None
    cache_bytes: int = 64 * 1024**2
    workers: int = 1

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports to listen on: the callers', then the operator's if it is another."""
        return (self.port,) if self.admin_port is None else (self.port, self.admin_port)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings of this environment; raise `InvalidSetting`."""
    admin_port = environ.get("GATEWAY_ADMIN_PORT", "")
    ca_file = environ.get("GATEWAY_CA_FILE", "")
    return Settings(
        host=environ.get("GATEWAY_HOST") or "127.0.0.1",
        port=_port(environ, "GATEWAY_PORT", "8080"),
        public_url=_public_url(environ),
        admin_port=_port(environ, "GATEWAY_ADMIN_PORT", admin_port) if admin_port else None,
        policies=_folder(environ, "GATEWAY_POLICIES", "policies"),
        state_dir=Path(environ.get("GATEWAY_STATE_DIR") or "state"),
        ca_file=_file("GATEWAY_CA_FILE", ca_file) if ca_file else None,
        demo_key=_key(environ, "GATEWAY_DEMO_KEY"),
        admin_key=_key(environ, "GATEWAY_ADMIN_KEY"),
        master_key=_master_key(environ),
        state_grace_seconds=_seconds(environ, "GATEWAY_STATE_GRACE_SECONDS", "300"),
        metrics_networks=_networks(environ, "GATEWAY_METRICS_NETWORKS", _LOOPBACK),
        trusted_proxies=_networks(environ, "GATEWAY_TRUSTED_PROXIES", ""),
        drain_delay_seconds=_seconds(environ, "GATEWAY_DRAIN_DELAY_SECONDS", "0"),
        drain_seconds=_seconds(environ, "GATEWAY_DRAIN_SECONDS", "30"),
        access_log=_switch(environ, "GATEWAY_ACCESS_LOG", default=True),
        audit=_audit(environ),
        redis=_redis(environ, "GATEWAY_REDIS_URL"),
        cache_redis=_redis(environ, "GATEWAY_CACHE_REDIS_URL") or _redis(environ, "GATEWAY_REDIS_URL"),
        cache_bytes=_megabytes(environ, "GATEWAY_CACHE_MB", "64"),
        workers=read_workers(environ.get("GATEWAY_WORKERS") or "1", environ),
    )


def read_workers(text: str, environ: Mapping[str, str]) -> int:
    """Return how many workers this text asks for; raise `InvalidSetting`, also when they could not agree."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:4]) <= _MOST_WORKERS:
        raise InvalidSetting("GATEWAY_WORKERS", f"{text[:20]!r} is not a number from 1 to {_MOST_WORKERS}.")
    if int(text) > 1 and _redis(environ, "GATEWAY_REDIS_URL") is None:
        raise InvalidSetting(
            "GATEWAY_WORKERS",
            "several workers have to count together. Set GATEWAY_REDIS_URL, or use one worker.",
        )
    return int(text)


def unknown_settings(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that look like ours and have no effect: a typing error, or another version's."""
    return tuple(sorted(name for name in environ if name.startswith("GATEWAY_") and name not in _KNOWN))


def secret_text(environ: Mapping[str, str], name: str) -> str | None:
    """Return the value of a variable, or the content of the file that `<name>_FILE` names."""
    if path := environ.get(f"{name}_FILE"):
        if environ.get(name):
            raise InvalidSetting(name, f"{name}_FILE is set too. Set only one of them.")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidSetting(
                f"{name}_FILE", f"{path} cannot be read. Name a readable text file."
            ) from error
    return environ.get(name) or None


def _audit(environ: Mapping[str, str]) -> AuditSettings:
    state_dir = Path(environ.get("GATEWAY_STATE_DIR") or "state")
    second, anchor = environ.get("GATEWAY_AUDIT_SECOND_DIR"), environ.get("GATEWAY_AUDIT_ANCHOR_DIR")
    return AuditSettings(
        folders=(state_dir / AUDIT_FOLDER, *([Path(second)] if second else [])),
        host=platform.node(),
        slot=os.getpid(),
        version=version("deepseek-gateway"),
        reserve_bytes=_megabytes(environ, "GATEWAY_AUDIT_RESERVE_MB", "64"),
        anchor_folder=Path(anchor) if anchor else None,
        anchor_command=environ.get("GATEWAY_AUDIT_ANCHOR_COMMAND") or None,
        anchor_seconds=max(1.0, _seconds(environ, "GATEWAY_AUDIT_ANCHOR_SECONDS", "60")),
    )


def _megabytes(environ: Mapping[str, str], name: str, default: str) -> int:
    text = environ.get(name) or default
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise InvalidSetting(name, f"{text!r} is no size. Use a whole number of megabytes.")
    return int(text) * 1024 * 1024


def _key(environ: Mapping[str, str], name: str) -> Secret | None:
    text = secret_text(environ, name)
    if text is None:
        return None
    try:
        accept_free_text(text)
    except InvalidKey as error:
        raise InvalidSetting(name, f"{error}. Set another one.") from error
    return Secret(text)


def _master_key(environ: Mapping[str, str]) -> Secret | None:
    text = secret_text(environ, "GATEWAY_MASTER_KEY")
    if text is None:
        return None
    try:
        read_master_key(Secret(text))
    except InvalidMasterKey as error:
        raise InvalidSetting("GATEWAY_MASTER_KEY", str(error)) from error
    return Secret(text)


def _redis(environ: Mapping[str, str], name: str) -> RedisAddress | None:
    text = secret_text(environ, name)
    if text is None:
        return None
    try:
        return parse_address(text)
    except BadAddress as error:
        raise InvalidSetting(name, f"it {error}.") from error


def _port(environ: Mapping[str, str], name: str, default: str) -> int:
    text = environ.get(name) or default
    if not text.isascii() or not text.isdigit() or len(text) > 5 or int(text) > 65535:
        raise InvalidSetting(
            name, f"{text[:20]!r} is no port. Use a number from 0 to 65535; 0 picks a free one."
        )
    return int(text)


def _seconds(environ: Mapping[str, str], name: str, default: str) -> float:
    text = environ.get(name) or default
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise InvalidSetting(name, f"{text!r} is no time. Use seconds from 0 to 3600.")
    return seconds


def _switch(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environ.get(name, "").lower()
    if text in ("", "1", "on", "true", "0", "off", "false"):
        return default if text == "" else text in ("1", "on", "true")
    raise InvalidSetting(name, f"{text!r} is neither on nor off.")


def _public_url(environ: Mapping[str, str]) -> str:
    """Return what callers call us, without a slash at its end; by default, this machine's own name for it."""
    host = environ.get("GATEWAY_HOST") or "127.0.0.1"
    if host in ("0.0.0.0", "::"):  # noqa: S104 - nobody binds here
        host = "localhost"
    own = f"http://{f'[{host}]' if ':' in host else host}:{environ.get('GATEWAY_PORT') or '8080'}"
    text = (environ.get("GATEWAY_PUBLIC_URL") or own).rstrip("/")
    if not _PUBLIC_URL.fullmatch(text):
        raise InvalidSetting(
            "GATEWAY_PUBLIC_URL", f"{text[:60]!r} is no URL of ours. Write https://gateway.example."
        )
    return text


def _folder(environ: Mapping[str, str], name: str, default: str) -> Path:
    path = Path(environ.get(name) or default)
    if not path.is_dir():
        raise InvalidSetting(
            name, f"{path} is no folder. Run from the project's folder, or name the policy folder."
        )
    return path


def _file(name: str, text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise InvalidSetting(name, f"{path} is no file. Name a PEM file of certificates.")
    return path


def _networks(environ: Mapping[str, str], name: str, default: str) -> tuple[Network, ...]:
    text = environ.get(name) or default
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise InvalidSetting(
            name, f"{error}. Use networks such as 10.0.0.0/8, separated by commas."
        ) from error
