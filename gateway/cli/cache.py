"""`deepseek-gateway cache`: forget answers that were kept, while a gateway runs or not."""

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Mapping
from typing import Any

from gateway.cache.purge import Purge
from gateway.cache.purges import order_purge
from gateway.cli.audit.office import Unrecorded, opened_office
from gateway.environment import InvalidSetting
from gateway.foundation.clock import SystemClock
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import StateUnavailable
from gateway.identity.durations import span_seconds
from gateway.policy.documents import ModelRules
from gateway.policy.globs import matches
from gateway.policy.loader import load
from gateway.settings import Settings, read_settings

_CLOCK = SystemClock()
_ENTRY = re.compile("[0-9a-f]{32}")


def add_parser(subparsers: Any) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser("cache", help="forget answers that were kept", description=__doc__)
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    purge = acts.add_parser("purge", help="forget a tenant's answers; gateways obey within two seconds")
    purge.add_argument("--tenant", required=True, help="whose answers")
    purge.add_argument("--project", help="only what this project asked first")
    purge.add_argument("--model", help="only answers of this model, by its own name")
    purge.add_argument("--key", metavar="ID", help="only what this API key or client asked first")
    purge.add_argument("--entry", help="one answer, by the key that Cache-Status shows")
    purge.add_argument(
        "--older-than", type=_span, default=0.0, metavar="SPAN", help="only answers of this age: 24h, 7d"
    )
    parser.set_defaults(run=run, environ=os.environ)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 and a line that says why if it cannot be done."""
    try:
        settings = read_settings(args.environ)
        mistake = _mistake_in(args, settings, args.environ)
        if mistake is not None:
            return _complain(mistake)
        return asyncio.run(_purge(args, settings))
    except Unrecorded as error:
        return _complain(str(error))
    except (InvalidSetting, UnusableState, StateUnavailable, OSError) as error:
        return _complain(f"nothing was purged: {error}")


async def _purge(args: argparse.Namespace, settings: Settings) -> int:
    now = _CLOCK.wall()
    order = Purge(
        tenant=args.tenant,
        before=now - args.older_than,
        ordered_at=now,
        project=args.project,
        model=args.model,
        credential=args.key,
        entry=args.entry,
    )
    async with opened_office(settings) as office:
        await order_purge(office.store, order)
        office.record("admin.changed", what="cache", tenant=args.tenant)
    sys.stdout.write(f"ordered: gateways with this state store forget answers of {args.tenant}\n")
    return 0


def _mistake_in(args: argparse.Namespace, settings: Settings, environ: Mapping[str, str]) -> str | None:
    documents = load(settings.policies, environ)
    tenant = documents.tenants.get(args.tenant)
    if tenant is None:
        return f"--tenant: there is no tenants/{args.tenant}.yaml; there are {', '.join(documents.tenants)}"
    projects = sorted({"default", *tenant.projects})
    if args.project not in (None, *projects):
        return f"--project: there is no project {args.project}; there are {', '.join(projects)}"
    models = documents.models.models if documents.models is not None else {}
    if args.model is not None and args.model not in models:
        return _no_such_model(args.model, models)
    if args.entry is not None and not _ENTRY.fullmatch(args.entry):
        return "--entry: write the 32 digits of `key` in the Cache-Status of an answer"
    return None


def _no_such_model(name: str, models: Mapping[str, ModelRules]) -> str:
    for own_name, model in models.items():
        if matches(model.aliases, name):
            return f"--model: {name} is an alias; write {own_name}, under which its answers are kept"
    return f"--model: there is no model {name}; there are {', '.join(models)}"


def _span(text: str) -> float:
    try:
        return span_seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _complain(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 1
