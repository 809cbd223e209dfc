"""
`python -m gateway.health`: ask the gateway beside it whether it is ready, for a container's health check.

It is no verb of the command line: it runs every few seconds, and the command
line takes most of a second to load.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException

_SECONDS = 2.0
_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nobody binds here


def place_of(environ: Mapping[str, str]) -> tuple[str, int]:
    """Return where the gateway of this environment answers operators: at their port, if they have one."""
    host = environ.get("GATEWAY_HOST", "")
    port = environ.get("GATEWAY_ADMIN_PORT") or environ.get("GATEWAY_PORT") or "8080"
    return _EVERYWHERE.get(host, host), int(port)


def is_answered(host: str, port: int, path: str) -> bool:
    """Return whether there is 200 to be had, soon."""
    connection = HTTPConnection(host, port, timeout=_SECONDS)
    try:
        connection.request("GET", path)
        return 200 == connection.getresponse().status
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Ask at `/readyz`, or at the path that is given; return 0 for yes and 1 for no."""
    host, port = place_of(environ)
    path = arguments[0] if arguments else "/readyz"
    if is_answered(host, port, path):
        return 0
    sys.stderr.write(f"{host}:{port}{path} does not answer 200\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
