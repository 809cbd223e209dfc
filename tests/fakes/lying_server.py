"""A web server that stands for identity providers and token endpoints, each of which fails in its own way."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from tests.fakes.scripted_server import Peer, serving, whole


class LyingServer:
    """
    Answer each request by the way to fail that its path names, with `words` in whatever it says.

    A provider's discovery document is at /<way>/.well-known/openid-configuration and
    its keys at /<way>/keys; a token endpoint is at /<way>/token.
    """

    def __init__(self, words: str) -> None:
        self.words = words
        self.port = 0
        self.token = ""
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, peer: Peer) -> None:
        """Answer one connection."""
        while request := await peer.request():
            path = request.split(b" ")[1].decode()
            self.asked.append(path)
            way, _, place = path.removeprefix("/").partition("/")
            answer = self._failures().get(way) or self._honest(way, place)
            await peer.send(answer)
            if way in ("cut", "silent"):
                return

    def _failures(self) -> Mapping[str, bytes]:
        words = self.words.encode()
        told = json.dumps({"error": "invalid_client", "error_description": self.words}).encode()
        return {
            "refusing": whole(told, status=401),
            "failing": whole(told, status=503),
            "moved": b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/?%b\r\ncontent-length: 0\r\n\r\n"
            % words,
            "babbling": whole(b"<html>" + words),
            "huge": whole(json.dumps({"issuer": self.words * 20_000}).encode()),
            "cut": b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n" + words,
            "silent": b"nothing of HTTP " + words,
        }

    def _honest(self, way: str, place: str) -> bytes:
        return whole(json.dumps(self._document(way, place)).encode())

    def _document(self, way: str, place: str) -> object:
        issuer = f"{self.url}/{way}"
        if place.startswith("token"):
            token = f"two\nlines {self.words}" if way == "broken" else self.token
            return {"access_token": token, "token_type": self.words if way == "typed" else "Bearer"}
        if place.startswith("keys"):
            return {"keys": [{"kty": "RSA", "kid": self.words, "n": self.words, "e": "AQAB"}]}
        documents = {
            "stranger": {"issuer": self.words, "jwks_uri": f"{issuer}/keys"},
            "wandering": {"issuer": issuer, "jwks_uri": f"ftp://{self.words}/keys"},
            "leading": {"issuer": issuer, "jwks_uri": f"{self.url}/failing/keys?code={self.words}"},
        }
        return documents.get(way, {"issuer": issuer, "jwks_uri": f"{issuer}/keys?code={self.words}"})


@asynccontextmanager
async def a_lying_server(words: str) -> AsyncIterator[LyingServer]:
    """Lend such a server on loopback."""
    liar = LyingServer(words)
    async with serving(liar.serve) as server:
        liar.port = server.port
        yield liar
