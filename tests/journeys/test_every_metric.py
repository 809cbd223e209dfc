"""What the catalogue declares is what a gateway tells."""

import asyncio
from pathlib import Path

import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.telemetry import catalogue
from gateway.telemetry.catalogue import FAMILIES
from gateway.telemetry.snapshots import read_snapshot, write_snapshot
from tests.fakes.house import House, PolicyFolder, a_chat, a_house
from tests.fakes.measured import families_on, snapshot_of

pytestmark = pytest.mark.slow

_NOT_HERE = {
    # Nobody is met over TLS here.
    catalogue.UPSTREAM_CERTIFICATE.base_name,
    catalogue.DOOR_CERTIFICATE.base_name,
    catalogue.TLS_HANDSHAKES.base_name,
    # The supervisor tells of these.
    catalogue.WORKERS.base_name,
    catalogue.WORKERS_WANTED.base_name,
    catalogue.WORKER_STARTS.base_name,
    catalogue.WORKER_DEATHS.base_name,
}


def _with_everything(policies: PolicyFolder) -> None:
    policies.hide(profile="baseline")
    policies.plan["cache"] = {"enabled": True}
    spend = {"name": "month", "kind": "spend", "amount": "100", "money": "USD", "period": "month"}
    requests = {"name": "rpm", "kind": "requests", "limit": 8, "window_seconds": 3600}
    policies.plan["limits"] = {"rules": [spend, requests]}
    price = {"model": "deepseek-flash", "currency": "USD", "valid_from": "2026-01-01"}
    rates = {"cache_hit": "1", "cache_miss": "10", "output": "20"}
    policies.prices = {
        "prices": [price | {"upstream": name, "per_million": rates} for name in policies.upstreams]
    }


async def _live(house: House) -> None:
    """Let everything happen that leaves a number behind."""
    for _ in range(2):
        await house.chat("Write to anna.schmidt@example.com.")
    await house.chat("Count.", stream=True)
    house.simulator.next(Misbehaviour(status=503))
    await house.chat("Fail over.")
    await house.ask(a_chat(), key="no-key-of-anybody")
    for number in range(8):
        await house.chat(f"Be refused, sooner or later: {number}.")
    await asyncio.to_thread(house.gateway.reload)
    await house.until_empty()
    async with asyncio.timeout(10):
        # Four times a second the event loop is looked at.
        while not any("event_loop" in name for name in await house.metrics()):  # noqa: ASYNC110 - no one tells of it
            await asyncio.sleep(0.02)


async def test_every_family_of_the_catalogue_is_told(tmp_path: Path) -> None:
    """
    With at least one series, after traffic of every kind; and nothing that is not declared.
    """
    async with a_house(tmp_path, _with_everything, upstreams=2) as house:
        await _live(house)
        answer = await house.ask(b"", path="/metrics", method="GET", Accept="application/openmetrics-text")

    assert {family.base_name for family in FAMILIES} - _NOT_HERE == families_on(answer.body)


async def test_what_a_worker_tells_its_supervisor_arrives_as_it_was(tmp_path: Path) -> None:
    """
    Each family, whatever kind of number its source returns.
    """
    async with a_house(tmp_path, _with_everything, upstreams=2) as house:
        await _live(house)
        snapshot = snapshot_of(house.gateway.count())

    assert snapshot == read_snapshot(write_snapshot(snapshot))


async def test_ten_thousand_models_that_nobody_knows_are_one(tmp_path: Path) -> None:
    """
    What callers type becomes no label; a tenth of that many shows it.
    """
    async with a_house(tmp_path, environ={"GATEWAY_AUDIT_RESERVE_MB": "1"}) as house:
        before = set(await house.metrics())
        async with await house.call() as caller:
            for number in range(1000):
                await (await house.listening(caller, a_chat(model=f"unknown-{number}"))).rest()
        more = set(await house.metrics()) - before

    assert not [name for name in more if "unknown" in name]
    refused = 'ending="refused",model="none",status="404",tenant="acme"'
    assert f"gateway_requests_total{{{refused}}}" in more
    assert len(more) < 200
