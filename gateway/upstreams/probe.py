"""Whether a server is there at all."""

from collections.abc import Mapping

from gateway.upstreams.target import Origin, Patience, Upstream
from gateway.upstreams.transport import Transport, TransportError, UpstreamCall
from gateway.vocabulary.residency import Residency

_PATIENCE = Patience(
    connect_seconds=2.0, queue_seconds=2.0, first_token_seconds=3.0, stall_seconds=3.0, total_seconds=5.0
)


async def find_answering(transport: Transport, addresses: Mapping[str, tuple[Origin, str]]) -> frozenset[str]:
    """
    Return the names of the servers that answer at their origin and base path.

    Any HTTP answer counts, a refusal too: servers differ in what they show
    without a credential, and `transformers serve` fails at listing models.
    """
    answering: set[str] = set()
    for name, (origin, base_path) in addresses.items():
        upstream = Upstream(name, "probe", origin, base_path, Residency.ON_PREMISES, patience=_PATIENCE)
        call = UpstreamCall(
            upstream, "GET", f"{base_path}/models", ((b"accept", b"application/json"),), b"", _PATIENCE
        )
        try:
            reply = await transport.send(call)
        except TransportError:
            continue
        reply.close()
        answering.add(name)
    return frozenset(answering)
