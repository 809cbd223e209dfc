"""`deepseek-gateway audit expire`: let go of what is over, as the plans say."""

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from gateway.audit.expiry import Expired, Expirer
from gateway.audit.expiry_diary import ExpiryDiary
from gateway.audit.lived_time import ClockDoubted, demand_lived_time
from gateway.audit.rules import RetentionRules
from gateway.cli.audit.office import Office, complain, run_act
from gateway.environment import InvalidSetting
from gateway.foundation.state_folder import UnusableState
from gateway.policy.loader import load
from gateway.settings import read_settings

_LOWEST_PRIORITY = 19


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser(
        "expire", help="delete what is older than the plans want; a gateway does it by itself each day"
    )
    parser.add_argument(
        "--daily",
        action="store_true",
        help="as a gateway does it: at the lowest priority, and not if one succeeded within a day",
    )
    parser.add_argument(
        "--despite-clock",
        action="store_true",
        help="the clock is right, though more days have passed by it than the log has lived through",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run, environ=os.environ)


def run(args: argparse.Namespace) -> int:
    """Let go of what is over, one process at a time."""
    if args.daily:
        os.nice(_LOWEST_PRIORITY)
    try:
        diary = ExpiryDiary(read_settings(args.environ).state_dir)
        rules = _rules(args.environ)
        lock = diary.lock()
    except (InvalidSetting, UnusableState, OSError) as error:
        return complain(str(error))
    if rules is None:
        return complain(
            "No policies were read, so nothing is deleted. Mend them: deepseek-gateway policy check"
        )
    if lock is None:
        return _skipped(args, "Another process lets old things go here just now, so this one did nothing.")
    try:
        return _expire(args, rules, diary)
    finally:
        lock.release()


def _expire(args: argparse.Namespace, rules: Mapping[str, RetentionRules], diary: ExpiryDiary) -> int:
    async def act(office: Office) -> int:
        now = office.clock.wall()
        if args.daily and not diary.read().is_over(now):
            return _skipped(args, "Old things were let go within the last day.")
        if doubt := _doubt(office, rules, diary, now):
            if not args.despite_clock:
                return complain(str(doubt))
            office.record("audit.clock_confirmed", days=doubt.days)
        expirer = Expirer(office.room, office.eraser.holds, clock=office.clock, actor=office.actor)
        gone = await expirer.expire(rules)
        diary.note(succeeded=now, **({"sure": now} if _deletes(rules) else {}))
        _say(gone, as_json=args.json)
        return 0

    return run_act(args.environ, act)


def _doubt(
    office: Office, rules: Mapping[str, RetentionRules], diary: ExpiryDiary, now: float
) -> ClockDoubted | None:
    if _deletes(rules):
        try:
            demand_lived_time(office.room.layouts, diary.read().sure, now)
        except ClockDoubted as doubt:
            return doubt
    return None


def _deletes(rules: Mapping[str, RetentionRules]) -> bool:
    return any(rule != RetentionRules() for rule in rules.values())


def _say(gone: Expired, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(f"{orjson.dumps(asdict(gone)).decode()}\n")
        return
    sys.stdout.write(f"{gone.segments} segments, {gone.texts} texts, {gone.periods} look-up keys\n")
    for tenant in gone.unruled:
        sys.stderr.write(
            f"note: texts of '{tenant}' are kept for ever, because no policy names this tenant any more; "
            f"deepseek-gateway state destroy-data-key {tenant} --for-good makes them unreadable\n"
        )


def _skipped(args: argparse.Namespace, reason: str) -> int:
    sys.stdout.write(f"{orjson.dumps({'skipped': reason}).decode()}\n" if args.json else f"{reason}\n")
    return 0


def _rules(environ: Mapping[str, str]) -> dict[str, RetentionRules] | None:
    documents = load(read_settings(environ).policies, environ)
    if documents.errors:
        return None
    return {
        name: documents.plans[tenant.plan].audit.retention
        for name, tenant in documents.tenants.items()
        if tenant.plan in documents.plans
    }
