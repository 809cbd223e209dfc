"""Every transport under the name by which a policy chooses it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from ssl import SSLContext

from gateway.foundation.trust import trusting_context
from gateway.upstreams.http1.transport import Http1Transport
from gateway.upstreams.httpx2_transport import Httpx2Transport
from gateway.upstreams.transport import Transport

TRANSPORTS: Mapping[str, Callable[[SSLContext], Transport]] = {
    "http1": Http1Transport,
    "httpx2": Httpx2Transport,
}


def make_transports(ca_file: Path | None = None) -> dict[str, Transport]:
    """Return one of each, all believing the system's trust store and `ca_file`."""
    return {name: make(trusting_context(ca_file)) for name, make in TRANSPORTS.items()}
