"""How uvicorn serves an application through our own connections."""

from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from gateway.edge.connection import connection_class
from gateway.edge.door_limits import DoorLimits
from gateway.foundation.clock import Clock


def serving(app: ASGIApp, on_error: Callable[[BaseException], None], clock: Clock) -> uvicorn.Config:
    """Return the configuration; what uvicorn could log or rewrite is ours to do."""
    return uvicorn.Config(
        app,
        http=connection_class(DoorLimits(), on_error, clock=clock),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        loop="none",
        proxy_headers=False,
    )
