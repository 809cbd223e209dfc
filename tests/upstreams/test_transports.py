"""Transports are chosen by name."""

from pathlib import Path
from ssl import SSLError

import pytest

from gateway.upstreams.transports import TRANSPORTS, make_transports


async def test_every_transport_of_the_registry_is_made() -> None:
    """
    One of each, under its name.
    """
    transports = make_transports()

    assert {"http1", "httpx2"} == set(transports) == set(TRANSPORTS)
    for transport in transports.values():
        await transport.close()


def test_a_ca_file_that_is_none_stops_the_start(tmp_path: Path) -> None:
    """
    Whom to trust is known before the first call.
    """
    nonsense = tmp_path / "ca.pem"
    nonsense.write_text("no certificate")

    with pytest.raises(SSLError):
        make_transports(nonsense)
    with pytest.raises(FileNotFoundError):
        make_transports(tmp_path / "missing.pem")
