"""`deepseek-gateway tenants`: make the document of a tenant, list those that are there."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from gateway.environment import InvalidSetting
from gateway.policy.documents import Documents, TenantDocument
from gateway.policy.loader import load
from gateway.policy.shapes import read_shape
from gateway.settings import read_settings


def add_parser(subparsers: Any) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser("tenants", help="make and list tenants", description=__doc__)
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    create = acts.add_parser("create", help="write policies/tenants/<name>.yaml; a running gateway reads it")
    create.add_argument("name", help="small letters, digits, dashes and underscores")
    create.add_argument("--plan", required=True, help="the plan it is under: plans/<plan>.yaml")
    create.add_argument(
        "--residency",
        required=True,
        choices=("external", "on_premises"),
        help="how far its requests may travel",
    )
    create.add_argument("--models", nargs="+", metavar="MODEL", help="models it may use; default: all")
    acts.add_parser("list", help="list the tenants of the policy folder")
    parser.set_defaults(run=run, environ=os.environ)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 and a line that says why if it cannot be done."""
    try:
        folder = read_settings(args.environ).policies
    except InvalidSetting as error:
        return _complain(str(error))
    documents = load(folder, args.environ)
    if args.act == "list":
        for name, tenant in sorted(documents.tenants.items()):
            state = "disabled" if tenant.disabled else "active"
            projects = ", ".join(["default", *tenant.projects])
            sys.stdout.write(
                f"{name}  {state}  plan {tenant.plan}  {tenant.residency}  projects {projects}\n"
            )
        return 0
    return _create(args, folder, documents)


def _create(args: argparse.Namespace, folder: Path, documents: Documents) -> int:
    wanted = {"tenant": args.name, "plan": args.plan, "residency": args.residency}
    _, mistakes = read_shape(wanted | {"models": args.models or ["*"]}, TenantDocument)
    if mistakes:
        return _complain("; ".join(f"{key}: {message}" for key, message in mistakes))
    if args.plan not in documents.plans:
        return _complain(f"plan: there is no plans/{args.plan}.yaml; there are {', '.join(documents.plans)}")
    path = folder / "tenants" / f"{args.name}.yaml"
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(_document(args))
    except FileExistsError:
        return _complain(f"{path} is there already; change it by hand")
    except OSError as error:
        return _complain(f"{path} cannot be written ({error.strerror})")
    sys.stdout.write(f"{path}\n")
    sys.stderr.write(f"a key for it: deepseek-gateway keys create --tenant {args.name}\n")
    return 0


def _document(args: argparse.Namespace) -> str:
    lines = [
        "# yaml-language-server: $schema=../policy.schema.json#/$defs/TenantDocument",
        "",
        f"tenant: {args.name}",
        f"plan: {args.plan}",
        f"residency: {args.residency}",
    ]
    if args.models:
        lines.append("models: [" + ", ".join(f'"{model}"' for model in args.models) + "]")
    return "\n".join(lines) + "\n"


def _complain(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 1
