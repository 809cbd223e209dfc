"""GET /v1/usage and GET /user/balance, asked as a client asks."""

from collections.abc import Mapping

import httpx2
import pytest

from gateway.edge.accounts import caller_routes
from gateway.edge.operations import operations_app
from gateway.limits.ledger import LedgerFailed
from tests.fakes.small_house import KEY, SmallHouse
from tests.fakes.spies import SpyLedger
from tests.fakes.virtual_time import LoopClock

_BEARER = {"authorization": f"Bearer {KEY}"}


async def _ask(
    path: str, headers: Mapping[str, str] = _BEARER, ledger: SpyLedger | None = None
) -> httpx2.Response:
    app = operations_app(caller_routes(SmallHouse(ledger=ledger).pipeline, LoopClock()))
    transport = httpx2.ASGITransport(app, client=("127.0.0.1", 1234))
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize("path", ["/v1/usage", "/usage?user=alice"])
async def test_a_caller_is_told_where_they_stand(path: str) -> None:
    """
    Every limit that holds for them, and who they are taken for.
    """
    response = await _ask(path)

    assert (200, "no-store") == (response.status_code, response.headers["cache-control"])
    document = response.json()
    assert ("usage", "acme", "default", "key_1") == tuple(
        document[name] for name in ("object", "tenant", "project", "key")
    )
    assert [("requests", 1000), ("tokens", 10**9)] == [
        (limit["name"], limit["remaining"]) for limit in document["limits"]
    ]


@pytest.mark.parametrize("path", ["/user/balance", "/v1/user/balance"])
async def test_the_balance_has_deepseeks_shape(path: str) -> None:
    """
    So that tools made for DeepSeek can ask.
    """
    response = await _ask(path)

    assert (200, {"is_available": True, "balance_infos": []}) == (response.status_code, response.json())


@pytest.mark.parametrize("path", ["/v1/usage", "/user/balance"])
async def test_strangers_and_outages_are_refused_in_the_usual_shape(path: str) -> None:
    """
    Without a key; and when nobody knows.
    """
    stranger = await _ask(path, {})
    unknown = await _ask(path, ledger=SpyLedger(LedgerFailed("gone")))

    assert (401, "missing_credential") == (stranger.status_code, stranger.json()["error"]["code"])
    assert (503, "limits_unavailable") == (unknown.status_code, unknown.json()["error"]["code"])
