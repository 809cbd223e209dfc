"""`deepseek-gateway signing-keys` shows and changes what signs our tokens."""

import asyncio
from pathlib import Path

import pytest

from gateway.cli import signing_keys
from gateway.cli.store import opened_state
from gateway.foundation.clock import SystemClock
from gateway.identity.issuing.signing_keys import SigningKeys
from gateway.settings import read_settings
from tests.cli.commands import a_place, run_verb
from tests.fakes.audit_side import records_in


class Desk:
    """A folder, and commands run in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.environ = a_place(folder)
        self._capsys = capsys

    def run(self, act: str) -> tuple[int, list[str], str]:
        """Run one command and return its exit status, its lines and what it said besides."""
        code = run_verb(signing_keys, self.environ, "signing-keys", act)
        output = self._capsys.readouterr()
        return code, output.out.splitlines(), output.err

    def begin(self) -> None:
        """Make the first key, as a gateway does."""
        asyncio.run(self._begin())

    async def _begin(self) -> None:
        async with opened_state(read_settings(self.environ)) as state:
            await SigningKeys(state.store, state.keys, SystemClock()).ensure(frozenset({"EdDSA"}))


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_before_there_is_a_key_it_is_said_how_one_comes(desk: Desk) -> None:
    """
    Nothing is made by a command that nobody needs.
    """
    code, lines, told = desk.run("rotate")

    assert (0, []) == (code, lines)
    assert "there is no key yet" in told


def test_keys_are_rotated_and_replaced(desk: Desk) -> None:
    """
    Rotated, the old one signs for another hour; replaced, it is gone.
    """
    desk.begin()
    _, listed, _ = desk.run("list")
    _, rotated, _ = desk.run("rotate")
    code, replaced, _ = desk.run("replace")

    assert ["EdDSA.000001  made", "  signs"] == [listed[0][:18], listed[0][-7:]]
    assert [True, False] == [line.endswith("signs") for line in rotated]
    assert ["EdDSA.000001", "EdDSA.000002"] == [line[:12] for line in rotated]
    assert ["EdDSA.000003"] == [line[:12] for line in replaced]
    assert (0, True) == (code, replaced[0].endswith("signs"))


def test_settings_that_cannot_be_used_are_told(desk: Desk) -> None:
    """
    As one line.
    """
    desk.environ["GATEWAY_PORT"] = "x"

    code, _, told = desk.run("list")

    assert (1, True) == (code, told.startswith("nothing was changed: GATEWAY_PORT"))


def test_who_changed_the_keys_is_on_record(desk: Desk, tmp_path: Path) -> None:
    """
    With the names of those that are there now; a look changes nothing.
    """
    desk.begin()
    for act in ("list", "rotate", "replace"):
        desk.run(act)

    records = records_in(tmp_path / "state" / "audit")
    told = [(one["event"], one["facts"]["keys"]) for one in records if one["event"].startswith("signing.")]
    assert [
        ("signing.keys_rotated", "EdDSA.000001 EdDSA.000002"),
        ("signing.keys_replaced", "EdDSA.000003"),
    ] == told


def test_keys_that_leaked_are_replaced_although_nothing_can_be_recorded(desk: Desk, tmp_path: Path) -> None:
    """
    It is said; keys are only changed in time where that is on record.
    """
    desk.begin()
    (tmp_path / "state" / "audit").write_text("a file in the way")

    code, replaced, told = desk.run("replace")
    _, rotated, refused = desk.run("rotate")

    assert (1, 1, []) == (code, len(replaced), rotated)
    assert replaced[0].startswith("EdDSA.000002")
    assert "It was done, but the log could not be written" in told
    assert "nothing was changed: " in refused
