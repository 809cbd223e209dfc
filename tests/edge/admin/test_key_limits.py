"""Limits that a key brings are kept, however it was made."""

import pytest

from tests.edge.admin.office import Office

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

_ONCE = {"rules": [{"name": "once", "kind": "requests", "limit": 1, "window_seconds": 3600}]}


async def test_a_key_of_one_request_gets_one(office: Office) -> None:
    """
    Its neighbour under the same plan is not counted with it.
    """
    made, neighbour = await office.make(limits=_ONCE), await office.make()

    first, second = [await office.house.chat(key=made["key"]) for _ in range(2)]
    other = [(await office.house.chat(key=neighbour["key"])).status for _ in range(2)]

    assert (200, 429) == (first.status, second.status)
    assert [200, 200] == other


async def test_a_limit_that_litellm_names_is_kept(office: Office) -> None:
    """
    One request a minute is one.
    """
    wish = {"team_id": "acme", "rpm_limit": 1}
    made = (await office.ask("POST", "/key/generate", wish)).document

    statuses = [(await office.house.chat(key=made["key"])).status for _ in range(2)]

    assert [200, 429] == statuses


async def test_a_changed_limit_counts_from_the_next_request(office: Office) -> None:
    """
    Narrowed and lifted while the gateway runs.
    """
    made = await office.make()
    path = f"/admin/v1/keys/{made['id']}"

    await office.ask("PATCH", path, {"limits": _ONCE})
    narrowed = [(await office.house.chat(key=made["key"])).status for _ in range(2)]
    await office.ask("PATCH", path, {"limits": None})
    lifted = await office.house.chat(key=made["key"])

    assert [200, 429] == narrowed
    assert 200 == lifted.status
