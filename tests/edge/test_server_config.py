"""uvicorn serves through our own connections, and does nothing by itself."""

import ssl
from typing import Any

from gateway.edge.connection import Connection
from gateway.edge.door_limits import DoorLimits
from gateway.edge.server_config import serving
from gateway.edge.tls.doorstep import Doorstep
from gateway.edge.tls.entrance import Entrance
from gateway.foundation.clock import FakeClock


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """Answer nothing."""


def test_what_uvicorn_could_do_by_itself_is_switched_off() -> None:
    """
    No log lines, no rewriting of addresses, no websockets, no loop of its own.
    """
    config = serving(_app, lambda _: None, FakeClock())

    assert _app is config.app
    assert isinstance(config.http, type)
    assert (False, False, "none", "off", None) == (
        config.access_log,
        config.proxy_headers,
        config.ws,
        config.lifespan,
        config.log_config,
    )


def test_an_entrance_puts_a_doorstep_before_the_connection() -> None:
    """
    It has the entrance, and the same connection behind it as without TLS.
    """
    entrance = Entrance(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))

    config = serving(_app, lambda _: None, FakeClock(), entrance)

    assert isinstance(config.http, type)
    assert issubclass(config.http, Doorstep)
    assert entrance is config.http.entrance
    assert config.http.connection.__mro__[1] is Connection


def test_the_connection_has_the_limits_that_it_is_given() -> None:
    """
    Without TLS and over it; without any, those of `DoorLimits`.
    """
    limits = DoorLimits(keep_alive_seconds=620.0)
    entrance = Entrance(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))

    plain = serving(_app, lambda _: None, FakeClock(), limits=limits).http
    secure = serving(_app, lambda _: None, FakeClock(), entrance, limits).http
    usual = serving(_app, lambda _: None, FakeClock()).http

    assert isinstance(plain, type)
    assert isinstance(secure, type)
    assert isinstance(usual, type)
    assert issubclass(plain, Connection)
    assert issubclass(secure, Doorstep)
    assert issubclass(usual, Connection)
    assert [limits, limits, DoorLimits()] == [plain.limits, secure.connection.limits, usual.limits]
