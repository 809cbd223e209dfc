"""Administrators make the cache forget."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cache.purge import KIND as PURGE
from gateway.edge.admin.act import AdminVisit
from gateway.edge.admin.cache import CacheRoutes
from gateway.foundation.clock import FakeClock
from gateway.foundation.state_store import MemoryStateStore, StateUnavailable
from gateway.identity.key_orders import Actor
from gateway.identity.scopes import ADMIN_TENANT
from tests.edge.admin.office import OWNER, Office
from tests.fakes.house import PolicyFolder, a_house

pytestmark = pytest.mark.slow

_PATH = "/admin/v1/cache/purge"


def _with_cache(policies: PolicyFolder) -> None:
    policies.plan["cache"] = {"enabled": True}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """A gateway with a cache."""
    async with a_house(tmp_path, _with_cache, environ={"GATEWAY_ADMIN_KEY": OWNER}) as house:
        yield Office(house)


async def _is_kept(office: Office) -> bool:
    return "; hit" in (await office.house.chat()).headers["cache-status"]


async def test_an_order_is_obeyed_before_it_is_confirmed(office: Office) -> None:
    """
    And who gave it is told.
    """
    await office.house.chat()
    assert await _is_kept(office)

    (told,) = await office.told_of("POST", _PATH, {"tenant": "acme", "model": "deepseek-flash"})

    assert ("admin.changed", "cache", "acme") == (told.kind, told.facts["what"], told.facts["tenant"])
    assert not await _is_kept(office)


async def test_an_order_that_is_kept_is_confirmed_though_the_store_falls_silent(tmp_path: Path) -> None:
    """
    It will be obeyed, so nobody is told that nothing was changed; and who gave it is told.
    """
    store = MemoryStateStore()

    async def fall_silent() -> None:
        raise StateUnavailable("It is silent.")

    async with a_house(tmp_path, _with_cache) as house:
        actor = Actor("boss", ADMIN_TENANT, frozenset())
        visit = AdminVisit(actor, house.gateway.book, {}, {}, {"tenant": "acme"})
        (route,) = CacheRoutes(store, FakeClock(), fall_silent).routes()
        done = await route.act(visit)

    assert 202 == done.status
    assert ["admin.changed"] == [notice.kind for notice in visit.notices]
    assert 1 == len(await store.list(PURGE))


async def test_what_an_order_does_not_name_stays(office: Office) -> None:
    """
    Another tenant, another project, and what is not that old.
    """
    await office.house.chat()

    for wish in (
        {"tenant": "at-home"},
        {"tenant": "acme", "older_than": "1h"},
        {"tenant": "acme", "key": "k"},
    ):
        assert 202 == (await office.ask("POST", _PATH, wish)).status

    assert await _is_kept(office)


@pytest.mark.parametrize(
    ("wish", "status", "field"),
    [
        ({"tenant": "none"}, 404, "tenant"),
        ({}, 404, "tenant"),
        ({"tenant": "acme", "older_than": "24"}, 400, "older_than"),
        ({"tenant": "acme", "project": "shop"}, 400, "project"),
        ({"tenant": "acme", "model": "deepseek-chat"}, 400, "model"),
        ({"tenant": "acme", "entry": "xyz"}, 400, "entry"),
        ({"tenant": "acme", "older_than": "soon"}, 400, "older_than"),
        ({"tenant": "acme", "everything": True}, 400, "everything"),
    ],
)
async def test_an_order_about_what_is_not_there_is_refused(
    office: Office, wish: dict[str, Any], status: int, field: str
) -> None:
    """
    By its field.
    """
    answer = await office.ask("POST", _PATH, wish)

    assert (status, field) == (answer.status, answer.error["param"])


async def test_the_administrator_of_a_tenant_reaches_that_tenant_alone(office: Office) -> None:
    """
    Without a name, it is meant; another one is not there.
    """
    admin = (await office.make(role="tenant_admin"))["key"]
    await office.house.chat()

    other = await office.ask("POST", _PATH, {"tenant": "at-home"}, key=admin)
    own = await office.ask("POST", _PATH, {}, key=admin)

    assert (404, 202) == (other.status, own.status)
    assert not await _is_kept(office)
