"""`deepseek-gateway keys`: make, see, rotate, block and revoke keys, while a gateway runs or not."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from math import inf
from typing import Any

import msgspec
from msgspec import UNSET

from gateway.cli.audit.office import Unrecorded, opened_office, record_after
from gateway.cli.operator_name import operator_name
from gateway.cli.store import opened_state
from gateway.environment import InvalidSetting
from gateway.foundation.clock import SystemClock
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import StateConflict, StateStore, StateUnavailable
from gateway.identity.durations import span_seconds
from gateway.identity.key_document import DEFAULT_PROJECT, KeyDocument
from gateway.identity.key_notice import key_notice
from gateway.identity.key_office import BadOrder, KeyChange, KeyOffice, UnknownKey
from gateway.identity.key_orders import Actor, KeyOrder
from gateway.identity.key_view import key_view
from gateway.identity.rules import moment
from gateway.identity.run_time_keys import CLI_ACTOR
from gateway.identity.scopes import ADMIN_TENANT, ROLES
from gateway.policy.documents import Documents
from gateway.policy.key_sections import vet_key_section
from gateway.policy.loader import load
from gateway.settings import Settings, read_settings

_CLOCK = SystemClock()
_Parsers = Any


def add_parser(subparsers: _Parsers) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "keys", help="make, see, rotate, block and revoke API keys", description=__doc__
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    create = acts.add_parser("create", help="make a key and show it, this once")
    create.add_argument("--tenant", help="whose key it is; leave it out for an administrator of all")
    create.add_argument("--project", default=DEFAULT_PROJECT, help="default: %(default)s")
    update = acts.add_parser("update", help="change what a key may do")
    for one in (create, update):
        _add_order(one)
    listing = acts.add_parser("list", help="list the keys that were made at run time")
    listing.add_argument("--tenant", help="only those of this tenant")
    rotate = acts.add_parser("rotate", help="give a key a new secret and show it, this once")
    rotate.add_argument(
        "--overlap",
        type=_span,
        default=86400.0,
        metavar="SPAN",
        help="how long the old secret stays good: 24h",
    )
    switches = [
        acts.add_parser(act, help=f"{act} a key; gateways obey within two seconds")
        for act in ("block", "unblock", "revoke")
    ]
    shown = [acts.add_parser("show", help="show one key and its history"), update, rotate, *switches]
    for one in shown:
        one.add_argument("id", help="the key's id, or the key itself")
    for one in (*shown, listing, create):
        one.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run, environ=os.environ)


def _add_order(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--label", help="what people call it")
    parser.add_argument(
        "--expires",
        type=_expiry,
        metavar="WHEN",
        help="a span with its unit (90d), a date (2027-12-31) or never",
    )
    for name, what in (
        ("models", "models it may use; ? and * are wild, '*' is all"),
        ("networks", "networks it may be used from; 0.0.0.0/0 ::/0 is everywhere"),
        ("scopes", "what it is good for"),
    ):
        # None at all is a variable that a script did not set, and no word for everything.
        parser.add_argument(f"--{name}", nargs="+", metavar=name.upper()[:-1], help=what)
    parser.add_argument("--role", choices=tuple(ROLES), help="the scopes of a role")
    parser.add_argument(
        "--limits",
        type=_section,
        default=UNSET,
        metavar="JSON",
        help="limits as a plan writes them, as JSON; null takes them away",
    )
    parser.add_argument(
        "--cache",
        type=_section,
        default=UNSET,
        metavar="JSON",
        help="what it takes back of its plan's cache, as JSON; null: nothing",
    )


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 and a line that says why if it cannot be done."""
    try:
        settings = read_settings(args.environ)
        return asyncio.run(_run(args, settings))
    except (BadOrder, UnknownKey, Unrecorded) as error:
        return _complain(str(error))
    except (InvalidSetting, UnusableState, StateUnavailable, StateConflict, OSError) as error:
        return _complain(f"nothing was changed: {error}")


async def _run(args: argparse.Namespace, settings: Settings) -> int:
    if args.act in ("list", "show"):
        async with opened_state(settings) as state:
            await _look(args, _office_of(state.store, args, settings), _actor())
        return 0
    if args.act in ("block", "revoke"):
        return await _take_back(args, settings)
    async with opened_office(settings) as opened:
        change = await _ACTS[args.act](_office_of(opened.store, args, settings), _actor(), args)
        notice = key_notice(opened.actor, change, _CLOCK.wall())
        opened.record(notice.kind, **notice.facts)
        _tell(change, as_json=args.json)
    return 0


async def _take_back(args: argparse.Namespace, settings: Settings) -> int:
    async with opened_state(settings) as state:
        change = await _ACTS[args.act](_office_of(state.store, args, settings), _actor(), args)
    _tell(change, as_json=args.json)
    # After it: a key that leaked does not wait until there is room for the log.
    notice = key_notice(_actor().name, change, _CLOCK.wall())
    await record_after(settings, notice.kind, **notice.facts)
    return 0


async def _look(args: argparse.Namespace, office: KeyOffice, actor: Actor) -> None:
    if args.act == "list":
        _list(await office.list(actor, args.tenant), as_json=args.json)
    else:
        _show(await office.find(actor, _id_of(args.id)), as_json=args.json)


