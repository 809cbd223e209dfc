"""Keys live while a gateway runs: made, narrowed, rotated, blocked, revoked."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import keys
from gateway.foundation.state_store import StateUnavailable
from gateway.identity.api_key import mint
from tests.cli.commands import run_verb
from tests.fakes.house import Answer, House, a_chat, a_house, an_environ, until

pytestmark = pytest.mark.slow

_DECISIONS = ("remembered", "refused", "unanswered", "no_text")


class Keys:
    """`deepseek-gateway keys` beside a running gateway, followed at once."""

    def __init__(self, house: House, capture: pytest.CaptureFixture[str]) -> None:
        self.house = house
        self._capture = capture
        self._environ = an_environ(house.folder)

    async def run(self, *words: str) -> dict[str, Any]:
        """Run one command and let the gateway look."""
        code = await asyncio.to_thread(run_verb, keys, self._environ, "keys", *words, "--json")
        output = self._capture.readouterr()
        assert 0 == code, output.err
        await self.house.gateway.credentials.follower.catch_up()
        made: dict[str, Any] = json.loads(output.out)
        return made

    async def make(self, *words: str) -> dict[str, Any]:
        """Make a key of acme."""
        return await self.run("create", "--tenant", "acme", *words)


@pytest.fixture
async def desk(house: House, capfd: pytest.CaptureFixture[str]) -> Keys:
    return Keys(house, capfd)


def told(answer: Answer) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status, answer.error["code"]


async def test_a_key_lives_and_ends(desk: Keys) -> None:
    """
    Made by a command, it opens the door; blocked and revoked, it does not.
    """
    made = await desk.make()
    first = await desk.house.chat(key=made["key"])
    await desk.run("block", made["id"])
    blocked = await desk.house.chat(key=made["key"])
    await desk.run("unblock", made["id"])
    again = await desk.house.chat(key=made["key"])
    await desk.run("revoke", made["id"])
    revoked = await desk.house.chat(key=made["key"])

    assert [200, 200] == [first.status, again.status]
    assert (403, "key_blocked") == told(blocked)
    assert (401, "invalid_credential") == told(revoked)
    assert "Bearer" == revoked.headers["www-authenticate"]
    assert [made["id"]] == sorted({one["credential"] for one in desk.house.records() if one["credential"]})


async def test_a_rotated_key_is_two_keys_for_a_while(desk: Keys) -> None:
    """
    Old and new open the door under one id; without overlap the old one is named as replaced.
    """
    made = await desk.make()
    second = await desk.run("rotate", made["id"], "--overlap", "1h")
    both = [(await desk.house.chat(key=one["key"])).status for one in (made, second)]
    third = await desk.run("rotate", made["id"], "--overlap", "0s")
    late = [await desk.house.chat(key=one["key"]) for one in (made, second)]

    assert [200, 200] == both
    assert [(401, "key_rotated")] * 2 == [told(one) for one in late]
    assert 200 == (await desk.house.chat(key=third["key"])).status


async def test_a_key_is_only_good_for_what_it_says(desk: Keys) -> None:
    """
    Models, networks and scopes of its own narrow it.
    """
    models = await desk.make("--models", "other-*")
    networks = await desk.make("--networks", "192.0.2.0/24")
    lister = await desk.make("--scopes", "models")

    assert (404, "model_not_found") == told(await desk.house.chat(key=models["key"]))
    assert [] == (await desk.house.get("/v1/models", key=models["key"])).document["data"]
    assert (403, "address_not_allowed") == told(await desk.house.chat(key=networks["key"]))
    refused = await desk.house.chat(key=lister["key"])
    assert (403, "insufficient_scope") == told(refused)
    assert 'Bearer error="insufficient_scope", scope="chat"' == refused.headers["www-authenticate"]
    assert 200 == (await desk.house.get("/v1/models", key=lister["key"])).status


async def test_an_administrator_is_no_caller(desk: Keys) -> None:
    """
    Who looks after the gateway asks no models with that key.
    """
    made = await desk.run("create", "--role", "owner")

    assert (403, "insufficient_scope") == told(await desk.house.chat(key=made["key"]))
    assert (403, "insufficient_scope") == told(await desk.house.get("/v1/models", key=made["key"]))


async def test_a_key_of_a_disabled_tenant_is_off_with_it(desk: Keys) -> None:
    """
    Whatever is made at run time stands under the documents.
    """
    made = await desk.run("create", "--tenant", "gone")

    assert (403, "tenant_disabled") == told(await desk.house.chat(key=made["key"]))


async def test_a_tenant_with_an_account_of_its_own_pays_itself(tmp_path: Path) -> None:
    """
    Its requests go out under its credential, everyone else's under the gateway's.
    """

    def bring(policies: Any) -> None:
        policies.tenants["acme"]["upstreams"] = {"first": {"credential": "sk-of-acme"}}
        policies.tenants["bolt"] = {
            "tenant": "bolt", "plan": "basic", "residency": "external",
            "keys": [{"id": "b", "hash": policies.tenants["gone"]["keys"][0]["hash"]}],
        }  # fmt: skip
        del policies.tenants["gone"]

    async with a_house(tmp_path, bring) as house:
        await house.chat()
        await house.chat(key="the-key-of-a-disabled-tenant")
        shown = [one.headers.get("authorization") for one in house.simulator.records]

    assert "Bearer sk-of-acme" == shown[0]
    assert shown[1] not in (None, "Bearer sk-of-acme")


async def test_with_the_store_down_known_keys_go_on_for_the_grace(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    Then they are refused as something that passes; keys in documents never notice.
    """
    async with a_house(tmp_path, environ={"GATEWAY_STATE_GRACE_SECONDS": "0"}) as house:
        made = (await Keys(house, capfd).make())["key"]
        before = await house.chat(key=made)
        (house.folder / "state" / "state.db").rename(house.folder / "state" / "gone.db")
        await until(lambda: house.gateway.credentials.follower.is_stale)
        after = await house.chat(key=made)
        in_document = await house.ask(a_chat())
        counted = await house.metrics()

    assert 200 == before.status
    assert (503, "identity_unavailable") == told(after)
    assert after.headers["retry-after"]
    assert 200 == in_document.status
    assert {"refused": 1, "remembered": 0, "unanswered": 0, "no_text": 0} == without_state(counted)


async def test_what_is_decided_from_memory_alone_is_counted(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    A known key that is believed within the grace, and one that nobody could look for.
    """
    async with a_house(tmp_path) as house:
        made = (await Keys(house, capfd).make())["key"]
        await house.chat(key=made)
        before = without_state(await house.metrics())
        (house.folder / "state" / "state.db").rename(house.folder / "state" / "gone.db")
        with pytest.raises(StateUnavailable):
            await house.gateway.credentials.follower.catch_up()
        believed = await house.chat(key=made)
        stranger = await house.chat(key=mint().text.reveal())
        counted = await house.metrics()

    assert (200, 401) == (believed.status, stranger.status)
    assert {0} == set(before.values())
    assert {"refused": 0, "remembered": 1, "unanswered": 1, "no_text": 0} == without_state(counted)


def without_state(metrics: dict[str, float]) -> dict[str, float]:
    """Return what was decided without the state store, by decision."""
    name = 'gateway_store_degraded_decisions_total{decision="%s",store="state"}'
    return {decision: metrics[name % decision] for decision in _DECISIONS}
