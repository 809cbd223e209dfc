"""Policies change while exchanges run: each exchange lives under one book."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.identity.api_key import hash_of
from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import House, PolicyFolder, a_chat, a_house, until

pytestmark = pytest.mark.slow


class Changing:
    """A running house and the policies on its disk."""

    def __init__(self) -> None:
        self.policies: PolicyFolder | None = None

    def keep(self, policies: PolicyFolder) -> None:
        """Remember the folder that the house is opened with."""
        self.policies = policies

    def change(self, **model: Any) -> None:
        """Write the one model anew."""
        assert self.policies is not None
        self.policies.model |= model
        self.policies.write()

    def spoil(self) -> None:
        """Write something that is no policy."""
        assert self.policies is not None
        (self.policies.folder / "models.yaml").write_text("models: {deepseek-flash: {rout: []}}")


async def reload(house: House) -> bool:
    """Read the policies again, as SIGHUP does."""
    return await asyncio.to_thread(house.gateway.reload)


async def test_a_stream_ends_under_the_book_it_began_under(tmp_path: Path) -> None:
    """
    The book changes in mid-stream: the stream goes on, the next request goes the new way.
    """
    changing = Changing()
    async with a_house(tmp_path, changing.keep, upstreams=2) as house:
        old = house.gateway.book.version
        house.simulator.next(Misbehaviour(deltas=6, stall_after=3, stall=0.2))
        async with await house.call() as caller:
            listening = await house.listening(caller, a_chat(stream=True))
            await listening.piece()
            changing.change(route=[{"upstream": "second", "model": "deepseek-flash"}])
            reloaded = await reload(house)
            next_answer = await house.chat()
            answer = await listening.rest()

        new = house.gateway.book.version
        records = {record["policy"]: record["destinations"] for record in house.records()}

    assert reloaded
    assert answer.is_whole
    assert "second" == next_answer.headers["x-gateway-upstream"]
    assert {old: ["first"], new: ["second"]} == records


async def test_a_changed_file_is_seen_without_being_told(tmp_path: Path) -> None:
    """
    The folder is looked at every second, and a change that has settled is read.
    """
    changing = Changing()
    async with a_house(tmp_path, changing.keep) as house:
        before = house.gateway.book.version
        changing.change(aliases=["deepseek-next"])
        await until(lambda: house.gateway.book.version != before)

        answer = await house.chat(model="deepseek-next")

    assert 200 == answer.status


async def test_bad_policies_change_nothing_and_are_loud(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    The old book stays; file and key are told in the log and the rejection is counted.
    """
    changing = Changing()
    async with a_house(tmp_path, changing.keep) as house:
        before = house.gateway.book
        changing.spoil()
        reloaded = await reload(house)
        answer = await house.chat()
        metrics = await house.metrics()

        assert not reloaded
        assert before is house.gateway.book
        assert 200 == answer.status
        assert 1 == metrics['gateway_notices_total{kind="policy.rejected"}']
        assert "models.yaml: models.deepseek-flash.rout: " in capfd.readouterr().err


async def test_mended_policies_are_taken(tmp_path: Path) -> None:
    """
    After a rejection the next good documents become the book.
    """
    changing = Changing()
    async with a_house(tmp_path, changing.keep) as house:
        changing.spoil()
        await reload(house)
        changing.change(aliases=["deepseek-next"])

        reloaded = await reload(house)

        assert reloaded
        assert 200 == (await house.chat(model="deepseek-next")).status


async def test_a_key_that_was_taken_away_opens_nothing(tmp_path: Path) -> None:
    """
    A reload is how a key is revoked: the very next request is refused.
    """
    changing = Changing()
    async with a_house(tmp_path, changing.keep) as house, await house.call() as caller:
        first = await (await house.listening(caller, a_chat())).rest()
        assert changing.policies is not None
        changing.policies.tenants["acme"]["keys"][0]["hash"] = hash_of("a new key of acme")
        changing.policies.write()
        await reload(house)

        second = await (await house.listening(caller, a_chat())).rest()

    assert (200, 401) == (first.status, second.status)


async def test_a_new_credential_is_used_from_the_next_request_on(tmp_path: Path) -> None:
    """
    An upstream's key is rotated by a reload, also where its connections are kept.
    """
    changing = Changing()
    async with a_house(tmp_path, changing.keep) as house:
        await house.chat()
        assert changing.policies is not None
        changing.policies.upstreams["first"]["credential"] = "sk-rotated-credential"
        changing.policies.write()
        await reload(house)

        await house.chat()

        assert "Bearer sk-rotated-credential" == house.simulator.records[1].headers["authorization"]


async def test_many_reloads_disturb_nobody(tmp_path: Path) -> None:
    """
    While books come and go, every exchange is whole.
    """
    changing = Changing()
    async with a_house(tmp_path, changing.keep) as house:
        house.simulator.always(Misbehaviour(deltas=20, delay_ms=2))
        asking = [asyncio.ensure_future(house.chat(stream=True)) for _ in range(20)]
        for number in range(5):
            changing.change(aliases=[f"alias-{number}"])
            await reload(house)
        answers = await asyncio.gather(*asking)

    assert all(answer.is_whole for answer in answers)


async def test_a_mistake_beside_a_secret_is_told_without_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    File, key and way out are in the log; the credential is not.
    """
    changing = Changing()
    async with a_house(tmp_path, changing.keep) as house:
        assert changing.policies is not None
        changing.policies.upstreams["first"] |= {"credential": "sk-line\nbreak-secret", "kind": "deepsek"}
        (changing.policies.folder / "upstreams.yaml").write_text(
            json.dumps({"upstreams": changing.policies.upstreams})
        )
        await reload(house)

    logged = capfd.readouterr().err
    assert "upstreams.yaml" in logged
    assert "break-secret" not in logged
