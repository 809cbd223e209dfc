"""The event loops under which what touches sockets is tested."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from gateway.edge.tls.entrance import Entrance
from tests.fakes.certificates import Authority

# The product runs uvloop; the other one shows what depends on it.
LOOPS: Mapping[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}


class TlsLoop(asyncio.SelectorEventLoop):
    """
    A loop on which the door speaks TLS, so that all tests of the door can be run so.

    It is asyncio's: a client of uvloop loses what it has not read yet when a
    server says goodbye.
    """

    @property
    def entrance(self) -> Entrance:
        """What the door has."""
        return Entrance(_contexts()[0])

    @property
    def trust(self) -> ssl.SSLContext:
        """What callers have."""
        return _contexts()[1]


@cache
def _contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    with TemporaryDirectory() as folder:
        authority = Authority(Path(folder))
        return authority.server_context("localhost"), authority.client_context()
