"""A running gateway tells every metric and label that some expression asks for."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.telemetry import catalogue
from monitoring.book import DASHBOARDS
from monitoring.exported import exported
from monitoring.panel import filled
from monitoring.promql import SCRAPED, read_expression
from monitoring.rules import alerts, records
from tests.fakes.house import AT_HOME_KEY, KEY, House, PolicyFolder, a_house
from tests.fakes.redis_server import RedisServer

pytestmark = pytest.mark.slow

_KNOWN = exported(records())
# What one process without TLS cannot show.
_ELSEWHERE = {
    catalogue.WORKERS.name: "told by the supervisor of several workers",
    catalogue.WORKERS_WANTED.name: "told by the supervisor of several workers",
    catalogue.WORKER_STARTS.name: "told by the supervisor of several workers",
    catalogue.WORKER_DEATHS.name: "told by the supervisor of several workers",
    catalogue.UPSTREAM_CERTIFICATE.name: "wants an upstream that speaks TLS",
    catalogue.DOOR_CERTIFICATE.name: "wants a door that speaks TLS",
}
# It has something to say after a quarter of a second.
_SAMPLED = f"{catalogue.EVENT_LOOP_DELAY.name}_bucket"


def _expressions() -> Iterator[str]:
    yield from (record.expression for record in records())
    yield from (alert.expression for alert in alerts())
    for dashboard in DASHBOARDS.values():
        for panel in dashboard.panels:
            yield from (filled(query.expression) for query in panel.queries)


def _asked() -> set[str]:
    """Every series of the gateway's own that some expression reads."""
    read = {name for text in _expressions() for name in read_expression(text, _KNOWN).metrics}
    return {name for name in read if ":" not in name and name.startswith(("gateway_", "process_"))}


def _limited(policies: PolicyFolder) -> None:
    price = {"cache_hit": "1", "cache_miss": "2", "output": "3"}
    policies.plan |= {
        "cache": {"enabled": True},
        "limits": {
            "max_tokens": 1000,
            "when_redis_fails": "local",
            "rules": [
                {"name": "many", "kind": "requests", "limit": 500},
                {"name": "a-month", "kind": "spend", "amount": "9", "money": "USD", "period": "month"},
            ],
        },
    }
    policies.prices = {
        "prices": [
            {"upstream": "first", "model": "deepseek-flash", "currency": "USD"}
            | {"valid_from": "2026-01-01", "per_million": price}
        ]
    }
    policies.hide(profile="baseline")


async def _be_used(house: House, redis: RedisServer) -> None:
    await house.chat("Write to maria.lopez@example.com", stream=True)
    for _ in range(2):
        await house.chat("Again?", thinking={"type": "disabled"})
    await house.chat(key="nobody-has-this-key")
    await house.chat(key=AT_HOME_KEY)
    house.simulator.next(Misbehaviour(status=400))
    await house.chat("Does the model take this?")
    redis.kill()
    await house.chat("Who counts now?")


async def _told(house: House) -> dict[str, frozenset[str]]:
    """Return the labels of every series that the gateway tells of, by its name."""
    told: dict[str, frozenset[str]] = {}
    page = (await house.get("/metrics", key=KEY)).body.decode()
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            told[sample.name] = told.get(sample.name, frozenset()) | sample.labels.keys()
    return told


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that may be killed."""
    redis = RedisServer(tmp_path / "redis").start()
    yield redis
    redis.stop()


async def test_a_running_gateway_tells_what_is_asked_for(tmp_path: Path, own_redis: RedisServer) -> None:
    """
    With the labels that the catalogue says.
    """
    async with a_house(tmp_path, _limited, environ={"GATEWAY_REDIS_URL": own_redis.url}) as house:
        await _be_used(house, own_redis)
        async with asyncio.timeout(10):
            while _SAMPLED not in (told := await _told(house)):
                pass
        # It would be waited for at the end.
        own_redis.start()

    expected = {name: _KNOWN[name].labels - SCRAPED for name in _asked() - _ELSEWHERE.keys()}
    assert expected == {name: labels for name, labels in told.items() if name in expected}


def test_the_list_of_what_is_seen_elsewhere_is_true() -> None:
    """
    Each of them is asked for by some expression.
    """
    assert set() == _ELSEWHERE.keys() - _asked()
