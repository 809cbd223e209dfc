"""One TLS session in memory: bytes of the line on one side, plain bytes on the other, no socket."""

import ssl
from contextlib import suppress

_READ_BYTES = 64 * 1024


class TlsSession:
    """
    The server's side of one session; whatever is wrong with the other side raises `ssl.SSLError`.

    What has to be sent is kept until `take` fetches it, also after an error:
    then it is the alert that tells the other side why.
    """

    __slots__ = ("_incoming", "_outgoing", "_session")

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._session = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    @property
    def ssl_object(self) -> ssl.SSLObject:
        """What the standard library knows of the session: version, cipher, certificates."""
        return self._session

    def feed(self, data: bytes) -> None:
        """Take in bytes as they came over the line."""
        self._incoming.write(data)

    def shake_hands(self) -> bool:
        """Go on with the handshake; return whether it is complete."""
        try:
            self._session.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def read(self) -> bytes | None:
        """Return the next plain bytes, None while more of the line is needed, nothing after a goodbye."""
        if not self._incoming.pending and not self._session.pending():
            # The same answer as below, without the price of an error for every piece.
            return None
        try:
            return self._session.read(_READ_BYTES)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLZeroReturnError:
            return b""

    def encrypt(self, data: bytes) -> bytes:
        """Return these plain bytes as they go over the line, after whatever had to be sent before."""
        # One call encrypts one record of up to 16 KB, which is nearly every piece that is ever sent.
        written = self._session.write(data) if data else 0
        if written < len(data):
            rest = memoryview(data)
            while written < len(data):
                written += self._session.write(rest[written:])
        return self._outgoing.read()

    def say_goodbye(self) -> bytes:
        """Return the word that nothing follows; reading may go on."""
        # It asks for the other side's goodbye, which nobody waits for.
        with suppress(ssl.SSLError):
            self._session.unwrap()
        return self._outgoing.read()

    def take(self) -> bytes:
        """Return what the session itself has to send."""
        return self._outgoing.read()