def _office_of(store: StateStore, args: argparse.Namespace, settings: Settings) -> KeyOffice:
    documents = load(settings.policies, args.environ)
    vet_section = partial(vet_key_section, documents)
    return KeyOffice(store, _CLOCK, has_project=_projects_of(documents), vet_section=vet_section)


def _actor() -> Actor:
    return Actor(CLI_ACTOR + operator_name(), ADMIN_TENANT, ROLES["owner"])


async def _create(office: KeyOffice, actor: Actor, args: argparse.Namespace) -> KeyChange:
    if args.tenant is None and args.role is None and not args.scopes:
        raise BadOrder("tenant", "is missing; or name a --role for an administrator of all tenants")
    # An empty one is a variable that a script did not set, and no word for all tenants.
    tenant = ADMIN_TENANT if args.tenant is None else args.tenant
    return await office.create(actor, tenant, _order(args), project=args.project)


async def _update(office: KeyOffice, actor: Actor, args: argparse.Namespace) -> KeyChange:
    return await office.update(actor, _id_of(args.id), _order(args))


async def _rotate(office: KeyOffice, actor: Actor, args: argparse.Namespace) -> KeyChange:
    return await office.rotate(actor, _id_of(args.id), args.overlap)


async def _block(office: KeyOffice, actor: Actor, args: argparse.Namespace) -> KeyChange:
    return await office.block(actor, _id_of(args.id))


async def _unblock(office: KeyOffice, actor: Actor, args: argparse.Namespace) -> KeyChange:
    return await office.unblock(actor, _id_of(args.id))


async def _revoke(office: KeyOffice, actor: Actor, args: argparse.Namespace) -> KeyChange:
    return await office.revoke(actor, _id_of(args.id))


_ACTS: dict[str, Callable[[KeyOffice, Actor, argparse.Namespace], Awaitable[KeyChange]]] = {
    "create": _create,
    "update": _update,
    "rotate": _rotate,
    "block": _block,
    "unblock": _unblock,
    "revoke": _revoke,
}


def _order(args: argparse.Namespace) -> KeyOrder:
    said: dict[str, Any] = {"limits": args.limits, "cache": args.cache}
    for name in ("label", "role", "models", "networks", "scopes"):
        if (value := getattr(args, name)) is not None:
            said[name] = value
    if args.expires is not None:
        said["expires_at"] = None if args.expires == inf else args.expires
    return msgspec.convert(said, KeyOrder)


def _projects_of(documents: Documents) -> Callable[[str, str], bool]:
    known = {name: {DEFAULT_PROJECT, *one.projects} for name, one in documents.tenants.items()}
    return lambda tenant, project: project in known.get(tenant, ())


def _id_of(text: str) -> str:
    """Return the id in a whole key, or the text itself: people paste what they have."""
    parts = text.split("-")
    return parts[2] if len(parts) == 4 and text.startswith("sk-dsg-") else text


def _section(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(f"this is no JSON: {error}") from error


def _span(text: str) -> float:
    try:
        return span_seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' {error}") from error


def _expiry(text: str) -> float:
    """Return the wall-clock seconds of a date or of a span from now; infinity for never."""
    if text == "never":
        return inf
    with suppress(ValueError, OverflowError):
        return _CLOCK.wall() + span_seconds(text)
    with suppress(ValueError, OverflowError):
        return moment(text)
    raise argparse.ArgumentTypeError(f"'{text}' is neither a span (90d) nor a date (2027-12-31) nor never")


def _tell(change: KeyChange, *, as_json: bool) -> None:
    view = key_view(change.after, _CLOCK.wall())
    secret = change.secret.reveal() if change.secret is not None else None
    if as_json:
        _say(json.dumps(view | ({"key": secret} if secret is not None else {}), indent=2))
        return
    if secret is not None:
        sys.stderr.write("The key, for its caller alone; it is kept nowhere and never shown again:\n")
        _say(secret)
        sys.stderr.flush()
    sys.stderr.write(f"{change.act}: {_line(view)}\n")
    # A key that is blocked or revoked has no secret that is good, whatever was promised before.
    for until in view["earlier_secrets_until"][-1:] if view["state"] == "active" else ():
        sys.stderr.write(f"the secret before this one is good until {until}\n")


def _list(documents: list[KeyDocument], *, as_json: bool) -> None:
    views = [key_view(document, _CLOCK.wall()) for document in documents]
    if as_json:
        _say(json.dumps(views, indent=2))
        return
    for view in views:
        _say(_line(view))
    sys.stderr.write(f"{len(views)} keys; those in policy documents are not among them\n")


def _show(document: KeyDocument, *, as_json: bool) -> None:
    view = key_view(document, _CLOCK.wall())
    if as_json:
        _say(json.dumps(view, indent=2))
        return
    history = view.pop("history")
    for name, value in view.items():
        if value not in ([], {}, "", None):
            _say(f"{name:12} {', '.join(map(str, value)) if isinstance(value, list) else value}")
    for act in history:
        _say(f"{act['at']}   {act['act']} by {act['actor']}")


def _line(view: dict[str, Any]) -> str:
    expires = f"until {view['expires_at']}" if view["expires_at"] else "for ever"
    place = view["tenant"] if view["project"] == DEFAULT_PROJECT else f"{view['tenant']}/{view['project']}"
    return f"{view['id']}  {view['state']:8} {place}  {expires}  {view['label']}".rstrip()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _complain(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 1
