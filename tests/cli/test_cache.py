"""`deepseek-gateway cache purge` orders every gateway with the same state store to forget."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from gateway.cache.purge import KIND, Purge
from gateway.cli import cache
from gateway.cli.store import opened_state
from gateway.settings import read_settings
from tests.cli.commands import a_place, run_verb
from tests.fakes.audit_side import records_in

_TENANT = ("purge", "--tenant", "acme")


def orders_in(environ: Mapping[str, str]) -> list[Purge]:
    """What the state store of this place holds."""

    async def read() -> list[Purge]:
        async with opened_state(read_settings(environ)) as state:
            entries = await state.store.list(KIND)
            return [msgspec.json.decode(entry.value or b"", type=Purge) for entry in entries]

    return asyncio.run(read())


def test_an_order_is_written_down_for_every_gateway(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    With everything that narrows it.
    """
    environ, entry = a_place(tmp_path), "0" * 32
    words = ("--project", "default", "--model", "deepseek-flash", "--key", "k1", "--entry", entry)

    code = run_verb(cache, environ, "cache", *_TENANT, *words, "--older-than", "1h")

    (order,) = orders_in(environ)
    assert 0 == code
    assert "acme" in capsys.readouterr().out
    assert ("acme", "default", "deepseek-flash", "k1", entry) == (
        order.tenant,
        order.project,
        order.model,
        order.credential,
        order.entry,
    )
    assert 3600 == pytest.approx(order.ordered_at - order.before)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("purge", "--tenant", "acmee"), "--tenant"),
        ((*_TENANT, "--project", "shop"), "--project"),
        ((*_TENANT, "--model", "gpt"), "--model"),
        ((*_TENANT, "--entry", "xyz"), "--entry"),
    ],
)
def test_an_order_about_what_is_not_there_is_refused(
    words: tuple[str, ...], field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    A typing error must not look like a purge.
    """
    environ = a_place(tmp_path)

    code = run_verb(cache, environ, "cache", *words)

    assert 1 == code
    assert field in capsys.readouterr().err


def test_who_ordered_it_is_on_record(tmp_path: Path) -> None:
    """
    As when it is ordered over HTTP.
    """
    run_verb(cache, a_place(tmp_path), "cache", *_TENANT)

    (record,) = [one for one in records_in(tmp_path / "state" / "audit") if one["event"] == "admin.changed"]
    assert ("acme", "cache") == (record["facts"]["tenant"], record["facts"]["what"])
    assert record["facts"]["actor"].startswith("cli:")


def test_an_alias_leads_to_the_name_under_which_answers_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Callers know a model by it, so operators type it.
    """
    environ = a_place(tmp_path)

    code = run_verb(cache, environ, "cache", *_TENANT, "--model", "deepseek-chat")

    assert 1 == code
    assert "--model: deepseek-chat is an alias; write deepseek-flash" in capsys.readouterr().err


def test_a_span_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Before anything is opened.
    """
    with pytest.raises(SystemExit):
        run_verb(cache, a_place(tmp_path), "cache", *_TENANT, "--older-than", "soon")

    assert "--older-than" in capsys.readouterr().err


def test_without_a_state_store_nothing_is_purged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    And that is said.
    """
    environ = a_place(tmp_path) | {"GATEWAY_REDIS_URL": "redis://127.0.0.1:1"}

    assert 1 == run_verb(cache, environ, "cache", *_TENANT)
    assert "nothing was purged" in capsys.readouterr().err
