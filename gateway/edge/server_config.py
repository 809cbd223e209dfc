"""How uvicorn serves an application through our own connections."""

from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from gateway.edge.connection import connection_class
from gateway.edge.door_limits import DoorLimits
from gateway.edge.tls.doorstep import doorstep_class
from gateway.edge.tls.entrance import Entrance
from gateway.foundation.clock import Clock


def serving(
    app: ASGIApp,
    on_error: Callable[[BaseException], None],
    clock: Clock,
    entrance: Entrance | None = None,
    limits: DoorLimits | None = None,
) -> uvicorn.Config:
    """Return the configuration, with an entrance over TLS; what uvicorn could log or rewrite is ours."""
    connection = connection_class(limits or DoorLimits(), on_error, clock=clock)
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
