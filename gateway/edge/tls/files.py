"""The files of a door's certificate, and why they cannot be used."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class CertificateRejected(Exception):
    """A file that the door needs for TLS cannot be used; the message names it and the way out."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path} {problem}")


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """
    Where certificate and key are, and for each door whose clients must show certificates of their own.

    `client_authorities` has one entry for each door; None lets everybody in.
    """

    certificate: Path
    key: Path
    client_authorities: tuple[Path | None, ...] = (None,)

    def paths(self) -> Iterator[Path]:
        """Name every file once."""
        yield from dict.fromkeys([self.certificate, self.key, *filter(None, self.client_authorities)])
