"""`deepseek-gateway state`: what lasts is copied, put back, and wrapped anew."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.audit.verify.folder import verify_folder
from gateway.cli import keys, state
from gateway.cli.audit import verb as audit
from gateway.cli.store import opened_state
from gateway.foundation.master_key import new_master_key
from gateway.foundation.state_folder import StateFolder
from gateway.settings import read_settings
from tests.cli.commands import a_place, run_verb, said_besides
from tests.fakes.audit_side import records_in
from tests.fakes.redis_server import RedisServer


class Desk:
    """A folder, and commands run in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.environ = a_place(folder)
        self.told = ""
        self._capsys = capsys

    def run(self, *words: str, expected: int = 0) -> str:
        """Run `state ...` and return what it says."""
        code = run_verb(state, self.environ, "state", *words, following_seconds=0.0)
        output = self._capsys.readouterr()
        self.told = said_besides(output.err)
        assert expected == code, self.told
        return output.out.strip()

    def shown(self) -> str:
        """Return what was written to standard output since the last command of ours."""
        return self._capsys.readouterr().out

    def make(self) -> str:
        """Make a key and return its id."""
        assert 0 == run_verb(keys, self.environ, "keys", "create", "--tenant", "acme", "--json")
        key_id: str = json.loads(self._capsys.readouterr().out)["id"]
        return key_id

    def ids(self) -> list[str]:
        """The keys that are there."""
        assert 0 == run_verb(keys, self.environ, "keys", "list", "--json")
        return [one["id"] for one in json.loads(self._capsys.readouterr().out)]

    def derived(self, environ: Mapping[str, str] | None = None) -> bytes:
        """What is derived from the data key of acme."""

        async def derive() -> bytes:
            async with opened_state(read_settings(environ or self.environ)) as opened:
                await opened.keys.ensure(["acme"])
                return opened.keys.derive("acme", "test")

        return asyncio.run(derive())


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_a_backup_brings_everything_back(desk: Desk) -> None:
    """
    Keys and data keys, after the store was lost.
    """
    made, derived = desk.make(), desk.derived()
    desk.run("backup", str(desk.folder / "copy"))
    for path in (desk.folder / "state").glob("state.db*"):
        path.unlink()

    desk.run("restore", str(desk.folder / "copy"))

    assert [made] == desk.ids()
    assert derived == desk.derived()


def test_a_damaged_store_is_moved_aside(desk: Desk) -> None:
    """
    It may still be of use to somebody; where it went is told.
    """
    made = desk.make()
    desk.run("backup", str(desk.folder / "copy"))
    (desk.folder / "state" / "state.db").write_bytes(b"damaged" * 1000)

    told = desk.run("restore", str(desk.folder / "copy"))

    (aside,) = (desk.folder / "state").glob("state.db.damaged-*")
    assert str(aside) in told
    assert [made] == desk.ids()


def test_a_store_that_holds_something_is_only_replaced_when_told(desk: Desk) -> None:
    """
    Then it holds what the backup holds, and nothing else.
    """
    first = desk.make()
    desk.run("backup", str(desk.folder / "copy"))
    second = desk.make()

    desk.run("restore", str(desk.folder / "copy"), expected=1)
    refused, before = desk.told, desk.ids()
    desk.run("restore", str(desk.folder / "copy"), "--replace")

    assert "--replace" in refused
    assert [first, second] == before
    assert [first] == desk.ids()


def test_a_backup_for_another_master_key_is_refused_untouched(desk: Desk) -> None:
    """
    Before anything is changed: it would open nothing.
    """
    desk.make()
    desk.run("backup", str(desk.folder / "copy"))
    (desk.folder / "state" / "master.key").write_text(new_master_key().reveal())
    for path in (desk.folder / "state").glob("state.db*"):
        path.unlink()

    desk.run("restore", str(desk.folder / "copy"), expected=1)

    assert "cannot be opened" in desk.told
    assert not (desk.folder / "state" / "state.db").exists()


