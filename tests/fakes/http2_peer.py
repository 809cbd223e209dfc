"""The server's side of HTTP/2, as far as a test needs it."""

from collections.abc import Sequence

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded, StreamReset

from tests.fakes.scripted_server import Peer

Fields = Sequence[tuple[bytes, bytes]]


class Http2Peer:
    """One HTTP/2 connection: requests in, answers out, resets noticed."""

    def __init__(self, peer: Peer) -> None:
        self.fields: dict[int, dict[bytes, bytes]] = {}
        self.bodies: dict[int, bytes] = {}
        self.resets: list[int] = []
        self._peer = peer
        self._http2 = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        self._ended: list[int] = []

    async def start(self) -> None:
        """Say hello."""
        self._http2.initiate_connection()
        await self.flush()

    async def request(self) -> int | None:
        """Return the stream of the next whole request, None when the client is gone."""
        while not self._ended:
            if not await self._receive():
                return None
        return self._ended.pop(0)

    async def until_reset(self) -> None:
        """Return when the client gave a stream up, or left."""
        while not self.resets and await self._receive():
            pass

    async def head(self, stream: int, *fields: tuple[bytes, bytes], status: int = 200) -> None:
        """Send the head of an answer."""
        self._http2.send_headers(stream, [(b":status", b"%d" % status), *fields])
        await self.flush()

    async def data(self, stream: int, data: bytes, *, end: bool = False) -> None:
        """Send a piece of the body."""
        self._http2.send_data(stream, data, end_stream=end)
        await self.flush()

    async def reset(self, stream: int) -> None:
        """Give a stream up."""
        self._http2.reset_stream(stream)
        await self.flush()

    async def goodbye(self, last: int, words: bytes = b"") -> None:
        """Say that this connection serves no stream after the last; only `last_data` may follow."""
        payload = last.to_bytes(4) + bytes(4) + words
        await self._peer.send(len(payload).to_bytes(3) + b"\x07\x00" + bytes(4) + payload)

    async def last_data(self, stream: int, data: bytes) -> None:
        """Send the end of a body."""
        await self._peer.send(len(data).to_bytes(3) + b"\x00\x01" + stream.to_bytes(4) + data)

    async def flush(self) -> None:
        """Send what the protocol wants to say."""
        await self._peer.send(self._http2.data_to_send())

    async def _receive(self) -> bool:
        data = await self._peer.reader.read(65536)
        for event in self._http2.receive_data(data) if data else ():
            match event:
                case RequestReceived(stream_id=stream, headers=headers):
                    self.fields[stream] = dict(headers)
                    self.bodies[stream] = b""
                case DataReceived(stream_id=stream, data=piece, flow_controlled_length=length):
                    self.bodies[stream] += piece
                    self._http2.acknowledge_received_data(length, stream)
                case StreamEnded(stream_id=stream):
                    self._ended.append(stream)
                case StreamReset(stream_id=stream):
                    self.resets.append(stream)
        await self.flush()
        return bool(data)
