"""A person is forgotten by command, while the gateway runs; the log verifies before and after."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from gateway.audit.verify.folder import verify_folder
from gateway.cli.audit import verb
from tests.cli.commands import run_verb
from tests.fakes.audit_side import records_in
from tests.fakes.house import House, PolicyFolder, a_house, an_environ


def keeping(policies: PolicyFolder) -> None:
    policies.plan["audit"] = {"level": "full", "durability": "strict", "retention": {"content_days": 30}}


async def audit(house: House, *words: str) -> int:
    return await asyncio.to_thread(run_verb, verb, an_environ(house.folder), "audit", *words)


async def test_a_person_is_given_their_data_and_forgotten(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    Export, hold, refusal, lift, erase, and an empty export; others keep theirs.
    """
    who = ("--tenant", "acme", "--subject", "maria")
    log = tmp_path / "state" / "audit"
    async with a_house(tmp_path, keeping) as house:
        for user in ("maria", "jo"):
            await house.chat(f"I am {user}", user=user)
        house.gateway._audit.scribe.flush()

        exported = await audit(house, "export-subject", *who, "-o", str(tmp_path / "maria.json"))
        held = await audit(house, "hold", "place", "file-7", *who)
        refused = await audit(house, "erase", *who)
        lifted = await audit(house, "hold", "lift", "file-7")
        erased = await audit(house, "erase", *who, "--reason", "letter of 2027-01-15")
        again = await audit(house, "export-subject", *who, "-o", str(tmp_path / "again.json"))
        expired = await audit(house, "expire")
        rotated = await audit(house, "rotate-key")
        forgotten = await audit(house, "forget-period", "--tenant", "acme", "1999-01")

    assert [0, 0, 1, 0, 0, 0, 0, 0, 1] == [
        exported, held, refused, lifted, erased, again, expired, rotated, forgotten,
    ]  # fmt: skip
    before, after = [json.loads((tmp_path / name).read_text()) for name in ("maria.json", "again.json")]
    assert "I am maria" in str(before["texts"])
    assert [] == after["texts"]
    assert len(before["records"]) == len(after["records"]) == 2
    assert "file-7" in capfd.readouterr().err
    events = {record["event"] for record in records_in(log)}
    assert {"subject.exported", "hold.placed", "hold.lifted", "subject.erased", "signer.changed"} <= events
    assert [] == verify_folder(log).findings


async def test_a_gateway_carries_its_retention_out_by_itself(tmp_path: Path) -> None:
    """
    A child deletes the old texts and writes it down, the gateway tells of it; and does so once a day.
    """
    log = tmp_path / "state" / "audit"
    async with a_house(tmp_path, keeping) as house:
        await house.chat("I was here", user="maria")
        async with asyncio.timeout(10):
            while len(list(log.glob("content/*/[0-9a-f]*"))) < 3:  # noqa: ASYNC110 - a thread writes them
                await asyncio.sleep(0.02)
        for path in log.glob("content/*/*"):
            os.utime(path, (1.0, 1.0))
        due = (await house.metrics())["gateway_audit_expired_timestamp_seconds"]
        for _ in range(2):
            await house.gateway._expiry.look()
        told = await house.metrics()

    assert [] == list(log.glob("content/*/*"))
    assert told["gateway_audit_expired_timestamp_seconds"] > due
    assert 1 == told['gateway_notices_total{kind="audit.expired"}']
    records = records_in(log)
    events = [record["event"] for record in records]
    assert (1, 1) == (events.count("audit.expired"), events.count("content.expired"))
    assert [] == verify_folder(log).findings


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("erase", "--tenant", "nobody", "--subject", "x"), "no such tenant"),
        (("hold", "lift", "nothing"), "there is no hold 'nothing'"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    """
    By name, and with status 1.
    """
    (tmp_path / "policies").mkdir()

    assert 1 == run_verb(verb, an_environ(tmp_path), "audit", *words)
    assert told in capsys.readouterr().err
