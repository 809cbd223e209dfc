"""A server that greets like Redis and then answers each command with prepared bytes."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import hiredis

Answer = Callable[[list[bytes]], bytes | None]


def _greeting(words: list[bytes]) -> bytes | None:
    name = words[0].upper()
    if name == b"PING":
        return b"+PONG\r\n"
    if name == b"INFO":
        return b"$29\r\nmaxmemory_policy:noeviction\r\n\r\n"
    return b"+OK\r\n" if name in (b"CLIENT", b"SELECT", b"AUTH") else None


class ScriptedRedis:
    """What it heard, and how often somebody connected."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.heard: list[list[bytes]] = []
        self.connections = 0
        self.port = 0
        self.writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """What GATEWAY_REDIS_URL says for it."""
        return f"redis://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it or the script ends it."""
        self.connections += 1
        self.writers.add(writer)
        parser = hiredis.Reader()
        while data := await reader.read(65536):
            parser.feed(data)
            while (words := parser.gets()) is not False:
                reply = _greeting(words)
                if reply is None:
                    self.heard.append(words)
                    reply = self.answer(words)
                if reply is None:
                    writer.close()
                    return
                writer.write(reply)
        writer.close()


@asynccontextmanager
async def a_scripted_redis(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[ScriptedRedis]:
    """Serve until the block ends."""
    redis = ScriptedRedis(answer)
    server = await asyncio.start_server(redis.serve, "127.0.0.1", 0, ssl=tls)
    redis.port = server.sockets[0].getsockname()[1]
    try:
        yield redis
    finally:
        server.close()
        # Who connected at the last moment is let in before it is let go.
        for _ in range(5):
            await asyncio.sleep(0)
        while redis.writers:
            writer = redis.writers.pop()
            writer.transport.abort()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()
