"""The question of a container's health check."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.health import main, place_of, why_not
from tests.fakes.certificates import Authority
from tests.fakes.house import a_house, tls_environ
from tests.fakes.processes import free_port


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, ("127.0.0.1", 8080)),
        ({"GATEWAY_HOST": "0.0.0.0", "GATEWAY_PORT": "81"}, ("127.0.0.1", 81)),
        ({"GATEWAY_HOST": "::", "GATEWAY_PORT": "81", "GATEWAY_ADMIN_PORT": "82"}, ("::1", 82)),
        ({"GATEWAY_HOST": "10.1.2.3", "GATEWAY_ADMIN_PORT": ""}, ("10.1.2.3", 8080)),
    ],
)
def test_the_place_is_the_gateways_own(environ: dict[str, str], expected: tuple[str, int]) -> None:
    """
    What listens everywhere is asked on this machine, at the operator's port if there is one.
    """
    assert expected == place_of(environ)


@pytest.mark.slow
async def test_a_gateway_is_ready_or_it_is_not(tmp_path: Path) -> None:
    """
    0 while it serves; 1 for another status, and once nobody listens.
    """
    async with a_house(tmp_path) as house:
        environ = {"GATEWAY_PORT": str(house.gateway.address[1])}
        serving = await asyncio.to_thread(main, [], environ)
        elsewhere = await asyncio.to_thread(main, ["/nowhere"], environ)
    gone = await asyncio.to_thread(main, [], environ)

    assert (0, 1, 1) == (serving, elsewhere, gone)


@pytest.mark.slow
async def test_a_gateway_that_speaks_tls_is_asked_over_tls(tmp_path: Path) -> None:
    """
    Whatever name its certificate is for.
    """
    own = tls_environ(Authority(tmp_path).pair("gateway.example"))
    async with a_house(tmp_path, environ=own) as house:
        environ = own | {"GATEWAY_PORT": str(house.gateway.address[1])}

        assert 0 == await asyncio.to_thread(main, [], environ)
        assert 1 == await asyncio.to_thread(main, ["/nowhere"], environ)


@pytest.mark.slow
async def test_a_demanded_certificate_is_shown(tmp_path: Path) -> None:
    """
    One file has the certificate and the key; without it the answer says what to set.
    """
    authority = Authority(tmp_path)
    client = authority.pair("health")
    both = tmp_path / "health.pem"
    both.write_bytes(client.certificate.read_bytes() + client.key.read_bytes())
    own = tls_environ(authority.pair("localhost"), GATEWAY_TLS_CLIENT_CA=str(authority.ca_file))
    async with a_house(tmp_path, environ=own) as house:
        environ = own | {"GATEWAY_PORT": str(house.gateway.address[1])}
        shown = environ | {"GATEWAY_HEALTH_CERTIFICATE": str(both)}
        missing = environ | {"GATEWAY_HEALTH_CERTIFICATE": str(tmp_path / "nothing.pem")}
        empty = environ | {"GATEWAY_HEALTH_CERTIFICATE": os.devnull}
        problems = [
            await asyncio.to_thread(why_not, one, "/readyz") for one in (shown, environ, missing, empty)
        ]

    assert problems[0] is None
    assert "set GATEWAY_HEALTH_CERTIFICATE" in str(problems[1])
    assert f"GATEWAY_HEALTH_CERTIFICATE, {tmp_path / 'nothing.pem'}: No such file" in str(problems[2])
    assert f"GATEWAY_HEALTH_CERTIFICATE, {os.devnull}: " in str(problems[3])


@pytest.mark.slow
def test_it_runs_as_a_module_and_says_what_it_missed() -> None:
    """
    As the image calls it; nothing of the gateway is loaded for it.
    """
    port = str(free_port())
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "gateway.health"],
        env={"PATH": os.environ["PATH"], "GATEWAY_PORT": port},
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert 1 == ran.returncode
    assert f"127.0.0.1:{port}/readyz does not answer 200" in ran.stderr
    assert "starlette" not in ran.stderr
