"""How uvicorn serves an application through our own connections."""

from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from gateway.edge.connection import Connection
from gateway.edge.door_limits import DoorLimits
from gateway.edge.response_head import DateLine
from gateway.edge.tls.doorstep import doorstep_class
from gateway.edge.tls.entrance import Entrance
from gateway.foundation.clock import Clock


def connection_class(
    limits: DoorLimits,
    on_error: Callable[[BaseException], None],
    *,
    clock: Clock | None = None,
    is_open: Callable[[], bool] | None = None,
) -> type[Connection]:
    """
    Return the protocol class for uvicorn's `Config(http=...)`.

    `on_error` is given what an app raised; the caller sees `internal_error`.
    Once `is_open` says no, every answer is the last one of its connection.
    """
    members: dict[str, Any] = {"limits": limits, "report": (on_error,)}
    if clock is not None:
        members["date"] = DateLine(clock)
    if is_open is not None:
        members["is_open"] = (is_open,)
    return type("Connection", (Connection,), members)


def serving(app: ASGIApp, connection: type[Connection], entrance: Entrance | None = None) -> uvicorn.Config:
    """Return the configuration, with an entrance over TLS; what uvicorn could log or rewrite is ours."""
    return uvicorn.Config(
        app,
        http=connection if entrance is None else doorstep_class(connection, entrance),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        loop="none",
        proxy_headers=False,
    )
