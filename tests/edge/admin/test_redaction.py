"""What redaction would do, as administrators see it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.edge.admin.office import OWNER, Office
from tests.fakes.house import PolicyFolder, a_house
from tests.fakes.sealing import MOBILE

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

PREVIEW = "/admin/v1/redaction/preview"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def hiding(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """A gateway with two profiles."""

    def change(policies: PolicyFolder) -> None:
        policies.hide(profile="strict")
        policies.hide(profile="baseline")

    folder = tmp_path_factory.mktemp("hiding")
    async with a_house(folder, change, environ={"GATEWAY_ADMIN_KEY": OWNER}) as house:
        yield Office(house)


async def test_what_each_profile_would_send_is_shown(hiding: Office) -> None:
    """
    With the tenant's own placeholders; no upstream hears of it.
    """
    answer = await hiding.ask("POST", PREVIEW, {"text": f"call {MOBILE}", "tenant": "acme"})
    sent = await hiding.house.chat(f"call {MOBILE}")

    shown = {one["profile"]: one for one in answer.document["data"]}
    assert (200, 200) == (answer.status, sent.status)
    assert ["baseline", "strict"] == sorted(shown)
    assert "call [PHONE]" == shown["strict"]["text"]
    (asked,) = hiding.house.simulator.records
    assert asked.request["messages"][0]["content"] == shown["baseline"]["text"]
    assert [{"entity": "PHONE", "action": "pseudonymise", "count": 1}] == shown["baseline"]["counts"]


@pytest.mark.parametrize(
    ("wish", "status", "param"),
    [
        ({"tenant": "acme"}, 400, "text"),
        ({"text": "", "tenant": "acme"}, 400, "text"),
        ({"text": "x", "tenant": "none"}, 404, "tenant"),
        ({"text": "x", "tenant": "acme", "profile": "none"}, 400, "profile"),
    ],
)
async def test_what_cannot_be_shown_is_refused(
    hiding: Office, wish: dict[str, str], status: int, param: str | None
) -> None:
    """
    No text, no such tenant, no such profile.
    """
    answer = await hiding.ask("POST", PREVIEW, wish)

    assert (status, param) == (answer.status, answer.error["param"])


async def test_the_administrator_of_a_tenant_sees_that_tenants_words(hiding: Office) -> None:
    """
    And of no other one.
    """
    key = (await hiding.make(scopes=["admin:policy"]))["key"]

    own = await hiding.ask("POST", PREVIEW, {"text": MOBILE, "profile": "baseline"}, key=key)
    other = await hiding.ask("POST", PREVIEW, {"text": MOBILE, "tenant": "at-home"}, key=key)

    assert (1, 404) == (len(own.document["data"]), other.status)
