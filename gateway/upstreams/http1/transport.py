"""The transport `http1`: our own HTTP/1.1 client."""

import asyncio
import ssl
from collections.abc import Mapping

from gateway.foundation.frames import let_go_of_frames
from gateway.upstreams.buffered_reply import BufferedReply
from gateway.upstreams.http1.connection import SLICE_BYTES, Connection
from gateway.upstreams.http1.pool import Lifetimes, Pool
from gateway.upstreams.request_head import request_head
from gateway.upstreams.target import Origin, Upstream
from gateway.upstreams.transport import TransportBroke, UpstreamCall, UpstreamReply


class Http1Transport:
    """
    Send calls over pooled keep-alive connections.

    A call that met a connection which the upstream had just closed is sent
    once more, on a fresh one, if no byte of an answer came; `retries` counts
    these, and the call hears of its own.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        *,
        lifetimes: Lifetimes | None = None,
    ) -> None:
        self.retries = 0
        self._lifetimes = lifetimes or Lifetimes()
        self._context = context
        self._context.set_alpn_protocols(["http/1.1"])
        self._pools: dict[tuple[str, Origin], Pool] = {}

    async def send(self, call: UpstreamCall) -> UpstreamReply:
        """Send a call and return when the head of the answer is here; see `Transport.send`."""
        head = request_head(call)
        upstream = call.upstream
        total_at = asyncio.get_running_loop().time() + call.patience.total_seconds
        pool = self._pools.get((upstream.name, upstream.origin)) or self._open_pool(upstream)
        connection = pool.take(upstream) or await pool.wait(upstream)
        if call.on_connected is not None:
            call.on_connected()
        was_used = connection.exchanges > 0
        try:
            return await _exchange(connection, head, call, total_at)
        except TransportBroke as error:
            if error.answered or not was_used:
                raise
            let_go_of_frames(error)
        self.retries += 1
        if call.on_retry is not None:
            call.on_retry()
        connection = await pool.wait_for_fresh(upstream)
        return await _exchange(connection, head, call, total_at)

    def certificate_expiries(self) -> Mapping[str, float]:
        """Return when certificates expire; see `Transport.certificate_expiries`."""
        expiries = {name: pool.certificate_expires_at for (name, _), pool in self._pools.items()}
        return {name: expiry for name, expiry in expiries.items() if expiry is not None}

    async def close(self) -> None:
        """Cut what is idle and what is running."""
        for pool in self._pools.values():
            pool.close()

    def _open_pool(self, upstream: Upstream) -> Pool:
        # Policies come and go; pools that nobody uses go with them.
        self._pools = {key: pool for key, pool in self._pools.items() if not pool.is_empty}
        context = self._context if upstream.origin.scheme == "https" else None
        pool = Pool(upstream, context, self._lifetimes)
        self._pools[upstream.name, upstream.origin] = pool
        return pool


async def _exchange(
    connection: Connection, head: bytes, call: UpstreamCall, total_at: float
) -> BufferedReply:
    body = call.body
    reply = connection.begin(call.patience, total_at)
    try:
        if len(body) < SLICE_BYTES:
            connection.write(head + body)
        else:
            await connection.upload(head, body, reply)
        await reply.wait_for_head()
    except BaseException:
        reply.close()
        raise
    return reply
