"""The floor for whole answers: stock uvicorn and an app that reads the body and answers 1 KB."""

import argparse
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

from benchmarks.canned import ANSWER

_HEAD = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(ANSWER))],
}
_BODY = {"type": "http.response.body", "body": ANSWER}


async def echo(
    _scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Read the whole body and answer (ASGI)."""
    while (await receive()).get("more_body", False):
        pass
    await send(_HEAD)
    await send(_BODY)


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="benchmarks.contestants.echo", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    uvicorn.run(
        echo,
        port=port,
        http="httptools",
        loop="uvloop",
        lifespan="off",
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