def test_a_backup_without_its_master_key_is_refused(desk: Desk) -> None:
    """
    No new key is made for it.
    """
    desk.make()
    desk.run("backup", str(desk.folder / "copy"))
    (desk.folder / "state" / "master.key").unlink()

    desk.run("restore", str(desk.folder / "copy"), "--replace", expected=1)

    assert "master.key is missing" in desk.told
    assert not (desk.folder / "state" / "master.key").exists()


def test_a_backup_moves_from_a_file_to_redis(desk: Desk, redis_server: RedisServer) -> None:
    """
    One machine became several.
    """
    made, derived = desk.make(), desk.derived()
    desk.run("backup", str(desk.folder / "copy"))
    desk.environ["GATEWAY_REDIS_URL"] = redis_server.url

    desk.run("restore", str(desk.folder / "copy"))

    assert [made] == desk.ids()
    assert derived == desk.derived()


@pytest.mark.parametrize("act", ["backup", "restore"])
def test_what_cannot_be_read_or_written_is_told(desk: Desk, act: str) -> None:
    """
    In one line, with the path.
    """
    path = str(desk.folder / "none" / "copy")

    desk.run(act, path, expected=1)

    assert desk.told.startswith(path)
    assert 1 == desk.told.count("\n")


def test_the_master_key_is_changed_and_the_data_keys_stay(desk: Desk) -> None:
    """
    The old one opens nothing any more.
    """
    derived = desk.derived()
    old = (desk.folder / "state" / "master.key").read_text()

    told = desk.run("rotate-master-key")

    new = (desk.folder / "state" / "master.key").read_text()
    assert "2 data keys are wrapped" in told
    assert "make a new backup" in told
    assert old.strip() not in new
    assert derived == desk.derived()
    (desk.folder / "state" / "master.key").write_text(old)
    desk.run("rotate-master-key", expected=1)
    assert "cannot be opened" in desk.told


@pytest.mark.parametrize("words", [("rotate-master-key",), ("restore", "copy", "--replace")])
def test_the_master_key_is_changed_by_one_command_at_a_time(desk: Desk, words: tuple[str, ...]) -> None:
    """
    Of two, the later one would leave the other's key behind, and with it what that one had wrapped.
    """
    derived = desk.derived()
    desk.run("backup", str(desk.folder / "copy"))
    before = (desk.folder / "state" / "master.key").read_text()

    with StateFolder(desk.folder / "state").alone("a test"):
        desk.run(*(str(desk.folder / one) if one == "copy" else one for one in words), expected=1)

    assert "Wait for its end" in desk.told
    assert before == (desk.folder / "state" / "master.key").read_text()
    assert derived == desk.derived()


def test_a_given_master_key_is_changed_in_three_steps(desk: Desk) -> None:
    """
    Both, the command, the new one alone.
    """
    old, new = new_master_key().reveal(), new_master_key().reveal()
    desk.environ["GATEWAY_MASTER_KEY"] = old
    derived = desk.derived()
    desk.run("rotate-master-key", expected=1)
    told = desk.told
    desk.environ["GATEWAY_MASTER_KEY"] = f"{new},{old}"
    desk.run("rotate-master-key")

    assert "Put a new one before it" in told
    assert derived == desk.derived(desk.environ | {"GATEWAY_MASTER_KEY": new})


def test_without_a_key_file_nothing_is_changed(desk: Desk) -> None:
    """
    There is nothing to wrap yet.
    """
    desk.run("rotate-master-key", expected=1)

    assert "There is no master.key" in desk.told


def test_a_destroyed_data_key_is_another_one(desk: Desk) -> None:
    """
    Only when it is said that it is meant, and only one that is there.
    """
    before = desk.derived()

    desk.run("destroy-data-key", "acme", expected=1)
    refused, kept = desk.told, desk.derived()
    desk.run("destroy-data-key", "acme", "--for-good")
    after = desk.derived()
    desk.run("destroy-data-key", "nobody", "--for-good", expected=1)

    assert "--for-good" in refused
    assert before == kept
    assert before != after
    assert "'nobody' has no data key" in desk.told
    desk.run("destroy-data-key", "_gateway", "--for-good", expected=1)
    assert "'_gateway' is no tenant" in desk.told


