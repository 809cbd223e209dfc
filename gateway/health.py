"""
`python -m gateway.health`: ask the gateway beside it whether it is ready, for a container's health check.

It is no verb of the command line: it runs every few seconds, and the command
line takes most of a second to load.
"""

import os
import ssl
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection

_SECONDS = 2.0
_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nobody binds here


def place_of(environ: Mapping[str, str]) -> tuple[str, int]:
    """Return where the gateway of this environment answers operators: at their port, if they have one."""
    host = environ.get("GATEWAY_HOST", "")
    port = environ.get("GATEWAY_ADMIN_PORT") or environ.get("GATEWAY_PORT") or "8080"
    return _EVERYWHERE.get(host, host), int(port)


def connection_to(environ: Mapping[str, str]) -> HTTPConnection:
    """Return a connection to this gateway, over TLS if it speaks that; raise `OSError`."""
    host, port = place_of(environ)
    if not environ.get("GATEWAY_TLS_CERTIFICATE"):
        return HTTPConnection(host, port, timeout=_SECONDS)
    context = ssl.create_default_context()
    # Callers know the gateway by another name, and an old certificate is no reason for a restart.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if own := environ.get("GATEWAY_HEALTH_CERTIFICATE"):
        try:
            context.load_cert_chain(own, password="")
        except OSError as error:
            raise OSError(f"GATEWAY_HEALTH_CERTIFICATE, {own}: {error.strerror}") from error
    return HTTPSConnection(host, port, timeout=_SECONDS, context=context)


def why_not(environ: Mapping[str, str], path: str) -> str | None:
    """Return why there is no 200 to be had at this path, soon; None if there is."""
    try:
        with closing(connection_to(environ)) as connection:
            connection.request("GET", path)
            status = connection.getresponse().status
    except ssl.SSLError as error:
        wish = "; set GATEWAY_HEALTH_CERTIFICATE" if "CERTIFICATE_REQUIRED" in str(error.reason) else ""
        return f"TLS: {error.reason}{wish}"
    except (OSError, HTTPException) as error:
        return str(error) or type(error).__name__
    return None if status == 200 else f"status {status}"


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Ask at `/readyz`, or at the path that is given; return 0 for yes and 1 for no."""
    host, port = place_of(environ)
    path = arguments[0] if arguments else "/readyz"
    problem = why_not(environ, path)
    if problem is None:
        return 0
    sys.stderr.write(f"{host}:{port}{path} does not answer 200 ({problem})\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
