"""Where a request can be sent: an upstream, as policy compiled it."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from gateway.foundation.secret import Secret
from gateway.upstreams.credential_source import CredentialSource
from gateway.vocabulary.residency import Residency


class Origin(NamedTuple):
    """
    Scheme, host and port of a server (RFC 9110 4.3.1); `host` is without brackets.

    A tuple, because every call looks its pool up by it.
    """

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The `Host` field: the port is left out where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        standard = {"http": 80, "https": 443}[self.scheme]
        return host if self.port == standard else f"{host}:{self.port}"


class Patience(NamedTuple):
    """
    How long an upstream may take, in seconds, for each part of a call.

    A whole answer comes all at once, when it is done: for it, the time to the
    first token is the time for everything (`for_whole_answers`).
    """

    connect_seconds: float = 5.0
    queue_seconds: float = 10.0
    first_token_seconds: float = 300.0
    stall_seconds: float = 120.0
    total_seconds: float = 1800.0


@lru_cache(maxsize=256)
def for_whole_answers(patience: Patience) -> Patience:
    """Return the patience with an upstream that says nothing before its answer is whole."""
    return patience._replace(first_token_seconds=patience.total_seconds)


@dataclass(frozen=True, slots=True)
class Upstream:
    """
    One server that answers, under the name policy gives it.

    `base_path` is put before the paths of its kind ("" or "/v1"). `transport`
    is a name in the registry `gateway.upstreams.transports`. A `credential`
    that does not stand in policy is put in by the keeper of credentials, who
    has it from the `credential_source`. A server without `stream_usage` cannot
    be asked what a stream used. One with a `fim_template` is sent its prompts
    with the marks of a gap in them, in place of a suffix.
    """

    name: str
    kind: str
    origin: Origin
    base_path: str
    residency: Residency
    credential: Secret | None = None
    transport: str = "http1"
    patience: Patience = field(default_factory=Patience)
    connections: int = 4096
    queue: int = 4096
    http2: bool = False
    # Its password is in it.
    forward_proxy: str | None = field(default=None, repr=False)
    credential_source: CredentialSource | None = None
    stream_usage: bool = True
    fim_template: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """An upstream and the name under which it knows the model."""

    upstream: Upstream
    model: str
