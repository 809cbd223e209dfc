"""The gateway with a page of metrics that is as full as exchanges can make it."""

import os

import uvloop

from benchmarks.full_page import outcomes
from gateway.app import Gateway
from gateway.edge.server import StopSignal
from gateway.settings import read_settings


async def _serve() -> None:
    gateway, stop = Gateway(read_settings(os.environ), os.environ), StopSignal()
    for outcome in outcomes():
        gateway._observer.exchange_ended(outcome)  # noqa: SLF001 - nobody else counts before it opens
    await gateway.open()
    stop.install(on_hangup=lambda: None)
    await stop.wait()
    await gateway.close()


if __name__ == "__main__":
    uvloop.run(_serve())
