"""`deepseek-gateway audit expire`: let go of what is over, as the plans say; for a daily timer."""

import argparse
import os
import sys
from collections.abc import Mapping
from typing import Any

from gateway.audit.expiry import Expirer
from gateway.audit.rules import RetentionRules
from gateway.cli.audit.office import Office, complain, run_act
from gateway.environment import InvalidSetting
from gateway.policy.loader import load
from gateway.settings import read_settings


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser("expire", help="delete what is older than the plans want; run it daily")
    parser.set_defaults(run=run, environ=os.environ)


def run(args: argparse.Namespace) -> int:
    """Let go of what is over."""
    try:
        rules = _rules(args.environ)
    except InvalidSetting as error:
        return complain(str(error))
    if not rules:
        return complain(
            "No policies were read, so nothing is deleted. Mend them: deepseek-gateway policy check"
        )

    async def act(office: Office) -> int:
        expirer = Expirer(office.room, office.eraser.holds, clock=office.clock, actor=office.actor)
        gone = await expirer.expire(rules)
        sys.stdout.write(f"{gone.segments} segments, {gone.texts} texts, {gone.periods} look-up keys\n")
        for tenant in gone.unruled:
            sys.stderr.write(
                f"note: texts of '{tenant}' are kept for ever, because no policy names this tenant any more; "
                f"deepseek-gateway state destroy-data-key {tenant} --for-good makes them unreadable\n"
            )
        return 0

    return run_act(args.environ, act)


def _rules(environ: Mapping[str, str]) -> dict[str, RetentionRules]:
    documents = load(read_settings(environ).policies, environ)
    if documents.errors:
        return {}
    return {
        name: documents.plans[tenant.plan].audit.retention
        for name, tenant in documents.tenants.items()
        if tenant.plan in documents.plans
    }
