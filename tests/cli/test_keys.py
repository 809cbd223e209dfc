"""`deepseek-gateway keys` works on what the gateway keeps."""

import json
from pathlib import Path

import pytest

from gateway.cli import keys
from gateway.identity.api_key import parse
from tests.cli.commands import a_place, run_verb, said_besides
from tests.fakes.audit_side import records_in

_IN_EUROS = {"name": "b", "kind": "spend", "amount": "5", "money": "EUR", "period": "day"}


class Desk:
    """A folder, and commands run in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.environ = a_place(folder)
        self.told = ""
        self._capsys = capsys

    def run(self, *words: str, expected: int = 0) -> str:
        """Run `keys ...` and return its standard output."""
        code = run_verb(keys, self.environ, "keys", *words)
        output = self._capsys.readouterr()
        self.told = said_besides(output.err)
        assert expected == code, self.told
        return output.out.strip()

    def make(self, *words: str) -> str:
        """Make a key of acme and return its id."""
        return parse(self.run("create", "--tenant", "acme", *words)).key_id


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_a_key_is_made_and_shown_once(desk: Desk) -> None:
    """
    The key alone on standard output, so that a script can take it; no other command shows it.
    """
    text = desk.run("create", "--tenant", "acme", "--label", "shop")

    key_id = parse(text).key_id
    shown = desk.run("show", key_id) + desk.run("list") + desk.run("show", key_id, "--json")
    assert text.rpartition("-")[2] not in shown
    assert "sha256" not in shown
    assert "shop" in shown


def test_everything_about_a_key_can_be_said(desk: Desk) -> None:
    """
    And is what `show` says.
    """
    text = desk.run(
        "create", "--tenant", "acme", "--expires", "90d", "--models", "deepseek-*", "--networks",
        "10.0.0.0/8", "--scopes", "chat", "--json",
    )  # fmt: skip

    made = json.loads(text)
    shown = json.loads(desk.run("show", made["id"], "--json"))
    assert ["deepseek-*"] == shown["models"]
    assert (["10.0.0.0/8"], ["chat"], "active") == (shown["networks"], shown["scopes"], shown["state"])
    assert shown["expires_at"] is not None
    assert "key" not in shown
    assert made == shown | {"key": made["key"]}


def test_a_key_can_be_named_by_itself(desk: Desk) -> None:
    """
    People paste what they have.
    """
    text = desk.run("create", "--tenant", "acme")

    desk.run("block", text)

    assert "blocked" in desk.run("list")


def test_a_key_is_blocked_unblocked_and_revoked(desk: Desk) -> None:
    """
    Each act stands in its history.
    """
    key_id = desk.make()

    for act in ("block", "unblock", "revoke"):
        desk.run(act, key_id)

    shown = json.loads(desk.run("show", key_id, "--json"))
    assert "revoked" == shown["state"]
    assert ["created", "blocked", "unblocked", "revoked"] == [act["act"] for act in shown["history"]]
    assert all(act["actor"].startswith("cli:") for act in shown["history"])


def test_a_rotated_key_keeps_its_id_and_its_old_secret_for_a_while(desk: Desk) -> None:
    """
    The end of the old one is told.
    """
    key_id = desk.make()

    new = desk.run("rotate", key_id, "--overlap", "1h")

    assert key_id == parse(new).key_id
    assert "the secret before this one is good until " in desk.told


@pytest.mark.parametrize("act", ["block", "revoke"])
def test_of_a_key_that_is_good_no_more_no_secret_is_called_good(act: str, desk: Desk) -> None:
    """
    Who takes a leaked key back is not told that the secret before is still good.
    """
    key_id = desk.make()
    desk.run("rotate", key_id, "--overlap", "1h")
    before = desk.told

    desk.run(act, key_id)

    assert "is good until " in before
    assert "is good until " not in desk.told


def test_a_key_is_changed(desk: Desk) -> None:
    """
    What is not said stays.
    """
    key_id = desk.make("--label", "old", "--expires", "1d")

    desk.run("update", key_id, "--label", "new", "--models", "deepseek-flash")
    desk.run("update", key_id, "--expires", "never")

    shown = json.loads(desk.run("show", key_id, "--json"))
    assert ("new", ["deepseek-flash"], None) == (shown["label"], shown["models"], shown["expires_at"])


def test_what_a_key_brings_of_its_own_is_taken_away_by_null(desk: Desk) -> None:
    """
    Like over HTTP; what is not said stays.
    """
    limits = '{"rules": [{"name": "once", "kind": "requests", "limit": 1, "window_seconds": 60}]}'
    key_id = desk.make("--limits", limits, "--cache", '{"enabled": false}')

    desk.run("update", key_id, "--cache", "null")
    halfway = json.loads(desk.run("show", key_id, "--json"))
    desk.run("update", key_id, "--limits", "null")

    shown = json.loads(desk.run("show", key_id, "--json"))
    assert (True, None) == (halfway["limits"] is not None, halfway["cache"])
    assert (None, None) == (shown["limits"], shown["cache"])


def test_every_act_is_on_record_whether_a_gateway_runs_or_not(desk: Desk, tmp_path: Path) -> None:
    """
    Each of two in a row, with what was and what is, and no secret.
    """
    key_id = desk.make("--label", "old")
    new = desk.run("rotate", key_id)
    desk.run("update", key_id, "--label", "new")
    desk.run("show", key_id)

    records = [one for one in records_in(tmp_path / "state" / "audit") if one["event"].startswith("key.")]
    assert ["key.created", "key.rotated", "key.changed"] == [one["event"] for one in records]
    assert {(key_id, "acme")} == {(one["facts"]["key"], one["facts"]["tenant"]) for one in records}
    assert all(one["facts"]["actor"].startswith("cli:") for one in records)
    assert '{"label":"new"}' == records[-1]["facts"]["after"]
    assert new.rpartition("-")[2] not in str(records)


@pytest.mark.parametrize(("act", "state"), [("block", "blocked"), ("revoke", "revoked")])
def test_a_leaked_key_is_taken_back_although_nothing_can_be_recorded(
    act: str, state: str, desk: Desk, tmp_path: Path
) -> None:
    """
    It is said; a key is made only where that is on record.
    """
    key_id = desk.make()
    (tmp_path / "state" / "audit").rename(tmp_path / "audit-of-before")
    (tmp_path / "state" / "audit").write_text("a file in the way")

    desk.run(act, key_id, expected=1)
    told = desk.told
    desk.run("create", "--tenant", "acme", expected=1)

    assert "It was done, but the log could not be written" in told
    assert desk.told.startswith("nothing was changed: ")
    assert [state] == [one["state"] for one in json.loads(desk.run("list", "--json"))]


def test_administrators_are_made_by_their_role(desk: Desk) -> None:
    """
    They belong to no tenant.
    """
    text = desk.run("create", "--role", "auditor", "--json")

    made = json.loads(text)
    assert ("_gateway", ["admin:audit", "admin:read"]) == (made["tenant"], made["scopes"])
    assert made["id"] in desk.run("list", "--tenant", "_gateway")
    assert "" == desk.run("list", "--tenant", "acme")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("create",), "tenant: is missing"),
        (
            ("create", "--tenant", "nobody"),
            "tenant: 'nobody' is not there; tenants stand in policies/tenants/",
        ),
        (("create", "--tenant", "acme", "--project", "none"), "project: 'none' is none of this tenant's"),
        (("create", "--tenant", "acme", "--networks", "house"), "networks: are networks"),
        (("create", "--tenant", "", "--role", "tenant_admin"), "tenant: '' is not there"),
        (("create", "--tenant", "acme", "--expires", "2001-01-01"), "expires_at: is not in the future"),
        (("create", "--tenant", "acme", "--expires", "1927-12-31"), "expires_at: is not in the future"),
        (
            ("create", "--tenant", "acme", "--scopes", "chta"),
            "scopes: 'chta' is no scope; did you mean 'chat'? there are chat, models,",
        ),
        (("create", "--tenant", "acme", "--limits", '[{"kind": "luck"}]'), "limits"),
        (
            ("create", "--tenant", "acme", "--limits", json.dumps({"rules": [_IN_EUROS]})),
            "limits.rules[0]: counts EUR, in which the model",
        ),
        (("create", "--tenant", "acme", "--cache", '{"ttl_seconds": 0}'), "cache.ttl_seconds"),
        (("show", "nothing"), "there is no key 'nothing'"),
        (("revoke", "nothing"), "there is no key 'nothing'"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(desk: Desk, words: tuple[str, ...], told: str) -> None:
    """
    With the field at fault, and an exit status.
    """
    assert "" == desk.run(*words, expected=1)

    assert desk.told.startswith(told)


@pytest.mark.parametrize(
    "words",
    [
        ("rotate", "k", "--overlap", "soon"),
        ("create", "--expires", "90"),
        ("create", "--limits", "{"),
        ("create", "--cache", "[" * 99_999),
    ],
)
def test_what_is_no_time_is_told_with_an_example(desk: Desk, words: tuple[str, ...]) -> None:
    """
    Before anything is opened; a number without its unit is none.
    """
    with pytest.raises(SystemExit):
        desk.run(*words)


@pytest.mark.parametrize("option", ["--models", "--networks", "--scopes"])
def test_an_option_without_a_value_opens_nothing(desk: Desk, option: str) -> None:
    """
    A variable that a script did not set must not make a key good for everything from everywhere.
    """
    key_id = desk.make("--models", "deepseek-flash", "--networks", "10.0.0.0/8", "--scopes", "models")
    before = desk.run("show", key_id, "--json")

    for words in (("update", key_id, option), ("create", "--tenant", "acme", option)):
        with pytest.raises(SystemExit):
            desk.run(*words)

    assert before == desk.run("show", key_id, "--json")
    assert 1 == len(json.loads(desk.run("list", "--json")))


def test_a_damaged_store_is_told_and_left_alone(desk: Desk, tmp_path: Path) -> None:
    """
    Nothing was changed, and how to go on.
    """
    desk.make()
    (tmp_path / "state" / "state.db").write_bytes(b"x" * 5000)

    desk.run("list", expected=1)

    assert desk.told.startswith("nothing was changed: ")
    assert "state restore" in desk.told


def test_a_bad_setting_is_told(desk: Desk) -> None:
    """
    Like at the start of the gateway.
    """
    desk.environ["GATEWAY_PORT"] = "none"

    desk.run("list", expected=1)

    assert "GATEWAY_PORT" in desk.told
