"""What the audit log says of whole exchanges."""

import asyncio
from pathlib import Path

import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.audit_side import records_in
from tests.fakes.house import House, PolicyFolder, a_chat, a_house, a_request
from tests.fakes.log_check import check_log


def events_of(house: House, request_id: str | None = None) -> list[str]:
    house.gateway._audit.scribe.flush()
    records = records_in(house.folder / "state" / "audit")
    return [record["event"] for record in records if request_id in (None, record.get("request_id"))]


def strict(policies: PolicyFolder) -> None:
    policies.plan["audit"] = {"durability": "strict"}


def full(policies: PolicyFolder) -> None:
    policies.plan["audit"] = {"level": "full", "durability": "strict"}


@pytest.mark.parametrize("change", [lambda _: None, strict])
async def test_an_exchange_leaves_two_records_in_a_log_that_verifies(tmp_path: Path, change: object) -> None:
    """
    Before and after, whatever the durability; and the log ends in order.
    """
    async with a_house(tmp_path, change) as house:  # type: ignore[arg-type]
        answer = await house.chat()
        events = events_of(house, answer.headers["x-request-id"])
    folder = tmp_path / "state" / "audit"

    assert ["request.admitted", "request.completed"] == events
    check_log(folder)
    assert "log.closed" == records_in(folder)[-1]["event"]


async def test_a_refusal_before_anything_left_is_one_record(tmp_path: Path) -> None:
    """
    Of a stranger, too.
    """
    async with a_house(tmp_path) as house:
        answer = await house.chat(key="sk-nobody")

        assert ["request.blocked"] == events_of(house, answer.headers["x-request-id"])


async def test_a_refusal_names_the_end_user_of_its_body(tmp_path: Path) -> None:
    """
    As what is let out does: what was refused to a person is found by the person.
    """
    async with a_house(tmp_path) as house:
        await house.chat(user="maria")
        await house.chat(user="maria", model="unheard-of")
        house.gateway._audit.scribe.flush()

        records = records_in(house.folder / "state" / "audit")
        said = {one["event"]: one.get("subject") for one in records if "request_id" in one}
        assert said["request.blocked"] == said["request.completed"] is not None


async def test_a_caller_who_leaves_is_recorded_as_one(tmp_path: Path) -> None:
    """
    After the record that the request was let out.
    """
    async with a_house(tmp_path) as house:
        house.simulator.next(Misbehaviour(slow_head=30))
        async with await house.call() as caller:
            caller.say(a_request(a_chat()))
            await house.simulator.until(lambda: house.simulator.totals.started == 1)
        await house.until_empty()

        requests = [event for event in events_of(house) if event.startswith("request.")]
        assert ["request.admitted", "request.cancelled"] == requests


async def test_a_reload_of_the_policies_is_a_record(tmp_path: Path) -> None:
    """
    And so is one that was rejected.
    """
    async with a_house(tmp_path) as house:
        path = tmp_path / "policies" / "plans" / "basic.yaml"
        good = path.read_text(encoding="utf-8")
        path.write_text("plan: [", encoding="utf-8")
        await asyncio.to_thread(house.gateway.reload)
        path.write_text(good.replace("}", ', "body_limit_bytes": 2048}'), encoding="utf-8")
        await asyncio.to_thread(house.gateway.reload)

        events = events_of(house)
        assert events.index("policy.rejected") < events.index("policy.reloaded")


async def test_texts_are_kept_encrypted(tmp_path: Path) -> None:
    """
    At the level that asks for them; the log holds hashes, the files ciphertext.
    """
    async with a_house(tmp_path, full) as house:
        await house.chat(
            "[[sim:text=the answer of canaries]] a question of canaries", stream=True, user="maria"
        )
        house.gateway._audit.scribe.flush()
        records = records_in(tmp_path / "state" / "audit")
    files = sorted((tmp_path / "state" / "audit" / "content").glob("*/*"))
    kept = [text for record in records for text in record.get("content", ())]

    # The request left with a pseudonym in the place of its user.
    assert ["request", "original_request", "response"] == [text["kind"] for text in kept]
    assert sorted(text["id"] for text in kept) == sorted(path.name for path in files)
    everything = b"".join(path.read_bytes() for path in files) + str(records).encode()
    assert b"canaries" not in everything
    assert b"maria" not in everything


async def test_without_room_for_the_log_nothing_leaves(tmp_path: Path) -> None:
    """
    503 `audit_unavailable`, before the upstream hears of it; the refusal itself still has room.
    """
    async with a_house(tmp_path, environ={"GATEWAY_AUDIT_RESERVE_MB": "100000000"}) as house:
        refused = await house.chat()

        assert (503, "audit_unavailable") == (refused.status, refused.error["code"])
        assert 0 == house.simulator.totals.started
        assert ["request.blocked"] == events_of(house, refused.headers["x-request-id"])


async def test_a_plan_may_go_on_without_a_log(tmp_path: Path) -> None:
    """
    Where it says `fail_open`.
    """

    def fail_open(policies: PolicyFolder) -> None:
        policies.plan["audit"] = {"on_failure": "fail_open"}

    async with a_house(tmp_path, fail_open, environ={"GATEWAY_AUDIT_RESERVE_MB": "100000000"}) as house:
        assert 200 == (await house.chat()).status
