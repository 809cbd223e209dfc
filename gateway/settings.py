"""The environment of one process: addresses and sizes, never policy."""

import ipaddress
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from gateway.audit.room import FOLDER as AUDIT_FOLDER
from gateway.audit.room import AuditSettings
from gateway.edge.tls.files import TlsFiles
from gateway.environment import (
    InvalidSetting,
    Network,
    authorities_of,
    choice_of,
    days_of,
    file_of,
    folder_of,
    host_of,
    megabytes_of,
    networks_of,
    number_of,
    origins_of,
    port_of,
    seconds_of,
    secret_text,
    switch_of,
)
from gateway.foundation.master_key import InvalidMasterKey, read_master_key
from gateway.foundation.redis_link.address import BadAddress, RedisAddress, parse_address
from gateway.foundation.secret import Secret
from gateway.identity.api_key import InvalidKey, accept_free_text
from gateway.telemetry.notice_levels import LEVELS, Level

_MOST_WORKERS = 64
_LOOPBACK = "127.0.0.0/8,::1/128"
_PUBLIC_URL = re.compile(r"https?://[A-Za-z0-9._:\[\]-]{1,255}(/[A-Za-z0-9._~-]+)*")

_KNOWN = frozenset(
    {
        "GATEWAY_ACCESS_LOG",
        "GATEWAY_ADMIN_KEY",
        "GATEWAY_ADMIN_KEY_FILE",
        "GATEWAY_ADMIN_PORT",
        "GATEWAY_ADMIN_TLS_CLIENT_CA",
        "GATEWAY_ALLOWED_ORIGINS",
        "GATEWAY_AUDIT_ANCHOR_COMMAND",
        "GATEWAY_AUDIT_ANCHOR_DIR",
        "GATEWAY_AUDIT_ANCHOR_SECONDS",
        "GATEWAY_AUDIT_EXPIRE",
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
        "GATEWAY_HEALTH_CERTIFICATE",
        "GATEWAY_HOST",
        "GATEWAY_ENDED_KEYS_DAYS",
        "GATEWAY_KEEP_ALIVE_SECONDS",
        "GATEWAY_LOG_LEVEL",
        "GATEWAY_MASTER_KEY",
        "GATEWAY_MASTER_KEY_FILE",
        "GATEWAY_METRICS_NETWORKS",
        "GATEWAY_METRICS_TENANTS",
        "GATEWAY_POLICIES",
        "GATEWAY_PORT",
        "GATEWAY_PUBLIC_URL",
        "GATEWAY_REDIS_CERTIFICATE",
        "GATEWAY_REDIS_URL",
        "GATEWAY_REDIS_URL_FILE",
        "GATEWAY_STATE_DIR",
        "GATEWAY_STARTUP_WAIT_SECONDS",
        "GATEWAY_STATE_GRACE_SECONDS",
        "GATEWAY_TLS_CERTIFICATE",
        "GATEWAY_TLS_CLIENT_CA",
        "GATEWAY_TLS_KEY",
        "GATEWAY_TRUSTED_PROXIES",
        "GATEWAY_WORKERS",
    }
)


