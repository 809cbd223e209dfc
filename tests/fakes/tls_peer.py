"""A TLS client in memory: bytes of the line go in and out by the test's own hand."""

import ssl
from contextlib import suppress

from gateway.edge.tls.session import TlsSession

_READ_BYTES = 1_000_000


class TlsPeer:
    """The client's side of a session."""

    def __init__(self, context: ssl.SSLContext, resumed: ssl.SSLSession | None = None) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.session = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname="localhost", session=resumed
        )

    def shake_hands(self, data: bytes = b"") -> bytes:
        """Take in bytes of the line and return what the handshake has to say to them."""
        self._incoming.write(data)
        with suppress(ssl.SSLWantReadError):
            self.session.do_handshake()
        return self._outgoing.read()

    def say(self, data: bytes) -> bytes:
        """Return these plain bytes as they go over the line."""
        self.session.write(data)
        return self._outgoing.read()

    def say_goodbye(self) -> bytes:
        """Return the word that nothing follows."""
        with suppress(ssl.SSLWantReadError):
            self.session.unwrap()
        return self._outgoing.read()

    def take(self) -> bytes:
        """Return what it has to send of its own accord, such as an alert."""
        return self._outgoing.read()

    def hear(self, data: bytes) -> bytes:
        """Take in bytes of the line and return what they say."""
        self._incoming.write(data)
        heard = b""
        try:
            while plain := self.session.read(_READ_BYTES):
                heard += plain
        except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            pass
        return heard

    def hears_goodbye(self, data: bytes = b"") -> bool:
        """Take in bytes of the line and return whether the other side has said that nothing follows."""
        self.hear(data)
        try:
            return self.session.read(1) == b""
        except ssl.SSLZeroReturnError:
            return True
        except ssl.SSLWantReadError:
            return False


def acquainted(
    server: ssl.SSLContext, client: ssl.SSLContext, resumed: ssl.SSLSession | None = None
) -> tuple[TlsSession, TlsPeer]:
    """Return the two sides of a session whose handshake is complete; raise what either of them does."""
    session, peer = TlsSession(server), TlsPeer(client, resumed)
    is_done, line = False, peer.shake_hands()
    while line or not is_done:
        session.feed(line)
        is_done = session.shake_hands()
        line = peer.shake_hands(session.take())
    return session, peer
