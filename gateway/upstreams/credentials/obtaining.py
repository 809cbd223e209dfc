"""Getting a credential anew from where it is; each way says how long it stays fresh."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
from pathlib import Path

from gateway.foundation.secret import Secret
from gateway.upstreams.credential_source import FileSource

_RECHECK_SECONDS = 2.0
_MOST_BYTES = 64 * 1024


class NotObtained(Exception):
    """
    No credential was to be had; the message is for the operator and quotes none.

    `wait_seconds` is how long it makes no sense to ask again. `is_gone` says
    that somebody took it away, so that an earlier one may be used no more.
    """

    def __init__(self, message: str, *, wait_seconds: float = 5.0, is_gone: bool = False) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds
        self.is_gone = is_gone


@dataclass(frozen=True, slots=True)
class Obtained:
    """A credential, fresh and good for so many seconds from now."""

    secret: Secret
    fresh_seconds: float
    good_seconds: float = inf


Obtain = Callable[[], Awaitable[Obtained]]


def checked(text: str, place: str) -> Secret:
    """Return a text that a header can carry, or raise `NotObtained`."""
    bare = text.strip()
    if not bare or not bare.isascii() or not bare.isprintable() or " " in bare:
        raise NotObtained(f"what {place} holds is no credential: one line of visible ASCII characters")
    return Secret(bare)


async def from_file(source: FileSource) -> Obtained:
    """Return what the file holds now, read beside the event loop."""
    text = await asyncio.to_thread(_read, Path(source.path))
    return Obtained(checked(text, source.path), _RECHECK_SECONDS)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotObtained(f"{path} cannot be read ({type(error).__name__})") from error