@dataclass(frozen=True, slots=True)
class Settings:
    """
    What the environment says.

    `drain_delay_seconds` passes between "not ready" and "no new connections";
    `drain_seconds` is how long running exchanges may then take to finish.
    `state_grace_seconds` is how long what is known counts while the state
    store does not answer, `startup_wait_seconds` how long a start waits for a
    Redis that is away. `public_url` is where callers find the gateway, and
    its name as an issuer of tokens.
    Without `redis`, what is counted is counted in this process alone.
    Answers are kept in `cache_redis`, else in `cache_bytes` of memory. With
    `tls` every door speaks TLS, without it none does. Web pages of
    `allowed_origins` may call from a browser. A connection on which nothing
    is asked is kept for `keep_alive_seconds`, and a key that has ended for
    `ended_keys_seconds`, 0 for ever.
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
    startup_wait_seconds: float
    metrics_networks: tuple[Network, ...]
    trusted_proxies: tuple[Network, ...]
    drain_delay_seconds: float
    drain_seconds: float
    access_log: bool
    log_level: Level
    metrics_tenants: int
    audit: AuditSettings
    redis: RedisAddress | None = None
    cache_redis: RedisAddress | None = None
    cache_bytes: int = 64 * 1024**2
    workers: int = 1
    tls: TlsFiles | None = None
    allowed_origins: tuple[str, ...] = ()
    keep_alive_seconds: float = 75.0
    ended_keys_seconds: float = 365 * 86_400.0

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
    ca_file = environ.get("GATEWAY_CA_FILE", "")
    return Settings(
        host=host_of(environ, "GATEWAY_HOST", "127.0.0.1"),
        port=port_of(environ, "GATEWAY_PORT", "8080"),
        public_url=_public_url(environ),
        admin_port=_admin_port(environ),
        policies=folder_of(environ, "GATEWAY_POLICIES", "policies"),
        state_dir=Path(environ.get("GATEWAY_STATE_DIR") or "state"),
        ca_file=authorities_of("GATEWAY_CA_FILE", ca_file) if ca_file else None,
        demo_key=_key(environ, "GATEWAY_DEMO_KEY"),
        admin_key=_key(environ, "GATEWAY_ADMIN_KEY"),
        master_key=_master_key(environ),
        state_grace_seconds=seconds_of(environ, "GATEWAY_STATE_GRACE_SECONDS", "300"),
        startup_wait_seconds=seconds_of(environ, "GATEWAY_STARTUP_WAIT_SECONDS", "30"),
        metrics_networks=networks_of(environ, "GATEWAY_METRICS_NETWORKS", _LOOPBACK),
        trusted_proxies=networks_of(environ, "GATEWAY_TRUSTED_PROXIES", ""),
        drain_delay_seconds=seconds_of(environ, "GATEWAY_DRAIN_DELAY_SECONDS", "0"),
        drain_seconds=seconds_of(environ, "GATEWAY_DRAIN_SECONDS", "30"),
        access_log=switch_of(environ, "GATEWAY_ACCESS_LOG", default=True),
        log_level=choice_of(environ, "GATEWAY_LOG_LEVEL", LEVELS, "info"),
        metrics_tenants=number_of(environ, "GATEWAY_METRICS_TENANTS", "200", most=10_000),
        audit=_audit(environ),
        redis=_redis(environ, "GATEWAY_REDIS_URL"),
        cache_redis=_redis(environ, "GATEWAY_CACHE_REDIS_URL") or _redis(environ, "GATEWAY_REDIS_URL"),
        cache_bytes=megabytes_of(environ, "GATEWAY_CACHE_MB", "64"),
        workers=read_workers(environ.get("GATEWAY_WORKERS") or "1", environ),
        tls=_tls(environ),
        allowed_origins=origins_of(environ, "GATEWAY_ALLOWED_ORIGINS"),
        keep_alive_seconds=seconds_of(environ, "GATEWAY_KEEP_ALIVE_SECONDS", "75"),
        ended_keys_seconds=days_of(environ, "GATEWAY_ENDED_KEYS_DAYS", "365") * 86_400.0,
    )


def read_workers(text: str, environ: Mapping[str, str]) -> int:
    """Return how many workers this text asks for; raise `InvalidSetting`, also when they could not agree."""
    workers = number_of({"GATEWAY_WORKERS": text}, "GATEWAY_WORKERS", "1", most=_MOST_WORKERS)
    if workers > 1 and _redis(environ, "GATEWAY_REDIS_URL") is None:
        raise InvalidSetting(
            "GATEWAY_WORKERS",
            "several workers have to count together. Set GATEWAY_REDIS_URL, or use one worker.",
        )
    return workers


def unknown_settings(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that look like ours and have no effect: a typing error, or another version's."""
    return tuple(sorted(name for name in environ if name.startswith("GATEWAY_") and name not in _KNOWN))


