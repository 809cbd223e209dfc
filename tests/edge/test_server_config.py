"""uvicorn serves through our own connections, and does nothing by itself."""

from typing import Any

from gateway.edge.server_config import serving
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
