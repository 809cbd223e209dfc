"""
The addresses of a name, looked up once for all who want them at the same time.

A look-up holds a thread until the resolver answers or gives up, also when
nobody waits any more, and an event loop has few of them (uvloop four): calls
to one name whose servers are silent would keep every other name from being
found.
"""

import asyncio
import socket
from functools import partial
from weakref import WeakKeyDictionary

Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
_LookUps = dict[tuple[str, int], "asyncio.Task[list[Address]]"]

_under_way: WeakKeyDictionary[asyncio.AbstractEventLoop, _LookUps] = WeakKeyDictionary()


async def addresses_of(host: str, port: int) -> list[Address]:
    """Return the addresses of a host, in the resolver's order; raise `OSError` if it has none."""
    loop = asyncio.get_running_loop()
    look_ups = _under_way.setdefault(loop, {})
    look_up = look_ups.get((host, port))
    if look_up is None:
        look_up = look_ups[host, port] = loop.create_task(_look_up(host, port))
        look_up.add_done_callback(partial(_forget, look_ups, (host, port)))
    return await asyncio.shield(look_up)


async def _look_up(host: str, port: int) -> list[Address]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(entry[0], entry[4]) for entry in found]


def _forget(look_ups: _LookUps, name: tuple[str, int], look_up: "asyncio.Task[list[Address]]") -> None:
    look_ups.pop(name, None)
    if not look_up.cancelled():
        # Whoever wanted it may have left: the error is nobody's then.
        look_up.exception()
