"""The desk where the certificate in force lies, and where a renewed one takes its place."""

import threading
from collections.abc import Sequence

from gateway.edge.tls.entrance import Entrance
from gateway.edge.tls.files import CertificateRejected, TlsFiles
from gateway.edge.tls.identity import DoorIdentity, read_identity
from gateway.foundation.clock import Clock
from gateway.vocabulary.notice import Listener, Notice


class CertificateDesk:
    """
    Hold what the doors show, one `Entrance` for each, and exchange it whole.

    Made with what the files say; raises `CertificateRejected` when that cannot
    be used. `reload` may be called from any thread; a connection keeps the
    certificate under which its hands were shaken.
    """

    def __init__(self, files: TlsFiles, clock: Clock, listeners: Sequence[Listener] = ()) -> None:
        self._files = files
        self._clock = clock
        self._listeners = listeners
        self._reloading = threading.Lock()
        self._told: Notice | None = None
        self.identity: DoorIdentity = read_identity(files, clock.wall())
        self.entrances = tuple(Entrance(context) for context in self.identity.contexts)

    @property
    def is_undecided(self) -> bool:
        """Whether what the files say now was rejected, and should be tried again."""
        return self._told is not None

    def expiry_seconds(self) -> float:
        """Return when the certificate in force ends, in seconds since 1970."""
        return self.identity.ends.timestamp()

    def results(self) -> dict[tuple[str], int]:
        """Return how handshakes at all doors ended, by result."""
        words = {word for entrance in self.entrances for word in entrance.results}
        return {(word,): sum(entrance.results[word] for entrance in self.entrances) for word in sorted(words)}

    def reload(self, *, tells_again: bool = True) -> bool:
        """
        Put what the files say now on the desk; False if it was rejected, and what is there stays.

        A rejection that was told already is told again to who asked.
        """
        # One at a time: a slow older reading must not replace a newer one.
        with self._reloading:
            try:
                identity = read_identity(self._files, self._clock.wall())
            except CertificateRejected as rejected:
                self._reject(rejected, tells_again=tells_again)
                return False
            self.identity, self._told = identity, None
            for entrance, context in zip(self.entrances, identity.contexts, strict=True):
                entrance.context = context
        names, until = ", ".join(identity.names), identity.ends.isoformat()
        self._tell(Notice("tls.reloaded", {"names": names, "until": until}))
        return True

    def _reject(self, rejected: CertificateRejected, *, tells_again: bool) -> None:
        kept = self.identity.ends.isoformat()
        notice = Notice("tls.rejected", {"error": str(rejected), "kept_until": kept})
        if tells_again or notice != self._told:
            self._tell(notice)
        self._told = notice

    def _tell(self, notice: Notice) -> None:
        for listener in self._listeners:
            listener.noticed(notice)