def _admin_port(environ: Mapping[str, str]) -> int | None:
    if not environ.get("GATEWAY_ADMIN_PORT"):
        return None
    port = port_of(environ, "GATEWAY_ADMIN_PORT", "")
    if port == port_of(environ, "GATEWAY_PORT", "8080") != 0:
        raise InvalidSetting(
            "GATEWAY_ADMIN_PORT", f"{port} is the callers' port (GATEWAY_PORT). Set another one, or none."
        )
    return port


def _audit(environ: Mapping[str, str]) -> AuditSettings:
    state_dir = Path(environ.get("GATEWAY_STATE_DIR") or "state")
    second, anchor = environ.get("GATEWAY_AUDIT_SECOND_DIR"), environ.get("GATEWAY_AUDIT_ANCHOR_DIR")
    return AuditSettings(
        folders=(state_dir / AUDIT_FOLDER, *([Path(second)] if second else [])),
        host=platform.node(),
        slot=os.getpid(),
        version=version("deepseek-gateway"),
        reserve_bytes=megabytes_of(environ, "GATEWAY_AUDIT_RESERVE_MB", "64"),
        anchor_folder=Path(anchor) if anchor else None,
        anchor_command=environ.get("GATEWAY_AUDIT_ANCHOR_COMMAND") or None,
        anchor_seconds=max(1.0, seconds_of(environ, "GATEWAY_AUDIT_ANCHOR_SECONDS", "60")),
        state_dir=state_dir,
        expires=switch_of(environ, "GATEWAY_AUDIT_EXPIRE", default=True),
    )


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
    shown = environ.get("GATEWAY_REDIS_CERTIFICATE")
    certificate = file_of("GATEWAY_REDIS_CERTIFICATE", shown) if shown else None
    try:
        return replace(parse_address(text), certificate=certificate)
    except BadAddress as error:
        raise InvalidSetting(name, f"it {error}.") from error


def _tls(environ: Mapping[str, str]) -> TlsFiles | None:
    certificate, has_admin_port = environ.get("GATEWAY_TLS_CERTIFICATE"), environ.get("GATEWAY_ADMIN_PORT")
    others = ("GATEWAY_TLS_KEY", "GATEWAY_TLS_CLIENT_CA", "GATEWAY_ADMIN_TLS_CLIENT_CA")
    key, callers, operators = (environ.get(name) or None for name in others)
    if not certificate:
        for name in others:
            if environ.get(name):
                raise InvalidSetting(
                    name, "there is no TLS without a certificate. Set GATEWAY_TLS_CERTIFICATE."
                )
        return None
    if operators and not has_admin_port:
        raise InvalidSetting(others[2], "operators have no port of their own. Set GATEWAY_ADMIN_PORT.")
    authorities = (callers, operators) if has_admin_port else (callers,)
    return TlsFiles(
        Path(certificate), Path(key or certificate), tuple(Path(one) if one else None for one in authorities)
    )


def _public_url(environ: Mapping[str, str]) -> str:
    """Return what callers call us, without a slash at its end; by default, this machine's own name for it."""
    host = environ.get("GATEWAY_HOST") or "127.0.0.1"
    if host in ("0.0.0.0", "::"):  # noqa: S104 - nobody binds here
        host = "localhost"
    scheme = "https" if environ.get("GATEWAY_TLS_CERTIFICATE") else "http"
    own = f"{scheme}://{f'[{host}]' if ':' in host else host}:{environ.get('GATEWAY_PORT') or '8080'}"
    text = (environ.get("GATEWAY_PUBLIC_URL") or own).rstrip("/")
    if not _PUBLIC_URL.fullmatch(text):
        raise InvalidSetting(
            "GATEWAY_PUBLIC_URL", f"{text[:60]!r} is no URL of ours. Write https://gateway.example."
        )
    return text
