"""A start says what there is to know, and shows what there is to paste to whom it is for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.app import Gateway
from gateway.cli.welcome import Welcome, welcome
from gateway.settings import read_settings
from tests.fakes.house import PolicyFolder, an_environ

pytestmark = pytest.mark.slow

_SHIPPED = str(Path(__file__).resolve().parents[2] / "policies")


@asynccontextmanager
async def a_gateway(folder: Path, **changes: str) -> AsyncIterator[Gateway]:
    """Open one until the block ends."""
    environ = an_environ(folder, **{"GATEWAY_POLICIES": _SHIPPED} | changes)
    gateway = Gateway(read_settings(environ), environ)
    await gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()


async def welcome_of(folder: Path, *, is_terminal: bool = False, **changes: str) -> Welcome:
    """Return what one says at its start."""
    async with a_gateway(folder, **changes) as gateway:
        return welcome(gateway, is_terminal=is_terminal)


async def test_keys_are_shown_at_the_first_start_alone(tmp_path: Path) -> None:
    """
    Where they can be pasted from; no announcement has one.
    """
    first = await welcome_of(tmp_path)
    second = await welcome_of(tmp_path)

    assert 2 == first.to_paste.count("  sk-dsg-")
    assert "" == second.to_paste
    assert not any("sk-dsg-" in str(one) for one in (*first.said, *second.said))
    kinds = ["gateway.listening", "gateway.policy", "gateway.simulated"]
    assert kinds == [one.kind for one in first.said]
    assert [*kinds, "gateway.key_kept"] == [one.kind for one in second.said]


@pytest.mark.parametrize("is_terminal", [False, True])
async def test_a_key_that_was_chosen_has_examples_for_a_person_alone(
    tmp_path: Path, *, is_terminal: bool
) -> None:
    """
    A collector of logs has no use for them at each start.
    """
    told = await welcome_of(
        tmp_path, is_terminal=is_terminal, GATEWAY_DEMO_KEY="open sesame", GATEWAY_ADMIN_KEY="let me in"
    )

    assert is_terminal == ("curl http://" in told.to_paste)
    assert "sesame" not in told.to_paste


async def test_of_many_upstreams_the_first_are_named(tmp_path: Path) -> None:
    """
    A line has an end.
    """
    policies = PolicyFolder(tmp_path / "policies", ["http://127.0.0.1:9/v1"])
    policies.upstreams |= {f"more-{number}": policies.upstreams["first"] for number in range(30)}
    policies.model["route"] = [{"upstream": name, "model": "m"} for name in policies.upstreams]
    policies.write()

    told = await welcome_of(tmp_path, GATEWAY_POLICIES=str(policies.folder))

    (line,) = [one for one in told.said if one.kind == "gateway.policy"]
    assert line.text.endswith(", and 21 more")
    assert 10 == len(line.facts["upstreams"])
