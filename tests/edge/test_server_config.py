"""uvicorn serves through our own connections, and does nothing by itself."""

import ssl
from typing import Any

from gateway.edge.connection import Connection
from gateway.edge.door_limits import DoorLimits
from gateway.edge.server_config import connection_class, serving
from gateway.edge.tls.doorstep import Doorstep
from gateway.edge.tls.entrance import Entrance
from gateway.foundation.clock import FakeClock


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """Answer nothing."""


def _hear(error: BaseException) -> None:
    """Take in an error."""


def test_what_uvicorn_could_do_by_itself_is_switched_off() -> None:
    """
    No log lines, no rewriting of addresses, no websockets, no loop of its own.
    """
    config = serving(_app, connection_class(DoorLimits(), _hear, clock=FakeClock()))

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

    connection = connection_class(DoorLimits(), _hear, clock=FakeClock())
    config = serving(_app, connection, entrance)

    assert isinstance(config.http, type)
    assert issubclass(config.http, Doorstep)
    assert entrance is config.http.entrance
    assert connection is config.http.connection


def test_the_connection_has_what_it_is_given() -> None:
    """
    Its limits, who hears of errors, and who says that the house is open; left alone, it is always open.
    """
    limits = DoorLimits(keep_alive_seconds=620.0)

    closed = connection_class(limits, _hear, is_open=lambda: False)
    usual = connection_class(DoorLimits(), _hear)

    assert issubclass(closed, Connection)
    assert (limits, (_hear,), False) == (closed.limits, closed.report, closed.is_open[0]())
    assert (DoorLimits(), True) == (usual.limits, usual.is_open[0]())
