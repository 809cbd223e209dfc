"""The event loops under which what touches sockets is tested."""

import asyncio
from collections.abc import Callable, Mapping

import uvloop

# The product runs uvloop; the other one shows what depends on it.
LOOPS: Mapping[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}