def test_that_a_data_key_was_destroyed_is_on_record(desk: Desk) -> None:
    """
    Who did it, and of which tenant.
    """
    desk.derived()
    desk.run("destroy-data-key", "acme", "--for-good")

    records = records_in(Path(desk.environ["GATEWAY_STATE_DIR"]) / "audit")
    (record,) = [one for one in records if one["event"] == "tenant.key_destroyed"]
    assert "acme" == record["facts"]["tenant"]
    assert record["facts"]["actor"].startswith("cli:")


def test_who_copied_restored_and_wrapped_the_state_anew_is_on_record(desk: Desk) -> None:
    """
    In the log of the machine where it was done; what was put back says how much stood there before.
    """
    desk.make()
    desk.run("backup", str(desk.folder / "copy"))
    desk.run("restore", str(desk.folder / "copy"), "--replace")
    desk.run("rotate-master-key")

    acts = [one for one in records_in(desk.folder / "state" / "audit") if one["event"].startswith("state.")]
    assert ["state.copied", "state.restored", "state.master_key_rotated"] == [one["event"] for one in acts]
    assert all(one["facts"]["actor"].startswith("cli:") for one in acts)
    assert (True, True) == (acts[0]["facts"]["entries"] > 1, acts[1]["facts"]["present"] > 1)


def test_a_restore_lifts_no_hold_and_breaks_no_log(desk: Desk) -> None:
    """
    A key that signs since the backup goes on signing, so the log verifies; a hold of since then stands.
    """
    desk.derived()
    desk.run("backup", str(desk.folder / "copy"))
    assert 0 == run_verb(audit, desk.environ, "audit", "rotate-key")
    assert 0 == run_verb(audit, desk.environ, "audit", "hold", "place", "file-7", "--tenant", "acme")

    desk.run("restore", str(desk.folder / "copy"), "--replace")

    run_verb(audit, desk.environ, "audit", "hold", "list")
    assert "file-7  all of acme" in desk.shown()
    log = desk.folder / "state" / "audit"
    assert 2 == len((log / "epochs.jsonl").read_bytes().splitlines())
    assert [] == verify_folder(log).findings


def test_keys_that_a_restore_makes_good_again_are_named(desk: Desk) -> None:
    """
    Who revoked one after a leak has to do it again; it is on record, too.
    """
    leaked, good = desk.make(), desk.make()
    desk.run("backup", str(desk.folder / "copy"))
    assert 0 == run_verb(keys, desk.environ, "keys", "revoke", leaked)

    desk.run("restore", str(desk.folder / "copy"), "--replace")

    records = records_in(desk.folder / "state" / "audit")
    (record,) = [one for one in records if one["event"] == "state.restored"]
    assert desk.told.endswith(f"good again, though taken back since the backup: {leaked}\n")
    assert (leaked, False) == (record["facts"]["revived_keys"], good in desk.told.splitlines()[-1])


def test_a_copy_is_made_although_it_cannot_be_recorded(desk: Desk) -> None:
    """
    Where the log is in trouble a copy is wanted all the more; that it is not on record is said.
    """
    desk.derived()
    (desk.folder / "state" / "audit").write_text("a file in the way")

    desk.run("backup", str(desk.folder / "copy"), expected=1)

    assert (desk.folder / "copy").exists()
    assert desk.told.startswith("It was done, but the log could not be written")


def test_no_data_key_is_destroyed_under_a_hold(desk: Desk) -> None:
    """
    Kept texts of the tenant, held or not, could be read by nobody any more; when it is lifted, they may go.
    """
    before = desk.derived()
    hold = ("audit", "hold", "place", "file-7", "--tenant", "acme", "--subject", "maria")
    assert 0 == run_verb(audit, desk.environ, *hold)

    desk.run("destroy-data-key", "acme", "--for-good", expected=1)
    told, held = desk.told, desk.derived()
    run_verb(audit, desk.environ, "audit", "hold", "lift", "file-7")
    desk.run("destroy-data-key", "acme", "--for-good")

    assert "hold lift file-7" in told
    assert before == held
    assert before != desk.derived()
