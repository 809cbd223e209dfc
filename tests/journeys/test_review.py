"""A reviewer at work: what left the house, proved to a stranger, while the log is being written."""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.audit.verify.folder import verify_folder
from gateway.audit.verify.standalone import standalone_text
from tests.fakes.house import AT_HOME_KEY, House, PolicyFolder, a_house, until
from tests.fakes.own_log import OwnLog

pytestmark = pytest.mark.long

_PRIVATE = "the patient's diagnosis"


class Stranger:
    """Somebody outside, with Python, `cryptography`, the one file and a public key."""

    def __init__(self, folder: Path, key: str) -> None:
        folder.mkdir()
        self._key = key
        self._file = folder / "audit_verify.py"
        self._file.write_text(standalone_text(), encoding="utf-8")
        self.folder = folder

    async def check(self, path: Path, *words: str) -> tuple[int, str]:
        """Check a proof or a log and return the exit status and what was said."""
        command = (sys.executable, "-I", self._file, path, "--pin", self._key, *words)
        process = await asyncio.create_subprocess_exec(
            *map(str, command), cwd=self.folder, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode()


async def test_a_reviewer_finds_proves_and_verifies(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    Every external transfer of a tenant last week; one of them to a third party, offline; a person is
    erased, and the whole log and the proof still verify.
    """
    (kept := tmp_path / "anchors").mkdir()
    async with a_house(tmp_path, environ={"GATEWAY_AUDIT_ANCHOR_DIR": str(kept)}) as house:
        own = OwnLog(tmp_path / "state")
        transferred = await _a_week_of_work(house, own)
        key = json.loads((own.folder / "epochs.jsonl").read_text().splitlines()[0])["public"]
        stranger = Stranger(tmp_path / "stranger", key)
        last_week = (datetime.now(UTC) - timedelta(days=7)).date().isoformat()

        await _act(own, "query", "--tenant", "acme", "--external", "--since", last_week, "--format", "json")
        found = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
        await _act(own, "report", "--tenant", "acme", "--since", last_week, "--json")
        report = json.loads(capfd.readouterr().out)

        assert transferred == [row["request_id"] for row in found]
        assert [("acme", "first", len(transferred))] == [
            (row["tenant"], row["destination"], row["requests"]) for row in report["external"]
        ]

        proof = stranger.folder / "proof.json"
        await _act(own, "prove", transferred[0], "-o", str(proof))
        status, said = await stranger.check(proof)
        forged = proof.with_name("forged.json")
        forged.write_text(proof.read_text().replace("acme", "bolt"))

        assert (0, True) == (status, transferred[0] in said)
        assert 1 == (await stranger.check(forged))[0]
        assert transferred[1] not in proof.read_text()

        await _act(own, "erase", "--tenant", "acme", "--subject", "maria", "--reason", "letter of today")

    status, said = await stranger.check(own.folder, "--anchor", str(kept))
    assert 0 == status, said
    assert 0 == (await stranger.check(proof))[0]
    assert 0 == await _act(own, "verify", "--pin", key, "--anchor", str(kept))
    assert ["query", "report", "prove", "verify"] == [look["act"] for look in own.looks]
    assert _PRIVATE not in "".join(path.read_text() for path in own.folder.rglob("*.jsonl"))


async def _a_week_of_work(house: House, own: OwnLog) -> list[str]:
    """Let two tenants work, and return what the first one sent out of the house, once it is sworn to."""
    answers = [await house.chat(f"{_PRIVATE}: {number}", user="maria") for number in range(3)]
    await house.chat(_PRIVATE, key=AT_HOME_KEY)
    await house.chat(_PRIVATE, key="sk-nobody")
    house.gateway._audit.scribe.flush()
    await until(lambda: _sworn(own.folder) >= _written(own.folder))
    return [answer.headers["x-request-id"] for answer in answers]


def _sworn(folder: Path) -> int:
    heads = [json.loads(line) for line in (folder / "heads/00000000.jsonl").read_text().splitlines()]
    return max((int(head["records"]) for head in heads), default=0)


def _written(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in folder.glob("writers/*/*.jsonl"))


async def _act(own: OwnLog, *words: str) -> int:
    status = await asyncio.to_thread(own.act, *words)
    assert 0 == status
    return status


async def test_kept_texts_are_held_against_their_records(tmp_path: Path) -> None:
    """
    They are there and whole; one that was altered, and one that is gone, are findings at their records.
    """

    def keep_everything(policies: PolicyFolder) -> None:
        policies.plan["audit"] = {"level": "full", "durability": "strict"}

    async with a_house(tmp_path, keep_everything) as house:
        for number in range(2):
            await house.chat(f"{_PRIVATE}: {number}", user="maria")
    folder = tmp_path / "state" / "audit"
    clean = verify_folder(folder)
    first, second, *_ = sorted(path for path in (folder / "content").rglob("*") if path.is_file())
    first.write_bytes(first.read_bytes()[:-1] + b"\0")
    second.unlink()

    altered = verify_folder(folder)

    assert ([], True) == (clean.findings, clean.texts >= 4)
    assert {f"the text {first.name} is not the one that was kept", f"the text {second.name} is missing"} == {
        found.what for found in altered.findings
    }
    assert all(found.line is not None and found.seq is not None for found in altered.findings)
