"""`deepseek-gateway credentials` keeps what upstreams are shown, sealed."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli import credentials
from gateway.cli.store import opened_state
from gateway.foundation.secret import Secret
from gateway.settings import read_settings
from gateway.upstreams.credential_source import StoredSource
from gateway.upstreams.credentials.stored import StoredCredentials
from tests.cli.commands import a_place, run_verb
from tests.fakes.audit_side import records_in


class Desk:
    """A folder, and commands run in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.environ = a_place(folder)
        self._capsys = capsys

    def run(self, *words: str) -> tuple[int, str, str]:
        """Run `credentials ...` and return its exit status and what it wrote."""
        code = run_verb(credentials, self.environ, "credentials", *words)
        output = self._capsys.readouterr()
        return code, output.out, output.err

    def keep(self, name: str, text: str) -> int:
        """Keep this text."""
        path = self.folder / "typed"
        path.write_text(text)
        return self.run("set", name, "--file", str(path))[0]


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


async def _kept(environ: dict[str, str], name: str) -> Secret:
    async with opened_state(read_settings(environ)) as state:
        return (await StoredCredentials(state.store, state.keys).obtain(StoredSource(name))).secret


def test_who_kept_and_removed_a_credential_is_on_record(desk: Desk) -> None:
    """
    By its name, and without a word of it.
    """
    desk.keep("rack", "sk-rack-secret\n")
    desk.run("list")
    desk.run("remove", "rack")

    records = records_in(desk.folder / "state" / "audit")
    told = [(one["event"], one["facts"]["name"]) for one in records if one["event"].startswith("upstream.")]
    assert [("upstream.credential_kept", "rack"), ("upstream.credential_removed", "rack")] == told
    assert "sk-rack" not in str(records)


def test_a_credential_is_kept_listed_and_removed(desk: Desk) -> None:
    """
    By its name; no command ever shows the credential.
    """
    assert 0 == desk.keep("rack", "sk-rack-secret\n")
    listed = desk.run("list")
    kept = asyncio.run(_kept(desk.environ, "rack"))
    removed, again = desk.run("remove", "rack"), desk.run("remove", "rack")

    assert (0, "rack\n", "") == listed
    assert Secret("sk-rack-secret") == kept
    assert [0, 1] == [removed[0], again[0]]
    assert "no credential 'rack'" in again[2]
    assert "secret" not in f"{listed}{removed}{again}"
    assert (0, "", "") == desk.run("list")


@pytest.mark.parametrize(
    ("name", "text"), [("rack", "two words"), ("rack", ""), ("Rack", "sk"), ("a/b", "sk")]
)
def test_what_is_no_credential_or_name_is_refused(desk: Desk, name: str, text: str) -> None:
    """
    And nothing is kept.
    """
    assert 1 == desk.keep(name, text)
    assert "" == desk.run("list")[1]


def test_settings_that_cannot_be_used_are_told(desk: Desk) -> None:
    """
    As one line.
    """
    desk.environ["GATEWAY_PORT"] = "x"

    code, _, told = desk.run("list")

    assert (1, True) == (code, told.startswith("nothing was changed: GATEWAY_PORT"))


@pytest.mark.slow
def test_it_is_read_from_standard_input(desk: Desk) -> None:
    """
    So that it is in no history of commands.
    """
    command = [str(Path(sys.executable).with_name("deepseek-gateway")), "credentials", "set", "rack"]

    done = subprocess.run(
        command, input="sk-typed\n", text=True, env=desk.environ, capture_output=True, check=False
    )

    assert (0, "") == (done.returncode, done.stdout)
    assert Secret("sk-typed") == asyncio.run(_kept(desk.environ, "rack"))
