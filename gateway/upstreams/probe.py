"""Whether a server is there at all."""

from collections.abc import Iterable, Mapping

from gateway.upstreams.target import Patience, Upstream
from gateway.upstreams.transport import Transport, TransportError, UpstreamCall

_PATIENCE = Patience(
    connect_seconds=2.0, queue_seconds=2.0, first_token_seconds=3.0, stall_seconds=3.0, total_seconds=5.0
)


async def find_answering(transports: Mapping[str, Transport], asked: Iterable[Upstream]) -> frozenset[str]:
    """
    Return the names of the servers that answer at their origin and base path, by the transport of each.

    Any HTTP answer counts, a refusal too: servers differ in what they show
    without a credential, and `transformers serve` fails at listing models.
    """
    answering: set[str] = set()
    for upstream in asked:
        call = UpstreamCall(
            upstream,
            "GET",
            f"{upstream.base_path}/models",
            ((b"accept", b"application/json"),),
            b"",
            _PATIENCE,
        )
        try:
            reply = await transports[upstream.transport].send(call)
        except TransportError:
            continue
        reply.close()
        answering.add(upstream.name)
    return frozenset(answering)
