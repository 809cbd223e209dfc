"""`deepseek-gateway usage`: where tenants stand with their limits, read from Redis."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gateway.environment import InvalidSetting
from gateway.foundation.clock import SystemClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.failures import RedisFailure
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.redis_state_store import RedisStateStore
from gateway.foundation.state_store import StateUnavailable
from gateway.identity.key_document import KIND, KeyDocument, decode_key
from gateway.limits.account import account_of, line_document
from gateway.limits.ledger import LedgerFailed
from gateway.limits.opening import Ledgers
from gateway.policy.book import PolicyBook
from gateway.policy.clients import clients_in
from gateway.policy.compiler import compile_book
from gateway.policy.documents import Documents, TenantClientRules, TenantDocument, TenantKeyRules
from gateway.policy.errors import PolicyRejected
from gateway.policy.loader import load
from gateway.policy.servers import Surroundings
from gateway.policy.vetting import DEFAULT_PROJECT, keys_of
from gateway.redaction.scanners import finder_for
from gateway.settings import Settings, read_settings
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.notice import Notice

# Stands for the simulator that `serve` would start; nothing is sent there.
_SIMULATOR_URL = "http://127.0.0.1:1"
# Stands for whoever has no key in the documents: what counts keys has no line for it.
_NOBODY = "-"
_COLUMNS = ("tenant", "name", "counts", "limit", "used", "remaining", "resets in s", "mode")


def add_parser(subparsers: Any) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "usage", help="show where tenants stand with their limits", description=__doc__
    )
    parser.add_argument("--tenant", help="only this one")
    parser.add_argument(
        "--key", action="append", default=[], metavar="ID", help="a key made at run time; may be repeated"
    )
    parser.add_argument("--user", help="an end user, where limits count end users")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run, environ=os.environ)


def run(args: argparse.Namespace) -> int:
    """Show it; 1 and a line that says why if it cannot be known."""
    try:
        settings = read_settings(args.environ)
        if settings.redis is None:
            return _complain(
                "GATEWAY_REDIS_URL is not set, so each gateway counts in its own memory. "
                "Ask a running one: GET /v1/usage."
            )
        documents = load(settings.policies, args.environ)
        book = compile_book(documents, _everything(documents))
        if args.tenant is not None and args.tenant not in documents.tenants:
            return _complain(f"there is no tenant '{args.tenant}' in {settings.policies}")
        rows = asyncio.run(_rows(args, settings, documents, book))
    except PolicyRejected as rejected:
        return _complain(f"the policies are bad; deepseek-gateway policy check says more\n{rejected}")
    except (InvalidSetting, RedisFailure, LedgerFailed, StateUnavailable, OSError) as error:
        return _complain(str(error))
    sys.stdout.write(json.dumps(rows, indent=2) + "\n" if args.json else _table(rows))
    return 0


def _everything(documents: Documents) -> Surroundings:
    return Surroundings(frozenset(documents.wanting_an_answer()), _SIMULATOR_URL, finder_for)


async def _rows(
    args: argparse.Namespace, settings: Settings, documents: Documents, book: PolicyBook
) -> list[dict[str, Any]]:
    failures: list[BaseException] = []
    tasks = LastTasks(failures.append)
    ledgers = Ledgers(SystemClock(), _tell_of_redis)
    try:
        keys = dict.fromkeys(args.key)
        if settings.redis is not None:
            await ledgers.open(settings.redis, settings.ca_file, tasks)
            keys |= await _kept(args.key, RedisLink(Dialler(settings.redis, settings.ca_file), tasks))
        rows: list[dict[str, Any]] = []
        for name, tenant in documents.tenants.items():
            if args.tenant in (None, name):
                rows += await _rows_of(ledgers, book, list(_callers(tenant, keys)), args.user)
        return rows
    finally:
        await ledgers.close()
        await tasks.finish(0)


def _tell_of_redis(notice: Notice) -> None:
    if notice.kind == "redis.lost":
        sys.stderr.write(f"{notice.facts['reason']}\n")


async def _kept(key_ids: list[str], link: RedisLink) -> dict[str, KeyDocument]:
    """Return what the state store has of these keys, which bring their project and limits of their own."""
    store = RedisStateStore(link)
    try:
        await link.open()
        entries = [entry for key_id in key_ids if (entry := await store.read(KIND, key_id)) is not None]
    finally:
        await link.close()
    return {entry.name: decode_key(entry.value) for entry in entries if entry.value is not None}


async def _rows_of(
    ledgers: Ledgers, book: PolicyBook, callers: list[Caller], user: str | None
) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for caller in callers:
        account = account_of(book.limits(caller), caller, user)
        if not account.counters:
            continue
        verdict = await ledgers.main.look(account.sheet)
        for line in account.lines(verdict.standings):
            if "key" in line.counter.rule.per and caller.credential_id == _NOBODY:
                continue
            # What stands before has no colon, and the name of a model may.
            counts = line.counter.key.split(":", 4)[4] or "all"
            row = {"tenant": caller.tenant, "counts": counts, **line_document(line)}
            found.setdefault(line.counter.key, row)
    return list(found.values())


def _callers(tenant: TenantDocument, keys: Mapping[str, KeyDocument | None]) -> Iterator[Caller]:
    for _, project, key in keys_of(tenant):
        yield _caller(tenant, project, key)
    for _, project, client in clients_in(tenant):
        yield _caller(tenant, project, client)
    yield from (
        _caller(tenant, kept.project, kept) for kept in keys.values() if kept and kept.tenant == tenant.tenant
    )
    for project in (DEFAULT_PROJECT, *tenant.projects):
        for key_id in [key_id for key_id, kept in keys.items() if kept is None] or (_NOBODY,):
            yield Caller(tenant.tenant, project, key_id, "api_key")


def _caller(
    tenant: TenantDocument, project: str, own: TenantKeyRules | TenantClientRules | KeyDocument
) -> Caller:
    limits = b"" if own.limits is None else msgspec.json.encode(own.limits)
    return Caller(tenant.tenant, project, own.id, "api_key", models=own.models, limits=limits)


def _table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "no limit counts anything\n"
    lines = [_COLUMNS, *(_cells(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(_COLUMNS))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    money = f" {row['currency']}" if "currency" in row else ""
    return (
        row["tenant"],
        row["name"],
        row["counts"],
        f"{row['limit']}{money}",
        str(row["used"]),
        str(row["remaining"]),
        str(row["resets_in_seconds"]),
        row["mode"],
    )


def _complain(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 1
